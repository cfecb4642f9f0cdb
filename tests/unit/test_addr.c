#include "txsurvey/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define ENTRY_BYTES 30

static const uint8_t ip4_mapped[16] = {[10] = 0xff, [11] = 0xff, 1, 2, 3, 4};

static struct txs_addr_entry entry_of(uint8_t network_id, const void *bytes, size_t len)
{
    return (struct txs_addr_entry){
        .time = 7, .services = 9, .network_id = network_id, .bytes = {bytes, len}, .port = 8333};
}

static bool address_of(struct txs_address *out, uint8_t network_id, const char *bytes, size_t len)
{
    struct txs_addr_entry entry = entry_of(network_id, bytes, len);
    return txs_addr_entry_address(out, &entry);
}

static void a_list_cut_anywhere_is_malformed(void **state)
{
    (void)state;
    struct txs_addr_entry entries[2] = {entry_of(1, ip4_mapped, 16), entry_of(1, ip4_mapped, 16)};
    uint8_t bytes[1 + 2 * ENTRY_BYTES];
    struct txs_writer w = txs_writer_to(bytes, sizeof bytes);
    txs_addr_encode(&w, entries, 2);
    assert_int_equal(w.len, sizeof bytes);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        uint8_t *copy = malloc(len ? len : 1);
        memcpy(copy, bytes, len);
        struct txs_addr_entry out[2];
        int expected = len == sizeof bytes ? 2 : -1;
        assert_int_equal(txs_addr_decode(out, 2, (struct txs_span){copy, len}), expected);
        free(copy);
    }
}

static void a_v2_list_cut_anywhere_is_malformed(void **state)
{
    (void)state;
    struct txs_addr_entry entries[2] = {entry_of(0x2a, "abcdefg", 7), entry_of(1, "\1\2\3\4", 4)};
    uint8_t bytes[64];
    struct txs_writer w = txs_writer_to(bytes, sizeof bytes);
    entries[0].services = UINT64_MAX; /* no limit of lengths applies to services */
    txs_addrv2_encode(&w, entries, 2);
    for (size_t len = 0; len <= w.len; len++) {
        uint8_t *copy = malloc(len ? len : 1);
        memcpy(copy, bytes, len);
        struct txs_addr_entry out[2];
        int count = txs_addrv2_decode(out, 2, (struct txs_span){copy, len});
        assert_int_equal(count, len == w.len ? 2 : -1);
        if (count == 2)
            assert_true(out[0].services == UINT64_MAX);
        free(copy);
    }
}

static void entries_past_max_are_judged_but_not_given(void **state)
{
    (void)state;
    struct txs_addr_entry entries[3] = {entry_of(1, "\1\2\3\4", 4), entry_of(1, "\5\6\7\10", 4),
                                        entry_of(1, "\1\1\1\1\1", 5)};
    uint8_t bytes[64];
    struct txs_addr_entry out = {0};
    struct txs_writer w = txs_writer_to(bytes, sizeof bytes);
    txs_addrv2_encode(&w, entries, 2);
    assert_int_equal(txs_addrv2_decode(&out, 1, (struct txs_span){bytes, w.len}), 1);
    assert_memory_equal(out.bytes.data, "\1\2\3\4", 4);
    w = txs_writer_to(bytes, sizeof bytes);
    txs_addrv2_encode(&w, entries, 3);
    assert_int_equal(txs_addrv2_decode(&out, 1, (struct txs_span){bytes, w.len}), -1);
}

static void a_thousand_entries_and_not_one_more(void **state)
{
    (void)state;
    static struct txs_addr_entry entries[TXS_ADDR_MAX + 1];
    static struct txs_addr_entry out[TXS_ADDR_MAX + 1];
    static uint8_t bytes[3 + (TXS_ADDR_MAX + 1) * ENTRY_BYTES];
    for (size_t i = 0; i <= TXS_ADDR_MAX; i++)
        entries[i] = entry_of(1, ip4_mapped, 16);
    for (size_t count = TXS_ADDR_MAX; count <= TXS_ADDR_MAX + 1; count++) {
        int expected = count == TXS_ADDR_MAX ? TXS_ADDR_MAX : -1;
        struct txs_writer w = txs_writer_to(bytes, sizeof bytes);
        txs_addr_encode(&w, entries, count);
        assert_int_equal(txs_addr_decode(out, count, (struct txs_span){bytes, w.len}), expected);
        w = txs_writer_to(bytes, sizeof bytes);
        txs_addrv2_encode(&w, entries, count);
        assert_int_equal(txs_addrv2_decode(out, count, (struct txs_span){bytes, w.len}), -1);
        for (size_t i = 0; i < count; i++)
            entries[i].bytes = (struct txs_span){ip4_mapped + 12, 4};
        w = txs_writer_to(bytes, sizeof bytes);
        txs_addrv2_encode(&w, entries, count);
        assert_int_equal(txs_addrv2_decode(out, count, (struct txs_span){bytes, w.len}), expected);
        for (size_t i = 0; i <= TXS_ADDR_MAX; i++)
            entries[i].bytes = (struct txs_span){ip4_mapped, 16};
    }
}

/* Of every id but the known five any length up to 512 bytes is fine. */
static void lengths_by_network(void **state)
{
    (void)state;
    static const uint8_t address[TXS_ADDRV2_MAX_BYTES + 1];
    static const size_t right[] = {[1] = 4, [2] = 16, [4] = 32, [5] = 32, [6] = 16};
    for (unsigned id = 0; id < 256; id++) {
        for (size_t len = 0; len <= sizeof address; len += len < 40 ? 1 : 59) {
            struct txs_addr_entry entry = entry_of((uint8_t)id, address, len), out;
            uint8_t bytes[sizeof address + 32];
            struct txs_writer w = txs_writer_to(bytes, sizeof bytes);
            txs_addrv2_encode(&w, &entry, 1);
            bool known = id < sizeof right / sizeof right[0] && right[id] > 0;
            bool good = known ? len == right[id] : len <= TXS_ADDRV2_MAX_BYTES;
            assert_int_equal(txs_addrv2_decode(&out, 1, (struct txs_span){bytes, w.len}),
                             good ? 1 : -1);
        }
    }
}

static void the_limit_of_512_bytes(void **state)
{
    (void)state;
    static const uint8_t address[TXS_ADDRV2_MAX_BYTES + 1];
    for (size_t len = TXS_ADDRV2_MAX_BYTES; len <= sizeof address; len++) {
        struct txs_addr_entry entry = entry_of(0x30, address, len), out;
        uint8_t bytes[sizeof address + 32];
        struct txs_writer w = txs_writer_to(bytes, sizeof bytes);
        txs_addrv2_encode(&w, &entry, 1);
        int count = txs_addrv2_decode(&out, 1, (struct txs_span){bytes, w.len});
        assert_int_equal(count, len == TXS_ADDRV2_MAX_BYTES ? 1 : -1);
    }
}

static void entries_that_have_no_address(void **state)
{
    (void)state;
    struct txs_address a;
    memset(&a, 0x5a, sizeof a);
    struct txs_address untouched = a;
    assert_false(address_of(&a, 0, "\1\2\3\4", 4));
    assert_false(address_of(&a, 3, "0123456789", 10)); /* Tor version 2 */
    assert_false(address_of(&a, 7, "0123456789abcdef", 16));
    assert_false(address_of(&a, 255, "", 0));
    assert_false(address_of(&a, 2, (const char *)ip4_mapped, 16));
    assert_false(address_of(&a, 6,
                            "\xfd"
                            "23456789abcdef0",
                            16)); /* CJDNS is fc00::/8 */
    assert_memory_equal(&a, &untouched, sizeof a);
}

static void entries_that_have_one(void **state)
{
    (void)state;
    struct txs_address a, b;
    assert_true(address_of(&a, 1, "\1\2\3\4", 4));
    assert_int_equal(a.network, TXS_NETWORK_IPV4);
    assert_int_equal(a.port, 8333);
    assert_true(address_of(&b, 1, (const char *)ip4_mapped, 16)); /* of an addr */
    assert_true(txs_address_equal(&a, &b));
    assert_true(address_of(&a, 2,
                           "\xfc"
                           "123456789abcdef",
                           16));
    assert_int_equal(a.network, TXS_NETWORK_CJDNS); /* whatever it is called */
    assert_true(address_of(&a, 2, "\xfd\x87\xd8\x7e\xeb\x43 OnionCat ", 16));
    assert_true(txs_address_wraps_name(&a));
    assert_true(address_of(&a, 6,
                           "\xfc"
                           "123456789abcdef",
                           16));
    assert_int_equal(a.network, TXS_NETWORK_CJDNS);
    assert_true(address_of(&a, 4, "0123456789abcdef0123456789abcdef", 32));
    assert_int_equal(a.network, TXS_NETWORK_ONION);
    assert_true(address_of(&a, 5, "0123456789abcdef0123456789abcdef", 32));
    assert_int_equal(a.network, TXS_NETWORK_I2P);
    assert_memory_equal(a.bytes, "0123456789abcdef0123456789abcdef", 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_cut_anywhere_is_malformed),
        cmocka_unit_test(a_v2_list_cut_anywhere_is_malformed),
        cmocka_unit_test(entries_past_max_are_judged_but_not_given),
        cmocka_unit_test(a_thousand_entries_and_not_one_more),
        cmocka_unit_test(lengths_by_network),
        cmocka_unit_test(the_limit_of_512_bytes),
        cmocka_unit_test(entries_that_have_no_address),
        cmocka_unit_test(entries_that_have_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
