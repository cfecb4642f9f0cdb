#include "txsurvey/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static void every_byte_goes_there_and_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        uint8_t byte = (uint8_t)i;
        uint8_t back = (uint8_t)~i;
        char text[3], expected[3];
        txs_hex_encode(text, &byte, 1);
        snprintf(expected, sizeof expected, "%02x", i);
        assert_string_equal(text, expected);
        assert_true(txs_hex_decode(&back, 1, text, 2));
        assert_int_equal(back, byte);
    }
}

static void either_case_is_read_and_lower_case_written(void **state)
{
    (void)state;
    uint8_t bytes[3];
    char text[7];
    assert_true(txs_hex_decode(bytes, 3, "aBCdEf", 6));
    txs_hex_encode(text, bytes, 3);
    assert_string_equal(text, "abcdef");
    txs_hex_encode(text, bytes, 0);
    assert_string_equal(text, "");
}

static void other_lengths_and_characters_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[2];
    assert_false(txs_hex_decode(bytes, 2, "abc", 3));
    assert_false(txs_hex_decode(bytes, 2, "abcde", 5));
    assert_false(txs_hex_decode(bytes, 2, "ab", 2));
    assert_false(txs_hex_decode(bytes, 2, "abcdef", 6));
    assert_true(txs_hex_decode(NULL, 0, "", 0));
    for (int c = 0; c < 256; c++) {
        bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        char high[2] = {(char)c, '0'};
        char low[2] = {'0', (char)c};
        assert_int_equal(txs_hex_decode(bytes, 1, high, 2), digit);
        assert_int_equal(txs_hex_decode(bytes, 1, low, 2), digit);
    }
}

static void a_hash_is_shown_in_reverse(void **state)
{
    (void)state;
    uint8_t hash[32] = {[0] = 0x6f, [1] = 0xe2, [31] = 0x01};
    uint8_t back[32];
    char text[65];
    txs_hash_to_hex(text, hash);
    assert_string_equal(text, "01000000000000000000000000000000000000000000000000000000"
                              "0000e26f");
    assert_true(txs_hash_from_hex(back, text, 64));
    assert_memory_equal(back, hash, 32);
    assert_false(txs_hash_from_hex(back, text, 63));
    assert_false(txs_hash_from_hex(back, text, 65));
    text[10] = 'g';
    assert_false(txs_hash_from_hex(back, text, 64));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_goes_there_and_back),
        cmocka_unit_test(either_case_is_read_and_lower_case_written),
        cmocka_unit_test(other_lengths_and_characters_are_refused),
        cmocka_unit_test(a_hash_is_shown_in_reverse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
