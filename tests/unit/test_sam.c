#include "txsurvey/tunnel.h"

#include "tunnelling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define ID "0123456789"
#define PEER "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p"
#define DESTINATION "abcXYZ0189-~AAAA=="

#define HELLO "HELLO VERSION MIN=3.1 MAX=3.1\n"
#define LOOKUP "NAMING LOOKUP NAME=" PEER "\n"
#define CONNECT "STREAM CONNECT ID=" ID " DESTINATION=" DESTINATION " SILENT=false\n"
#define HELLO_OK "HELLO REPLY RESULT=OK VERSION=3.1\n"
#define LOOKUP_OK "NAMING REPLY RESULT=OK NAME=" PEER " VALUE=" DESTINATION "\n"
#define CONNECT_OK "STREAM STATUS RESULT=OK\n"

static struct txs_tunnel *stream(void)
{
    struct txs_address address;
    assert_true(txs_address_parse(&address, PEER, 0));
    return txs_tunnel_sam_stream(ID, &address);
}

static struct txs_tunnel *session(void)
{
    return txs_tunnel_sam_session(ID);
}

static struct txs_span span(const char *text)
{
    return (struct txs_span){(const uint8_t *)text, strlen(text)};
}

static void a_stream_is_looked_up_and_connected(void **state)
{
    (void)state;
    struct tunnelling run;
    tunnelling_every_way(&run, stream, span(HELLO_OK LOOKUP_OK CONNECT_OK));
    assert_int_equal(run.state, TXS_TUNNEL_OPEN);
    assert_int_equal(run.left, 0);
    assert_string_equal(run.sent, HELLO LOOKUP CONNECT);
}

static void what_comes_behind_the_status_is_the_peers(void **state)
{
    (void)state;
    struct tunnelling run;
    tunnelling_every_way(&run, stream, span(HELLO_OK LOOKUP_OK CONNECT_OK "\n\xf9\xbe\xb4\xd9"));
    assert_int_equal(run.state, TXS_TUNNEL_OPEN);
    assert_int_equal(run.left, 5);
}

static void a_session_is_what_core_asks_for(void **state)
{
    (void)state;
    struct tunnelling run;
    tunnelling_every_way(&run, session,
                         span(HELLO_OK "SESSION STATUS RESULT=OK DESTINATION=AAAA~~\n"));
    assert_int_equal(run.state, TXS_TUNNEL_OPEN);
    assert_string_equal(run.sent,
                        HELLO "SESSION CREATE STYLE=STREAM ID=" ID
                              " DESTINATION=TRANSIENT SIGNATURE_TYPE=7 "
                              "i2cp.leaseSetEncType=4,0 inbound.quantity=1 outbound.quantity=1\n");
}

static void each_result_has_its_error(void **state)
{
    (void)state;
    static const struct {
        const char *result, *name;
    } expected[] = {
        {"NOVERSION", "sam_no_version"},
        {"CANT_REACH_PEER", "sam_cant_reach_peer"},
        {"PEER_NOT_FOUND", "sam_peer_not_found"},
        {"KEY_NOT_FOUND", "sam_key_not_found"},
        {"LEASESET_NOT_FOUND", "sam_leaseset_not_found"},
        {"INVALID_KEY", "sam_invalid_key"},
        {"INVALID_ID", "sam_invalid_id"},
        {"TIMEOUT", "sam_timeout"},
        {"I2P_ERROR", "sam_i2p_error"},
        {"DUPLICATED_ID", "sam_duplicated_id"},
        {"DUPLICATED_DEST", "sam_duplicated_dest"},
        {"SOMETHING_NEW", "sam_unknown_result"},
        {"ok", "sam_unknown_result"},
        {"OKAY", "sam_unknown_result"},
        {"", "sam_unknown_result"},
        {"A_RESULT_THAT_IS_LONGER_THAN_ANY_THAT_IS_KNOWN", "sam_unknown_result"},
        {"OKxxxxxxxxxxxxxxxxxxxxxxxxxx", "sam_unknown_result"},
    };
    static const char *const before[] = {"", HELLO_OK, HELLO_OK LOOKUP_OK};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        for (size_t b = 0; b < sizeof before / sizeof *before; b++) {
            char text[512];
            struct tunnelling run;
            snprintf(text, sizeof text, "%sSTREAM STATUS RESULT=%s MESSAGE=\"no\"\n", before[b],
                     expected[i].result);
            tunnelling_every_way(&run, stream, span(text));
            assert_int_equal(run.state, TXS_TUNNEL_FAILED);
            assert_string_equal(txs_error_name(run.error), expected[i].name);
        }
    }
}

/* A message is for people: what stands in its quotes is no result. */
static void quotes_hide_what_they_hold(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "STREAM STATUS MESSAGE=\"a RESULT=OK b\" RESULT=TIMEOUT\n",
        "STREAM STATUS MESSAGE=\"a \\\" RESULT=OK b\" RESULT=TIMEOUT\n",
        "STREAM STATUS MESSAGE=\"\\\\\" RESULT=TIMEOUT\n",
        "STREAM STATUS RESULT=\"TIMEOUT\"\n",
        "STREAM STATUS RESULT=TIMEOUT RESULT=OK\n",
        "STREAM STATUS XRESULT=OK RESULTS=OK RESULT=TIMEOUT\r\n",
        "STREAM STATUS  RESULT=TIMEOUT MESSAGE=\"never ends\n",
        "STREAM STATUS NAME=RESULT=OK RESULT=TIMEOUT\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[512];
        struct tunnelling run;
        snprintf(text, sizeof text, HELLO_OK LOOKUP_OK "%s", lines[i]);
        tunnelling_every_way(&run, stream, span(text));
        assert_int_equal(run.state, TXS_TUNNEL_FAILED);
        assert_int_equal(run.error, TXS_ERROR_SAM_TIMEOUT);
    }
}

static void what_has_no_result_is_malformed(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "HTTP/1.1 400 Bad Request\r\n",
        "\n",
        "HELLO REPLY\n",
        "HELLO REPLY RESULT\n",
        HELLO_OK "NAMING REPLY RESULT=OK\n",
        HELLO_OK "NAMING REPLY RESULT=OK VALUE=\n",
        HELLO_OK "NAMING REPLY VALUE=" DESTINATION "\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct tunnelling run;
        tunnelling_every_way(&run, stream, span(texts[i]));
        assert_int_equal(run.state, TXS_TUNNEL_FAILED);
        assert_int_equal(run.error, TXS_ERROR_SAM_MALFORMED);
    }
}

/* What comes back in a line of ours must not be able to end it, or to add words. */
static void a_destination_is_base64(void **state)
{
    (void)state;
    static const char *const values[] = {"AAAA BBBB", "AA\\\"AA", "AA=AA\tBB", "AA\x01",
                                         "A+B",       "A/B",      "A\xff"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[256];
        struct tunnelling run;
        snprintf(text, sizeof text, HELLO_OK "NAMING REPLY RESULT=OK VALUE=\"%s\"\n", values[i]);
        tunnelling_every_way(&run, stream, span(text));
        assert_int_equal(run.state, TXS_TUNNEL_FAILED);
        assert_int_equal(run.error, TXS_ERROR_SAM_MALFORMED);
        assert_string_equal(run.sent, HELLO LOOKUP);
    }
}

static void a_destination_has_its_limit(void **state)
{
    (void)state;
    for (size_t len = TXS_SAM_DESTINATION_MAX - 1; len <= TXS_SAM_DESTINATION_MAX + 1; len++) {
        struct tunnelling run;
        char text[TXS_SAM_DESTINATION_MAX + 256];
        int head = snprintf(text, sizeof text, HELLO_OK "NAMING REPLY RESULT=OK VALUE=");
        memset(text + head, 'A', len);
        strcpy(text + head + len, "\n" CONNECT_OK);
        tunnelling_run(&run, stream(), span(text), NULL, 0);
        if (len > TXS_SAM_DESTINATION_MAX) {
            assert_int_equal(run.error, TXS_ERROR_SAM_MALFORMED);
            continue;
        }
        assert_int_equal(run.state, TXS_TUNNEL_OPEN);
        const char *sent = run.sent + strlen(HELLO LOOKUP "STREAM CONNECT ID=" ID " DESTINATION=");
        assert_int_equal(strspn(sent, "A"), len);
        assert_string_equal(sent + len, " SILENT=false\n");
    }
}

static void a_line_has_its_limit(void **state)
{
    (void)state;
    for (size_t len = TXS_SAM_LINE_MAX; len <= TXS_SAM_LINE_MAX + 1; len++) {
        struct tunnelling run;
        char *text = malloc(len + 1 + 1);
        assert_non_null(text);
        int head = snprintf(text, len, "HELLO REPLY RESULT=OK MESSAGE=");
        memset(text + head, 'x', len - (size_t)head);
        strcpy(text + len, "\n");
        tunnelling_run(&run, stream(), span(text), NULL, 0);
        if (len > TXS_SAM_LINE_MAX)
            assert_int_equal(run.error, TXS_ERROR_SAM_MALFORMED);
        else
            assert_string_equal(run.sent, HELLO LOOKUP);
        free(text);
    }
}

/* The bridge asks its network with the look-up, and for a session. */
static void the_network_is_asked_after_hello(void **state)
{
    (void)state;
    struct tunnelling run;
    tunnelling_run(&run, stream(), span("HELLO REPLY RESULT=OK"), NULL, 0);
    assert_false(run.asked);
    tunnelling_run(&run, stream(), span(HELLO_OK), NULL, 0);
    assert_true(run.asked);
    tunnelling_run(&run, session(), span(HELLO_OK), NULL, 0);
    assert_true(run.asked);
    assert_int_equal(run.state, TXS_TUNNEL_BUSY);
}

static void ids_are_ten_hex_digits(void **state)
{
    (void)state;
    char id[TXS_SAM_ID_LEN + 1];
    txs_sam_id(id, 0xffffff0123456789);
    assert_string_equal(id, "8967452301");
    txs_sam_id(id, 0);
    assert_string_equal(id, "0000000000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_is_looked_up_and_connected),
        cmocka_unit_test(what_comes_behind_the_status_is_the_peers),
        cmocka_unit_test(a_session_is_what_core_asks_for),
        cmocka_unit_test(each_result_has_its_error),
        cmocka_unit_test(quotes_hide_what_they_hold),
        cmocka_unit_test(what_has_no_result_is_malformed),
        cmocka_unit_test(a_destination_is_base64),
        cmocka_unit_test(a_destination_has_its_limit),
        cmocka_unit_test(a_line_has_its_limit),
        cmocka_unit_test(the_network_is_asked_after_hello),
        cmocka_unit_test(ids_are_ten_hex_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
