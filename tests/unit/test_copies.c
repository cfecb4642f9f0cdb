/* What is hashed once and compared from then on is told apart from all that differs in a byte. */
#include "txsurvey/frame.h"
#include "txsurvey/message.h"
#include "txsurvey/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the three above first */
#include <cmocka.h>

#define TX_MAX 200

struct fixture {
    uint8_t id[1][32];
    uint16_t order[1];
    uint8_t tx[TX_MAX];
    size_t tx_len;
    struct txs_body_pool pool;
    struct txs_copies copies;
    struct txs_checksums *checksums;
    struct txs_peer_config config;
    struct txs_writer out;
};

/* What a peer's session came to. */
struct told {
    enum txs_outcome outcome; /* COUNT: it goes on */
    enum txs_error error;
    enum txs_id_status status;
    uint32_t bytes;
    uint8_t wtxid[32];
    uint8_t served[TX_MAX];
    size_t served_len;
};

static size_t put_tx(uint8_t out[TX_MAX])
{
    struct txs_writer w = txs_writer_to(out, TX_MAX);
    txs_put_u32le(&w, 2);
    txs_put_bytes(&w, (const uint8_t[]){0, 1, 1}, 3); /* marker, flag, one input */
    for (unsigned i = 0; i < 36; i++)
        txs_put_u8(&w, (uint8_t)(0x40 + i));
    txs_put_u8(&w, 0); /* no script */
    txs_put_u32le(&w, 0xfffffffd);
    txs_put_u8(&w, 1); /* one output */
    txs_put_u64le(&w, 5000);
    txs_put_bytes(&w, (const uint8_t[]){3, 0x51, 0x52, 0x53}, 4);
    txs_put_bytes(&w, (const uint8_t[]){1, 5, 9, 8, 7, 6, 5}, 7); /* one item of five bytes */
    txs_put_u32le(&w, 0);
    assert_false(w.failed);
    return w.len;
}

static void begin(struct fixture *f)
{
    struct txs_tx tx;
    memset(f, 0, sizeof *f);
    f->tx_len = put_tx(f->tx);
    assert_true(txs_tx_parse(&tx, (struct txs_span){f->tx, f->tx_len}));
    memcpy(f->id[0], tx.ids.txid, 32);
    txs_tx_free(&tx);
    f->checksums = calloc(1, sizeof *f->checksums);
    assert_non_null(f->checksums);
    assert_true(txs_copies_init(&f->copies, 1, 1000));
    txs_id_order(f->order, (const uint8_t(*)[32])f->id, 1);
    f->config = (struct txs_peer_config){
        .chain = txs_chain_by_name("main"),
        .user_agent = {(const uint8_t *)"/x/", 3},
        .ids = (const uint8_t(*)[32])f->id,
        .id_count = 1,
        .id_order = f->order,
        .handshake_timeout_ms = 10000,
        .response_timeout_ms = 15000,
        .patience_ms = 30000,
        .pool = &f->pool,
        .checksums = f->checksums,
        .out = &f->out,
    };
    assert_true(txs_peer_out_init(&f->out, &f->config));
}

static void end(struct fixture *f)
{
    txs_copies_free(&f->copies, 1);
    free(f->checksums);
    free(f->out.data);
}

static void note_served(struct told *told, const struct txs_peer_actions *a)
{
    if (a->served == NULL)
        return;
    assert_true(a->served->bytes.len <= TX_MAX);
    memcpy(told->served, a->served->bytes.data, a->served->bytes.len);
    told->served_len = a->served->bytes.len;
}

static struct txs_peer_actions give(struct txs_peer *p, struct txs_span bytes, struct told *told)
{
    struct txs_peer_actions a = {.rest = bytes};
    do {
        a = txs_peer_step(p, &(struct txs_peer_event){.kind = TXS_PEER_BYTES, .bytes = a.rest});
        note_served(told, &a);
    } while (a.rest.len > 0 && !a.finished);
    return a;
}

/* A peer that serves these bytes, as they are or with a wrong checksum, in pieces. */
static struct told serve(const struct fixture *f, const uint8_t *tx, bool bad_checksum,
                         size_t piece)
{
    struct txs_address remote;
    struct told told = {.outcome = TXS_OUTCOME_COUNT};
    uint8_t hello[400], message[24 + TX_MAX];
    const uint8_t *magic = f->config.chain->magic;
    assert_true(txs_address_parse(&remote, "1.2.3.4:8333", 8333));
    struct txs_peer *p = txs_peer_new(&f->config, &remote, 1);
    assert_non_null(p);
    txs_peer_step(p, &(struct txs_peer_event){.kind = TXS_PEER_CONNECTED});
    struct txs_writer w = txs_writer_to(hello, sizeof hello);
    struct txs_version v = {.version = 70016, .services = TXS_SERVICE_WITNESS};
    size_t begun = txs_frame_begin(&w, magic, "version");
    txs_version_encode(&w, &v);
    txs_frame_end(&w, begun);
    txs_put_frame(&w, magic, "verack", (struct txs_span){NULL, 0});
    struct txs_peer_actions a = give(p, (struct txs_span){hello, w.len}, &told);
    assert_false(a.finished);
    w = txs_writer_to(message, sizeof message);
    txs_put_frame(&w, magic, "tx", (struct txs_span){tx, f->tx_len});
    message[20] ^= bad_checksum;
    for (size_t at = 0; at < w.len && !a.finished; at += piece) {
        size_t len = w.len - at < piece ? w.len - at : piece;
        a = give(p, (struct txs_span){message + at, len}, &told);
    }
    const struct txs_peer_result *r = txs_peer_result(p);
    if (a.finished) {
        told.outcome = r->outcome;
        told.error = r->error;
    }
    told.status = r->answers[0].status;
    told.bytes = r->answers[0].bytes;
    memcpy(told.wtxid, r->answers[0].wtxid, 32);
    txs_peer_free(p);
    return told;
}

static void check_same(const struct told *a, const struct told *b)
{
    assert_int_equal(a->outcome, b->outcome);
    assert_int_equal(a->error, b->error);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->bytes, b->bytes);
    assert_memory_equal(a->wtxid, b->wtxid, 32);
    assert_int_equal(a->served_len, b->served_len);
    assert_memory_equal(a->served, b->served, a->served_len);
}

/* The first copy is known, and a peer serves it with one bit that differs, or with none. */
static void a_bit_that_differs_is_seen(void **state)
{
    (void)state;
    static const size_t pieces[] = {1000, 1, 7};
    struct fixture f;
    unsigned served = 0;
    begin(&f);
    for (size_t bit = 0; bit <= 8 * f.tx_len; bit++) {
        uint8_t tx[TX_MAX];
        memcpy(tx, f.tx, sizeof tx);
        if (bit < 8 * f.tx_len)
            tx[bit / 8] ^= (uint8_t)(1u << bit % 8);
        for (size_t i = 0; i < 2 * sizeof pieces / sizeof *pieces; i++) {
            f.config.copies = NULL;
            struct told hashed = serve(&f, tx, i % 2, pieces[i / 2]);
            f.config.copies = &f.copies;
            struct told first = serve(&f, f.tx, false, 1000);
            assert_int_equal(first.status, TXS_ID_SERVED);
            struct told compared = serve(&f, tx, i % 2, pieces[i / 2]);
            check_same(&hashed, &compared);
            served += compared.status == TXS_ID_SERVED;
        }
    }
    /* the witness is no part of the txid: five bytes of it may differ, or nothing */
    assert_int_equal(served, 3 * (5 * 8 + 1));
    end(&f);
}

/* A liar was first: who serves the transaction's own witness is told apart, and the liar's is not
 * lost. */
static void the_first_copy_is_nobodys_truth(void **state)
{
    (void)state;
    struct fixture f;
    uint8_t other[TX_MAX];
    begin(&f);
    memcpy(other, f.tx, sizeof other);
    other[f.tx_len - 5] ^= 1;
    f.config.copies = &f.copies;
    struct told liar = serve(&f, other, false, 1000), honest = serve(&f, f.tx, false, 1000);
    assert_int_equal(liar.status, TXS_ID_SERVED);
    assert_int_equal(honest.status, TXS_ID_SERVED);
    assert_memory_not_equal(liar.wtxid, honest.wtxid, 32);
    assert_memory_equal(honest.served, f.tx, f.tx_len);
    assert_memory_equal(liar.served, other, f.tx_len);
    end(&f);
}

static void without_room_each_is_hashed(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    f.copies.left_bytes = f.tx_len - 1;
    f.config.copies = &f.copies;
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(serve(&f, f.tx, false, 1000).status, TXS_ID_SERVED);
    assert_null(f.copies.of_id[0].bytes);
    assert_null(f.copies.of_id[1].bytes);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bit_that_differs_is_seen),
        cmocka_unit_test(the_first_copy_is_nobodys_truth),
        cmocka_unit_test(without_room_each_is_hashed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
