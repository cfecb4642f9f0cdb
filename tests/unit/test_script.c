/* Kinds and texts of scripts. The breadth is in decoded_transactions.json (test_tx_decoded.c); here
 * is one example of each rule, and where Bitcoin Core and the node of those vectors differ. */
#include "txsurvey/tx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define H20 "0102030405060708090a0b0c0d0e0f1011121314"
#define H32 H20 "15161718191a1b1c1d1e1f20"
#define KEY "02" H32
/* strict DER, both integers of 32 bytes */
#define DER                                                            \
    "30440220"                                                         \
    "1122222222222222222222222222222222222222222222222222222222222222" \
    "0220"                                                             \
    "3344444444444444444444444444444444444444444444444444444444444444"

static struct txs_span from_hex(const char *hex)
{
    size_t len = strlen(hex) / 2;
    uint8_t *data = malloc(len > 0 ? len : 1);
    assert_non_null(data);
    assert_true(txs_hex_decode(data, len, hex, strlen(hex)));
    return (struct txs_span){data, len};
}

static void release(struct txs_span bytes)
{
    free((uint8_t *)(uintptr_t)bytes.data);
}

static void assert_kind(const char *hex, const char *name)
{
    struct txs_span script = from_hex(hex);
    assert_string_equal(txs_script_kind_name(txs_script_classify(script)), name);
    release(script);
}

static void assert_asm(const char *hex, enum txs_asm_style style, const char *expected)
{
    struct txs_span script = from_hex(hex);
    char *text = txs_script_asm(script, style);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
    release(script);
}

static void each_kind(void **state)
{
    (void)state;
    assert_kind("", "nonstandard");
    assert_kind("21" KEY "ac", "pubkey");
    assert_kind("76a914" H20 "88ac", "pubkeyhash");
    assert_kind("a914" H20 "87", "scripthash");
    assert_kind("51"
                "21" KEY "51ae",
                "multisig");
    assert_kind("6a", "nulldata");
    assert_kind("0014" H20, "witness_v0_keyhash");
    assert_kind("0020" H32, "witness_v0_scripthash");
    assert_kind("5120" H32, "witness_v1_taproot");
    assert_kind("51024e73", "anchor");
    assert_kind("51024e74", "witness_unknown");
    assert_kind("5220" H32, "witness_unknown");
    assert_kind("0015" H20 "00", "nonstandard");
}

static void multisig_numbers_must_be_minimal(void **state)
{
    (void)state;
    assert_kind("0101"
                "21" KEY "51ae",
                "nonstandard");
    assert_kind("51"
                "21" KEY "0101ae",
                "nonstandard");
    assert_kind("52"
                "21" KEY "51ae",
                "nonstandard");
    assert_kind("51"
                "21" KEY "52ae",
                "nonstandard");
    assert_kind("51"
                "4c21" KEY "51ae",
                "multisig"); /* the keys' pushes need not be */
}

static void pushes_up_to_four_bytes_are_numbers(void **state)
{
    (void)state;
    assert_asm("00", TXS_ASM_PLAIN, "0");
    assert_asm("0180", TXS_ASM_PLAIN, "0"); /* minus zero */
    assert_asm("0181", TXS_ASM_PLAIN, "-1");
    assert_asm("02ff00", TXS_ASM_PLAIN, "255");
    assert_asm("04ffffffff", TXS_ASM_PLAIN, "-2147483647");
    assert_asm("04ffffff7f", TXS_ASM_PLAIN, "2147483647");
    assert_asm("050000000000", TXS_ASM_PLAIN, "0000000000");
}

static void operations_have_their_names(void **state)
{
    (void)state;
    assert_asm("", TXS_ASM_PLAIN, "");
    assert_asm("4f5051606176b1b2babbfeff", TXS_ASM_PLAIN,
               "-1 OP_RESERVED 1 16 OP_NOP OP_DUP OP_CHECKLOCKTIMEVERIFY OP_CHECKSEQUENCEVERIFY "
               "OP_CHECKSIGADD OP_UNKNOWN OP_UNKNOWN OP_INVALIDOPCODE");
}

static void a_push_past_the_end_is_an_error(void **state)
{
    (void)state;
    assert_asm("760501020304", TXS_ASM_PLAIN, "OP_DUP [error]");
    assert_asm("4c", TXS_ASM_PLAIN, "[error]");
    assert_asm("4effffffff00", TXS_ASM_SIGHASHES, "[error]");
}

static void sighashes_are_named_in_script_sigs_alone(void **state)
{
    (void)state;
    assert_asm("47" DER "01", TXS_ASM_PLAIN, DER "01");
    assert_asm("47" DER "01", TXS_ASM_SIGHASHES, DER "[ALL]");
    assert_asm("47" DER "02", TXS_ASM_SIGHASHES, DER "[NONE]");
    assert_asm("47" DER "03", TXS_ASM_SIGHASHES, DER "[SINGLE]");
    assert_asm("47" DER "81", TXS_ASM_SIGHASHES, DER "[ALL|ANYONECANPAY]");
    assert_asm("47" DER "83", TXS_ASM_SIGHASHES, DER "[SINGLE|ANYONECANPAY]");
    assert_asm("47" DER "00", TXS_ASM_SIGHASHES, DER "00");
    assert_asm("47" DER "04", TXS_ASM_SIGHASHES, DER "04");
    assert_asm("6a47" DER "01", TXS_ASM_SIGHASHES, "OP_RETURN " DER "01");
}

/* The outer length fits, but the two integers end before it or after it. */
static void signatures_are_strict_der(void **state)
{
    (void)state;
    assert_asm("09"
               "300602010102010101",
               TXS_ASM_SIGHASHES, "3006020101020101[ALL]");
    assert_asm("0a"
               "30070201010201010101",
               TXS_ASM_SIGHASHES, "30070201010201010101");
    assert_asm("09"
               "300602010102020101",
               TXS_ASM_SIGHASHES, "300602010102020101");
    assert_asm("08"
               "3005020101020001",
               TXS_ASM_SIGHASHES, "3005020101020001");
    assert_asm("09"
               "300602018102010101",
               TXS_ASM_SIGHASHES, "300602018102010101");
    assert_asm("0a"
               "30070202000102010101",
               TXS_ASM_SIGHASHES, "30070202000102010101");
}

/* Bitcoin Knots 29.4 prints [ALL|UNIFIED] for 0x21; Bitcoin Core knows no such type. */
static void only_sighashes_of_core_are_named(void **state)
{
    (void)state;
    assert_asm("47" DER "21", TXS_ASM_SIGHASHES, DER "21");
    assert_asm("47" DER "a1", TXS_ASM_SIGHASHES, DER "a1");
}

/* The longest text that a script can have, in proportion to its length. */
static void a_long_script_has_a_long_text(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    static const char name[] = "OP_CHECKMULTISIGVERIFY";
    uint8_t *bytes = malloc(COUNT);
    assert_non_null(bytes);
    memset(bytes, 0xaf, COUNT);
    char *text = txs_script_asm((struct txs_span){bytes, COUNT}, TXS_ASM_SIGHASHES);
    assert_non_null(text);
    assert_int_equal(strlen(text), COUNT * sizeof name - 1);
    assert_string_equal(text + COUNT * sizeof name - sizeof name, name);
    free(text);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind),
        cmocka_unit_test(multisig_numbers_must_be_minimal),
        cmocka_unit_test(pushes_up_to_four_bytes_are_numbers),
        cmocka_unit_test(operations_have_their_names),
        cmocka_unit_test(a_push_past_the_end_is_an_error),
        cmocka_unit_test(sighashes_are_named_in_script_sigs_alone),
        cmocka_unit_test(signatures_are_strict_der),
        cmocka_unit_test(only_sighashes_of_core_are_named),
        cmocka_unit_test(a_long_script_has_a_long_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
