/* When a proxy's failure is laid on its peers. */
#include "../../src/net/doubt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
/* cmocka wants three of the above first */
#include <cmocka.h>

#define BEGIN 1000000u

static bool fails(struct doubt *d, uint64_t ms)
{
    return doubt_failed(d, TXS_ERROR_SAM_KEY_NOT_FOUND, BEGIN + ms);
}

/* Each time at the end of the pause, at once: the last time a minute after the first. */
static void who_always_fails_is_tried_for_a_minute(void **state)
{
    (void)state;
    static const uint64_t times_ms[] = {0, 2000, 6000, 14000, 30000};
    struct doubt d = {0};
    assert_false(doubt_pauses(&d, BEGIN));
    for (size_t i = 0; i < sizeof times_ms / sizeof *times_ms; i++) {
        uint64_t next_ms = i < 4 ? times_ms[i + 1] : DOUBT_MS;
        assert_false(doubt_pauses(&d, BEGIN + times_ms[i]));
        assert_true(fails(&d, times_ms[i]));
        assert_true(doubt_pauses(&d, BEGIN + next_ms - 1));
        assert_false(doubt_pauses(&d, BEGIN + next_ms));
    }
    assert_false(fails(&d, DOUBT_MS));
    assert_false(fails(&d, DOUBT_MS + 1));
    assert_false(doubt_pauses(&d, BEGIN + DOUBT_MS + 1));
}

static void those_that_fail_together_begin_one_pause(void **state)
{
    (void)state;
    struct doubt d = {0};
    for (uint64_t ms = 0; ms < 2000; ms += 100)
        assert_true(fails(&d, ms));
    assert_int_equal(d.pauses, 1);
    assert_false(doubt_pauses(&d, BEGIN + 2000));
}

static void who_takes_its_time_to_fail_has_no_more_than_the_minute(void **state)
{
    (void)state;
    struct doubt d = {0};
    assert_true(fails(&d, 0));
    assert_true(fails(&d, DOUBT_MS - 1));
    assert_false(doubt_pauses(&d, BEGIN + DOUBT_MS));
    assert_false(fails(&d, DOUBT_MS + 29000));
}

static void a_success_ends_it(void **state)
{
    (void)state;
    struct doubt d = {0};
    assert_true(fails(&d, 0));
    doubt_end(&d);
    assert_false(doubt_pauses(&d, BEGIN + 1));
    assert_false(fails(&d, 1));
}

static void some_words_come_of_one_that_works(void **state)
{
    (void)state;
    struct doubt d = {0};
    assert_true(fails(&d, 0));
    assert_false(doubt_failed(&d, TXS_ERROR_SOCKS5_CONNECTION_REFUSED, BEGIN + 1));
    assert_false(doubt_pauses(&d, BEGIN + 1));
    assert_false(fails(&d, 2));
}

static void others_tell_nothing(void **state)
{
    (void)state;
    struct doubt d = {0};
    assert_false(doubt_failed(&d, TXS_ERROR_SOCKS5_NOT_ALLOWED, BEGIN));
    assert_false(doubt_failed(&d, TXS_ERROR_PROXY_REFUSED, BEGIN));
    assert_false(doubt_pauses(&d, BEGIN));
    assert_true(fails(&d, 0));
    assert_false(doubt_failed(&d, TXS_ERROR_SAM_INVALID_KEY, BEGIN + 1));
    assert_true(doubt_pauses(&d, BEGIN + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_always_fails_is_tried_for_a_minute),
        cmocka_unit_test(those_that_fail_together_begin_one_pause),
        cmocka_unit_test(who_takes_its_time_to_fail_has_no_more_than_the_minute),
        cmocka_unit_test(a_success_ends_it),
        cmocka_unit_test(some_words_come_of_one_that_works),
        cmocka_unit_test(others_tell_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
