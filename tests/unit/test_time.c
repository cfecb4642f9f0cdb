#include "txsurvey/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static const struct {
    int64_t unix_ms;
    const char *text;
} known[] = {
    {0, "1970-01-01T00:00:00.000Z"},
    {1, "1970-01-01T00:00:00.001Z"},
    {-1, "1969-12-31T23:59:59.999Z"},
    {-1000, "1969-12-31T23:59:59.000Z"},
    {-1001, "1969-12-31T23:59:58.999Z"},
    {951782400000, "2000-02-29T00:00:00.000Z"},
    {1231006505000, "2009-01-03T18:15:05.000Z"}, /* the genesis block */
    {2147483648123, "2038-01-19T03:14:08.123Z"},
    {253402300799999, "9999-12-31T23:59:59.999Z"},
};

static void known_times_have_their_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char text[TXS_TIME_TEXT_MAX];
        txs_time_text(text, known[i].unix_ms);
        assert_string_equal(text, known[i].text);
    }
}

static void the_local_time_zone_does_not_matter(void **state)
{
    (void)state;
    char text[TXS_TIME_TEXT_MAX];
    assert_int_equal(setenv("TZ", "Pacific/Kiritimati", 1), 0);
    txs_time_text(text, 1231006505000);
    assert_string_equal(text, "2009-01-03T18:15:05.000Z");
}

static void impossible_times_stay_within_their_room(void **state)
{
    (void)state;
    static const int64_t impossible[] = {INT64_MIN,     INT64_MIN + 1,   INT64_MAX,
                                         INT64_MAX - 1, 253402300800000, -62167219200001};
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++) {
        char *text = malloc(TXS_TIME_TEXT_MAX);
        assert_non_null(text);
        txs_time_text(text, impossible[i]);
        assert_int_equal(strlen(text), 24);
        assert_int_equal(text[23], 'Z');
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_times_have_their_text),
        cmocka_unit_test(the_local_time_zone_does_not_matter),
        cmocka_unit_test(impossible_times_stay_within_their_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
