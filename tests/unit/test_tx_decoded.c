/* Every field of decoded_transactions.json against what the parser and the scripts' texts say. */
#include "vectors.h"

#include "txsurvey/tx.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static void assert_number(const json_t *object, const char *key, uint64_t ours)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    assert_int_equal((uint64_t)json_integer_value(value), ours);
}

static void assert_hash(const json_t *object, const char *key, const uint8_t hash[32])
{
    char hex[65];
    txs_hash_to_hex(hex, hash);
    assert_string_equal(hex, vectors_text(object, key));
}

static void assert_hex(const char *hex, struct txs_span ours)
{
    char *text = malloc(2 * ours.len + 1);
    assert_non_null(text);
    txs_hex_encode(text, ours.data, ours.len);
    assert_string_equal(text, hex);
    free(text);
}

static void assert_asm(const json_t *object, struct txs_span script, enum txs_asm_style style)
{
    char *text = txs_script_asm(script, style);
    assert_non_null(text);
    assert_string_equal(text, vectors_text(object, "asm"));
    free(text);
}

/* A copy of exact size, so that sanitizers see what reads past the script's end. */
static struct txs_span exact_copy(struct txs_span bytes)
{
    uint8_t *copy = malloc(bytes.len > 0 ? bytes.len : 1);
    assert_non_null(copy);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    return (struct txs_span){copy, bytes.len};
}

static void assert_script_sig(const json_t *vin, struct txs_span borrowed)
{
    struct txs_span script = exact_copy(borrowed);
    const json_t *sig = json_object_get(vin, "scriptSig");
    assert_hex(vectors_text(sig, "hex"), script);
    assert_asm(sig, script, TXS_ASM_SIGHASHES);
    free((uint8_t *)(uintptr_t)script.data);
}

static void assert_input(const json_t *vin, const struct txs_tx *tx, size_t index)
{
    const struct txs_tx_input *input = &tx->inputs[index];
    assert_number(vin, "sequence", input->sequence);
    assert_int_equal(txs_tx_is_coinbase(tx), json_object_get(vin, "coinbase") != NULL);
    if (txs_tx_is_coinbase(tx)) {
        assert_hex(vectors_text(vin, "coinbase"), input->script_sig);
    } else {
        assert_hash(vin, "txid", input->prev_txid);
        assert_number(vin, "vout", input->prev_vout);
        assert_script_sig(vin, input->script_sig);
    }
    const json_t *witness = json_object_get(vin, "txinwitness");
    assert_int_equal(json_array_size(witness), input->witness_count);
    for (size_t i = 0; i < input->witness_count; i++)
        assert_hex(json_string_value(json_array_get(witness, i)),
                   tx->witness[input->witness_first + i]);
}

/* The node prints whole coins with eight decimals; both texts become the same double or differ. */
static void assert_value(const json_t *vout, int64_t sat)
{
    uint64_t magnitude = sat < 0 ? 0 - (uint64_t)sat : (uint64_t)sat;
    char text[40];
    snprintf(text, sizeof text, "%s%" PRIu64 ".%08" PRIu64, sat < 0 ? "-" : "",
             magnitude / 100000000, magnitude % 100000000);
    assert_true(json_is_real(json_object_get(vout, "value")));
    assert_true(strtod(text, NULL) == json_real_value(json_object_get(vout, "value")));
}

static void assert_output(const json_t *vout, const struct txs_chain *chain,
                          const struct txs_tx_output *output, size_t index)
{
    const json_t *expected = json_object_get(vout, "scriptPubKey");
    struct txs_span script = exact_copy(output->script_pub_key);
    char address[TXS_SCRIPT_ADDRESS_MAX];
    assert_value(vout, output->value_sat);
    assert_number(vout, "n", index);
    assert_hex(vectors_text(expected, "hex"), script);
    assert_asm(expected, script, TXS_ASM_PLAIN);
    assert_string_equal(txs_script_kind_name(txs_script_classify(script)),
                        vectors_text(expected, "type"));
    if (txs_script_address(address, chain, script)) {
        assert_string_equal(address, vectors_text(expected, "address"));
    } else {
        assert_string_equal(address, "");
        assert_null(json_object_get(expected, "address"));
    }
    free((uint8_t *)(uintptr_t)script.data);
}

static void assert_transaction(const json_t *decoded, const struct txs_chain *chain,
                               const struct txs_tx *tx)
{
    const json_t *vin = json_object_get(decoded, "vin"), *vout = json_object_get(decoded, "vout");
    assert_hash(decoded, "txid", tx->ids.txid);
    assert_hash(decoded, "hash", tx->ids.wtxid);
    assert_number(decoded, "version", tx->version);
    assert_number(decoded, "size", tx->ids.size_bytes);
    assert_number(decoded, "vsize", txs_tx_vsize(&tx->ids));
    assert_number(decoded, "weight", txs_tx_weight(&tx->ids));
    assert_number(decoded, "locktime", tx->locktime);
    assert_int_equal(tx->input_count, json_array_size(vin));
    assert_int_equal(tx->output_count, json_array_size(vout));
    for (size_t i = 0; i < tx->input_count; i++)
        assert_input(json_array_get(vin, i), tx, i);
    for (size_t i = 0; i < tx->output_count; i++)
        assert_output(json_array_get(vout, i), chain, &tx->outputs[i], i);
}

static void each_field_is_as_a_node_prints_it(void **state)
{
    (void)state;
    json_t *root = vectors_load("decoded_transactions.json"), *v;
    size_t i, scripts = 0;
    json_array_foreach(json_object_get(root, "vectors"), i, v)
    {
        const struct txs_chain *chain = txs_chain_by_name(vectors_text(v, "chain"));
        struct txs_span bytes = vectors_bytes(v, "hex");
        struct txs_tx tx;
        print_message("%s, %s\n", vectors_text(v, "name"), vectors_text(v, "chain"));
        assert_non_null(chain);
        assert_true(txs_tx_parse(&tx, bytes));
        assert_transaction(json_object_get(v, "decoded"), chain, &tx);
        scripts += tx.input_count + tx.output_count;
        txs_tx_free(&tx);
        free((uint8_t *)(uintptr_t)bytes.data);
    }
    assert_true(scripts > 1000);
    json_decref(root);
}

static void the_walker_computes_the_same_ids(void **state)
{
    (void)state;
    json_t *root = vectors_load("decoded_transactions.json"), *v;
    size_t i;
    json_array_foreach(json_object_get(root, "vectors"), i, v)
    {
        struct txs_span bytes = vectors_bytes(v, "hex"), left = bytes;
        const json_t *decoded = json_object_get(v, "decoded");
        struct txs_tx_walker w;
        struct txs_tx_ids ids;
        enum txs_walk said = TXS_WALK_MORE;
        txs_tx_walker_init(&w);
        while (said == TXS_WALK_MORE && left.len > 0) {
            struct txs_span in = {left.data, left.len < 7 ? left.len : 7};
            left = (struct txs_span){left.data + in.len, left.len - in.len};
            said = txs_tx_walk(&w, &in);
        }
        assert_int_equal(said, TXS_WALK_DONE);
        assert_int_equal(left.len, 0);
        txs_tx_walker_ids(&w, &ids);
        assert_hash(decoded, "txid", ids.txid);
        assert_hash(decoded, "hash", ids.wtxid);
        assert_number(decoded, "weight", txs_tx_weight(&ids));
        free((uint8_t *)(uintptr_t)bytes.data);
    }
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_is_as_a_node_prints_it),
        cmocka_unit_test(the_walker_computes_the_same_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
