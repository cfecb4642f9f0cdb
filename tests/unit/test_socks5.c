#include "txsurvey/tunnel.h"

#include "tunnelling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define ONION "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"
#define GREETING "\x05\x02\x00\x02"
#define USER "0123456789abcdef"
#define PASSWORD "00000000000000ff"
#define CREDENTIALS "\x01\x10" USER "\x10" PASSWORD
#define CONNECT_IPV4 "\x05\x01\x00\x01\x01\x02\x03\x04\x20\x8d"
#define OK "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"

static struct txs_tunnel *to(const char *text)
{
    struct txs_address address;
    assert_true(txs_address_parse(&address, text, 8333));
    const uint64_t random[2] = {0x0123456789abcdef, 0xff};
    return txs_tunnel_socks5(&address, random);
}

static struct txs_tunnel *to_ipv4(void)
{
    return to("1.2.3.4");
}

static struct txs_tunnel *to_ipv6(void)
{
    return to("[2001:db8::1]:18444");
}

static struct txs_tunnel *to_onion(void)
{
    return to(ONION);
}

static struct txs_tunnel *to_cjdns(void)
{
    struct txs_address address = {TXS_NETWORK_CJDNS, 0, 8333, {0xfc, [15] = 1}};
    return txs_tunnel_socks5(&address, (const uint64_t[2]){1, 2});
}

/* String literals, with what is behind their NULs. */
#define SPAN(text) ((struct txs_span){(const uint8_t *)(text), sizeof(text) - 1})
#define REQUIRE_SENT(run, text)                                  \
    do {                                                         \
        assert_int_equal((run).sent_len, sizeof(text) - 1);      \
        assert_memory_equal((run).sent, text, sizeof(text) - 1); \
    } while (0)

static void a_proxy_without_passwords_is_asked_for_the_address_at_once(void **state)
{
    (void)state;
    struct tunnelling run;
    tunnelling_every_way(&run, to_ipv4, SPAN("\x05\x00" OK));
    assert_int_equal(run.state, TXS_TUNNEL_OPEN);
    assert_int_equal(run.left, 0);
    REQUIRE_SENT(run, GREETING CONNECT_IPV4);
}

static void a_proxy_that_wants_a_password_gets_one_of_this_connection(void **state)
{
    (void)state;
    struct tunnelling run;
    tunnelling_every_way(&run, to_ipv4, SPAN("\x05\x02\x01\x00" OK));
    assert_int_equal(run.state, TXS_TUNNEL_OPEN);
    REQUIRE_SENT(run, GREETING CREDENTIALS CONNECT_IPV4);
}

static void ipv6_and_cjdns_are_sent_as_ipv6(void **state)
{
    (void)state;
    struct tunnelling run;
    tunnelling_every_way(&run, to_ipv6, SPAN("\x05\x00" OK));
    REQUIRE_SENT(run,
                 GREETING "\x05\x01\x00\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x48\x0c");
    tunnelling_every_way(&run, to_cjdns, SPAN("\x05\x00" OK));
    REQUIRE_SENT(run, GREETING "\x05\x01\x00\x04\xfc\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x8d");
}

static void a_name_goes_to_the_proxy_as_it_is(void **state)
{
    (void)state;
    struct txs_tunnel *t = txs_tunnel_socks5_name("seed.example", 8333, (const uint64_t[2]){1, 2});
    struct txs_tunnel_actions a = txs_tunnel_step(t, (struct txs_span){NULL, 0});
    a = txs_tunnel_step(t, (struct txs_span){(const uint8_t *)"\x05\x00", 2});
    static const char wanted[] = "\x05\x01\x00\x03\x0cseed.example\x20\x8d";
    assert_int_equal(a.send.len, sizeof wanted - 1);
    assert_memory_equal(a.send.data, wanted, sizeof wanted - 1);
    assert_true(a.asked);
    txs_tunnel_free(t);
}

static void the_longest_name_has_room(void **state)
{
    (void)state;
    char name[TXS_SOCKS5_NAME_MAX + 1] = "";
    memset(name, 'x', TXS_SOCKS5_NAME_MAX);
    struct txs_tunnel *t = txs_tunnel_socks5_name(name, 1, (const uint64_t[2]){1, 2});
    txs_tunnel_step(t, (struct txs_span){NULL, 0});
    struct txs_tunnel_actions a =
        txs_tunnel_step(t, (struct txs_span){(const uint8_t *)"\x05\x00", 2});
    assert_int_equal(a.send.len, 5 + TXS_SOCKS5_NAME_MAX + 2);
    txs_tunnel_free(t);
}

static void an_onion_name_is_left_to_the_proxy_to_resolve(void **state)
{
    (void)state;
    struct tunnelling run;
    tunnelling_every_way(&run, to_onion, SPAN("\x05\x00" OK));
    assert_int_equal(run.state, TXS_TUNNEL_OPEN);
    REQUIRE_SENT(run, GREETING "\x05\x01\x00\x03\x3e" ONION "\x20\x8d");
}

static void the_bound_address_may_be_of_any_type(void **state)
{
    (void)state;
    static const struct txs_span replies[] = {
        SPAN("\x05\x00\x05\x00\x00\x01\x7f\x00\x00\x01\x20\x8d"),
        SPAN("\x05\x00\x05\x00\x00\x04"
             "0123456789abcdef"
             "\x20\x8d"),
        SPAN("\x05\x00\x05\x00\x00\x03\x00\x20\x8d"),
        SPAN("\x05\x00\x05\x00\x00\x03\x01x\x20\x8d"),
        SPAN("\x05\x00\x05\x00\x00\x03\x07"
             "example"
             "\x20\x8d"),
    };
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        struct tunnelling run;
        tunnelling_every_way(&run, to_ipv4, replies[i]);
        assert_int_equal(run.state, TXS_TUNNEL_OPEN);
        assert_int_equal(run.left, 0);
        /* and not before its last byte */
        tunnelling_run(&run, to_ipv4(), (struct txs_span){replies[i].data, replies[i].len - 1},
                       NULL, 0);
        assert_int_equal(run.state, TXS_TUNNEL_BUSY);
    }
}

static void the_longest_name_is_skipped_whole(void **state)
{
    (void)state;
    uint8_t stream[2 + 5 + 255 + 2 + 3] = {5, 0, 5, 0, 0, 3, 255};
    struct tunnelling run;
    tunnelling_every_way(&run, to_ipv4, (struct txs_span){stream, sizeof stream});
    assert_int_equal(run.state, TXS_TUNNEL_OPEN);
    assert_int_equal(run.left, 3);
}

static void what_comes_behind_the_reply_is_the_peers(void **state)
{
    (void)state;
    struct tunnelling run;
    tunnelling_every_way(&run, to_ipv4, SPAN("\x05\x02\x01\x00" OK "\xf9\xbe\xb4\xd9version"));
    assert_int_equal(run.state, TXS_TUNNEL_OPEN);
    assert_int_equal(run.left, 11);
}

static void each_reply_code_has_its_error(void **state)
{
    (void)state;
    static const struct {
        uint8_t code;
        const char *name;
    } expected[] = {
        {1, "socks5_general_failure"},       {2, "socks5_not_allowed"},
        {3, "socks5_network_unreachable"},   {4, "socks5_host_unreachable"},
        {5, "socks5_connection_refused"},    {6, "socks5_ttl_expired"},
        {7, "socks5_command_unsupported"},   {8, "socks5_address_unsupported"},
        {0xf0, "tor_descriptor_not_found"},  {0xf1, "tor_descriptor_invalid"},
        {0xf2, "tor_introduction_failed"},   {0xf3, "tor_rendezvous_failed"},
        {0xf4, "tor_authorization_missing"}, {0xf5, "tor_authorization_wrong"},
        {0xf6, "tor_bad_address"},           {0xf7, "tor_introduction_timeout"},
    };
    size_t at = 0;
    for (unsigned code = 1; code < 256; code++) {
        const uint8_t stream[] = {5, 0, 5, (uint8_t)code, 0, 1, 0, 0, 0, 0, 0, 0};
        bool known = at < sizeof expected / sizeof *expected && expected[at].code == code;
        struct tunnelling run;
        tunnelling_every_way(&run, to_ipv4, (struct txs_span){stream, sizeof stream});
        assert_int_equal(run.state, TXS_TUNNEL_FAILED);
        assert_string_equal(txs_error_name(run.error),
                            known ? expected[at].name : "socks5_unknown_reply");
        at += known;
    }
    assert_int_equal(at, sizeof expected / sizeof *expected);
}

static void what_is_no_socks5_is_malformed(void **state)
{
    (void)state;
    static const struct txs_span streams[] = {
        SPAN("HTTP/1.1 400 Bad Request\r\n"),
        SPAN("\x04\x00" OK),              /* SOCKS4 */
        SPAN("\x05\x01" OK),              /* GSSAPI was not offered */
        SPAN("\x05\x02\x05\x00"),         /* the verdict has a version of its own */
        SPAN("\x05\x00\x04\x00\x00\x01"), /* the reply's version */
        SPAN("\x05\x00\x05\x00\x01\x01"), /* the reserved byte */
        SPAN("\x05\x00\x05\x00\x00\x02"), /* no address type */
        SPAN("\x05\x00\x05\x00\x00\xff"),
    };
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        struct tunnelling run;
        tunnelling_every_way(&run, to_ipv4, streams[i]);
        assert_int_equal(run.state, TXS_TUNNEL_FAILED);
        assert_int_equal(run.error, TXS_ERROR_SOCKS5_MALFORMED);
    }
}

static void refused_log_ins_have_errors_of_their_own(void **state)
{
    (void)state;
    struct tunnelling run;
    tunnelling_every_way(&run, to_ipv4, SPAN("\x05\xff"));
    assert_int_equal(run.error, TXS_ERROR_SOCKS5_NO_METHOD);
    assert_false(run.asked);
    REQUIRE_SENT(run, GREETING);
    tunnelling_every_way(&run, to_ipv4, SPAN("\x05\x02\x01\x01"));
    assert_int_equal(run.error, TXS_ERROR_SOCKS5_AUTH_FAILED);
    assert_false(run.asked);
    REQUIRE_SENT(run, GREETING CREDENTIALS);
}

/* The peer is waited for only when the proxy knows of it. */
static void the_peer_is_asked_for_with_connect(void **state)
{
    (void)state;
    struct tunnelling run;
    tunnelling_run(&run, to_ipv4(), SPAN("\x05"), NULL, 0);
    assert_false(run.asked);
    tunnelling_run(&run, to_ipv4(), SPAN("\x05\x02\x01"), NULL, 0);
    assert_false(run.asked);
    tunnelling_run(&run, to_ipv4(), SPAN("\x05\x02\x01\x00"), NULL, 0);
    assert_true(run.asked);
    assert_int_equal(run.state, TXS_TUNNEL_BUSY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proxy_without_passwords_is_asked_for_the_address_at_once),
        cmocka_unit_test(a_proxy_that_wants_a_password_gets_one_of_this_connection),
        cmocka_unit_test(ipv6_and_cjdns_are_sent_as_ipv6),
        cmocka_unit_test(a_name_goes_to_the_proxy_as_it_is),
        cmocka_unit_test(the_longest_name_has_room),
        cmocka_unit_test(an_onion_name_is_left_to_the_proxy_to_resolve),
        cmocka_unit_test(the_bound_address_may_be_of_any_type),
        cmocka_unit_test(the_longest_name_is_skipped_whole),
        cmocka_unit_test(what_comes_behind_the_reply_is_the_peers),
        cmocka_unit_test(each_reply_code_has_its_error),
        cmocka_unit_test(what_is_no_socks5_is_malformed),
        cmocka_unit_test(refused_log_ins_have_errors_of_their_own),
        cmocka_unit_test(the_peer_is_asked_for_with_connect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
