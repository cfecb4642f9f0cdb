/* Whom a survey dials, and when. */
#include "surveying.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants three of the above first */
#include <cmocka.h>

static void no_more_at_once_than_the_window(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 20);
    f.plan.concurrency = 3;
    f.plan.rate = 1000;
    surveying_start(&f);
    unsigned begun = 0;
    for (uint64_t now = 0; now < 100; now++)
        begun += surveying_begun_at(&f, now);
    assert_int_equal(begun, 3);
    assert_true(txs_survey_next_ms(f.survey, 100) == TXS_NEVER);
    surveying_done(&f);
    assert_int_equal(txs_survey_next_ms(f.survey, 100), 100);
    assert_int_equal(surveying_begun_at(&f, 100), 1);
    surveying_end(&f);
}

static void a_connection_long_in_the_making_needs_no_place(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 20);
    f.plan.concurrency = 3;
    f.plan.half_open = 2;
    surveying_start(&f);
    struct txs_attempt silent[3];
    for (unsigned i = 0; i < 3; i++)
        silent[i] = surveying_next(&f, i);
    assert_int_equal(surveying_begun_at(&f, 100), 0);
    for (unsigned i = 0; i < 3; i++) { /* but no more than two at a time */
        txs_survey_lingers(f.survey, &silent[i]);
        txs_survey_lingers(f.survey, &silent[i]);
        assert_int_equal(surveying_begun_at(&f, 200 + i), i < 2);
    }
    assert_true(txs_survey_next_ms(f.survey, 300) == TXS_NEVER);
    assert_int_equal(txs_survey_in_progress(f.survey), 5);
    txs_survey_settled(f.survey, &silent[0]);
    txs_survey_done(f.survey, &silent[0], &f.result);
    assert_int_equal(surveying_begun_at(&f, 300), 1); /* the third has its place */
    surveying_end(&f);
}

static void once_it_is_made_it_needs_one(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 20);
    f.plan.concurrency = 1;
    f.plan.half_open = 10;
    surveying_start(&f);
    struct txs_attempt slow = surveying_next(&f, 0);
    txs_survey_lingers(f.survey, &slow);
    struct txs_attempt other = surveying_next(&f, 100);
    txs_survey_settled(f.survey, &slow);
    txs_survey_settled(f.survey, &slow);
    txs_survey_done(f.survey, &other, &f.result);
    assert_int_equal(surveying_begun_at(&f, 200), 0);
    txs_survey_done(f.survey, &slow, &f.result);
    assert_int_equal(surveying_begun_at(&f, 300), 1);
    surveying_end(&f);
}

static void whoever_needs_no_place_is_dialled_at_the_rate(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 200);
    f.plan.concurrency = 1;
    f.plan.half_open = 1000;
    f.plan.rate = 10;
    surveying_start(&f);
    unsigned begun = 0;
    for (uint64_t now = 0; now <= 5000; now++) {
        struct txs_attempt attempt;
        while (txs_survey_next(f.survey, now, &attempt)) {
            txs_survey_lingers(f.survey, &attempt);
            begun++;
        }
    }
    assert_int_equal(begun, 51);
    surveying_end(&f);
}

static void the_rate_bounds_new_attempts(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 200);
    f.plan.rate = 10;
    surveying_start(&f);
    unsigned begun = 0;
    for (uint64_t now = 0; now <= 5000; now++)
        begun += surveying_begun_at(&f, now);
    assert_int_equal(begun, 51);
    assert_int_equal(txs_survey_next_ms(f.survey, 5000), 5100);
    surveying_end(&f);
}

static void each_peer_is_attempted_once(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 50);
    surveying_name_peers(&f, 50);
    surveying_start(&f);
    unsigned begun = 0;
    for (uint64_t now = 0; now < 1000; now++)
        begun += surveying_begun_at(&f, now);
    assert_int_equal(begun, 50);
    assert_int_equal(txs_survey_known(f.survey), 50);
    assert_int_equal(txs_survey_not_attempted(f.survey), 0);
    surveying_end(&f);
}

static void another_attempt_waits_half_a_second(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 1);
    surveying_start(&f);
    struct txs_attempt first = surveying_next(&f, 100);
    assert_int_equal(first.attempts, 1);
    assert_true(txs_survey_again(f.survey, 1000, &first));
    assert_int_equal(txs_survey_in_progress(f.survey), 0);
    assert_false(txs_survey_idle(f.survey));
    assert_int_equal(txs_survey_next_ms(f.survey, 1000), 1500);
    assert_int_equal(surveying_begun_at(&f, 1499), 0);
    struct txs_attempt second = surveying_next(&f, 1500);
    assert_int_equal(second.peer, first.peer);
    assert_int_equal(second.attempts, 2);
    assert_int_equal(second.started_ms, 100);
    assert_int_equal(txs_survey_in_progress(f.survey), 1);
    surveying_end(&f);
}

static void attempts_that_are_due_go_before_new_ones(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 10);
    surveying_start(&f);
    struct txs_attempt first = surveying_next(&f, 0);
    assert_true(txs_survey_again(f.survey, 0, &first));
    assert_int_not_equal(surveying_next(&f, 400).peer, first.peer);
    assert_int_equal(surveying_next(&f, 600).peer, first.peer);
    surveying_end(&f);
}

static void many_wait_in_their_order(void **state)
{
    (void)state;
    struct surveying f;
    struct txs_attempt attempts[300];
    surveying_begin(&f);
    surveying_name_peers(&f, 300);
    surveying_start(&f);
    for (unsigned i = 0; i < 300; i++)
        attempts[i] = surveying_next(&f, i * 10);
    for (unsigned i = 0; i < 300; i++)
        assert_true(txs_survey_again(f.survey, 3000 + i, &attempts[i]));
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(surveying_next(&f, 10000 + i * 10).peer, attempts[i].peer);
    surveying_end(&f);
}

static void max_peers_counts_peers_not_attempts(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 10);
    f.plan.max_peers = 2;
    surveying_start(&f);
    struct txs_attempt first = surveying_next(&f, 0);
    surveying_next(&f, 100);
    assert_int_equal(surveying_begun_at(&f, 200), 0);
    assert_true(txs_survey_again(f.survey, 200, &first));
    assert_int_equal(surveying_begun_at(&f, 1000), 1);
    assert_int_equal(txs_survey_not_attempted(f.survey), 8);
    surveying_done(&f);
    surveying_done(&f);
    assert_true(txs_survey_idle(f.survey));
    surveying_end(&f);
}

static void narrowing_leaves_one_at_least(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 10);
    surveying_start(&f);
    for (unsigned i = 0; i < 5; i++)
        surveying_next(&f, i * 10);
    txs_survey_narrow(f.survey); /* the attempt that found no descriptor is in progress itself */
    assert_int_equal(txs_survey_window(f.survey), 4);
    assert_int_equal(surveying_begun_at(&f, 1000), 0);
    for (unsigned i = 0; i < 5; i++)
        surveying_done(&f);
    txs_survey_narrow(f.survey);
    assert_int_equal(txs_survey_window(f.survey), 1);
    assert_int_equal(surveying_begun_at(&f, 2000), 1);
    txs_survey_narrow(f.survey);
    assert_int_equal(txs_survey_window(f.survey), 1);
    surveying_end(&f);
}

static void narrowing_leaves_none_without_a_place(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 10);
    f.plan.half_open = 1000;
    surveying_start(&f);
    struct txs_attempt silent = surveying_next(&f, 0);
    txs_survey_lingers(f.survey, &silent);
    surveying_next(&f, 10);
    surveying_next(&f, 20);
    txs_survey_narrow(f.survey);
    assert_int_equal(txs_survey_window(f.survey), 2);
    assert_int_equal(surveying_begun_at(&f, 1000), 0);
    surveying_done(&f);
    assert_int_equal(surveying_begun_at(&f, 1000), 0);
    txs_survey_settled(f.survey, &silent);
    txs_survey_done(f.survey, &silent, &f.result);
    assert_int_equal(surveying_begun_at(&f, 1000), 1);
    surveying_end(&f);
}

static void after_stop_only_those_that_wait_are_left(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 5);
    surveying_start(&f);
    struct txs_attempt first = surveying_next(&f, 0), waiting;
    surveying_next(&f, 10);
    assert_true(txs_survey_again(f.survey, 20, &first));
    txs_survey_stop(f.survey);
    assert_int_equal(surveying_begun_at(&f, 10000), 0);
    assert_true(txs_survey_next_ms(f.survey, 10000) == TXS_NEVER);
    assert_false(txs_survey_idle(f.survey));
    assert_true(txs_survey_waiting(f.survey, &waiting));
    assert_int_equal(waiting.peer, first.peer);
    assert_int_equal(waiting.attempts, 1);
    assert_false(txs_survey_waiting(f.survey, &waiting));
    surveying_done(&f);
    surveying_done(&f);
    assert_true(txs_survey_idle(f.survey));
    assert_int_equal(txs_survey_not_attempted(f.survey), 3);
    surveying_end(&f);
}

static void a_peer_that_is_lost_is_no_longer_in_progress(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 1);
    surveying_start(&f);
    surveying_next(&f, 0);
    assert_false(txs_survey_idle(f.survey));
    txs_survey_lose(f.survey);
    assert_int_equal(txs_survey_in_progress(f.survey), 0);
    assert_true(txs_survey_idle(f.survey));
    assert_int_equal(txs_survey_tally(f.survey)->peers, 0);
    surveying_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_at_once_than_the_window),
        cmocka_unit_test(a_connection_long_in_the_making_needs_no_place),
        cmocka_unit_test(once_it_is_made_it_needs_one),
        cmocka_unit_test(whoever_needs_no_place_is_dialled_at_the_rate),
        cmocka_unit_test(the_rate_bounds_new_attempts),
        cmocka_unit_test(each_peer_is_attempted_once),
        cmocka_unit_test(another_attempt_waits_half_a_second),
        cmocka_unit_test(attempts_that_are_due_go_before_new_ones),
        cmocka_unit_test(many_wait_in_their_order),
        cmocka_unit_test(max_peers_counts_peers_not_attempts),
        cmocka_unit_test(narrowing_leaves_one_at_least),
        cmocka_unit_test(narrowing_leaves_none_without_a_place),
        cmocka_unit_test(after_stop_only_those_that_wait_are_left),
        cmocka_unit_test(a_peer_that_is_lost_is_no_longer_in_progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
