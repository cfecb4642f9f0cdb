/* When attempts to connect make this machine's own link suspect. */
#include "../../src/survey/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define SECONDS_MAX 4000

struct trial {
    struct link link;
    unsigned second, timeout_s;
    unsigned due[SECONDS_MAX]; /* attempts that time out in that second */
    bool suspect;
    unsigned doubted, not_doubted; /* of those that timed out */
};

static void begin(struct trial *t, unsigned second, unsigned timeout_s)
{
    *t = (struct trial){.second = second, .timeout_s = timeout_s};
    link_init(&t->link, timeout_s * 1000ull);
}

/* In each of so many seconds `count` attempts begin, of which `alive` succeed at once; the others
 * time out. */
static void go_on(struct trial *t, unsigned seconds, unsigned count, unsigned alive)
{
    for (unsigned end = t->second + seconds; t->second < end; t->second++) {
        t->due[t->second + t->timeout_s] += count - alive;
        for (unsigned i = 0; i < count; i++)
            link_dialled(&t->link, t->second * 1000ull);
        for (unsigned i = 0; i < alive; i++)
            assert_false(link_note(&t->link, t->second * 1000ull, t->second * 1000ull, true));
        for (unsigned i = 0; i < t->due[t->second]; i++) {
            uint64_t now = t->second * 1000ull + 999, began = (t->second - t->timeout_s) * 1000ull;
            t->suspect |= link_note(&t->link, now, began, false);
            if (link_is_silent(&t->link, now, began))
                t->doubted++;
            else
                t->not_doubted++;
        }
    }
}

/* Nobody is left to be tried. */
static void wait(struct trial *t)
{
    go_on(t, t->timeout_s + 1, 0, 0);
}

static struct trial t;

static void a_lost_link_is_suspect(void **state)
{
    (void)state;
    for (unsigned alive = 4; alive <= 100; alive += 8) { /* of 100 */
        for (unsigned timeout = 1; timeout <= 40; timeout *= 2) {
            unsigned span = timeout <= 5 ? 10 : 2 * timeout;
            begin(&t, 50, timeout);
            go_on(&t, 4 * span, 100, alive);
            assert_false(t.suspect);
            go_on(&t, span / 2, 100, 0);
            assert_false(t.suspect);
            go_on(&t, span / 2 + 1, 100, 0);
            assert_true(t.suspect);
        }
    }
}

/* Each that began behind the last that was heard; none before, and none once another is heard. */
static void what_failed_while_nobody_was_heard_is_doubted(void **state)
{
    (void)state;
    for (unsigned timeout = 1; timeout <= 32; timeout *= 2) {
        begin(&t, 50, timeout);
        go_on(&t, 100, 100, 20);
        assert_int_equal(t.doubted, 0);
        go_on(&t, timeout, 100, 0);
        assert_in_range(t.doubted, 0, 80); /* those that began beside the last that was heard */
        t.doubted = t.not_doubted = 0;
        go_on(&t, 90, 100, 0);
        assert_int_equal(t.not_doubted, 0);
        assert_int_equal(t.doubted, 90 * 100);
        go_on(&t, 1, 100, 20);
        assert_int_equal(t.doubted, 90 * 100);
    }
}

static void soon_after_the_machine_was_started(void **state)
{
    (void)state;
    begin(&t, 0, 1);
    go_on(&t, 5, 100, 50);
    go_on(&t, 11, 100, 0);
    assert_true(t.suspect);
}

/* A list, or a crawl, in which the likely ones come first. */
static void a_thin_end_is_not(void **state)
{
    (void)state;
    begin(&t, 50, 5);
    for (unsigned alive = 64; alive > 0; alive /= 2)
        go_on(&t, 20, 200, alive);
    wait(&t);
    assert_false(t.suspect);
    assert_int_equal(t.doubted, 0);
}

/* The last to end are always those that time out. */
static void a_burst_is_not(void **state)
{
    (void)state;
    static const unsigned timeouts[] = {1, 3, 5, 6, 9, 10, 20, 60, 600};
    for (size_t i = 0; i < sizeof timeouts / sizeof *timeouts; i++) {
        for (unsigned seconds = 1; seconds < 90; seconds += 11) {
            begin(&t, 50, timeouts[i]);
            go_on(&t, seconds, 1000, 100);
            wait(&t);
            assert_false(t.suspect);
            assert_int_equal(t.doubted, 0);
        }
    }
}

static void few_are_not(void **state)
{
    (void)state;
    begin(&t, 50, 1);
    go_on(&t, 60, 1, 1);
    go_on(&t, 19, 1, 0); /* 10 in 10 s */
    assert_false(t.suspect);
}

/* That it never was in order one can see without us. */
static void nobody_from_the_start_is_not(void **state)
{
    (void)state;
    begin(&t, 50, 5);
    go_on(&t, 100, 100, 0);
    assert_false(t.suspect);
}

static void what_was_an_hour_ago_is_forgotten(void **state)
{
    (void)state;
    begin(&t, 50, 5);
    go_on(&t, 10, 50, 25);
    wait(&t);
    t.second = 3650;
    go_on(&t, 30, 50, 0);
    assert_false(t.suspect);
}

static void it_is_silent_until_the_first_is_heard(void **state)
{
    (void)state;
    struct link l;
    link_init(&l, 5000);
    link_dialled(&l, 0);
    link_dialled(&l, 0);
    assert_false(link_note(&l, 10, 0, false));
    assert_true(link_is_silent(&l, 10, 0));
    assert_false(link_note(&l, 20, 0, true));
    assert_false(link_is_silent(&l, 20, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_silent_until_the_first_is_heard),
        cmocka_unit_test(a_lost_link_is_suspect),
        cmocka_unit_test(what_failed_while_nobody_was_heard_is_doubted),
        cmocka_unit_test(soon_after_the_machine_was_started),
        cmocka_unit_test(a_thin_end_is_not),
        cmocka_unit_test(a_burst_is_not),
        cmocka_unit_test(few_are_not),
        cmocka_unit_test(nobody_from_the_start_is_not),
        cmocka_unit_test(what_was_an_hour_ago_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
