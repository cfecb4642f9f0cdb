#include "../../src/net/deadlines.h"

#include "txsurvey/random.h"
#include "txsurvey/time.h"

#include <setjmp.h>
#include <stdarg.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define MANY 200

static uint64_t earliest(const struct deadline *list)
{
    uint64_t ms = TXS_NEVER;
    for (size_t i = 0; i < MANY; i++)
        if (list[i].place != 0 && list[i].ms < ms)
            ms = list[i].ms;
    return ms;
}

/* Set, moved and taken away at random; the first is the earliest each time. */
static void the_first_is_the_earliest(void **state)
{
    (void)state;
    static struct deadline list[MANY];
    struct deadlines all = {0};
    struct txs_random random = {7};
    assert_true(deadlines_reserve(&all, MANY));
    for (unsigned step = 0; step < 20000; step++) {
        struct deadline *one = &list[txs_random_below(&random, MANY)];
        bool never = txs_random_below(&random, 3) == 0;
        uint64_t ms = never ? TXS_NEVER : txs_random_below(&random, 300);
        deadlines_set(&all, one, ms);
        assert_int_equal(one->place == 0, never);
        assert_int_equal(one->ms, ms);
        struct deadline *first = deadlines_first(&all);
        assert_int_equal(first != NULL ? first->ms : TXS_NEVER, earliest(list));
    }
    deadlines_free(&all);
}

static void they_come_in_their_order(void **state)
{
    (void)state;
    static struct deadline list[MANY];
    struct deadlines all = {0};
    for (size_t i = 0; i < MANY; i++) {
        assert_true(deadlines_reserve(&all, i + 1)); /* it grows */
        deadlines_set(&all, &list[i], i * 7919 % 1000);
    }
    uint64_t before = 0;
    for (size_t i = 0; i < MANY; i++) {
        struct deadline *first = deadlines_first(&all);
        assert_non_null(first);
        assert_true(first->ms >= before);
        before = first->ms;
        deadlines_set(&all, first, TXS_NEVER);
    }
    assert_null(deadlines_first(&all));
    deadlines_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_the_earliest),
        cmocka_unit_test(they_come_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
