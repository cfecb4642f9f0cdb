/* The rate of new connections. */
#include "../../src/survey/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the four above first */
#include <cmocka.h>

/* How many connections a caller who always waits as long as it is told makes until `until_ms`. */
static unsigned made(struct pace *p, uint64_t from_ms, uint64_t until_ms)
{
    unsigned count = 0;
    for (uint64_t now = from_ms; now <= until_ms; now = pace_next_ms(p, now))
        if (pace_take(p, now))
            count++;
        else
            assert_true(pace_next_ms(p, now) > now);
    return count;
}

static unsigned at_once(struct pace *p, uint64_t now_ms)
{
    unsigned count = 0;
    while (pace_take(p, now_ms))
        count++;
    return count;
}

static void the_first_comes_at_once_and_alone(void **state)
{
    (void)state;
    struct pace p = {.rate = 1000};
    assert_int_equal(pace_next_ms(&p, 77), 77);
    assert_int_equal(at_once(&p, 77), 1);
    assert_int_equal(pace_next_ms(&p, 77), 78);
}

static void the_rate_is_kept_over_time(void **state)
{
    (void)state;
    static const uint32_t rates[] = {1, 3, 7, 10, 100, 999, 1000};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct pace p = {.rate = rates[i]};
        unsigned count = made(&p, 1000, 11000);
        assert_true(count >= rates[i] * 10 && count <= rates[i] * 10 + 1);
    }
}

static void rates_over_one_a_millisecond_are_kept(void **state)
{
    (void)state;
    struct pace p = {.rate = 5000};
    unsigned count = 0;
    for (uint64_t now = 0; now < 1000; now++)
        count += at_once(&p, now);
    assert_true(count >= 4990 && count <= 5001);
}

static void no_more_than_a_tenth_of_a_second_is_saved_up(void **state)
{
    (void)state;
    struct pace p = {.rate = 1000};
    assert_true(pace_take(&p, 0));
    assert_int_equal(at_once(&p, 3600000), 100);
    assert_int_equal(at_once(&p, 3600050), 50);
}

static void a_slow_rate_saves_up_one(void **state)
{
    (void)state;
    struct pace p = {.rate = 1};
    assert_true(pace_take(&p, 0));
    assert_int_equal(at_once(&p, 60000), 1);
    assert_int_equal(pace_next_ms(&p, 60000), 61000);
}

static void what_is_told_is_the_earliest_time(void **state)
{
    (void)state;
    struct pace p = {.rate = 3};
    assert_true(pace_take(&p, 0));
    assert_int_equal(pace_next_ms(&p, 0), 334);
    struct pace early = p;
    assert_false(pace_take(&early, 333));
    assert_true(pace_take(&p, 334));
}

static void the_greatest_rate_and_pause_do_not_overflow(void **state)
{
    (void)state;
    struct pace p = {.rate = UINT32_MAX};
    assert_true(pace_take(&p, 0));
    assert_true(pace_take(&p, UINT64_MAX - 1));
    assert_true(p.credit <= (uint64_t)UINT32_MAX * 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_comes_at_once_and_alone),
        cmocka_unit_test(the_rate_is_kept_over_time),
        cmocka_unit_test(rates_over_one_a_millisecond_are_kept),
        cmocka_unit_test(no_more_than_a_tenth_of_a_second_is_saved_up),
        cmocka_unit_test(a_slow_rate_saves_up_one),
        cmocka_unit_test(what_is_told_is_the_earliest_time),
        cmocka_unit_test(the_greatest_rate_and_pause_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
