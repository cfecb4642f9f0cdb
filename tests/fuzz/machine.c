#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POOL_BYTES 100000

void require_at(bool holds, const char *what, const char *file, int line)
{
    if (holds)
        return;
    fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, what);
    abort();
}

struct session_kind session_kind_of(uint8_t byte)
{
    static const enum txs_peer_event_kind ends[] = {TXS_PEER_DEADLINE, TXS_PEER_CLOSED,
                                                    TXS_PEER_STOP, TXS_PEER_DEADLINE};
    return (struct session_kind){.by_wtxid = byte & 1,
                                 .patient = byte & 2,
                                 .pool_is_empty = byte & 4,
                                 .end = ends[byte >> 3 & 3],
                                 .crawl = byte & 0x20,
                                 .control = byte & 0x40,
                                 .places_known = byte & 0x80,
                                 .eager = (byte & 0xa1) == 0x80};
}

size_t session_transaction(uint8_t out[128], unsigned which, bool witness)
{
    struct txs_writer w = txs_writer_to(out, 128);
    txs_put_u32le(&w, 2);
    if (witness)
        txs_put_u16le(&w, 0x0100);
    txs_put_u8(&w, 1);
    for (int i = 0; i < 32; i++)
        txs_put_u8(&w, (uint8_t)(0x40 + which));
    txs_put_u32le(&w, 0);
    txs_put_u8(&w, 0);
    txs_put_u32le(&w, 0xffffffff);
    txs_put_u8(&w, 1);
    txs_put_u64le(&w, 5000);
    txs_put_u8(&w, 0);
    if (witness)
        txs_put_bytes(&w, "\1\1w", 3);
    txs_put_u32le(&w, 0);
    require(!w.failed);
    return w.len;
}

static void choose_ids(struct session *s)
{
    for (unsigned i = 0; i <= SESSION_IDS; i++) {
        uint8_t tx[128];
        size_t len = session_transaction(tx, i, s->kind.by_wtxid);
        txs_sha256d(s->ids[i], tx, len);
    }
    txs_id_order(s->order, (const uint8_t(*)[32])s->ids, SESSION_IDS);
}

static struct txs_block_hunt *choose_hunt(struct session *s)
{
    if (!s->kind.places_known)
        return s->kind.hunt;
    for (int i = 0; i < SESSION_IDS; i++)
        s->positions[i] = i + 1;
    s->hunt = (struct txs_block_hunt){.read = true, .positions = s->positions};
    return &s->hunt;
}

static struct txs_checksums checksums; /* of all sessions */

static void configure(struct session *s)
{
    choose_ids(s);
    s->kind.hunt = choose_hunt(s);
    size_t pool = s->kind.pool_is_empty ? 0 : POOL_BYTES;
    s->pool.left_bytes = s->pool.block_left_bytes = s->pool.gossip_left_bytes = pool;
    s->config = (struct txs_peer_config){
        .chain = txs_chain_by_name("main"),
        .user_agent = {(const uint8_t *)"/fuzz/", 6},
        .id_type = s->kind.by_wtxid ? TXS_ID_TYPE_WTXID : TXS_ID_TYPE_TXID,
        .ids = (const uint8_t(*)[32])s->ids,
        .id_count = SESSION_IDS,
        .id_order = s->order,
        .handshake_timeout_ms = 10000,
        .response_timeout_ms = 15000,
        .patience_ms = s->kind.patient ? 30000 : 0,
        .crawl = s->kind.crawl,
        .eager = s->kind.eager,
        .control = s->kind.control,
        .pool = &s->pool,
        .checksums = &checksums,
        .hunt = s->kind.hunt,
        .out = &s->out,
    };
    require(txs_peer_out_init(&s->out, &s->config));
}

static void take_message(struct session *s)
{
    struct txs_span payload = {s->sent_payload, s->sent_kept.len};
    if (strcmp(s->sent.command, "ping") == 0)
        require(txs_u64_decode(&s->fence, payload));
    if (strcmp(s->sent.command, "getdata") == 0 && !s->sent_kept.failed) {
        memcpy(s->asked, payload.data, payload.len);
        s->asked_len = payload.len;
    }
}

static void take_sent(struct session *s, struct txs_span in)
{
    enum txs_frame_event event;
    s->sent_bytes += in.len;
    txs_sha256_add(&s->sent_hash, in.data, in.len);
    while ((event = txs_splitter_next(&s->sent, &in)) != TXS_FRAME_NEED) {
        require(event != TXS_FRAME_BAD_MAGIC && event != TXS_FRAME_OVERSIZED);
        if (event == TXS_FRAME_HEADER) {
            s->sent.want_checksum = true;
            s->sent_kept = txs_writer_to(s->sent_payload, sizeof s->sent_payload);
        }
        if (event == TXS_FRAME_PAYLOAD)
            txs_put_bytes(&s->sent_kept, s->sent.chunk.data, s->sent.chunk.len);
        if (event == TXS_FRAME_END) {
            require(s->sent.checksum_ok);
            take_message(s);
        }
    }
    require(s->sent.header_len == 0);
}

static void check_actions(struct session *s)
{
    const struct txs_peer_result *r = txs_peer_result(s->peer);
    require(r->bytes_sent == s->sent_bytes);
    require(s->actions.finished == (s->actions.deadline_ms == TXS_NEVER));
    require(s->actions.finished ||
            s->actions.deadline_ms <= s->now_ms + (s->kind.hunt == NULL ? 45000 : 215000));
    require((s->actions.served == NULL) == (s->actions.served_count == 0));
    require(s->actions.told == NULL ||
            txs_addr_count(s->actions.told->payload, s->actions.told->v2) > 0);
    s->served += (unsigned)s->actions.served_count;
    for (size_t i = 0; i < s->actions.served_count; i++) {
        const struct txs_served *served = &s->actions.served[i];
        require(served->ids->size_bytes > 0);
        require(served->bytes.len == served->ids->size_bytes || served->bytes.len == 0);
    }
}

static void step(struct session *s, struct txs_peer_event event)
{
    event.now_ms = s->now_ms;
    event.clogged = s->clogged;
    s->actions = txs_peer_step(s->peer, &event);
    take_sent(s, s->actions.send);
    check_actions(s);
}

void session_begin(struct session *s, struct session_kind kind, struct txs_random *pieces)
{
    static const struct txs_address remote = {
        .network = TXS_NETWORK_IPV4, .port = 8333, .bytes = {1, 2, 3, 4}};
    memset(s, 0, sizeof *s);
    s->kind = kind;
    s->pieces = pieces;
    configure(s);
    txs_splitter_init(&s->sent, s->config.chain->magic);
    txs_sha256_start(&s->sent_hash);
    s->peer = txs_peer_new(&s->config, &remote, SESSION_NONCE);
    require(s->peer != NULL);
    step(s, (struct txs_peer_event){.kind = TXS_PEER_CONNECTED});
}

/* In memory of exactly its size. */
static void hand_in(struct session *s, struct txs_span piece)
{
    uint8_t *copy = malloc(piece.len);
    require(copy != NULL);
    memcpy(copy, piece.data, piece.len);
    struct txs_span rest = {copy, piece.len};
    while (rest.len > 0 && !s->actions.finished) {
        step(s, (struct txs_peer_event){.kind = TXS_PEER_BYTES, .bytes = rest});
        require(s->actions.rest.len < rest.len);
        require(s->actions.rest.data + s->actions.rest.len == copy + piece.len);
        rest = s->actions.rest;
    }
    free(copy);
}

void session_bytes(struct session *s, struct txs_span bytes)
{
    while (bytes.len > 0 && !s->actions.finished) {
        size_t len = bytes.len;
        if (s->pieces != NULL) {
            uint64_t most = txs_random_below(s->pieces, 3) == 0 ? 200 : 7;
            len = 1 + (size_t)txs_random_below(s->pieces, most);
        }
        if (len > bytes.len)
            len = bytes.len;
        hand_in(s, (struct txs_span){bytes.data, len});
        bytes.data += len;
        bytes.len -= len;
    }
}

void session_event(struct session *s, enum txs_peer_event_kind kind)
{
    if (s->actions.finished)
        return;
    if (kind == TXS_PEER_DEADLINE && s->now_ms < s->actions.deadline_ms)
        s->now_ms = s->actions.deadline_ms;
    step(s, (struct txs_peer_event){
                .kind = kind, .error = kind == TXS_PEER_CLOSED ? TXS_ERROR_EOF : TXS_ERROR_SIGNAL});
}

static bool is_answered(enum txs_id_status status)
{
    return status == TXS_ID_SERVED || status == TXS_ID_NOTFOUND;
}

static void check_answer(const struct txs_peer_result *r, const struct txs_answer *a)
{
    require((a->status == TXS_ID_SERVED) == (a->strength == TXS_STRENGTH_PROVEN));
    require((a->status == TXS_ID_SERVED) == (a->via != TXS_VIA_NONE));
    require(a->has_position == (a->via == TXS_VIA_BLOCK || a->via == TXS_VIA_MERKLEBLOCK));
    require((a->status == TXS_ID_NOTFOUND) ==
            (a->strength == TXS_STRENGTH_WEAK || a->strength == TXS_STRENGTH_STRONG));
    require((a->status == TXS_ID_UNASKED) == (a->requests == 0));
    require(!is_answered(a->status) || a->answered_ms != TXS_NEVER);
    require(a->requests <= TXS_REQUESTS_MAX);
    require(r->outcome != TXS_OUTCOME_ANSWERED || is_answered(a->status));
    require(r->outcome != TXS_OUTCOME_HANDSHAKE_TIMEOUT || a->status != TXS_ID_TIMEOUT);
}

static void check_result(const struct session *s)
{
    const struct txs_peer_result *r = txs_peer_result(s->peer);
    unsigned served = 0;
    for (size_t i = 0; i < r->answer_count; i++) {
        check_answer(r, &r->answers[i]);
        served += r->answers[i].status == TXS_ID_SERVED;
    }
    require(served == s->served);
    require((r->outcome == TXS_OUTCOME_ANSWERED) == (r->stage == TXS_STAGE_DONE));
    require(r->outcome != TXS_OUTCOME_SILENT || r->handshake_ms != TXS_NEVER);
    require(r->subver.len <= TXS_SUBVER_MAX_BYTES);
}

/* What the corpus is to come to, so that it does not go stale. */
static struct fact {
    const char *name;
    bool seen;
} facts[] = {
    {"addresses", false},          {"random_unanswered", false}, {"random_notfound", false},
    {"random_served", false},      {"random_announced", false},  {"announced_unanswered", false},
    {"announced_notfound", false}, {"announced_served", false},  {"block_refused", false},
    {"block_served", false},
};

static struct fact *find_fact(const char *name)
{
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (strcmp(facts[i].name, name) == 0)
            return &facts[i];
    return NULL;
}

bool session_came_to(const char *name)
{
    const struct fact *fact = find_fact(name);
    return fact != NULL && fact->seen;
}

static void note(const char *name, bool seen)
{
    struct fact *fact = find_fact(name);
    if (fact == NULL)
        abort(); /* it is not in the list */
    fact->seen |= seen;
}

static void note_facts(const struct session *s, bool by_itself)
{
    const struct txs_peer_result *r = txs_peer_result(s->peer);
    bool from_block = false;
    for (size_t i = 0; i < r->answer_count; i++)
        from_block |= r->answers[i].via == TXS_VIA_BLOCK;
    note("addresses", r->addresses > 0);
    note("random_unanswered", r->control_random == TXS_CONTROL_UNANSWERED);
    note("random_notfound", r->control_random == TXS_CONTROL_NOTFOUND);
    note("random_served", r->control_random == TXS_CONTROL_SERVED);
    note("random_announced", r->control_random == TXS_CONTROL_ANNOUNCED);
    note("announced_unanswered", r->control_announced == TXS_CONTROL_UNANSWERED);
    note("announced_notfound", r->control_announced == TXS_CONTROL_NOTFOUND);
    note("announced_served", r->control_announced == TXS_CONTROL_SERVED);
    note("block_served", from_block);
    note("block_refused", by_itself && s->kind.hunt != NULL && s->kind.hunt->whole_left == 0 &&
                              r->block_asked == TXS_BLOCK_WAY_BLOCKTXN &&
                              r->outcome == TXS_OUTCOME_ANSWERED && !from_block);
}

void session_end(struct session *s, struct session_outcome *out)
{
    bool by_itself = s->actions.finished;
    for (int i = 0; i < 30 && !s->actions.finished; i++)
        session_event(s, s->kind.end);
    require(s->actions.finished);
    check_result(s);
    note_facts(s, by_itself);
    const struct txs_peer_result *r = txs_peer_result(s->peer);
    memset(out, 0, sizeof *out);
    out->stage = r->stage;
    out->outcome = r->outcome;
    out->error = r->error;
    out->control_random = r->control_random;
    out->control_announced = r->control_announced;
    out->features = r->features;
    out->addresses = r->addresses;
    out->served = s->served;
    out->sent_bytes = s->sent_bytes;
    for (size_t i = 0; i < SESSION_IDS; i++)
        out->answers[i] = r->answers[i];
    txs_sha256_end(&s->sent_hash, out->sent_hash);
    size_t pool = s->kind.pool_is_empty ? 0 : POOL_BYTES;
    txs_peer_free(s->peer);
    free(s->out.data);
    require(s->pool.left_bytes == pool && s->pool.gossip_left_bytes == pool);
    require(s->pool.block_left_bytes == pool);
}

void session_require_same(const struct session_outcome *a, const struct session_outcome *b)
{
    require(a->stage == b->stage && a->outcome == b->outcome && a->error == b->error);
    require(a->features == b->features && a->served == b->served);
    require(a->control_random == b->control_random && a->addresses == b->addresses);
    require(a->control_announced == b->control_announced);
    require(a->sent_bytes == b->sent_bytes && memcmp(a->sent_hash, b->sent_hash, 32) == 0);
    for (size_t i = 0; i < SESSION_IDS; i++) {
        const struct txs_answer *x = &a->answers[i], *y = &b->answers[i];
        require(x->status == y->status && x->strength == y->strength && x->bytes == y->bytes);
        require(x->announced == y->announced && x->requests == y->requests);
        require(x->first_request_ms == y->first_request_ms && x->answered_ms == y->answered_ms);
        require(x->has_wtxid == y->has_wtxid && memcmp(x->wtxid, y->wtxid, 32) == 0);
    }
}

int session_compare(session_run_fn *run, const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct session_outcome whole, in_pieces;
    run(&whole, data, size, NULL);
    run(&in_pieces, data, size, &(struct txs_random){data[1]});
    session_require_same(&whole, &in_pieces);
    return 0;
}
