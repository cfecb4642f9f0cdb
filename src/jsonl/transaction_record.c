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

static json_t *unless_stripped(const struct field_source *s, uint32_t value)
{
    return record_of(s)->witness_known ? json_integer(value) : json_null();
}

static json_t *txid(const struct field_source *s)
{
    return json_hash(record_of(s)->ids->txid);
}

static json_t *hash(const struct field_source *s)
{
    return record_of(s)->witness_known ? json_hash(record_of(s)->ids->wtxid) : json_null();
}

static json_t *version(const struct field_source *s)
{
    struct txs_reader r = txs_reader_of(record_of(s)->bytes);
    return json_integer(txs_get_u32le(&r));
}

static json_t *size(const struct field_source *s)
{
    return unless_stripped(s, record_of(s)->ids->size_bytes);
}

static json_t *vsize(const struct field_source *s)
{
    return unless_stripped(s, txs_tx_vsize(record_of(s)->ids));
}

static json_t *weight(const struct field_source *s)
{
    return unless_stripped(s, txs_tx_weight(record_of(s)->ids));
}

static json_t *locktime(const struct field_source *s)
{
    const struct txs_span all = record_of(s)->bytes;
    struct txs_reader r = txs_reader_of((struct txs_span){all.data + all.len - 4, 4});
    return json_integer(txs_get_u32le(&r));
}

static json_t *assembly(struct txs_span script, enum txs_asm_style style)
{
    char *text = txs_script_asm(script, style);
    json_t *json = text == NULL ? NULL : json_string(text);
    free(text);
    return json;
}

static bool put_witness(json_t *object, const struct txs_tx *tx, const struct txs_tx_input *input)
{
    if (input->witness_count == 0)
        return true;
    json_t *items = json_array();
    for (size_t i = 0; i < input->witness_count && items != NULL; i++)
        items = json_append(items, json_hex(tx->witness[input->witness_first + i]));
    return json_put(object, "txinwitness", items);
}

static bool put_script_sig(json_t *object, struct txs_span script)
{
    json_t *sig = json_object();
    if (sig == NULL || !json_put(sig, "asm", assembly(script, TXS_ASM_SIGHASHES)) ||
        !json_put(sig, "hex", json_hex(script))) {
        json_decref(sig);
        return false;
    }
    return json_put(object, "scriptSig", sig);
}

static json_t *input_json(const struct txs_tx *tx, const struct txs_tx_input *input)
{
    json_t *object = json_object();
    bool whole = object != NULL;
    if (txs_tx_is_coinbase(tx))
        whole = whole && json_put(object, "coinbase", json_hex(input->script_sig));
    else
        whole = whole && json_put(object, "txid", json_hash(input->prev_txid)) &&
                json_put(object, "vout", json_integer(input->prev_vout)) &&
                put_script_sig(object, input->script_sig);
    whole = whole && put_witness(object, tx, input) &&
            json_put(object, "sequence", json_integer(input->sequence));
    if (whole)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *script_pub_key_json(const struct txs_chain *chain, struct txs_span script)
{
    char address[TXS_SCRIPT_ADDRESS_MAX];
    json_t *object = json_object();
    bool whole = object != NULL && json_put(object, "asm", assembly(script, TXS_ASM_PLAIN)) &&
                 json_put(object, "hex", json_hex(script));
    if (whole && txs_script_address(address, chain, script))
        whole = json_put(object, "address", json_string(address));
    whole = whole && json_put(object, "type",
                              json_string(txs_script_kind_name(txs_script_classify(script))));
    if (whole)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *output_json(const struct txs_chain *chain, const struct txs_tx_output *output,
                           size_t n)
{
    json_t *object = json_object();
    if (object != NULL && json_put(object, "value", json_amount(output->value_sat)) &&
        json_put(object, "n", json_number(n)) &&
        json_put(object, "scriptPubKey", script_pub_key_json(chain, output->script_pub_key)))
        return object;
    json_decref(object);
    return NULL;
}

static json_t *vin(const struct field_source *s)
{
    if (tx_of(s) == NULL)
        return json_null();
    json_t *list = json_array();
    for (size_t i = 0; i < tx_of(s)->input_count && list != NULL; i++)
        list = json_append(list, input_json(tx_of(s), &tx_of(s)->inputs[i]));
    return list;
}

static json_t *vout(const struct field_source *s)
{
    if (tx_of(s) == NULL)
        return json_null();
    json_t *list = json_array();
    for (size_t i = 0; i < tx_of(s)->output_count && list != NULL; i++) {
        json_t *output = output_json(s->records->plan->chain, &tx_of(s)->outputs[i], i);
        list = json_append(list, output);
    }
    return list;
}

static json_t *first_peer(const struct field_source *s)
{
    char text[TXS_ADDRESS_TEXT_MAX];
    txs_address_text(text, record_of(s)->first_peer);
    return json_string(text);
}

static json_t *raw_hex(const struct field_source *s)
{
    return json_hex(record_of(s)->bytes);
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
    json_write_line(r->output, fields_record("transaction", transaction_fields, count, &source), 6);
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
        json_write_line(r->output, NULL, 0);
    }
}
