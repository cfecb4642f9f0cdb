/* Addresses of output scripts: published pairs, and the scripts that have none. */
#include "vectors.h"

#include "txsurvey/tx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static void published_pairs(void **state)
{
    (void)state;
    json_t *root = vectors_load("script_addresses.json"), *v;
    size_t i;
    json_array_foreach(json_object_get(root, "vectors"), i, v)
    {
        struct txs_span script = vectors_bytes(v, "script");
        const struct txs_chain *chain = txs_chain_by_name(vectors_text(v, "chain"));
        char address[TXS_SCRIPT_ADDRESS_MAX];
        assert_non_null(chain);
        assert_true(txs_script_address(address, chain, script));
        assert_string_equal(address, vectors_text(v, "address"));
        free((uint8_t *)(uintptr_t)script.data);
    }
    assert_int_equal(i, 14);
    json_decref(root);
}

static void the_chain_decides_the_prefix(void **state)
{
    (void)state;
    static const uint8_t anchor[] = {0x51, 0x02, 0x4e, 0x73};
    static const struct {
        const char *chain, *address;
    } pairs[] = {
        {"main", "bc1pfeessrawgf"},     {"test", "tb1pfees9rn5nz"},
        {"testnet4", "tb1pfees9rn5nz"}, {"regtest", "bcrt1pfeesnyr2tx"},
        {"signet", "tb1pfees9rn5nz"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char address[TXS_SCRIPT_ADDRESS_MAX];
        assert_true(txs_script_address(address, txs_chain_by_name(pairs[i].chain),
                                       (struct txs_span){anchor, sizeof anchor}));
        assert_string_equal(address, pairs[i].address);
    }
}

/* The longest address there is: the longest prefix, a program of 40 bytes. */
static void the_longest_address_fits(void **state)
{
    (void)state;
    uint8_t script[42] = {0x60, 40};
    char address[TXS_SCRIPT_ADDRESS_MAX];
    memset(address, 'x', sizeof address);
    assert_true(txs_script_address(address, txs_chain_by_name("regtest"),
                                   (struct txs_span){script, sizeof script}));
    assert_int_equal(strlen(address), 4 + 1 + 1 + 64 + 6);
}

static void scripts_without_address_leave_an_empty_text(void **state)
{
    (void)state;
    static const struct {
        uint8_t bytes[40];
        size_t len;
    } scripts[] = {
        {{0}, 0},                                    /* nonstandard: empty */
        {{0x6a, 0x01, 0x07}, 3},                     /* nulldata */
        {{0x21, 0x02, [34] = 0xac}, 35},             /* pubkey */
        {{0x51, 0x21, 0x03, [35] = 0x51, 0xae}, 37}, /* multisig */
        {{0x00, 0x03, 1, 2, 3}, 5},                  /* version 0 of another length */
    };
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        char address[TXS_SCRIPT_ADDRESS_MAX] = "x";
        assert_false(txs_script_address(address, txs_chain_by_name("main"),
                                        (struct txs_span){scripts[i].bytes, scripts[i].len}));
        assert_string_equal(address, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_pairs),
        cmocka_unit_test(the_chain_decides_the_prefix),
        cmocka_unit_test(the_longest_address_fits),
        cmocka_unit_test(scripts_without_address_leave_an_empty_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
