/* Which forms of a transaction have a record. */
#include "../../src/jsonl/forms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static const uint8_t *form(uint32_t number)
{
    static uint8_t wtxid[32];
    memset(wtxid, 0, sizeof wtxid);
    memcpy(wtxid + 7, &number, sizeof number);
    return wtxid;
}

static void begin(struct forms *f)
{
    assert_true(forms_init(f, 2, 0x123456789abcdef));
}

/* Serves `count` forms from `first` on once each; returns how many got a record by that. */
static unsigned serve(struct forms *f, uint32_t first, uint32_t count)
{
    unsigned due = 0;
    for (uint32_t i = first; i < first + count; i++)
        due += forms_serve(f, 1, form(i), true) == FORM_DUE;
    return due;
}

static void the_first_forms_are_recorded_at_once(void **state)
{
    (void)state;
    struct forms f;
    begin(&f);
    assert_int_equal(serve(&f, 1, FORMS_AT_ONCE), FORMS_AT_ONCE);
    assert_int_equal(serve(&f, 1, FORMS_AT_ONCE), 0);
    assert_int_equal(f.ids[1].unrecorded, 0);
    assert_int_equal(forms_serve(&f, 0, form(1), true), FORM_DUE); /* of another id */
    forms_free(&f);
}

static void a_further_form_must_be_served_more_often_than_those(void **state)
{
    (void)state;
    struct forms f;
    begin(&f);
    serve(&f, 1, FORMS_AT_ONCE);
    serve(&f, 50, 1); /* now one of them twice */
    assert_int_equal(forms_serve(&f, 1, form(1000), true), FORM_LEFT_OUT);
    assert_int_equal(forms_serve(&f, 1, form(1000), true), FORM_LEFT_OUT);
    assert_int_equal(f.ids[1].unrecorded, 2);
    assert_int_equal(forms_serve(&f, 1, form(1000), true), FORM_DUE);
    assert_int_equal(f.ids[1].unrecorded, 0);
    assert_int_equal(forms_serve(&f, 1, form(1000), true), FORM_RECORDED);
    forms_free(&f);
}

/* Each peer makes up a form of its own, and twenty honest ones come among the last. */
static void the_form_that_most_serve_is_recorded(void **state)
{
    (void)state;
    struct forms f;
    unsigned honest = 0;
    begin(&f);
    serve(&f, 1, 3000);
    for (uint32_t i = 0; i < 20; i++) {
        honest += forms_serve(&f, 1, form(0), true) == FORM_DUE;
        serve(&f, 5000 + 100 * i, 100);
    }
    assert_int_equal(honest, 1);
    forms_free(&f);
}

/* However colluders share out their servings, records cost them ever more. */
static void colluders_get_few_records(void **state)
{
    (void)state;
    for (uint32_t together = 1; together <= 64; together++) {
        struct forms f;
        unsigned due = 0;
        begin(&f);
        for (uint32_t i = 0; i < 20000; i++)
            due += serve(&f, 1 + i / (1 + i / 20000 + i % together), 1);
        assert_true(due <= FORMS_AT_ONCE + 200); /* n more need n * n / 2 */
        assert_int_equal(f.count, due);
        forms_free(&f);
    }
}

static void what_has_no_bytes_waits_for_who_has(void **state)
{
    (void)state;
    struct forms f;
    begin(&f);
    assert_int_equal(forms_serve(&f, 1, form(1), false), FORM_LEFT_OUT);
    assert_int_equal(forms_serve(&f, 1, NULL, false), FORM_LEFT_OUT);
    assert_int_equal(f.ids[1].unrecorded, 2);
    assert_int_equal(forms_serve(&f, 1, form(1), true), FORM_DUE);
    assert_int_equal(f.ids[1].unrecorded, 1);
    forms_free(&f);
}

static void without_witness_any_form_will_do(void **state)
{
    (void)state;
    struct forms f;
    begin(&f);
    assert_int_equal(forms_serve(&f, 1, NULL, true), FORM_DUE);
    assert_int_equal(forms_serve(&f, 1, NULL, true), FORM_RECORDED);
    assert_int_equal(forms_serve(&f, 1, form(1), true), FORM_DUE);
    assert_int_equal(forms_serve(&f, 0, form(1), true), FORM_DUE);
    assert_int_equal(forms_serve(&f, 0, NULL, true), FORM_RECORDED);
    forms_free(&f);
}

static void what_is_restored_counts(void **state)
{
    (void)state;
    struct forms f;
    begin(&f);
    for (uint32_t i = 1; i <= 1000; i++)
        assert_int_equal(forms_restore(&f, 1, form(i)), FORM_DUE);
    assert_int_equal(forms_restore(&f, 1, form(1)), FORM_RECORDED);
    for (int i = 0; i < 3; i++)
        assert_int_equal(forms_serve(&f, 1, form(1), false), FORM_RECORDED);
    for (int i = 0; i < 3; i++)
        assert_int_equal(forms_serve(&f, 1, form(2000), false), FORM_LEFT_OUT);
    assert_int_equal(forms_serve(&f, 1, form(2000), true), FORM_DUE);
    forms_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_forms_are_recorded_at_once),
        cmocka_unit_test(a_further_form_must_be_served_more_often_than_those),
        cmocka_unit_test(the_form_that_most_serve_is_recorded),
        cmocka_unit_test(colluders_get_few_records),
        cmocka_unit_test(what_has_no_bytes_waits_for_who_has),
        cmocka_unit_test(without_witness_any_form_will_do),
        cmocka_unit_test(what_is_restored_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
