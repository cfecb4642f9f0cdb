#include "txsurvey/address_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants four of the above first */
#include <cmocka.h>

#define ONION "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"
#define OTHER_ONION "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"
#define I2P "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p"

/* From memory of exactly its size. */
static enum txs_status add(struct txs_address_set *set, const char *text,
                           struct txs_message *message)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    enum txs_status status = txs_address_set_add(set, copy, message);
    free(copy);
    return status;
}

/* The set of the words of `texts`. */
static struct txs_address_set set_of(const char *texts)
{
    struct txs_address_set set = {0};
    struct txs_message message;
    char *copy = strdup(texts), *rest = NULL;
    assert_non_null(copy);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        if (add(&set, word, &message) != TXS_OK)
            fail_msg("%s", message.text);
    }
    free(copy);
    txs_address_set_complete(&set);
    return set;
}

static bool has(const struct txs_address_set *set, const char *text)
{
    struct txs_address address;
    assert_true(txs_address_parse(&address, text, 8333));
    return txs_address_set_has(set, &address);
}

/* Each word of `inside` is in the set of `ranges`, none of `outside` is. */
static void check(const char *ranges, const char *inside, const char *outside)
{
    struct txs_address_set set = set_of(ranges);
    for (int want = 0; want < 2; want++) {
        char *copy = strdup(want ? inside : outside), *rest = NULL;
        assert_non_null(copy);
        for (char *word = strtok_r(copy, " ", &rest); word != NULL;
             word = strtok_r(NULL, " ", &rest)) {
            if (has(&set, word) != want)
                fail_msg("%s in the set of %s: should be %d", word, ranges, want);
        }
        free(copy);
    }
    txs_address_set_free(&set);
}

static void an_empty_set_has_nothing(void **state)
{
    (void)state;
    struct txs_address_set set = {0};
    assert_false(has(&set, "1.2.3.4"));
    txs_address_set_complete(&set);
    assert_false(has(&set, "1.2.3.4"));
    assert_false(has(&set, "::"));
    txs_address_set_free(&set);
}

static void single_addresses(void **state)
{
    (void)state;
    check("1.2.3.4", "1.2.3.4 1.2.3.4:1 1.2.3.4:65535 ::ffff:1.2.3.4 ::ffff:102:304",
          "1.2.3.3 1.2.3.5 0.0.0.0 ::102:304 ::1.2.3.4");
    check("1.2.3.4/32", "1.2.3.4", "1.2.3.3 1.2.3.5");
    check("2001:db8::1", "[2001:db8::1]:1 2001:0DB8:0:0::0001", "2001:db8:: 2001:db8::2");
    check("2001:0DB8:0:0::0001/128", "2001:db8::1", "2001:db8:: 2001:db8::2");
    check("[2001:db8::1]", "2001:db8::1", "2001:db8::2");
    check(ONION, ONION " " ONION ":1", OTHER_ONION);
    check("PG6MMJIYJMCRSSLVYKFWNNTLARU7P5SVN6Y2YMMJU6NUBXNDF4PSCRYD.Onion", ONION, OTHER_ONION);
    check(I2P, I2P, ONION " 1.2.3.4");
}

static void ranges_of_every_length(void **state)
{
    (void)state;
    check("0.0.0.0/0", "0.0.0.0 255.255.255.255 1.2.3.4", ":: ::1 " ONION);
    check("::/0", ":: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0.0.0.0 255.255.255.255 " ONION);
    check("128.0.0.0/1", "128.0.0.0 255.255.255.255", "127.255.255.255 0.0.0.0");
    check("10.0.0.0/8", "10.0.0.0 10.255.255.255", "9.255.255.255 11.0.0.0 a00::");
    check("1.2.128.0/17", "1.2.128.0 1.2.255.255", "1.2.127.255 1.3.0.0");
    check("1.2.3.4/30", "1.2.3.4 1.2.3.7", "1.2.3.3 1.2.3.8");
    check("1.2.3.4/31", "1.2.3.4 1.2.3.5", "1.2.3.3 1.2.3.6");
    check("8000::/1", "8000:: ffff::1", "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    check("2001:db8::/32", "2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
          "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9::");
    check("2001:db8::8000/113", "2001:db8::8000 2001:db8::ffff", "2001:db8::7fff 2001:db8::1:0");
    check("2001:db8::2/127", "2001:db8::2 2001:db8::3", "2001:db8::1 2001:db8::4");
}

/* Wherever a range begins and ends, both its ends are in it and their neighbours are not. */
static void the_ends_of_ranges(void **state)
{
    (void)state;
    for (unsigned bits = 1; bits <= 32; bits++) {
        char text[40];
        uint32_t first = 0xa5a5a5a5u & (0xffffffffu << (32 - bits));
        uint32_t last = first | (bits < 32 ? 0xffffffffu >> bits : 0);
        snprintf(text, sizeof text, "%u.%u.%u.%u/%u", first >> 24, first >> 16 & 255,
                 first >> 8 & 255, first & 255, bits);
        struct txs_address_set set = set_of(text);
        const uint32_t ends[4] = {first, last, first - 1, last + 1};
        for (int i = 0; i < 4; i++) {
            struct txs_address address = {.network = TXS_NETWORK_IPV4, .port = 1};
            for (int byte = 0; byte < 4; byte++)
                address.bytes[byte] = (uint8_t)(ends[i] >> (24 - 8 * byte));
            assert_int_equal(txs_address_set_has(&set, &address), i < 2);
        }
        txs_address_set_free(&set);
    }
}

static void mapped_addresses_are_ipv4(void **state)
{
    (void)state;
    check("::ffff:1.2.3.4", "1.2.3.4", "1.2.3.5");
    check("::ffff:1.2.3.0/120", "1.2.3.0 1.2.3.255", "1.2.2.255 1.2.4.0");
    check("::ffff:0:0/96", "0.0.0.0 255.255.255.255", ":: ::1");
    check("::ffff:102:304/128", "1.2.3.4", "1.2.3.5");
    check("::fffe:0:0/95", "::fffe:1:2", "1.2.3.4");
}

static void cjdns_is_meant_by_its_ipv6_text(void **state)
{
    (void)state;
    struct txs_address_set set = set_of("fc00::/16");
    struct txs_address address;
    assert_true(txs_address_parse(&address, "fc00:1234::1", 8333));
    assert_int_equal(address.network, TXS_NETWORK_CJDNS);
    assert_true(txs_address_set_has(&set, &address));
    address.bytes[1] = 1;
    assert_false(txs_address_set_has(&set, &address));
    txs_address_set_free(&set);
}

static void ranges_from_to(void **state)
{
    (void)state;
    check("1.2.3.4-1.2.3.9", "1.2.3.4 1.2.3.7 1.2.3.9", "1.2.3.3 1.2.3.10");
    check("1.2.3.4-1.2.3.4", "1.2.3.4", "1.2.3.3 1.2.3.5");
    check("2001:db8::-[2001:db8::ffff]", "2001:db8:: 2001:db8::1", "2001:db8::1:0");
    check("::ffff:1.2.3.4-1.2.3.5", "1.2.3.4 1.2.3.5", "1.2.3.6");
    check("0.0.0.0-255.255.255.255", "0.0.0.0 8.8.8.8 255.255.255.255", "::1");
    check("fb00::-fd00::", "fc00::1 fbff::1 fd00::", "fd00::1");
    struct txs_address_set set = set_of("");
    struct txs_message message;
    assert_int_equal(add(&set, "1.2.3.4 - 1.2.3.6", &message), TXS_OK);
    txs_address_set_complete(&set);
    assert_true(has(&set, "1.2.3.5"));
    txs_address_set_free(&set);
}

static void networks_do_not_meet(void **state)
{
    (void)state;
    struct txs_address_set set = set_of(I2P);
    struct txs_address address;
    assert_true(txs_address_parse(&address, I2P, 8333));
    address.network = TXS_NETWORK_ONION;
    assert_false(txs_address_set_has(&set, &address));
    txs_address_set_free(&set);
}

static void many_ranges_of_any_order(void **state)
{
    (void)state;
    check("9.0.0.0/8 1.0.0.0/8 5.0.0.0/8 " ONION " 2001:db8::/32 3.3.3.3",
          "9.0.0.0 1.255.255.255 5.1.2.3 3.3.3.3 2001:db8::7 " ONION,
          "0.255.255.255 2.0.0.0 3.3.3.2 3.3.3.4 4.255.255.255 6.0.0.0 10.0.0.0 2001:db9::");
    /* adjacent */
    check("1.2.3.0/25 1.2.3.128/25", "1.2.3.0 1.2.3.127 1.2.3.128 1.2.3.255", "1.2.2.255 1.2.4.0");
    /* one in the other, either order, the same again; what follows the inner one stays covered */
    check("1.0.0.0/8 1.2.3.4 1.2.0.0/16 1.2.3.4", "1.0.0.0 1.2.3.5 1.3.0.0 1.255.255.255",
          "2.0.0.0");
    check("1.2.3.4 1.2.0.0/16 1.0.0.0/8", "1.0.0.0 1.2.3.5 1.3.0.0 1.255.255.255", "2.0.0.0");
    check("1.0.0.0/8 1.0.0.0 2.0.0.0", "1.0.0.0 1.0.0.1 1.255.255.255 2.0.0.0", "2.0.0.1");
    check("0.0.0.0/0 255.255.255.255 0.0.0.0", "0.0.0.0 7.7.7.7 255.255.255.255", "::");
}

static void united_ranges_are_counted_once(void **state)
{
    (void)state;
    struct txs_address_set set = set_of("1.0.0.0/8 1.2.3.4 1.2.0.0/16 1.0.0.0/8 2001:db8::1");
    assert_int_equal(set.count, 2);
    assert_true(set.ordered);
    struct txs_message message;
    for (int i = 0; i < 9; i++) { /* more may be added: the set is as good as before */
        char text[16];
        snprintf(text, sizeof text, "7.0.0.%d", 2 * i);
        assert_int_equal(add(&set, text, &message), TXS_OK);
        assert_false(set.ordered);
    }
    txs_address_set_complete(&set);
    assert_int_equal(set.count, 11);
    assert_true(has(&set, "7.0.0.16"));
    assert_false(has(&set, "7.0.0.15"));
    assert_true(has(&set, "1.9.9.9"));
    txs_address_set_free(&set);
    assert_null(set.ranges);
    assert_int_equal(set.count, 0);
}

/* Random ranges in 1,024 addresses, against an array of what each of them covers. */
static void against_a_plain_array(void **state)
{
    (void)state;
    uint32_t random = 1;
    for (int round = 0; round < 200; round++) {
        struct txs_address_set set = {0};
        struct txs_message message;
        bool covered[1024] = {false};
        for (int i = 0; i < round % 23; i++) {
            random = random * 1664525 + 1013904223;
            unsigned size = 1u << (random >> 29), first = (random >> 8 & 1023) & ~(size - 1);
            char text[40];
            snprintf(text, sizeof text, "10.0.%u.%u/%u", first >> 8, first & 255,
                     32 - (random >> 29));
            assert_int_equal(add(&set, text, &message), TXS_OK);
            memset(covered + first, true, size);
        }
        txs_address_set_complete(&set);
        for (unsigned i = 0; i < 1024; i++) {
            struct txs_address address = {.bytes = {10, 0, (uint8_t)(i >> 8), (uint8_t)i}};
            assert_int_equal(txs_address_set_has(&set, &address), covered[i]);
        }
        txs_address_set_free(&set);
    }
}

/* Anything quadratic or a look-up in linear time would be noticed by who waits for this test. */
static void a_hundred_thousand_ranges(void **state)
{
    (void)state;
    struct txs_address_set set = {0};
    struct txs_message message;
    for (uint32_t i = 0; i < 100000; i++) {
        char text[40];
        uint32_t n = i * 7919 % 100000; /* 7919 is prime: each once, in no order */
        snprintf(text, sizeof text, "%u.%u.%u.128/25", 1 + (n >> 16), n >> 8 & 255, n & 255);
        assert_int_equal(txs_address_set_add(&set, text, &message), TXS_OK);
    }
    txs_address_set_complete(&set);
    assert_int_equal(set.count, 100000);
    for (uint32_t n = 0; n < 100000; n++) {
        struct txs_address address = {
            .bytes = {(uint8_t)(1 + (n >> 16)), (uint8_t)(n >> 8), (uint8_t)n, (uint8_t)(n * 31)}};
        assert_int_equal(txs_address_set_has(&set, &address), address.bytes[3] >= 128);
    }
    txs_address_set_free(&set);
}

static void wrong_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "is no address"},
        {"/", "is no address"},
        {"/8", "is no address"},
        {"example.org", "host name"},
        {"my-node.example.org", "host name"},
        {"1.2.3.4-", "is no address"},
        {"1.2.3.4-1.2.3", "no IPv4 address"},
        {"1.2.3.4-1.2.3.3", "ends before it begins"},
        {"1.2.3.4-2001:db8::", "one network"},
        {"1.2.3.4:1-1.2.3.5", "has a port"},
        {"1.2.3.4-1.2.3.5:1", "has a port"},
        {"1.2.3.0/24-1.2.4.0", "from 0 to 32"},
        {"1.2.3.4-1.2.3.5-1.2.3.6", "is no"},
        {"2001:db8::1:8333", "may end in a port"},
        {"1.2.3", "is no IPv4 address"},
        {"1.2.3.4.5/8", "is no IPv4 address"},
        {"1.2.3.4 ", "is no address"},
        {"fe80::1%eth0", "is no address"},
        {"[::1", "is no address"},
        {"[2001:db8::/32]", "is no address"},
        {"aaaa.onion", "is no onion address"},
        {"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567",
         "is no address"},
        {"1.2.3.4:8333", "has a port"},
        {"1.2.3.0:8333/24", "has a port"},
        {"[2001:db8::1]:8333", "has a port"},
        {ONION ":8333", "has a port"},
        {I2P ":0", "has a port"},
        {"1.2.3.4/", "from 0 to 32"},
        {"1.2.3.4/33", "from 0 to 32"},
        {"1.2.3.4/-1", "from 0 to 32"},
        {"1.2.3.4/032", "from 0 to 32"},
        {"1.2.3.4/+8", "from 0 to 32"},
        {"1.2.3.4/8x", "from 0 to 32"},
        {"1.2.3.4/8/8", "from 0 to 32"},
        {"1.2.3.4/4294967304", "from 0 to 32"},
        {"1.2.3.4/255.255.255.0", "from 0 to 32"},
        {"2001:db8::/129", "from 0 to 128"},
        {"::ffff:1.2.3.4/129", "from 0 to 128"},
        {"1.2.3.4/24", "that range is 1.2.3.0/24"},
        {"1.2.3.4/0", "that range is 0.0.0.0/0"},
        {"1.2.3.5/31", "that range is 1.2.3.4/31"},
        {"2001:db8::1/32", "that range is 2001:db8::/32"},
        {"::1/0", "that range is ::/0"},
        {"::ffff:1.2.3.4/120", "that range is 1.2.3.0/24"},
        {"::ffff:1.2.3.4/64", "that range is ::/64"},
        {"::ffff:0:0/95", "that range is ::fffe:0:0/95"},
        {ONION "/256", "only IPv4 and IPv6 have ranges"},
        {I2P "/8", "only IPv4 and IPv6 have ranges"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct txs_address_set set = {0};
        struct txs_message message = {""};
        if (add(&set, rows[i].text, &message) != TXS_E_USAGE ||
            strstr(message.text, rows[i].says) == NULL)
            fail_msg("'%s' gives '%s', not '%s'", rows[i].text, message.text, rows[i].says);
        assert_int_equal(set.count, 0);
        txs_address_set_free(&set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_set_has_nothing),
        cmocka_unit_test(single_addresses),
        cmocka_unit_test(ranges_of_every_length),
        cmocka_unit_test(the_ends_of_ranges),
        cmocka_unit_test(mapped_addresses_are_ipv4),
        cmocka_unit_test(cjdns_is_meant_by_its_ipv6_text),
        cmocka_unit_test(ranges_from_to),
        cmocka_unit_test(networks_do_not_meet),
        cmocka_unit_test(many_ranges_of_any_order),
        cmocka_unit_test(united_ranges_are_counted_once),
        cmocka_unit_test(against_a_plain_array),
        cmocka_unit_test(a_hundred_thousand_ranges),
        cmocka_unit_test(wrong_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
