/* The counts behind the summary, and their confidence interval. */
#include "txsurvey/tally.h"

#include "txsurvey/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static struct txs_id_tally tally(uint64_t served, uint64_t others)
{
    struct txs_id_tally t = {{0}};
    t.by_status[TXS_ID_SERVED] = served;
    t.by_status[TXS_ID_NOTFOUND] = others;
    return t;
}

static void asked_are_all_but_the_unasked(void **state)
{
    (void)state;
    struct txs_id_tally t = {{0}};
    for (unsigned s = 0; s < TXS_ID_STATUS_COUNT; s++)
        t.by_status[s] = 1u << s;
    assert_int_equal(txs_id_tally_asked(&t),
                     (1u << TXS_ID_STATUS_COUNT) - 1 - (1u << TXS_ID_UNASKED));
}

static void the_share_is_served_of_asked(void **state)
{
    (void)state;
    struct txs_id_tally t = tally(1, 3);
    t.by_status[TXS_ID_UNASKED] = 100;
    assert_float_equal(txs_id_tally_share(&t), 0.25, 1e-12);
}

static void nobody_asked_gives_no_share(void **state)
{
    (void)state;
    struct txs_id_tally t = {{0}};
    double low, high;
    t.by_status[TXS_ID_UNASKED] = 5;
    assert_true(txs_id_tally_share(&t) < 0);
    assert_false(txs_id_tally_ci95(&t, &low, &high));
}

/* Score intervals as published: the first four by Newcombe (Statistics in Medicine 17, 1998, table
 * I, method 3), to four digits; the rest by hand from Wilson's formula. */
static void the_interval_is_wilsons(void **state)
{
    (void)state;
    static const struct {
        uint64_t served, asked;
        double low, high;
    } known[] = {
        {81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0.0000, 0.1611},
        {1, 29, 0.0061, 0.1718},   {5, 10, 0.2366, 0.7634},   {10, 10, 0.7225, 1.0000},
        {0, 1, 0.0000, 0.7935},    {1, 1, 0.2065, 1.0000},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct txs_id_tally t = tally(known[i].served, known[i].asked - known[i].served);
        double low, high;
        assert_true(txs_id_tally_ci95(&t, &low, &high));
        assert_float_equal(low, known[i].low, 0.00005001);
        assert_float_equal(high, known[i].high, 0.00005001);
    }
}

static void the_interval_stays_within_0_and_1_and_holds_the_share(void **state)
{
    (void)state;
    for (uint64_t asked = 1; asked < 60; asked++) {
        for (uint64_t served = 0; served <= asked; served++) {
            struct txs_id_tally t = tally(served, asked - served);
            double low, high, share = txs_id_tally_share(&t);
            assert_true(txs_id_tally_ci95(&t, &low, &high));
            assert_true(0 <= low && low <= share + 1e-12 && share <= high + 1e-12 && high <= 1);
        }
    }
}

/* By what they say of themselves, and the block's height or -1. */
static void who_can_serve_a_block(void **state)
{
    (void)state;
    const uint64_t full = TXS_SERVICE_NETWORK, limited = TXS_SERVICE_NETWORK_LIMITED;
    assert_true(txs_can_serve_block(-1, full, 0));
    assert_true(txs_can_serve_block(-1, full | limited, INT32_MIN));
    assert_false(txs_can_serve_block(-1, limited, 900000));
    assert_true(txs_can_serve_block(1000, full, 1000));
    assert_true(txs_can_serve_block(1000, full, INT32_MAX));
    assert_false(txs_can_serve_block(1000, full | limited, 999));
    assert_true(txs_can_serve_block(1000, full, -1)); /* its height is not known */
    assert_false(txs_can_serve_block(1000, limited, -1));
    assert_true(txs_can_serve_block(1000, limited, 1000));
    assert_true(txs_can_serve_block(1000, limited, 1288));
    assert_false(txs_can_serve_block(1000, limited, 1289));
    assert_false(txs_can_serve_block(1000, limited, INT32_MAX));
    assert_false(txs_can_serve_block(0, ~(full | limited), 10));
}

/* The height becomes known when most peers are counted already. */
static void peers_that_can_serve_are_counted_in_the_end(void **state)
{
    (void)state;
    struct txs_block_tally t = {0};
    struct txs_answer answer = {.via = TXS_VIA_TX};
    struct txs_peer_result r = {.answers = &answer, .answer_count = 1};
    for (int32_t height = 900; height < 1400; height++) {
        r.start_height = height;
        r.services = height % 2 ? TXS_SERVICE_NETWORK : TXS_SERVICE_NETWORK_LIMITED;
        txs_block_tally_add(&t, &r);
    }
    r.handshake_ms = TXS_NEVER; /* no handshake: not counted */
    txs_block_tally_add(&t, &r);
    r.handshake_ms = 0;
    r.services = TXS_SERVICE_BLOOM;
    txs_block_tally_add(&t, &r);
    assert_int_equal(txs_block_tally_can_serve(&t, -1), 250);
    assert_int_equal(txs_block_tally_can_serve(&t, 1000), 200 + 145);
    assert_int_equal(txs_block_tally_can_serve(&t, 1399), 1);
    assert_int_equal(txs_block_tally_can_serve(&t, 1400), 0);
    assert_int_equal(t.asked, 0);
    r.block_asked = TXS_BLOCK_WAY_BLOCK;
    txs_block_tally_add(&t, &r);
    answer.via = TXS_VIA_BLOCK;
    txs_block_tally_add(&t, &r);
    answer.via = TXS_VIA_MERKLEBLOCK;
    txs_block_tally_add(&t, &r);
    assert_int_equal(t.asked, 3);
    assert_int_equal(t.served, 2);
    free(t.candidates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asked_are_all_but_the_unasked),
        cmocka_unit_test(the_share_is_served_of_asked),
        cmocka_unit_test(nobody_asked_gives_no_share),
        cmocka_unit_test(the_interval_is_wilsons),
        cmocka_unit_test(the_interval_stays_within_0_and_1_and_holds_the_share),
        cmocka_unit_test(who_can_serve_a_block),
        cmocka_unit_test(peers_that_can_serve_are_counted_in_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
