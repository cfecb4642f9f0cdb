/* When a turn's reading ends. */
#include "../../src/net/turn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>
/* cmocka wants three of the above first */
#include <cmocka.h>

static uint64_t worked_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void work(uint64_t ms)
{
    for (uint64_t end = worked_ms() + ms; worked_ms() < end;)
        ;
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){0, ms * 1000000}, NULL);
}

static void work_ends_it_and_the_others_are_next(void **state)
{
    (void)state;
    struct turn turn = {0};
    struct share a = {0}, b = {0}, c = {0};
    turn_start(&turn);
    assert_true(turn_take_share(&turn, &a));
    work(6);
    assert_true(turn_take_share(&turn, &b));
    work(60);
    assert_false(turn_take_share(&turn, &c));
    assert_true(c.waits);
    turn_end(&turn);
    assert_false(turn_take_share(&turn, &a));
    assert_true(turn_take_share(&turn, &c));
    assert_false(c.waits);
    turn_end(&turn);
    assert_true(turn_take_share(&turn, &a));
}

static void time_in_which_others_have_the_processor_ends_nothing(void **state)
{
    (void)state;
    struct turn turn = {0};
    struct share shares[3] = {0};
    turn_start(&turn);
    for (size_t i = 0; i < 3; i++) {
        assert_true(turn_take_share(&turn, &shares[i]));
        sleep_ms(100);
    }
}

/* 100 ms of work for 2,000 of them. */
static void ordinary_answers_end_nothing(void **state)
{
    (void)state;
    static struct share shares[2000];
    struct turn turn = {0};
    turn_start(&turn);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        assert_true(turn_take_share(&turn, &shares[i]));
        if (i % 20 == 0)
            work(1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_ends_it_and_the_others_are_next),
        cmocka_unit_test(time_in_which_others_have_the_processor_ends_nothing),
        cmocka_unit_test(ordinary_answers_end_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
