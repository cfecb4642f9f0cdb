#include "txsurvey/address.h"

#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define ONION "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"
#define I2P "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p"

/* From memory of exactly its size. */
static bool parse(struct txs_address *out, const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    bool parsed = txs_address_parse(out, copy, 8333);
    free(copy);
    return parsed;
}

static void addresses_of_the_vectors(void **state)
{
    (void)state;
    json_t *root = vectors_load_as_reals("primitives.json");
    size_t i;
    json_t *vector;
    assert_true(json_array_size(json_object_get(root, "addresses")) >= 8);
    json_array_foreach(json_object_get(root, "addresses"), i, vector)
    {
        const char *name = vectors_text(vector, "network");
        const char *text = vectors_text(vector, "text");
        struct txs_span bytes = vectors_bytes(vector, "addr_hex");
        struct txs_address address = {.port = 8333}, parsed;
        enum txs_network network;
        if (strcmp(name, "ipv4-in-v1") == 0) {
            address = txs_address_from_ip16(bytes.data, 8333);
            assert_int_equal(address.network, TXS_NETWORK_IPV4);
        } else {
            name = strcmp(name, "torv3") == 0 ? "onion" : name;
            assert_true(txs_network_by_name(&network, name));
            assert_string_equal(txs_network_name(network), name);
            assert_int_equal(txs_network_address_len(network), bytes.len);
            address.network = (uint8_t)network;
            memcpy(address.bytes, bytes.data, bytes.len);
        }
        char host[TXS_ADDRESS_TEXT_MAX];
        txs_address_host(host, &address);
        assert_string_equal(host, text);
        assert_true(parse(&parsed, text));
        if (address.network == TXS_NETWORK_I2P)
            address.port = 0;
        assert_true(txs_address_equal(&parsed, &address));
        free((void *)bytes.data);
    }
    json_decref(root);
}

static void good_spellings(void **state)
{
    (void)state;
    const struct {
        const char *text, *canonical;
    } rows[] = {
        {"1.2.3.4", "1.2.3.4:8333"},
        {"1.2.3.4:1", "1.2.3.4:1"},
        {"255.255.255.255:65535", "255.255.255.255:65535"},
        {"0.0.0.0:8333", "0.0.0.0:8333"},
        {"::", "[::]:8333"},
        {"::1", "[::1]:8333"},
        {"[::1]", "[::1]:8333"},
        {"[::1]:18444", "[::1]:18444"},
        {"2A01:04F8:0:0::0001", "[2a01:4f8::1]:8333"},
        {"[2a01:4f8:0:0:0:0:0:1]:9", "[2a01:4f8::1]:9"},
        {"1:2:3:4:5:6:7:8", "[1:2:3:4:5:6:7:8]:8333"},
        {"1:0:3:4:5:6:7:8", "[1:0:3:4:5:6:7:8]:8333"}, /* one zero group stays */
        {"1:0:0:4:0:0:7:8", "[1::4:0:0:7:8]:8333"},    /* of equals the first */
        {"1:0:0:4:0:0:0:8", "[1:0:0:4::8]:8333"},      /* else the longest */
        {"0:0:3:4:5:6:7:8", "[::3:4:5:6:7:8]:8333"},
        {"1:2:3:4:5:6:0:0", "[1:2:3:4:5:6::]:8333"},
        {"::1:8333", "[::1:8333]:8333"},    /* no port: a bare IPv6 */
        {"::ffff:1.2.3.4", "1.2.3.4:8333"}, /* IPv4-mapped */
        {"[::FFFF:102:304]:7", "1.2.3.4:7"},
        {"64:ff9b::1.2.3.4", "[64:ff9b::102:304]:8333"},
        {"::1.2.3.4", "[::102:304]:8333"},
        {"::ffff:0:1.2.3.4", "[::ffff:0:102:304]:8333"},
        {"fc32:17ea:e415:c3bf:9808:149d:b5a2:c9aa",
         "[fc32:17ea:e415:c3bf:9808:149d:b5a2:c9aa]:8333"},
        {ONION, ONION ":8333"},
        {ONION ":65535", ONION ":65535"},
        {"PG6MMJIYJMCRSSLVYKFWNNTLARU7P5SVN6Y2YMMJU6NUBXNDF4PSCRYD.Onion", ONION ":8333"},
        {I2P, I2P ":0"},
        {I2P ":0", I2P ":0"},
        {"UKEU3K5OYCGAAUNEQGTNVSELMT4YEMVOILKLN7JPVAMVFX7DNKDQ.B32.I2P", I2P ":0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct txs_address address, again;
        char text[TXS_ADDRESS_TEXT_MAX];
        if (!parse(&address, rows[i].text))
            fail_msg("'%s' was refused", rows[i].text);
        txs_address_text(text, &address);
        assert_string_equal(text, rows[i].canonical);
        assert_true(parse(&again, text));
        assert_true(txs_address_equal(&address, &again));
    }
}

static void bad_spellings(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        " ",
        ":",
        "::::",
        ":8333",
        "[",
        "]",
        "[]",
        "[]:8333",
        "[:]",
        "host",
        "localhost",
        "example.com",
        "example.com:8333",
        "a.onion",
        ".onion",
        ".b32.i2p",
        "i2p",
        "onion",
        /* IPv4 */
        "1",
        "1.2",
        "1.2.3",
        "1.2.3.",
        ".1.2.3.4",
        "1.2.3.4.",
        "1.2.3.4.5",
        "1.2.3.256",
        "1.2.3.-4",
        "01.2.3.4",
        "1.2.3.04",
        "1.2.3.0x4",
        "0x1020304",
        "16909060",
        " 1.2.3.4",
        "1.2.3.4 ",
        "1.2.3.4\n",
        "1. 2.3.4",
        "1.2.3.4/32",
        "+1.2.3.4",
        "1..3.4",
        "[1.2.3.4]",
        "[1.2.3.4]:8333",
        "1.2.3.4]",
        "[1.2.3.4",
        /* ports */
        "1.2.3.4:",
        "1.2.3.4:0",
        "1.2.3.4:00",
        "1.2.3.4:01",
        "1.2.3.4:65536",
        "1.2.3.4:99999",
        "1.2.3.4:100000",
        "1.2.3.4:4294975629",
        "1.2.3.4:18446744073709559949",
        "1.2.3.4:-1",
        "1.2.3.4:+1",
        "1.2.3.4: 1",
        "1.2.3.4:1 ",
        "1.2.3.4:0x1",
        "1.2.3.4:1a",
        "1.2.3.4:http",
        "1.2.3.4:1:2",
        "[::1]:",
        "[::1]:0",
        "[::1]:65536",
        "[::1]8333",
        "[::1] :8333",
        "[::1]x",
        "[::1]:8333 ",
        "[::1]]:8333",
        "[[::1]]:8333",
        /* IPv6 */
        ":::",
        "1",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8:8333",
        "::12345",
        "::g",
        ":1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8:",
        "fe80::1%eth0",
        "[fe80::1%1]:8333",
        "::1%lo",
        " ::1",
        "::1 ",
        "[ ::1]",
        "[::1 ]",
        "::1/128",
        "[::1",
        "::1]",
        "::ffff:1.2.3",
        "::ffff:1.2.3.256",
        "::1.2.3.4:5",
        "::-1",
        /* onion: version 2, checksum, version, length, alphabet, suffix */
        "expyuzz4wqqyqhjn.onion",
        "qg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion",
        "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscrye.onion",
        "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscry.onion",
        "apg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion",
        "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscry1.onion",
        "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscry=.onion",
        "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd",
        ONION ".",
        ONION ":0",
        "www." ONION,
        "[" ONION "]",
        "[" ONION "]:8333",
        " " ONION,
        ONION ".onion",
        /* i2p: bits past the last byte, length, suffix */
        "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdr.b32.i2p",
        "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkd.b32.i2p",
        "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdqa.b32.i2p",
        "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.i2p",
        I2P ":",
        I2P ":00",
        I2P ":65536",
        "stats.i2p",
        /* longer than any address */
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
        "onion",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct txs_address address, untouched;
        memset(&address, 0x5a, sizeof address);
        untouched = address;
        if (parse(&address, rows[i]))
            fail_msg("'%s' was taken", rows[i]);
        assert_memory_equal(&address, &untouched, sizeof address);
    }
}

static void text_of_any_length_is_refused(void **state)
{
    (void)state;
    for (size_t len = 0; len < 4 * TXS_ADDRESS_TEXT_MAX; len++) {
        char text[4 * TXS_ADDRESS_TEXT_MAX];
        struct txs_address address;
        memset(text, 'a', len);
        text[len] = '\0';
        assert_false(parse(&address, text));
    }
}

static void a_default_port_of_zero_is_refused_too(void **state)
{
    (void)state;
    struct txs_address address;
    assert_false(txs_address_parse(&address, "1.2.3.4", 0));
    assert_true(txs_address_parse(&address, "1.2.3.4:5", 0));
    assert_int_equal(address.port, 5);
    assert_true(txs_address_parse(&address, I2P, 0));
}

static void the_longest_texts_fit(void **state)
{
    (void)state;
    for (unsigned network = 0; network < TXS_NETWORK_COUNT; network++) {
        struct txs_address address = {.network = (uint8_t)network, .port = 65535};
        memset(address.bytes, 0xff, txs_network_address_len((enum txs_network)network));
        char *text = malloc(TXS_ADDRESS_TEXT_MAX);
        txs_address_text(text, &address);
        assert_string_equal(text + strlen(text) - 6, ":65535");
        free(text);
    }
}

static void addresses_of_16_bytes(void **state)
{
    (void)state;
    struct txs_address address;
    uint8_t ip[16], zero[16] = {0};
    assert_true(parse(&address, "[fc00::1]:1"));
    txs_address_to_ip16(ip, &address);
    assert_memory_equal(ip, address.bytes, 16);
    assert_true(parse(&address, "1.2.3.4"));
    txs_address_to_ip16(ip, &address);
    assert_memory_equal(ip, "\0\0\0\0\0\0\0\0\0\0\xff\xff\1\2\3\4", 16);
    assert_true(parse(&address, ONION));
    txs_address_to_ip16(ip, &address);
    assert_memory_equal(ip, zero, 16);
    assert_true(parse(&address, I2P));
    txs_address_to_ip16(ip, &address);
    assert_memory_equal(ip, zero, 16);
}

static void one_bit_makes_another_address(void **state)
{
    (void)state;
    struct txs_address a, b;
    assert_true(parse(&a, "1.2.3.4:5"));
    assert_true(parse(&b, "1.2.3.4:5"));
    assert_true(txs_address_equal(&a, &b));
    b.port = 6;
    assert_false(txs_address_equal(&a, &b));
    b = a;
    b.bytes[3] ^= 1;
    assert_false(txs_address_equal(&a, &b));
    b = a;
    b.network = TXS_NETWORK_IPV6;
    assert_false(txs_address_equal(&a, &b));
}

static void networks_by_name(void **state)
{
    (void)state;
    enum txs_network network = TXS_NETWORK_COUNT;
    assert_false(txs_network_by_name(&network, "torv3"));
    assert_false(txs_network_by_name(&network, ""));
    assert_false(txs_network_by_name(&network, "IPV4"));
    assert_int_equal(network, TXS_NETWORK_COUNT);
    for (unsigned i = 0; i < TXS_NETWORK_COUNT; i++) {
        assert_true(txs_network_by_name(&network, txs_network_name((enum txs_network)i)));
        assert_int_equal(network, i);
    }
}

static bool is_routable(const char *text)
{
    struct txs_address address;
    if (!parse(&address, text))
        fail_msg("'%s' was refused", text);
    return txs_address_is_routable(&address);
}

/* The first and the last of each closed range, and their neighbours outside (NULL: the neighbour is
 * closed by another range or there is none). */
static void ranges_that_are_not_routable(void **state)
{
    (void)state;
    static const struct {
        const char *before, *first, *last, *after;
    } rows[] = {
        {NULL, "0.0.0.0", "0.255.255.255", "1.0.0.0"},
        {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
        {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
        {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
        {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
        {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
        {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
        {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
        {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
        {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
        {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
        {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
        {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
        {"223.255.255.255", "224.0.0.0", "239.255.255.255", NULL},
        {NULL, "240.0.0.0", "255.255.255.255", NULL},
        {NULL, "::", "::fffe:ffff:ffff:ffff", NULL}, /* then IPv4, mapped */
        {NULL, "::ffff:0:0:0", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"},
        {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
         "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
        {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
         "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
        {"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
         "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"},
        {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
         "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"},
        {"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
         "4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
        {NULL, "64:ff9b::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", NULL},
        {NULL, "fd00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
        {NULL, "fe80::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (is_routable(rows[i].first) || is_routable(rows[i].last))
            fail_msg("'%s' to '%s' is routable", rows[i].first, rows[i].last);
        if (rows[i].before != NULL && !is_routable(rows[i].before))
            fail_msg("'%s' is not routable", rows[i].before);
        if (rows[i].after != NULL && !is_routable(rows[i].after))
            fail_msg("'%s' is not routable", rows[i].after);
    }
}

/* Nobody is there, whoever names them; one bit further they are addresses like others. */
static void names_that_ipv6_wraps(void **state)
{
    (void)state;
    static const char *const wraps[] = {"fd87:d87e:eb43::1",
                                        "fd60:db4d:ddb5:ffff::", "fd6b:88c0:8724::1"};
    static const char *const others[] = {
        "fd87:d87e:eb42::1", "fd60:db4d:ddb4::1", "fc87:d87e:eb43::1",
        "::ffff:8.8.8.8",    "64:ff9b::808:808",  "2002:808:808::1",
        "2001::1",           "1.2.3.4",           ONION};
    struct txs_address address;
    for (size_t i = 0; i < sizeof wraps / sizeof *wraps; i++) {
        assert_true(parse(&address, wraps[i]));
        assert_true(txs_address_wraps_name(&address));
        assert_int_equal(address.network, TXS_NETWORK_IPV6);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_true(parse(&address, others[i]));
        assert_false(txs_address_wraps_name(&address));
    }
}

static void fc_is_cjdns_whatever_names_it(void **state)
{
    (void)state;
    struct txs_address address;
    static const char *const texts[] = {"fc00::1", "[fcff::]:8333", "fc00::"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_true(parse(&address, texts[i]));
        assert_int_equal(address.network, TXS_NETWORK_CJDNS);
    }
    assert_true(parse(&address, "fd00::1"));
    assert_int_equal(address.network, TXS_NETWORK_IPV6);
    assert_true(parse(&address, "fbff::1"));
    assert_int_equal(address.network, TXS_NETWORK_IPV6);
}

static void other_networks_are_routable(void **state)
{
    (void)state;
    assert_true(is_routable(ONION));
    assert_true(is_routable(I2P));
    assert_true(is_routable("2a01:4f8::1"));
    assert_true(is_routable("::ffff:8.8.8.8"));
    assert_false(is_routable("::ffff:10.0.0.1"));
    assert_false(is_routable("fd87:d87e:eb43::1")); /* OnionCat */
    assert_false(is_routable("fd6b:88c0:8724::1")); /* Core's internal names */
    struct txs_address cjdns;
    assert_true(parse(&cjdns, "fc32::1"));
    assert_true(txs_address_is_routable(&cjdns));
    cjdns.bytes[0] = 0xfd;
    assert_false(txs_address_is_routable(&cjdns));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_the_vectors),
        cmocka_unit_test(good_spellings),
        cmocka_unit_test(names_that_ipv6_wraps),
        cmocka_unit_test(fc_is_cjdns_whatever_names_it),
        cmocka_unit_test(bad_spellings),
        cmocka_unit_test(text_of_any_length_is_refused),
        cmocka_unit_test(a_default_port_of_zero_is_refused_too),
        cmocka_unit_test(the_longest_texts_fit),
        cmocka_unit_test(addresses_of_16_bytes),
        cmocka_unit_test(one_bit_makes_another_address),
        cmocka_unit_test(networks_by_name),
        cmocka_unit_test(ranges_that_are_not_routable),
        cmocka_unit_test(other_networks_are_routable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
