/* What an earlier part of a run recorded is known and counted again. */
#include "surveying.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants three of the above first */
#include <cmocka.h>

/* Without a way to its network it is known all the same. */
static void a_restored_cjdns_peer_is_the_same_peer(void **state)
{
    (void)state;
    for (unsigned reachable = 0; reachable < 2; reachable++) {
        struct surveying f;
        struct txs_message message;
        surveying_begin(&f);
        f.plan.cjdns_reachable = reachable;
        assert_int_equal(txs_plan_add_peer(&f.plan, "[fc00::1]:8333", TXS_NAMED_CONNECT, &message),
                         TXS_OK);
        assert_int_equal(txs_plan_complete(&f.plan), TXS_OK);
        surveying_start(&f);
        struct txs_restored_peer peer = {.address = txs_plan_peer(&f.plan, 0).address,
                                         .result = &f.result};
        assert_int_equal(txs_survey_restore_peer(f.survey, &peer), TXS_OK);
        assert_int_equal(surveying_begun_at(&f, 1000), 0);
        assert_int_equal(txs_survey_known(f.survey), 1);
        surveying_end(&f);
    }
}

static void restored_peers_are_not_attempted_and_count(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 3);
    surveying_start(&f);
    struct txs_address told[2] = {surveying_address(8, 1, 1), surveying_address(127, 0, 9)};
    struct txs_restored_peer peer = {.told = told, .told_count = 2, .result = &f.result};
    assert_true(txs_address_parse(&peer.address, "127.0.0.2", 8333));
    assert_int_equal(txs_survey_restore_peer(f.survey, &peer), TXS_OK);
    assert_int_equal(txs_survey_known(f.survey), 4);
    assert_int_equal(txs_survey_not_attempted(f.survey), 3);
    assert_int_equal(txs_survey_tally(f.survey)->by_outcome[TXS_OUTCOME_ANSWERED], 1);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_UNROUTABLE), 1);
    surveying_next(&f, 0);
    surveying_next(&f, 10);
    surveying_assert_source(&f, surveying_next(&f, 20).peer, "gossip:127.0.0.2:8333");
    assert_int_equal(surveying_begun_at(&f, 1000), 0);
    surveying_end(&f);
}

/* So that who comes next is judged as if nothing had interrupted the run. */
static void restored_heights_are_compared_with(void **state)
{
    (void)state;
    for (unsigned shaken = 0; shaken < 2; shaken++) {
        struct surveying f;
        surveying_begin(&f);
        surveying_name_peers(&f, 1);
        surveying_start(&f);
        f.result.handshake_ms = shaken ? 0 : TXS_NEVER;
        f.result.start_height = 900000;
        for (unsigned i = 1; i < 10; i++) {
            struct txs_restored_peer peer = {.address = surveying_address(8, 1, i),
                                             .result = &f.result};
            assert_int_equal(txs_survey_restore_peer(f.survey, &peer), TXS_OK);
        }
        f.result.handshake_ms = 0;
        f.result.start_height = 899000;
        f.result.relaytxes = f.answer.withheld = true;
        struct txs_attempt a = surveying_next(&f, 0);
        txs_survey_done(f.survey, &a, &f.result);
        assert_int_equal(f.answer.hint, shaken ? TXS_HINT_BEHIND : TXS_HINT_RELAY_RULE);
        surveying_end(&f);
    }
}

static void restored_seeds_tell_again(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_start(&f);
    struct txs_address told = surveying_address(8, 1, 1);
    struct txs_restored_seed seed = {.host = "seed.example", .told = &told, .told_count = 1};
    assert_int_equal(txs_survey_restore_seed(f.survey, &seed), TXS_OK);
    surveying_assert_source(&f, surveying_next(&f, 0).peer, "dns:seed.example");
    surveying_end(&f);
}

/* They passed the limits of who told them then, and those who agreed on them tell no more. */
static void restored_addresses_have_all_places(void **state)
{
    (void)state;
    for (unsigned alive = 0; alive < 4; alive++) {
        struct surveying f;
        surveying_begin(&f);
        surveying_name_peers(&f, 1);
        surveying_start(&f);
        struct txs_address told[20];
        for (unsigned i = 0; i < 20; i++) {
            told[i] = surveying_address(8, 1, 1);
            told[i].port = (uint16_t)(9000 + i);
        }
        struct txs_restored_peer teller = {.told = told, .told_count = 20, .result = &f.result};
        assert_true(txs_address_parse(&teller.address, "127.0.0.1", 8333));
        assert_int_equal(txs_survey_restore_peer(f.survey, &teller), TXS_OK);
        for (unsigned i = 0; i < alive; i++) { /* recorded then, of the same host */
            struct txs_restored_peer one = {.address = told[i], .result = &f.result};
            assert_int_equal(txs_survey_restore_peer(f.survey, &one), TXS_OK);
        }
        assert_int_equal(surveying_begun_at(&f, 0) + surveying_begun_at(&f, 1000), 4 - alive);
        surveying_end(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restored_cjdns_peer_is_the_same_peer),
        cmocka_unit_test(restored_peers_are_not_attempted_and_count),
        cmocka_unit_test(restored_heights_are_compared_with),
        cmocka_unit_test(restored_seeds_tell_again),
        cmocka_unit_test(restored_addresses_have_all_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
