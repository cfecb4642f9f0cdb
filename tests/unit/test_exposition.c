/* Prometheus' text format: what no parser trips over. */
#include "../../src/metrics/exposition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka wants three of the above first */
#include <cmocka.h>

static void assert_text(struct exposition *x, const char *expected)
{
    assert_false(x->lost);
    assert_int_equal(x->len, strlen(expected));
    assert_memory_equal(x->text, expected, x->len);
    exposition_free(x);
}

static void each_metric_has_its_head_once(void **state)
{
    (void)state;
    struct exposition x = {.text = NULL};
    exposition_begin(&x, "s");
    exposition_metric(&x, "a", "first");
    exposition_plain(&x, 1);
    exposition_labelled(&x, "l", "v", UINT64_MAX);
    exposition_metric(&x, "b", "without a sample");
    exposition_metric(&x, "c", "third");
    exposition_plain(&x, 0);
    assert_text(&x, "# HELP a first\n# TYPE a gauge\n"
                    "a{survey=\"s\"} 1\n"
                    "a{survey=\"s\",l=\"v\"} 18446744073709551615\n"
                    "# HELP c third\n# TYPE c gauge\n"
                    "c{survey=\"s\"} 0\n");
}

static void what_has_a_meaning_is_escaped(void **state)
{
    (void)state;
    struct exposition x = {.text = NULL};
    exposition_begin(&x, "\"\\\n");
    exposition_metric(&x, "a", "\"\\\n");
    exposition_labelled(&x, "l", "}\",", 1);
    assert_text(&x, "# HELP a \"\\\\\\n\n# TYPE a gauge\n"
                    "a{survey=\"\\\"\\\\\\n\",l=\"}\\\",\"} 1\n");
}

static void decimals_keep_their_digits(void **state)
{
    (void)state;
    struct exposition x = {.text = NULL};
    exposition_begin(&x, "s");
    exposition_metric(&x, "a", "h");
    exposition_plain_decimal(&x, 1795821682313, 3);
    exposition_plain_decimal(&x, 42, 6);
    exposition_plain_decimal(&x, 1000000, 6);
    assert_text(&x, "# HELP a h\n# TYPE a gauge\n"
                    "a{survey=\"s\"} 1795821682.313\n"
                    "a{survey=\"s\"} 0.000042\n"
                    "a{survey=\"s\"} 1.000000\n");
}

static void it_begins_anew(void **state)
{
    (void)state;
    struct exposition x = {.text = NULL};
    for (unsigned i = 0; i < 2; i++) {
        exposition_begin(&x, "s");
        exposition_metric(&x, "a", "h");
        for (unsigned k = 0; k < 2000; k++)
            exposition_plain(&x, k);
        exposition_begin(&x, "t");
        exposition_metric(&x, "a", "h");
        exposition_plain(&x, i);
    }
    assert_text(&x, "# HELP a h\n# TYPE a gauge\na{survey=\"t\"} 1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_metric_has_its_head_once),
        cmocka_unit_test(what_has_a_meaning_is_escaped),
        cmocka_unit_test(decimals_keep_their_digits),
        cmocka_unit_test(it_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
