#include "../../src/survey/shard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants four of the above first */
#include <cmocka.h>

#define ONION "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"
#define I2P "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p"

/* Computed by Python, for count in (1, 2, 7, 64, 65536):
 *   digest = hashlib.sha256(b"txsurvey/shard/1" + bytes([bip155_id]) + address
 *                           + port.to_bytes(2, "big")).digest()
 *   int.from_bytes(digest[:8], "big") % count + 1
 * with address of ipaddress.ip_address(text).packed or base64.b32decode(name)[:32]. */
static const struct {
    const char *text;
    uint32_t shards[5];
} vectors[] = {
    {"8.8.8.8:8333", {1, 2, 1, 2, 62914}},
    {"8.8.8.8:8334", {1, 1, 1, 31, 18527}},
    {"::ffff:8.8.8.8", {1, 2, 1, 2, 62914}},
    {"255.255.255.255:65535", {1, 1, 7, 57, 6713}},
    {"[2a01:4f8::1]:8333", {1, 1, 6, 45, 39277}},
    {"[fc32::1]:8333", {1, 1, 1, 15, 25679}},
    {ONION, {1, 2, 1, 60, 39612}},
    {I2P, {1, 1, 6, 47, 61039}},
};
static const uint32_t counts[5] = {1, 2, 7, 64, 65536};

static void as_computed_elsewhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct txs_address address;
        assert_true(txs_address_parse(&address, vectors[i].text, 8333));
        for (size_t c = 0; c < 5; c++)
            assert_int_equal(shard_of(&address, counts[c]), vectors[i].shards[c]);
    }
}

/* The example in shard.c. */
static void the_example_of_the_documentation(void **state)
{
    (void)state;
    struct txs_address address;
    assert_true(txs_address_parse(&address, "8.8.8.8:8333", 1));
    assert_int_equal(shard_of(&address, 100), 58);
    assert_int_equal(0x27602054f7e7f5c1u % 100 + 1, 58);
}

/* Addresses as a network has them: many in few groups, mostly on one port. */
static struct txs_address address_number(enum txs_network network, uint32_t n)
{
    struct txs_address address = {.network = (uint8_t)network, .port = n % 10 == 0 ? 8334 : 8333};
    size_t len = txs_network_address_len(network);
    address.bytes[0] = network == TXS_NETWORK_IPV6 ? 0x20 : 0xfc;
    for (size_t i = 0; i < 3; i++)
        address.bytes[len - 1 - i] = (uint8_t)(n >> 8 * i);
    if (network == TXS_NETWORK_I2P)
        address.port = 0;
    return address;
}

/* How many of `addresses` addresses fall into each of `count` shards, which the caller frees. Each
 * gets one shard of 1..count: so the shards are disjoint, and together whole. */
static uint32_t *sizes(enum txs_network network, uint32_t addresses, uint32_t count)
{
    uint32_t *size = calloc(count, sizeof *size);
    assert_non_null(size);
    for (uint32_t n = 0; n < addresses; n++) {
        struct txs_address address = address_number(network, n);
        uint32_t shard = shard_of(&address, count);
        assert_in_range(shard, 1, count);
        size[shard - 1]++;
    }
    return size;
}

static void check_within_2_percent(enum txs_network network, uint32_t addresses, uint32_t count)
{
    uint32_t *size = sizes(network, addresses, count);
    for (uint32_t i = 0; i < count; i++) {
        double ratio = (double)size[i] * count / addresses;
        if (ratio < 0.98 || ratio > 1.02)
            fail_msg("%s: shard %u/%u has %u of %u", txs_network_name(network), i + 1, count,
                     size[i], addresses);
    }
    free(size);
}

static void even_within_2_percent(void **state)
{
    (void)state;
    for (int network = 0; network < TXS_NETWORK_COUNT; network++) {
        check_within_2_percent((enum txs_network)network, 100000, 2);
        check_within_2_percent((enum txs_network)network, 100000, 7);
    }
    /* 64 shards of 100,000 would by chance alone be uneven by 2.5 % (one standard deviation). */
    check_within_2_percent(TXS_NETWORK_IPV4, 2000000, 64);
}

/* For each network 64 shards of 100,000 addresses are as even as chance has it: chi-square with 63
 * degrees of freedom is between these bounds in all but two of 10,000 cases. */
static void no_less_even_than_chance(void **state)
{
    (void)state;
    for (int network = 0; network < TXS_NETWORK_COUNT; network++) {
        uint32_t *size = sizes((enum txs_network)network, 100000, 64);
        double expected = 100000.0 / 64, chi_square = 0;
        for (int i = 0; i < 64; i++)
            chi_square += (size[i] - expected) * (size[i] - expected) / expected;
        if (chi_square < 28 || chi_square > 113)
            fail_msg("%s: chi-square %f", txs_network_name((enum txs_network)network), chi_square);
        free(size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_computed_elsewhere),
        cmocka_unit_test(the_example_of_the_documentation),
        cmocka_unit_test(even_within_2_percent),
        cmocka_unit_test(no_less_even_than_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
