#include "txsurvey/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

/* The lengths, out of all prefixes of `bytes`, with which a message decodes. */
static void assert_least_len(bool (*decodes)(struct txs_span), const uint8_t *bytes, size_t len,
                             size_t least)
{
    for (size_t cut = 0; cut <= len; cut++) {
        uint8_t *copy = malloc(cut ? cut : 1);
        assert_non_null(copy);
        memcpy(copy, bytes, cut);
        assert_int_equal(decodes((struct txs_span){copy, cut}), cut >= least);
        free(copy);
    }
}

static bool decodes_block(struct txs_span payload)
{
    struct txs_block block;
    return txs_block_decode(&block, payload);
}

static bool decodes_blocktxn(struct txs_span payload)
{
    struct txs_blocktxn message;
    return txs_blocktxn_decode(&message, payload);
}

static bool decodes_merkleblock(struct txs_span payload)
{
    struct txs_merkleblock message;
    return txs_merkleblock_decode(&message, payload);
}

static bool decodes_getblocktxn(struct txs_span payload)
{
    static struct txs_getblocktxn message;
    return txs_getblocktxn_decode(&message, payload);
}

static void messages_cut_short_are_malformed(void **state)
{
    (void)state;
    uint8_t bytes[200] = {[80] = 1};
    assert_least_len(decodes_block, bytes, 100, 81);
    memset(bytes, 0, sizeof bytes);
    bytes[32] = 1;
    assert_least_len(decodes_blocktxn, bytes, 60, 33);
    bytes[32] = 3;
    assert_least_len(decodes_getblocktxn, bytes, 60, 36);
    memset(bytes, 0, sizeof bytes);
    bytes[84] = 2;          /* hashes */
    bytes[85 + 2 * 32] = 3; /* bytes of flags */
    assert_least_len(decodes_merkleblock, bytes, 160, 85 + 64 + 1 + 3);
}

static void counts_that_cannot_be_are_malformed(void **state)
{
    (void)state;
    uint8_t bytes[200] = {0};
    memset(bytes + 32, 0xff, 9);
    assert_false(decodes_blocktxn((struct txs_span){bytes, sizeof bytes}));
    assert_false(decodes_getblocktxn((struct txs_span){bytes, sizeof bytes}));
    memset(bytes + 80, 0xff, 9 + 4);
    assert_false(decodes_block((struct txs_span){bytes, sizeof bytes}));
    assert_false(decodes_merkleblock((struct txs_span){bytes, sizeof bytes}));
    bytes[80] = 200; /* as many transactions as bytes, all told */
    assert_true(decodes_block((struct txs_span){bytes, sizeof bytes}));
    bytes[80] = 201;
    assert_false(decodes_block((struct txs_span){bytes, sizeof bytes}));
}

static void getblocktxn_takes_a_thousand_indexes(void **state)
{
    (void)state;
    static struct txs_getblocktxn message, back;
    static uint8_t bytes[32 + 3 + TXS_GETDATA_MAX + 1];
    message.count = TXS_GETDATA_MAX;
    for (uint32_t i = 0; i < TXS_GETDATA_MAX; i++)
        message.indexes[i] = 2 * i;
    struct txs_writer w = txs_writer_to(bytes, sizeof bytes);
    txs_getblocktxn_encode(&w, &message);
    assert_int_equal(w.len, 32 + 3 + TXS_GETDATA_MAX);
    assert_true(txs_getblocktxn_decode(&back, (struct txs_span){bytes, w.len}));
    assert_memory_equal(&back, &message, sizeof message);
    bytes[33] = (TXS_GETDATA_MAX + 1) & 0xff;
    assert_false(txs_getblocktxn_decode(&back, (struct txs_span){bytes, sizeof bytes}));
}

/* Core: "differential value overflow" past 16 bits. */
static void getblocktxn_indexes_have_16_bits(void **state)
{
    (void)state;
    static struct txs_getblocktxn message;
    uint8_t bytes[32 + 1 + 3 + 1] = {[32] = 1, [33] = 0xfd, [34] = 0xff, [35] = 0xff};
    assert_true(txs_getblocktxn_decode(&message, (struct txs_span){bytes, sizeof bytes}));
    assert_int_equal(message.indexes[0], 0xffff);
    bytes[32] = 2; /* 0xffff and the one after it */
    assert_false(txs_getblocktxn_decode(&message, (struct txs_span){bytes, sizeof bytes}));
    bytes[34] = 0xfe;
    assert_true(txs_getblocktxn_decode(&message, (struct txs_span){bytes, sizeof bytes}));
    assert_int_equal(message.indexes[1], 0xffff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_cut_short_are_malformed),
        cmocka_unit_test(counts_that_cannot_be_are_malformed),
        cmocka_unit_test(getblocktxn_takes_a_thousand_indexes),
        cmocka_unit_test(getblocktxn_indexes_have_16_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
