/* What dialogues (tests/scenario) do not show of the peer machine. */
#include "txsurvey/frame.h"
#include "txsurvey/message.h"
#include "txsurvey/peer.h"
#include "txsurvey/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

struct fixture {
    uint8_t (*ids)[32];
    uint16_t *order;
    struct txs_body_pool pool;
    struct txs_peer_config config;
    struct txs_address remote;
    struct txs_writer out;
};

static void begin(struct fixture *f, size_t id_count)
{
    struct txs_random random = {42};
    *f = (struct fixture){.ids = malloc(id_count * 32), .order = malloc(id_count * 2)};
    assert_non_null(f->ids);
    assert_non_null(f->order);
    for (size_t i = 0; i < id_count * 32; i++)
        f->ids[i / 32][i % 32] = (uint8_t)txs_random_next(&random);
    txs_id_order(f->order, (const uint8_t(*)[32])f->ids, id_count);
    assert_true(txs_address_parse(&f->remote, "[2a01::5]:8333", 8333));
    f->config = (struct txs_peer_config){
        .chain = txs_chain_by_name("main"),
        .user_agent = {(const uint8_t *)"/x/", 3},
        .ids = (const uint8_t(*)[32])f->ids,
        .id_count = id_count,
        .id_order = f->order,
        .handshake_timeout_ms = 10000,
        .response_timeout_ms = 15000,
        .patience_ms = 30000,
        .pool = &f->pool,
        .out = &f->out,
    };
    assert_true(txs_peer_out_init(&f->out, &f->config));
}

static void end(struct fixture *f)
{
    free(f->ids);
    free(f->order);
    free(f->out.data);
}

static void every_id_is_found(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 7, TXS_GETDATA_MAX};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct fixture f;
        begin(&f, counts[c]);
        for (size_t i = 0; i < counts[c]; i++)
            assert_int_equal(txs_id_find(&f.config, f.ids[i]), i);
        end(&f);
    }
}

static void an_id_that_differs_in_one_bit_is_not_found(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 50);
    for (size_t i = 0; i < 50; i++) {
        for (unsigned bit = 0; bit < 256; bit += 37) {
            uint8_t other[32];
            memcpy(other, f.ids[i], 32);
            other[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_equal(txs_id_find(&f.config, other), -1);
        }
    }
    end(&f);
}

static struct txs_peer_actions step(struct txs_peer *p, enum txs_peer_event_kind kind,
                                    struct txs_span bytes)
{
    return txs_peer_step(p, &(struct txs_peer_event){.kind = kind, .bytes = bytes});
}

/* A version, and a ping behind it: the answer to both in the worst case. */
static size_t put_hello(uint8_t out[400])
{
    struct txs_writer w = txs_writer_to(out, 400);
    const uint8_t *magic = txs_chain_by_name("main")->magic;
    struct txs_version v = {.version = 70016, .services = TXS_SERVICE_WITNESS};
    size_t begun = txs_frame_begin(&w, magic, "version");
    txs_version_encode(&w, &v);
    txs_frame_end(&w, begun);
    txs_put_frame(&w, magic, "verack", (struct txs_span){NULL, 0});
    assert_false(w.failed);
    return w.len;
}

static void a_thousand_ids_go_into_one_request(void **state)
{
    (void)state;
    struct fixture f;
    uint8_t hello[400];
    begin(&f, TXS_GETDATA_MAX);
    struct txs_peer *p = txs_peer_new(&f.config, &f.remote, 99);
    assert_non_null(p);
    step(p, TXS_PEER_CONNECTED, (struct txs_span){NULL, 0});
    struct txs_peer_actions a = step(p, TXS_PEER_BYTES, (struct txs_span){hello, put_hello(hello)});
    /* sendaddrv2, verack, getdata with a count of 3 bytes, ping */
    assert_int_equal(a.send.len, 2 * 24 + 24 + 3 + 36 * TXS_GETDATA_MAX + 24 + 8);
    txs_peer_free(p);
    end(&f);
}

/* The payload of the getdata at or behind `from` in what was sent; empty where there is none. */
static struct txs_span getdata_in(struct txs_span sent, size_t *from)
{
    struct txs_span payload = {NULL, 0};
    while (*from < sent.len && payload.len == 0) {
        const uint8_t *frame = sent.data + *from;
        size_t len = (size_t)frame[16] | (size_t)frame[17] << 8;
        if (strcmp((const char *)frame + 4, "getdata") == 0)
            payload = (struct txs_span){frame + 24, len};
        *from += 24 + len;
    }
    return payload;
}

/* Also that there is room for all that may have to be said at once. */
static void the_random_control_of_a_full_request_goes_behind_it(void **state)
{
    (void)state;
    for (size_t count = TXS_GETDATA_MAX - 1; count <= TXS_GETDATA_MAX; count++) {
        struct fixture f;
        uint8_t hello[400];
        size_t from = 0;
        begin(&f, count);
        f.config.control = f.config.crawl = true;
        struct txs_peer *p = txs_peer_new(&f.config, &f.remote, 99);
        assert_non_null(p);
        step(p, TXS_PEER_CONNECTED, (struct txs_span){NULL, 0});
        struct txs_peer_actions a =
            step(p, TXS_PEER_BYTES, (struct txs_span){hello, put_hello(hello)});
        assert_int_equal(getdata_in(a.send, &from).len, 3 + 36 * TXS_GETDATA_MAX);
        assert_int_equal(getdata_in(a.send, &from).len, count == TXS_GETDATA_MAX ? 1 + 36 : 0);
        assert_int_equal(txs_peer_result(p)->control_random, TXS_CONTROL_UNANSWERED);
        txs_peer_free(p);
        end(&f);
    }
}

/* The random id of a peer, and its place in the request. */
struct question {
    uint8_t id[32];
    size_t place;
};

static struct question random_question(const struct fixture *f, uint16_t port, uint64_t nonce)
{
    struct question q = {.place = SIZE_MAX};
    struct txs_address remote = f->remote;
    struct txs_inv_reader reader;
    struct txs_inv_item item;
    uint8_t hello[400];
    size_t from = 0, known = 0;
    remote.port = port;
    struct txs_peer *p = txs_peer_new(&f->config, &remote, nonce);
    assert_non_null(p);
    step(p, TXS_PEER_CONNECTED, (struct txs_span){NULL, 0});
    struct txs_peer_actions a = step(p, TXS_PEER_BYTES, (struct txs_span){hello, put_hello(hello)});
    struct txs_span payload = getdata_in(a.send, &from);
    txs_inv_reader_init(&reader);
    for (size_t at = 0; txs_inv_next(&reader, &item, &payload); at++) {
        if (txs_id_find(&f->config, item.hash) >= 0) {
            known++;
            continue;
        }
        assert_true(q.place == SIZE_MAX);
        q.place = at;
        memcpy(q.id, item.hash, 32);
    }
    assert_true(q.place != SIZE_MAX);
    assert_int_equal(known, f->config.id_count);
    txs_peer_free(p);
    return q;
}

static void each_peer_has_a_random_id_of_its_own_and_anywhere(void **state)
{
    (void)state;
    enum { IDS = 3, PEERS = 60 };
    struct fixture f;
    struct question asked[PEERS];
    unsigned at_place[IDS + 1] = {0};
    begin(&f, IDS);
    f.config.control = true;
    for (uint16_t i = 0; i < PEERS; i++) {
        asked[i] = random_question(&f, 1000 + i, 1 + i);
        at_place[asked[i].place]++;
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(asked[i].id, asked[j].id, 32);
    }
    for (size_t place = 0; place <= IDS; place++)
        assert_in_range(at_place[place], PEERS / 12, PEERS / 2);
    end(&f);
}

/* Nothing that a peer sees tells which id it is: neither the nonce nor a second question. */
static void the_random_id_is_made_of_the_key_and_the_address(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 500);
    f.config.control = true;
    struct question first = random_question(&f, 1000, 1), again = random_question(&f, 1000, 2);
    assert_memory_equal(first.id, again.id, 32);
    assert_int_equal(first.place, again.place);
    f.config.control_key[31] = 1;
    struct question other = random_question(&f, 1000, 1);
    assert_memory_not_equal(first.id, other.id, 32);
    assert_int_not_equal(first.place, other.place);
    end(&f);
}

static void the_first_message_names_the_remote_address(void **state)
{
    (void)state;
    struct fixture f;
    struct txs_version v;
    begin(&f, 1);
    struct txs_peer *p = txs_peer_new(&f.config, &f.remote, 0x0102030405060708);
    assert_non_null(p);
    struct txs_peer_actions a = step(p, TXS_PEER_CONNECTED, (struct txs_span){NULL, 0});
    assert_true(a.send.len > 24);
    assert_memory_equal(a.send.data, f.config.chain->magic, 4);
    assert_string_equal((const char *)a.send.data + 4, "version");
    assert_true(txs_version_decode(&v, (struct txs_span){a.send.data + 24, a.send.len - 24}));
    assert_true(v.nonce == 0x0102030405060708);
    assert_int_equal(v.recv_port, 8333);
    assert_memory_equal(v.recv_ip, f.remote.bytes, 16);
    txs_peer_free(p);
    end(&f);
}

static void the_result_is_valid_at_any_time(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 3);
    struct txs_peer *p = txs_peer_new(&f.config, &f.remote, 1);
    assert_non_null(p);
    const struct txs_peer_result *r = txs_peer_result(p);
    assert_int_equal(r->stage, TXS_STAGE_CONNECT);
    assert_int_equal(r->answer_count, 3);
    assert_true(r->handshake_ms == TXS_NEVER);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(r->answers[i].status, TXS_ID_UNASKED);
        assert_true(r->answers[i].first_request_ms == TXS_NEVER);
        assert_true(r->answers[i].answered_ms == TXS_NEVER);
    }
    txs_peer_free(p);
    txs_peer_free(NULL);
    end(&f);
}

static void freeing_a_peer_within_a_transaction_returns_its_memory(void **state)
{
    (void)state;
    struct fixture f;
    uint8_t hello[400], header[24], *body = calloc(1, 50000);
    assert_non_null(body);
    begin(&f, 1);
    f.pool.left_bytes = 100000;
    struct txs_peer *p = txs_peer_new(&f.config, &f.remote, 1);
    assert_non_null(p);
    step(p, TXS_PEER_CONNECTED, (struct txs_span){NULL, 0});
    size_t len = put_hello(hello);
    struct txs_peer_actions a = step(p, TXS_PEER_BYTES, (struct txs_span){hello, len});
    step(p, TXS_PEER_BYTES, a.rest);
    struct txs_writer w = txs_writer_to(header, sizeof header);
    txs_frame_begin(&w, f.config.chain->magic, "tx");
    header[16] = 0xa0; /* it claims 100,000 bytes */
    header[17] = 0x86;
    header[18] = 0x01;
    step(p, TXS_PEER_BYTES, (struct txs_span){header, sizeof header});
    body[4] = 1;                          /* one input */
    memcpy(body + 41, "\xfd\x50\xc3", 3); /* a script of 50,000 bytes */
    step(p, TXS_PEER_BYTES, (struct txs_span){body, 50000});
    assert_true(f.pool.left_bytes >= 1 && f.pool.left_bytes <= 100000 - 33616);
    txs_peer_free(p);
    assert_int_equal(f.pool.left_bytes, 100000);
    free(body);
    end(&f);
}

/* What becomes of a session in which the peer says this message, behind its hello where it has
 * greeted. */
static struct txs_peer_result after(const char *command, const uint8_t *payload, size_t len,
                                    bool greeted)
{
    struct fixture f;
    uint8_t bytes[800];
    begin(&f, 1);
    struct txs_peer *p = txs_peer_new(&f.config, &f.remote, 1);
    assert_non_null(p);
    struct txs_peer_actions a = step(p, TXS_PEER_CONNECTED, (struct txs_span){NULL, 0});
    struct txs_writer w = txs_writer_to(bytes, sizeof bytes);
    w.len = greeted ? put_hello(bytes) : 0;
    txs_put_frame(&w, f.config.chain->magic, command, (struct txs_span){payload, len});
    assert_false(w.failed);
    struct txs_span rest = {bytes, w.len};
    while (rest.len > 0 && !a.finished) {
        a = step(p, TXS_PEER_BYTES, rest);
        rest = a.rest;
    }
    struct txs_peer_result result = *txs_peer_result(p);
    if (!a.finished)
        result.outcome = TXS_OUTCOME_COUNT; /* it goes on */
    result.answers = NULL;
    txs_peer_free(p);
    end(&f);
    return result;
}

/* A version may end after addr_recv, and from then on between what Core reads in one go. */
static void a_version_of_each_length(void **state)
{
    (void)state;
    uint8_t payload[200];
    struct txs_writer w = txs_writer_to(payload, sizeof payload);
    struct txs_version v = {
        .version = 70016, .subver = {(const uint8_t *)"/Satoshi:29.0.0/", 16}, .has_relay = true};
    txs_version_encode(&w, &v);
    assert_int_equal(w.len, 102);
    for (size_t len = 0; len <= w.len; len++) {
        bool whole = len == 46 || len == 80 || len == 97 || len >= 101;
        struct txs_peer_result r = after("version", payload, len, false);
        assert_int_equal(r.error, whole ? TXS_ERROR_NONE : TXS_ERROR_MALFORMED_VERSION);
        assert_int_equal(r.has_version, whole);
    }
}

static void a_transaction_cut_anywhere_is_malformed(void **state)
{
    (void)state;
    static const uint8_t tx[] = "\2\0\0\0\0\1\1"
                                "0123456789abcdef0123456789abcdef\0\0\0\0\2xy\xff\xff\xff\xff"
                                "\1\0\0\0\0\0\0\0\0\1z"
                                "\2\1a\2bc"
                                "\0\0\0";
    for (size_t len = 0; len < sizeof tx; len++)
        assert_int_equal(after("tx", tx, len, true).error, TXS_ERROR_MALFORMED_TX);
    struct txs_peer_result whole = after("tx", tx, sizeof tx, true);
    assert_int_equal(whole.outcome, TXS_OUTCOME_COUNT); /* not asked for, and no error */
}

static void a_header_cut_anywhere_is_a_closed_connection(void **state)
{
    (void)state;
    uint8_t hello[400];
    put_hello(hello);
    for (size_t len = 0; len <= 24; len++) {
        struct fixture f;
        begin(&f, 1);
        struct txs_peer *p = txs_peer_new(&f.config, &f.remote, 1);
        assert_non_null(p);
        step(p, TXS_PEER_CONNECTED, (struct txs_span){NULL, 0});
        uint8_t *copy = malloc(len > 0 ? len : 1);
        assert_non_null(copy);
        memcpy(copy, hello, len);
        assert_false(step(p, TXS_PEER_BYTES, (struct txs_span){copy, len}).finished);
        assert_true(step(p, TXS_PEER_CLOSED, (struct txs_span){NULL, 0}).finished);
        assert_int_equal(txs_peer_result(p)->outcome, TXS_OUTCOME_CLOSED);
        assert_int_equal(txs_peer_result(p)->bytes_received, len);
        free(copy);
        txs_peer_free(p);
        end(&f);
    }
}

/* The names in the records are words, and no two of a table are the same. */
static void check_names(const char *(*name)(unsigned), unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(name(i)[strspn(name(i), "abcdefghijklmnopqrstuvwxyz0123456789_")], '\0');
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(name(i), name(j));
    }
}

static const char *outcome_name(unsigned i)
{
    return txs_outcome_name(i);
}

static const char *error_name(unsigned i)
{
    return txs_error_name(i);
}

static const char *status_name(unsigned i)
{
    return txs_id_status_name(i);
}

static const char *feature_name(unsigned i)
{
    return txs_feature_command(i);
}

static void names_are_distinct_words(void **state)
{
    (void)state;
    check_names(outcome_name, TXS_OUTCOME_COUNT);
    check_names(error_name, TXS_ERROR_COUNT);
    check_names(status_name, TXS_ID_STATUS_COUNT);
    check_names(feature_name, TXS_FEATURE_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_id_is_found),
        cmocka_unit_test(an_id_that_differs_in_one_bit_is_not_found),
        cmocka_unit_test(a_thousand_ids_go_into_one_request),
        cmocka_unit_test(the_random_control_of_a_full_request_goes_behind_it),
        cmocka_unit_test(each_peer_has_a_random_id_of_its_own_and_anywhere),
        cmocka_unit_test(the_random_id_is_made_of_the_key_and_the_address),
        cmocka_unit_test(the_first_message_names_the_remote_address),
        cmocka_unit_test(the_result_is_valid_at_any_time),
        cmocka_unit_test(freeing_a_peer_within_a_transaction_returns_its_memory),
        cmocka_unit_test(a_version_of_each_length),
        cmocka_unit_test(a_transaction_cut_anywhere_is_malformed),
        cmocka_unit_test(a_header_cut_anywhere_is_a_closed_connection),
        cmocka_unit_test(names_are_distinct_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
