/* Figures and words for people. */
#include "../../src/app/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include <string.h>

static void counts_have_their_thousands_apart(void **state)
{
    (void)state;
    assert_string_equal(words_count(0).text, "0");
    assert_string_equal(words_count(999).text, "999");
    assert_string_equal(words_count(1000).text, "1,000");
    assert_string_equal(words_count(123456).text, "123,456");
    assert_string_equal(words_count(UINT64_MAX).text, "18,446,744,073,709,551,615");
}

static void shares_are_whole_but_at_their_ends(void **state)
{
    (void)state;
    static const struct {
        double share;
        const char *text;
    } shares[] = {
        {0, "0 %"},        {0.0005, "under 0.1 %"}, {0.003, "0.3 %"},
        {0.01, "1 %"},     {0.5625, "56 %"},        {0.99, "99 %"},
        {0.997, "99.7 %"}, {0.9995, "over 99.9 %"}, {1, "100 %"},
    };
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        assert_string_equal(words_share(shares[i].share).text, shares[i].text);
}

static void times_are_rounded_up(void **state)
{
    (void)state;
    assert_string_equal(words_time(0).text, "0 s");
    assert_string_equal(words_time(1).text, "1 s");
    assert_string_equal(words_time(119000).text, "119 s");
    assert_string_equal(words_time(120001).text, "3 min");
    assert_string_equal(words_time(3600000).text, "1 h 0 min");
    assert_string_equal(words_time(4800000).text, "1 h 20 min");
}

static void what_others_say_is_plain_and_cut_between_characters(void **state)
{
    (void)state;
    char out[9];
    static const char said[] = "ab\x1b\xc3\xa4";
    words_plain(out, sizeof out, said, sizeof said - 1);
    assert_string_equal(out, "ab\\x1b");
    words_plain(out, sizeof out, "12345678901", 11);
    assert_string_equal(out, "12345678");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_have_their_thousands_apart),
        cmocka_unit_test(shares_are_whole_but_at_their_ends),
        cmocka_unit_test(times_are_rounded_up),
        cmocka_unit_test(what_others_say_is_plain_and_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
