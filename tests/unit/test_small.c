#include "txsurvey/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static const uint8_t bytes[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

static void eight_bytes_are_enough_for_a_number(void **state)
{
    (void)state;
    for (size_t len = 0; len <= sizeof bytes; len++) {
        uint64_t value;
        assert_int_equal(txs_u64_decode(&value, (struct txs_span){bytes, len}), len >= 8);
        if (len >= 8)
            assert_true(value == 0x0807060504030201);
    }
}

static void sendcmpct_has_nine_bytes(void **state)
{
    (void)state;
    for (size_t len = 0; len <= sizeof bytes; len++) {
        struct txs_sendcmpct message;
        assert_int_equal(txs_sendcmpct_decode(&message, (struct txs_span){bytes, len}), len >= 9);
        if (len < 9)
            continue;
        assert_int_equal(message.high_bandwidth, 1);
        assert_true(message.version == 0x0908070605040302);
    }
}

static void service_bits_have_the_names_of_core(void **state)
{
    (void)state;
    static const char *const names[64] = {
        [0] = "NETWORK",          [2] = "BLOOM",         [3] = "WITNESS",  [6] = "COMPACT_FILTERS",
        [10] = "NETWORK_LIMITED", [11] = "P2P_V2",       [12] = "UTREEXO", [13] = "UTREEXO_ARCHIVE",
        [26] = "REPLACE_BY_FEE",  [27] = "REDUCED_DATA", [28] = "BLAKE2B", [29] = "MALICIOUS",
    };
    for (unsigned bit = 0; bit < 64; bit++) {
        char name[24], unknown[24];
        snprintf(unknown, sizeof unknown, "UNKNOWN[2^%u]", bit);
        txs_service_name(name, bit);
        assert_string_equal(name, names[bit] != NULL ? names[bit] : unknown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eight_bytes_are_enough_for_a_number),
        cmocka_unit_test(sendcmpct_has_nine_bytes),
        cmocka_unit_test(service_bits_have_the_names_of_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
