#include "txsurvey/block.h"

#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static struct txs_span vector_payload(const char *name)
{
    size_t i;
    json_t *vector, *file = vectors_load("messages.json");
    struct txs_span payload = {NULL, 0};
    json_array_foreach(json_object_get(file, "vectors"), i, vector)
    {
        if (strcmp(vectors_text(vector, "name"), name) == 0)
            payload = vectors_bytes(vector, "payload_hex");
    }
    assert_non_null(payload.data);
    json_decref(file);
    return payload;
}

static void release(struct txs_span bytes)
{
    free((uint8_t *)(uintptr_t)bytes.data);
}

struct walked {
    bool malformed;
    uint32_t txs;
    size_t tx_bytes;
    struct txs_block_walker walker;
};

static void walk_piece(struct walked *out, struct txs_span in)
{
    uint8_t *copy = malloc(in.len + 1);
    assert_non_null(copy);
    memcpy(copy + 1, in.data, in.len);
    in.data = copy + 1;
    for (;;) {
        switch (txs_block_walk(&out->walker, &in)) {
        case TXS_BLOCK_CHUNK:
            assert_true(out->walker.chunk.len > 0);
            out->tx_bytes += out->walker.chunk.len;
            continue;
        case TXS_BLOCK_TX:
            out->txs++;
            continue;
        case TXS_BLOCK_MORE:
            assert_int_equal(in.len, 0);
            break;
        case TXS_BLOCK_MALFORMED:
            out->malformed = true;
            break;
        }
        break;
    }
    free(copy);
}

static struct walked walk(struct txs_span bytes, size_t head_bytes, size_t piece)
{
    struct walked out = {.malformed = false};
    txs_block_walker_init(&out.walker, head_bytes);
    while (bytes.len > 0) {
        size_t len = bytes.len < piece ? bytes.len : piece;
        walk_piece(&out, (struct txs_span){bytes.data, len});
        bytes.data += len;
        bytes.len -= len;
    }
    return out;
}

static void captured_block(const char *name, size_t tx_bytes)
{
    struct txs_span payload = vector_payload(name);
    for (size_t piece = 1; piece <= payload.len; piece++) {
        struct walked w = walk(payload, TXS_BLOCK_HEADER_BYTES, piece);
        uint8_t root[32];
        assert_false(w.malformed);
        assert_true(txs_block_is_whole(&w.walker));
        assert_int_equal(w.txs, 1);
        assert_int_equal(w.tx_bytes, tx_bytes);
        assert_true(txs_merkle_root(&w.walker.merkle, root));
        assert_memory_equal(root, payload.data + 36, 32);
        assert_memory_equal(w.walker.head, payload.data, TXS_BLOCK_HEADER_BYTES);
    }
    release(payload);
}

static void captured_blocks_in_any_pieces(void **state)
{
    (void)state;
    captured_block("block by MSG_WITNESS_BLOCK: reply", 252 - 81);
    captured_block("block by MSG_BLOCK, witness stripped: reply", 216 - 81);
}

static void captured_blocktxn(void **state)
{
    (void)state;
    struct txs_span payload = vector_payload("transaction 0 of a recent block: reply");
    struct walked w = walk(payload, 32, 7);
    assert_true(!w.malformed && txs_block_is_whole(&w.walker));
    assert_int_equal(w.txs, 1);
    assert_memory_equal(w.walker.head, payload.data, 32);
    release(payload);
}

static void a_block_cut_short_is_not_whole(void **state)
{
    (void)state;
    struct txs_span payload = vector_payload("block by MSG_WITNESS_BLOCK: reply");
    for (size_t len = 0; len < payload.len; len++) {
        struct walked w = walk((struct txs_span){payload.data, len}, TXS_BLOCK_HEADER_BYTES, 64);
        assert_false(w.malformed || txs_block_is_whole(&w.walker));
    }
    release(payload);
}

static bool is_malformed(const uint8_t *bytes, size_t len)
{
    return walk((struct txs_span){bytes, len}, TXS_BLOCK_HEADER_BYTES, len).malformed;
}

static void malformed_blocks(void **state)
{
    (void)state;
    struct txs_span payload = vector_payload("block by MSG_WITNESS_BLOCK: reply");
    uint8_t bytes[300] = {0};
    memcpy(bytes, payload.data, payload.len);
    assert_true(is_malformed(bytes, payload.len + 1)); /* a byte behind it */
    bytes[80] = 0;
    assert_true(is_malformed(bytes, payload.len));
    memcpy(bytes + 80, "\xfd\x01\x00", 3); /* a count longer than it needs to be */
    assert_true(is_malformed(bytes, payload.len));
    memcpy(bytes + 80, "\xfd\x1b\x41", 3); /* 16,667 transactions */
    assert_true(is_malformed(bytes, payload.len));
    memcpy(bytes + 80, "\xfd\x1a\x41", 3);
    assert_false(is_malformed(bytes, 83));
    memcpy(bytes + 80, payload.data + 80, payload.len - 80);
    bytes[85] = 2; /* the transaction's flag is behind its marker: none has been defined but 1 */
    bytes[86] = 2;
    assert_true(is_malformed(bytes, payload.len));
    release(payload);
}

/* The coinbase's scriptSig, as a whole transaction. */
static int32_t height_of(const char *script_hex)
{
    uint8_t script[20], bytes[100];
    size_t len = strlen(script_hex) / 2;
    assert_true(txs_hex_decode(script, len, script_hex, 2 * len));
    struct txs_writer w = txs_writer_to(bytes, sizeof bytes);
    txs_put_u32le(&w, 1);
    txs_put_u8(&w, 1);
    for (int i = 0; i < 4; i++)
        txs_put_u64le(&w, 0);
    txs_put_u32le(&w, UINT32_MAX);
    txs_put_compact(&w, len);
    txs_put_bytes(&w, script, len);
    txs_put_u32le(&w, UINT32_MAX);
    txs_put_u8(&w, 1);
    txs_put_u64le(&w, 0);
    txs_put_u8(&w, 0);
    txs_put_u32le(&w, 0);
    struct txs_tx tx;
    assert_true(txs_tx_parse(&tx, (struct txs_span){bytes, w.len}));
    int32_t height = txs_coinbase_height(&tx);
    txs_tx_free(&tx);
    return height;
}

static void heights_of_bip34(void **state)
{
    (void)state;
    assert_int_equal(height_of("5100"), 1);
    assert_int_equal(height_of("6000"), 16);
    assert_int_equal(height_of("0111"), 17);
    assert_int_equal(height_of("016e00"), 110);
    assert_int_equal(height_of("028000ff"), 128);
    assert_int_equal(height_of("03443d0b"), 736580);
    assert_int_equal(height_of("03a7790300"), 227751);
    assert_int_equal(height_of(""), -1);
    assert_int_equal(height_of("00"), -1);
    assert_int_equal(height_of("0100"), -1);                  /* zero is OP_0 */
    assert_int_equal(height_of("0180"), -1);                  /* negative */
    assert_int_equal(height_of("021100"), -1);                /* longer than it needs to be */
    assert_int_equal(height_of("03a779"), -1);                /* cut short */
    assert_int_equal(height_of("04ffff001d0104"), 486604799); /* genesis: its version tells */
    assert_int_equal(height_of("05010000000100"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captured_blocks_in_any_pieces),
        cmocka_unit_test(captured_blocktxn),
        cmocka_unit_test(a_block_cut_short_is_not_whole),
        cmocka_unit_test(malformed_blocks),
        cmocka_unit_test(heights_of_bip34),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
