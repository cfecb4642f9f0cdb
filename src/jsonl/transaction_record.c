/* The `transaction` record: what decoderawtransaction would say of a transaction that was served.
 * One a distinct transaction; one whose witness was not sent is known by its txid alone. */
#include "transaction_record.h"

#include "tables.h"

#include <stdlib.h>

struct recorded {
    const struct txs_transaction_record *record;
    const struct txs_tx *tx; /* NULL when it has too many parts to be taken apart */
};

static const struct txs_tx *tx_of(const struct field_source *s)
{
    return ((const struct recorded *)s->thing)->tx;
}

static const struct txs_transaction_record *record_of(const struct field_source *s)
{
    return ((const struct recorded *)s->thing)->record;
}

static void unless_stripped(struct line *l, const struct field_source *s, uint32_t value)
{
    line_known(l, record_of(s)->witness_known, value);
}

static void txid(struct line *l, const struct field_source *s)
{
    line_hash(l, record_of(s)->ids->txid);
}

static void hash(struct line *l, const struct field_source *s)
{
    line_hash(l, record_of(s)->witness_known ? record_of(s)->ids->wtxid : NULL);
}

static void version(struct line *l, const struct field_source *s)
{
    struct txs_reader r = txs_reader_of(record_of(s)->bytes);
    line_number(l, txs_get_u32le(&r));
}

static void size(struct line *l, const struct field_source *s)
{
    unless_stripped(l, s, record_of(s)->ids->size_bytes);
}

static void vsize(struct line *l, const struct field_source *s)
{
    unless_stripped(l, s, txs_tx_vsize(record_of(s)->ids));
}

static void weight(struct line *l, const struct field_source *s)
{
    unless_stripped(l, s, txs_tx_weight(record_of(s)->ids));
}

static void locktime(struct line *l, const struct field_source *s)
{
    const struct txs_span all = record_of(s)->bytes;
    struct txs_reader r = txs_reader_of((struct txs_span){all.data + all.len - 4, 4});
    line_number(l, txs_get_u32le(&r));
}

static void assembly(struct line *l, struct txs_span script, enum txs_asm_style style)
{
    char *text = txs_script_asm(script, style);
    if (text == NULL)
        line_fail(l);
    else
        line_string(l, text);
    free(text);
}

/* vin */

struct input_of {
    const struct txs_tx *tx;
    const struct txs_tx_input *input;
};

static const struct input_of *input_of(const struct field_source *s)
{
    return s->thing;
}

static bool is_coinbase(const struct field_source *s)
{
    return txs_tx_is_coinbase(input_of(s)->tx);
}

static bool is_spending(const struct field_source *s)
{
    return !is_coinbase(s);
}

static bool has_witness(const struct field_source *s)
{
    return input_of(s)->input->witness_count > 0;
}

static void sig_asm(struct line *l, const struct field_source *s)
{
    assembly(l, input_of(s)->input->script_sig, TXS_ASM_SIGHASHES);
}

static void sig_hex(struct line *l, const struct field_source *s)
{
    line_hex(l, input_of(s)->input->script_sig);
}

static const struct field sig_fields[] = {
    FIELD("asm", TEXT, "the script in words", sig_asm),
    FIELD("hex", HEX, "its bytes", sig_hex),
};
static const struct fields sig_of_input = FIELDS("scriptSig", "a script", sig_fields);

static void spent_txid(struct line *l, const struct field_source *s)
{
    line_hash(l, input_of(s)->input->prev_txid);
}

static void spent_vout(struct line *l, const struct field_source *s)
{
    line_number(l, input_of(s)->input->prev_vout);
}

static void script_sig(struct line *l, const struct field_source *s)
{
    fields_object(l, &sig_of_input, s);
}

static void witness(struct line *l, const struct field_source *s)
{
    const struct txs_tx_input *input = input_of(s)->input;
    line_open(l, '[');
    for (size_t i = 0; i < input->witness_count; i++)
        line_hex(l, input_of(s)->tx->witness[input->witness_first + i]);
    line_close(l, ']');
}

static void sequence(struct line *l, const struct field_source *s)
{
    line_number(l, input_of(s)->input->sequence);
}

static const struct field input_fields[] = {
    FIELD("coinbase", HEX, "its script, where it makes new coins", sig_hex, .present = is_coinbase),
    FIELD("txid", HASH, "the transaction whose output it spends", spent_txid,
          .present = is_spending),
    FIELD("vout", COUNT, "which output of that, from 0", spent_vout, .present = is_spending),
    FIELD("scriptSig", OBJECT, "its script", script_sig, .members = &sig_of_input,
          .present = is_spending),
    FIELD("txinwitness", LIST | HEX, "its witness, where it has one", witness,
          .present = has_witness),
    FIELD("sequence", COUNT, "its sequence number", sequence),
};
static const struct fields input_of_tx = FIELDS("vin", "an input", input_fields);

/* Null where there are too many parts to be taken apart. */
static void vin(struct line *l, const struct field_source *s)
{
    const struct txs_tx *tx = tx_of(s);
    if (tx == NULL) {
        line_null(l);
        return;
    }
    line_open(l, '[');
    for (size_t i = 0; i < tx->input_count; i++) {
        const struct input_of input = {tx, &tx->inputs[i]};
        fields_object(l, &input_of_tx, &(struct field_source){s->records, &input});
    }
    line_close(l, ']');
}

/* vout */

struct output_of {
    const struct txs_tx_output *output;
    size_t n;
    char address[TXS_SCRIPT_ADDRESS_MAX]; /* "": it has none */
};

static const struct output_of *output_of(const struct field_source *s)
{
    return s->thing;
}

static bool has_address(const struct field_source *s)
{
    return output_of(s)->address[0] != '\0';
}

static void key_asm(struct line *l, const struct field_source *s)
{
    assembly(l, output_of(s)->output->script_pub_key, TXS_ASM_PLAIN);
}

static void key_hex(struct line *l, const struct field_source *s)
{
    line_hex(l, output_of(s)->output->script_pub_key);
}

static void key_address(struct line *l, const struct field_source *s)
{
    line_string(l, output_of(s)->address);
}

static void key_type(struct line *l, const struct field_source *s)
{
    line_string(l, txs_script_kind_name(txs_script_classify(output_of(s)->output->script_pub_key)));
}

static const struct field key_fields[] = {
    FIELD("asm", TEXT, "the script in words", key_asm),
    FIELD("hex", HEX, "its bytes", key_hex),
    FIELD("address", TEXT, "its address, where it has one", key_address, .present = has_address),
    FIELD("type", WORD, "what kind of script it is", key_type, .codes = &script_codes),
};
static const struct fields key_of_output = FIELDS("scriptPubKey", "a script", key_fields);

/* Coins are written as the node prints them, always with eight decimals. */
static void value(struct line *l, const struct field_source *s)
{
    line_decimal(l, output_of(s)->output->value_sat, 8, 8);
}

static void n(struct line *l, const struct field_source *s)
{
    line_number(l, output_of(s)->n);
}

static void script_pub_key(struct line *l, const struct field_source *s)
{
    fields_object(l, &key_of_output, s);
}

static const struct field output_fields[] = {
    FIELD("value", BTC, "its amount, with eight decimals", value),
    FIELD("n", COUNT, "its place, from 0", n),
    FIELD("scriptPubKey", OBJECT, "its script", script_pub_key, .members = &key_of_output),
};
static const struct fields output_of_tx = FIELDS("vout", "an output", output_fields);

static void one_output(struct line *l, const struct field_source *s,
                       const struct txs_tx_output *output, size_t index)
{
    struct output_of of = {output, index, ""};
    txs_script_address(of.address, s->records->plan->chain, output->script_pub_key);
    fields_object(l, &output_of_tx, &(struct field_source){s->records, &of});
}

static void vout(struct line *l, const struct field_source *s)
{
    const struct txs_tx *tx = tx_of(s);
    if (tx == NULL) {
        line_null(l);
        return;
    }
    line_open(l, '[');
    for (size_t i = 0; i < tx->output_count; i++)
        one_output(l, s, &tx->outputs[i], i);
    line_close(l, ']');
}

/* transaction */

static void first_peer(struct line *l, const struct field_source *s)
{
    char text[TXS_ADDRESS_TEXT_MAX];
    txs_address_text(text, record_of(s)->first_peer);
    line_string(l, text);
}

static void raw_hex(struct line *l, const struct field_source *s)
{
    line_hex(l, record_of(s)->bytes);
}

static bool is_raw(const struct field_source *s)
{
    return s->records->plan->raw;
}

static const struct field transaction_fields[] = {
    FIELD("txid", HASH, "hash of the form without witness", txid),
    FIELD("hash", OR_NULL | HASH,
          "hash of the whole form, the wtxid; null, as size, vsize and weight, where its witness "
          "may have been left out",
          hash),
    FIELD("version", COUNT, "its version; this and what follows as decoderawtransaction has it",
          version),
    FIELD("size", OR_NULL | BYTES, "its size", size),
    FIELD("vsize", OR_NULL | VBYTES, "its virtual size", vsize),
    FIELD("weight", OR_NULL | WEIGHT, "its weight", weight),
    FIELD("locktime", COUNT, "its lock time", locktime),
    FIELD("vin", OR_NULL | LIST | OBJECT,
          "its inputs; null, as vout, where there are more parts than any relayed one has", vin,
          .members = &input_of_tx),
    FIELD("vout", OR_NULL | LIST | OBJECT, "its outputs, addresses included", vout,
          .members = &output_of_tx),
    FIELD("first_peer", ENDPOINT, "who served it first", first_peer),
    FIELD("hex", HEX, "its bytes as they came, with --raw", raw_hex, .present = is_raw),
};
const struct fields transaction_record = FIELDS(
    "transaction", "one a distinct transaction, when it is first served", transaction_fields);

static void write_record(struct txs_records *r, const struct recorded *recorded)
{
    fields_record(&transaction_record, &(struct field_source){r, recorded});
}

void transaction_write(struct txs_records *r, const struct txs_transaction_record *record)
{
    struct txs_tx tx;
    if (record->parts > TXS_TX_PARTS_MAX) {
        write_record(r, &(struct recorded){record, NULL});
    } else if (txs_tx_parse(&tx, record->bytes)) {
        write_record(r, &(struct recorded){record, &tx});
        txs_tx_free(&tx);
    } else {
        /* its ids were computed, so it is memory that is short */
        txs_output_end_line(r->output, false);
    }
}
