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

#define ID "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"

static bool is_pasted(const char *text)
{
    uint8_t expected[32], hash[32];
    assert_true(txs_hash_from_hex(expected, ID, 64));
    size_t len = strlen(text);
    char *exact = malloc(len); /* of the exact size: nothing may be read behind it */
    assert_non_null(exact);
    memcpy(exact, text, len);
    bool right = txs_hash_from_pasted(hash, exact, len) && memcmp(hash, expected, 32) == 0;
    free(exact);
    return right;
}

static void a_hash_is_found_in_what_people_paste(void **state)
{
    (void)state;
    static const char *const taken[] = {
        ID,
        "F4184FC596403B9D638783CF57ADFE4C75C605F6356FBC91338530E9831E9E16",
        "0x" ID,
        "0X" ID,
        " \t" ID "\r\n",
        "\"" ID "\",",
        "'" ID "'",
        "[\"" ID "\"]",
        "<" ID ">",
        "\xe2\x80\x9c" ID "\xe2\x80\x9d",
        "\xc2\xa0" ID,
        "https://mempool.space/tx/" ID,
        "https://mempool.space/tx/" ID "/",
        "https://mempool.space/tx/" ID "//",
        "https://mempool.space/tx/" ID "#vout=0",
        "https://mempool.space/testnet4/tx/" ID "?mode=details#a/b",
        "https://blockstream.info/tx/" ID "?input:0&expand",
        "https://www.blockchain.com/explorer/transactions/btc/" ID,
        "https://blockchair.com/bitcoin/transaction/" ID "?from=a/b",
        "https://explorer.example/#/tx/" ID,
        "mempool.space/tx/" ID,
        "/tx/0x" ID,
        "<https://mempool.space/tx/" ID ">,",
    };
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (!is_pasted(taken[i]))
            fail_msg("%s", taken[i]);
}

static void a_hash_is_found_nowhere_else(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "",
        "0x",
        "/",
        "\"",
        "0x0x" ID,
        ID "0",
        "x" ID,
        ID " " ID,
        ID ":0",
        ID "#vout=0" ID,
        "tx=" ID,
        "https://mempool.space/",
        "https://mempool.space/tx/" ID "/hex",
        "https://mempool.space/tx?id=" ID,
        "https://mempool.space/?/tx/" ID,
        "https://mempool.space/tx#" ID,
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (is_pasted(refused[i]))
            fail_msg("%s", refused[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_goes_there_and_back),
        cmocka_unit_test(either_case_is_read_and_lower_case_written),
        cmocka_unit_test(other_lengths_and_characters_are_refused),
        cmocka_unit_test(a_hash_is_shown_in_reverse),
        cmocka_unit_test(a_hash_is_found_in_what_people_paste),
        cmocka_unit_test(a_hash_is_found_nowhere_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
