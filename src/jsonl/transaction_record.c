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

static void witness(struct line *l, const struct txs_tx *tx, const struct txs_tx_input *input)
{
    if (input->witness_count == 0)
        return;
    line_name(l, "txinwitness");
    line_open(l, '[');
    for (size_t i = 0; i < input->witness_count; i++)
        line_hex(l, tx->witness[input->witness_first + i]);
    line_close(l, ']');
}

static void script(struct line *l, struct txs_span bytes, enum txs_asm_style style)
{
    line_name(l, "asm");
    assembly(l, bytes, style);
    line_name(l, "hex");
    line_hex(l, bytes);
}

static void spent(struct line *l, const struct txs_tx_input *input)
{
    line_name(l, "txid");
    line_hash(l, input->prev_txid);
    line_count(l, "vout", input->prev_vout);
    line_name(l, "scriptSig");
    line_open(l, '{');
    script(l, input->script_sig, TXS_ASM_SIGHASHES);
    line_close(l, '}');
}

static void one_input(struct line *l, const struct txs_tx *tx, const struct txs_tx_input *input)
{
    line_open(l, '{');
    if (txs_tx_is_coinbase(tx)) {
        line_name(l, "coinbase");
        line_hex(l, input->script_sig);
    } else {
        spent(l, input);
    }
    witness(l, tx, input);
    line_count(l, "sequence", input->sequence);
    line_close(l, '}');
}

static void script_pub_key(struct line *l, const struct txs_chain *chain, struct txs_span bytes)
{
    char address[TXS_SCRIPT_ADDRESS_MAX];
    line_open(l, '{');
    script(l, bytes, TXS_ASM_PLAIN);
    if (txs_script_address(address, chain, bytes)) {
        line_name(l, "address");
        line_string(l, address);
    }
    line_name(l, "type");
    line_string(l, txs_script_kind_name(txs_script_classify(bytes)));
    line_close(l, '}');
}

/* Coins are written as the node prints them, always with eight decimals. */
static void one_output(struct line *l, const struct txs_chain *chain,
                       const struct txs_tx_output *output, size_t n)
{
    line_open(l, '{');
    line_name(l, "value");
    line_decimal(l, output->value_sat, 8, 8);
    line_count(l, "n", n);
    line_name(l, "scriptPubKey");
    script_pub_key(l, chain, output->script_pub_key);
    line_close(l, '}');
}

static void vin(struct line *l, const struct field_source *s)
{
    const struct txs_tx *tx = tx_of(s);
    if (tx == NULL) {
        line_null(l);
        return;
    }
    line_open(l, '[');
    for (size_t i = 0; i < tx->input_count; i++)
        one_input(l, tx, &tx->inputs[i]);
    line_close(l, ']');
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
        one_output(l, s->records->plan->chain, &tx->outputs[i], i);
    line_close(l, ']');
}

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

/* `hex` stands last, so that it can be left out. */
const struct field transaction_fields[] = {
    {"txid", "hash of the form without witness", txid},
    {"hash", "hash of the whole form, the wtxid", hash},
    {"version", "as decoderawtransaction gives it, and so the next", version},
    {"size", "bytes", size},
    {"vsize", "virtual bytes", vsize},
    {"weight", "weight units", weight},
    {"locktime", "its lock time", locktime},
    {"vin", "its inputs; null, as vout, where there are more parts than any relayed one has", vin},
    {"vout", "its outputs, addresses included", vout},
    {"first_peer", "who served it first, ADDR:PORT", first_peer},
    {"hex", "its bytes as they came, with --raw", raw_hex},
};
const size_t transaction_field_count = sizeof transaction_fields / sizeof *transaction_fields;

static void write_record(struct txs_records *r, const struct recorded *recorded)
{
    const struct field_source source = {r, recorded};
    size_t count = transaction_field_count - !r->plan->raw;
    fields_record(r->output, "transaction", transaction_fields, count, &source);
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
