/* Text of peers, made safe for a terminal and for JSON. */
#include "txsurvey/escape.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

/* In memory of exactly the size that is promised to be enough. */
static char *escape(const void *bytes, size_t len)
{
    uint8_t *in = malloc(len > 0 ? len : 1);
    char *out = malloc(4 * len + 1);
    assert_non_null(in);
    assert_non_null(out);
    memcpy(in, bytes, len);
    size_t written = txs_escape_text(out, in, len);
    assert_int_equal(strlen(out), written);
    free(in);
    return out;
}

static void require_escape(const char *in, const char *expected)
{
    char *out = escape(in, strlen(in));
    assert_string_equal(out, expected);
    free(out);
}

static void printable_ascii_stays(void **state)
{
    (void)state;
    for (char c = ' '; c <= '~'; c++)
        if (c != '\\')
            require_escape((char[]){c, '\0'}, (char[]){c, '\0'});
}

/* So that a newline and the four characters that stand for it differ. */
static void escaping_can_be_undone(void **state)
{
    (void)state;
    require_escape("a\\x0a", "a\\x5cx0a");
    require_escape("\\", "\\x5c");
}

static void controls_become_hex(void **state)
{
    (void)state;
    require_escape("a\x1b[2J\nb\x7f", "a\\x1b[2J\\x0ab\\x7f");
    char *out = escape("\0", 1);
    assert_string_equal(out, "\\x00");
    free(out);
}

static void utf8_that_a_terminal_shows_stays(void **state)
{
    (void)state;
    static const char *const shown[] = {
        "\xc2\xa0",     "\xc3\xa9",     "\xdf\xbf",         "\xe0\xa0\x80",     "\xe2\x82\xbf",
        "\xed\x9f\xbf", "\xef\xbd\xa1", "\xf0\x90\x80\x80", "\xf0\x9f\x98\x80", "\xf3\x9f\xbf\xbd",
    };
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        require_escape(shown[i], shown[i]);
}

static void what_is_no_utf8_becomes_hex(void **state)
{
    (void)state;
    require_escape("\x80", "\\x80");
    require_escape("\xc3", "\\xc3");
    require_escape("\xc3(", "\\xc3(");
    require_escape("\xc0\x80", "\\xc0\\x80"); /* too long a form of NUL */
    require_escape("\xc1\xbf", "\\xc1\\xbf");
    require_escape("\xe0\x9f\xbf", "\\xe0\\x9f\\xbf");
    require_escape("\xed\xa0\x80", "\\xed\\xa0\\x80"); /* a surrogate */
    require_escape("\xed\xbf\xbf", "\\xed\\xbf\\xbf");
    require_escape("\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf");
    require_escape("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
    require_escape("\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80");
    require_escape("\xe2\x82", "\\xe2\\x82"); /* cut off */
    require_escape("\xff\xfe", "\\xff\\xfe");
}

static void what_hides_or_turns_text_becomes_hex(void **state)
{
    (void)state;
    require_escape("\xc2\x9b", "\\xc2\\x9b");                   /* C1: CSI */
    require_escape("\xc2\xad", "\\xc2\\xad");                   /* soft hyphen */
    require_escape("\xe2\x80\x8b", "\\xe2\\x80\\x8b");          /* zero width space */
    require_escape("\xe2\x80\xa8", "\\xe2\\x80\\xa8");          /* line separator */
    require_escape("\xe2\x80\xae", "\\xe2\\x80\\xae");          /* right-to-left override */
    require_escape("\xe2\x81\xa6", "\\xe2\\x81\\xa6");          /* isolate */
    require_escape("\xef\xbb\xbf", "\\xef\\xbb\\xbf");          /* byte order mark */
    require_escape("\xef\xbf\xbe", "\\xef\\xbf\\xbe");          /* no character */
    require_escape("\xee\x80\x80", "\\xee\\x80\\x80");          /* private use */
    require_escape("\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81"); /* a tag */
    require_escape("\xf4\x8f\xbf\xbf", "\\xf4\\x8f\\xbf\\xbf");
}

/* Whatever goes in: valid UTF-8 comes out (jansson refuses any other), and its JSON is printable.
 */
static void require_safe(const void *bytes, size_t len)
{
    char *out = escape(bytes, len);
    json_t *text = json_string(out);
    assert_non_null(text);
    char *dumped = json_dumps(text, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
    assert_non_null(dumped);
    for (const char *c = dumped; *c != '\0'; c++)
        assert_true(*c >= ' ' && *c <= '~');
    for (const char *c = out; *c != '\0'; c++)
        assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
    free(dumped);
    json_decref(text);
    free(out);
}

static void every_pair_of_bytes_is_safe(void **state)
{
    (void)state;
    for (unsigned pair = 0; pair < 0x10000; pair++)
        require_safe((uint8_t[]){(uint8_t)(pair >> 8), (uint8_t)pair}, 2);
}

static void every_edge_of_a_long_character_is_safe(void **state)
{
    (void)state;
    static const uint8_t edges[] = {0x00, 0x1b, 0x7f, 0x80, 0x8f, 0x90,
                                    0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    const size_t n = sizeof edges;
    for (unsigned first = 0xe0; first <= 0xff; first++) {
        for (size_t i = 0; i < n * n * n; i++)
            require_safe(
                (uint8_t[]){(uint8_t)first, edges[i % n], edges[i / n % n], edges[i / n / n]}, 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printable_ascii_stays),
        cmocka_unit_test(escaping_can_be_undone),
        cmocka_unit_test(controls_become_hex),
        cmocka_unit_test(utf8_that_a_terminal_shows_stays),
        cmocka_unit_test(what_is_no_utf8_becomes_hex),
        cmocka_unit_test(what_hides_or_turns_text_becomes_hex),
        cmocka_unit_test(every_pair_of_bytes_is_safe),
        cmocka_unit_test(every_edge_of_a_long_character_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
