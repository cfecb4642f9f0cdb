/* Who is known, and who is left out. */
#include "surveying.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants three of the above first */
#include <cmocka.h>

static void named_peers_are_taken_whatever_their_range(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 1);
    surveying_start(&f);
    assert_int_equal(txs_survey_known(f.survey), 1);
    surveying_assert_source(&f, surveying_next(&f, 0).peer, "connect");
    surveying_end(&f);
}

static void named_peers_of_other_networks_are_left_out(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 2);
    f.plan.networks = 1u << TXS_NETWORK_IPV6;
    surveying_start(&f);
    assert_int_equal(txs_survey_known(f.survey), 0);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_NETWORK), 2);
    assert_true(txs_survey_idle(f.survey));
    surveying_end(&f);
}

static void count_visit(void *context, const struct txs_address *address)
{
    unsigned *last = context;
    *last = *last * 10 + address->bytes[3];
}

static void good_peers_are_the_reached_and_the_named(void **state)
{
    (void)state;
    struct surveying f;
    unsigned order = 0;
    surveying_begin(&f);
    surveying_name_peers(&f, 4);
    f.plan.max_peers = 3;
    surveying_start(&f);
    for (unsigned i = 0; i < 3; i++) {
        struct txs_attempt a = surveying_next(&f, i * 10);
        f.result.outcome = i == 0   ? TXS_OUTCOME_SILENT
                           : i == 1 ? TXS_OUTCOME_CONNECT_REFUSED
                                    : TXS_OUTCOME_LOCAL_ERROR;
        f.result.handshake_ms = i == 0 ? 5 : TXS_NEVER;
        txs_survey_done(f.survey, &a, &f.result);
    }
    assert_int_equal(txs_survey_visit_good_peers(f.survey, count_visit, &order), 1);
    /* the one that was reached; the one not tried, and the one that our own fault kept us from */
    assert_in_range(order, 111, 499);
    surveying_end(&f);
}

/* Only those that there was no time for. */
static void good_peers_are_none_that_were_left_out(void **state)
{
    (void)state;
    struct surveying f;
    struct txs_message message;
    unsigned order = 0;
    surveying_begin(&f);
    surveying_name_peers(&f, 3);
    f.plan.networks = 1u << TXS_NETWORK_IPV6;
    assert_int_equal(txs_address_set_add(&f.plan.exclude, "127.0.0.2", &message), TXS_OK);
    txs_address_set_complete(&f.plan.exclude);
    surveying_start(&f);
    assert_int_equal(txs_survey_visit_good_peers(f.survey, count_visit, &order), 0);
    assert_int_equal(order, 0);
    f.plan.networks = 1u << TXS_NETWORK_IPV4;
    txs_survey_free(f.survey);
    surveying_start(&f);
    txs_survey_visit_good_peers(f.survey, count_visit, &order);
    assert_int_equal(order, 13);
    surveying_end(&f);
}

static void a_shard_is_a_part_of_all_sources(void **state)
{
    (void)state;
    unsigned known = 0;
    for (uint32_t shard = 1; shard <= 3; shard++) {
        struct surveying f;
        surveying_begin(&f);
        surveying_name_peers(&f, 100);
        f.plan.shard_index = shard;
        f.plan.shard_count = 3;
        surveying_start(&f);
        surveying_seed_many(&f, 8, 100, 10);
        known += (unsigned)txs_survey_known(f.survey);
        assert_int_equal(surveying_left_out(&f, TXS_IGNORED_SHARD),
                         200 - txs_survey_known(f.survey));
        surveying_end(&f);
    }
    assert_int_equal(known, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_peers_are_taken_whatever_their_range),
        cmocka_unit_test(named_peers_of_other_networks_are_left_out),
        cmocka_unit_test(good_peers_are_the_reached_and_the_named),
        cmocka_unit_test(good_peers_are_none_that_were_left_out),
        cmocka_unit_test(a_shard_is_a_part_of_all_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
