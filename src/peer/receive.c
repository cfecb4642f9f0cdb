/* What comes in: one table of the messages that are understood; all others are skipped unseen.
 *
 * A message's effects wait for its last byte and its checksum: until then nothing but this file's
 * own notes change. One with a wrong checksum, or that cannot be read, is dropped and the
 * connection kept, as Core does (ProcessMessages); only where the contract of the records names an
 * error is it the end.
 */
#include "block_ask.h"

#include <string.h>

struct message {
    const char *command;
    uint16_t keep;                     /* bytes of its payload to keep */
    void (*begin)(struct txs_peer *p); /* may be NULL */
    void (*chunk)(struct txs_peer *p,
                  struct txs_span chunk); /* NULL: keep the first `keep` bytes */
    void (*end)(struct txs_peer *p);
    bool may_be_asked; /* sets p->asked when it was; else it counts against the budget */
    bool to_the_end;   /* of interest also when the answers stand */
    bool of_block;     /* of interest only while it is the answer about the block */
};

static struct txs_span kept(const struct txs_peer *p)
{
    return (struct txs_span){p->kept, p->kept_len};
}

/* version */

static int64_t time_offset(int64_t theirs_s, int64_t ours_s)
{
    int64_t offset;
    if (__builtin_sub_overflow(theirs_s, ours_s, &offset))
        return theirs_s < 0 ? INT64_MIN : INT64_MAX;
    return offset;
}

static void note_version(struct txs_peer *p, const struct txs_version *v)
{
    struct txs_peer_result *r = &p->result;
    r->has_version = true;
    r->version = v->version;
    r->services = v->services;
    r->start_height = v->start_height;
    r->relaytxes = v->relay;
    r->timeoffset_s =
        time_offset(v->timestamp, (p->config->epoch_unix_ms + (int64_t)p->now_ms) / 1000);
    r->subver_len = (uint16_t)v->subver.len;
    if (v->subver.len > 0)
        memcpy(r->subver, v->subver.data, v->subver.len);
}

/* The request goes out with the verack. By wtxid it waits for the peer's verack: only then is it
 * known whether wtxidrelay came (BIP339), and Core sends both in one burst. */
static void end_version(struct txs_peer *p)
{
    struct txs_version v;
    if (p->version_seen)
        return;
    if (!txs_version_decode(&v, kept(p))) {
        peer_finish(p, TXS_OUTCOME_PROTOCOL_ERROR, TXS_ERROR_MALFORMED_VERSION);
        return;
    }
    if (v.nonce == p->nonce) {
        peer_finish(p, TXS_OUTCOME_PROTOCOL_ERROR, TXS_ERROR_SELF_CONNECTION);
        return;
    }
    p->version_seen = true;
    note_version(p, &v);
    if (v.version < TXS_MIN_PEER_VERSION) {
        peer_finish(p, TXS_OUTCOME_PROTOCOL_ERROR, TXS_ERROR_OBSOLETE_VERSION);
        return;
    }
    say_ready(p);
    if (p->config->id_type == TXS_ID_TYPE_TXID)
        ask_first(p);
    gossip_ask(p);
}

static bool has_feature(const struct txs_peer *p, enum txs_feature feature)
{
    return p->result.features & (1u << feature);
}

static void end_verack(struct txs_peer *p)
{
    if (!p->version_seen || p->verack_seen)
        return;
    p->verack_seen = true;
    p->result.handshake_ms = p->now_ms;
    p->result.stage = TXS_STAGE_REQUEST;
    ask_handshake_complete(p);
    gossip_handshake_complete(p);
    if (p->config->id_type == TXS_ID_TYPE_TXID)
        return;
    if (p->result.version >= TXS_WTXIDRELAY_VERSION && has_feature(p, TXS_FEATURE_WTXIDRELAY))
        ask_first(p);
    else
        peer_decide(p, TXS_OUTCOME_SILENT, TXS_ERROR_WTXID_UNSUPPORTED);
}

/* Negotiation messages count wherever they come: sendheaders and sendcmpct follow the verack. */
static void end_feature(struct txs_peer *p)
{
    for (unsigned f = 0; f < TXS_FEATURE_COUNT; f++)
        if (strcmp(p->splitter.command, txs_feature_command(f)) == 0)
            p->result.features |= 1u << f;
}

static void end_ping(struct txs_peer *p)
{
    if (txs_u64_decode(&p->pong_nonce, kept(p)))
        p->pong_due = p->version_seen;
}

static void end_pong(struct txs_peer *p)
{
    uint64_t nonce;
    if (!txs_u64_decode(&nonce, kept(p)))
        return;
    ask_fence_passed(p, nonce);
    control_fence_passed(p, nonce);
    block_ask_fence_passed(p, nonce);
}

/* BIP133: a value outside 0..21e14 is ignored. */
static void end_feefilter(struct txs_peer *p)
{
    uint64_t value;
    if (!txs_u64_decode(&value, kept(p)) || value > 2100000000000000ull)
        return;
    p->result.has_feefilter = true;
    p->result.feefilter_sat_kvb = (int64_t)value;
}

/* inv and notfound: the ids of ours that they name are marked, and the marks count at the end. */

static void begin_list(struct txs_peer *p)
{
    txs_inv_reader_init(&p->inv);
    p->inv_names_tx = p->inv_names_block = false;
    control_begin_list(p);
    for (size_t i = 0; i < p->config->id_count; i++)
        p->id_states[i].tentative = false;
}

static bool is_tx_item(const struct txs_inv_item *item)
{
    return item->type == TXS_INV_TX || item->type == TXS_INV_WTX ||
           item->type == TXS_INV_WITNESS_TX;
}

static void chunk_notfound(struct txs_peer *p, struct txs_span chunk)
{
    struct txs_inv_item item;
    while (txs_inv_next(&p->inv, &item, &chunk)) {
        p->inv_names_block |= block_ask_is_of(p, &item);
        if (!is_tx_item(&item))
            continue;
        int id = txs_id_find(p->config, item.hash);
        control_listed(p, &item);
        if (id >= 0)
            p->id_states[id].tentative = true;
    }
}

static uint32_t prefix_of(const uint8_t hash[32])
{
    uint32_t prefix;
    memcpy(&prefix, hash, sizeof prefix);
    return prefix;
}

static void chunk_inv(struct txs_peer *p, struct txs_span chunk)
{
    struct txs_inv_item item;
    while (txs_inv_next(&p->inv, &item, &chunk)) {
        if (!is_tx_item(&item))
            continue;
        p->inv_names_tx = true;
        p->announced.last[p->announced.count++ % ANNOUNCED_KEPT] =
            (struct announcement){prefix_of(item.hash), (uint32_t)p->now_ms};
        int id = txs_id_find(p->config, item.hash);
        if (id < 0)
            id = txs_learned_find(p->config->learned, item.hash);
        control_listed(p, &item);
        if (id < 0)
            control_announced(p, &item);
        if (id >= 0)
            p->id_states[id].tentative = true;
    }
}

static void note_announced(struct txs_answer *a, uint64_t at_ms)
{
    a->announced = true;
    a->announced_ms = earlier(a->announced_ms, at_ms);
}

/* What was not known to name the id when it came. */
static void note_announced_before(const struct txs_peer *p, struct txs_answer *a,
                                  const uint8_t wtxid[32])
{
    uint32_t kept = p->announced.count < ANNOUNCED_KEPT ? p->announced.count : ANNOUNCED_KEPT;
    for (uint32_t i = 0; i < kept; i++) {
        uint32_t ago_ms = (uint32_t)p->now_ms - p->announced.last[i].ms;
        if (p->announced.last[i].prefix == prefix_of(wtxid))
            note_announced(a, p->now_ms - ago_ms);
    }
}

void receive_recall_announced(struct txs_peer *p)
{
    const struct txs_learned *learned = p->config->learned;
    for (size_t i = 0; i < learned->count; i++)
        note_announced_before(p, &p->result.answers[learned->entries[i].id],
                              learned->entries[i].wtxid);
}

static void end_inv(struct txs_peer *p)
{
    if (!txs_inv_complete(&p->inv))
        return;
    control_end_inv(p);
    if (p->decided)
        return;
    for (size_t i = 0; i < p->config->id_count; i++)
        if (p->id_states[i].tentative)
            note_announced(&p->result.answers[i], p->now_ms);
    if (p->inv_names_tx)
        ask_announcement(p);
}

static void end_notfound(struct txs_peer *p)
{
    if (!txs_inv_complete(&p->inv)) {
        peer_finish(p, TXS_OUTCOME_PROTOCOL_ERROR, TXS_ERROR_MALFORMED_NOTFOUND);
        return;
    }
    control_end_notfound(p);
    for (size_t i = 0; i < p->config->id_count && !p->decided; i++) {
        enum txs_id_status status = p->result.answers[i].status;
        if (!p->id_states[i].tentative || status == TXS_ID_UNASKED || status == TXS_ID_SERVED)
            continue;
        p->asked |= p->id_states[i].pending;
        ask_answered(p, i, TXS_ID_NOTFOUND);
    }
    if (p->inv_names_block)
        p->asked |= block_ask_notfound(p);
}

/* tx: hashed as it comes; its bytes are kept beside that, for the record of the transaction. */

static void begin_tx(struct txs_peer *p)
{
    struct txs_body_pool *pool = p->config->pool;
    bool standard = p->splitter.length <= TXS_BODY_STANDARD_BYTES;
    body_begin(&p->body, standard ? &pool->left_bytes : &pool->large_left_bytes,
               TXS_BODY_FREE_BYTES);
    txs_tx_walker_init(&p->walker);
    p->walk_failed = p->walk_done = false;
}

static void chunk_tx(struct txs_peer *p, struct txs_span chunk)
{
    if (p->walk_failed)
        return;
    struct txs_span rest = chunk;
    if (!p->walk_done) {
        enum txs_walk walk = txs_tx_walk(&p->walker, &rest);
        p->walk_done = walk == TXS_WALK_DONE;
        p->walk_failed = walk == TXS_WALK_MALFORMED;
    }
    if (p->walk_done && rest.len > 0)
        p->walk_failed = true; /* bytes behind the transaction */
    if (p->walk_failed)
        body_drop(&p->body);
    else
        body_add(&p->body, chunk);
}

bool receive_in_tx(const struct txs_peer *p)
{
    return p->message != NULL && p->message->begin == begin_tx;
}

bool receive_in_block(const struct txs_peer *p)
{
    return p->message != NULL && p->message->of_block;
}

static bool is_target(const struct txs_peer *p)
{
    bool by_wtxid = p->config->id_type == TXS_ID_TYPE_WTXID;
    return txs_id_find(p->config, by_wtxid ? p->ids.wtxid : p->ids.txid) >= 0;
}

/* The id that this transaction answers, or -1: never asked for, or served before. */
static int answered_id(const struct txs_peer *p)
{
    bool by_wtxid = p->config->id_type == TXS_ID_TYPE_WTXID;
    int id = txs_id_find(p->config, by_wtxid ? p->ids.wtxid : p->ids.txid);
    if (id < 0 || p->decided || p->result.answers[id].status == TXS_ID_UNASKED)
        return -1;
    return id;
}

/* A peer without WITNESS was asked for the form without: then its wtxid is known only where the
 * inputs show that there is no other form. */
static bool witness_known(const struct txs_peer *p, const struct txs_served *s)
{
    if (s->ids->has_witness || p->config->id_type == TXS_ID_TYPE_WTXID ||
        (p->result.services & TXS_SERVICE_WITNESS))
        return true;
    struct txs_tx tx;
    if (s->parts > TXS_TX_PARTS_MAX || !txs_tx_parse(&tx, s->bytes))
        return false; /* its bytes could not be kept, or are not taken apart */
    bool known = !txs_tx_may_lack_witness(&tx);
    txs_tx_free(&tx);
    return known;
}

/* What follows a merkleblock comes without its witness: BIP144 has no filtered form. */
void receive_served(struct txs_peer *p, size_t id, enum txs_via via, struct txs_served *s)
{
    struct txs_answer *a = &p->result.answers[id];
    s->witness_known = via != TXS_VIA_MERKLEBLOCK && witness_known(p, s);
    a->via = via;
    a->bytes = s->ids->size_bytes;
    a->has_wtxid = s->witness_known;
    memcpy(a->wtxid, s->ids->wtxid, 32);
    if (a->has_wtxid && p->config->id_type == TXS_ID_TYPE_TXID) {
        note_announced_before(p, a, a->wtxid);
        txs_learned_add(p->config->learned, a->wtxid, (uint16_t)id);
    }
    ask_answered(p, id, TXS_ID_SERVED);
    if (via != TXS_VIA_TX)
        block_ask_served(p, id);
}

static void serve(struct txs_peer *p, size_t id)
{
    p->served = (struct txs_served){
        .ids = &p->ids,
        .bytes = {p->body.data, p->body.len},
        .parts = p->walker.parts,
    };
    receive_served(p, id, block_ask_via(p, id), &p->served);
    p->served_ready = true;
}

static void end_tx(struct txs_peer *p)
{
    if (!p->walk_done || p->walk_failed) {
        peer_finish(p, TXS_OUTCOME_PROTOCOL_ERROR, TXS_ERROR_MALFORMED_TX);
        return;
    }
    txs_tx_walker_ids(&p->walker, &p->ids);
    int id = answered_id(p);
    if (id >= 0 && p->result.answers[id].status != TXS_ID_SERVED) {
        p->asked = true;
        serve(p, (size_t)id);
        return;
    }
    /* Our filter may let others than ours through; and one of ours may come too late. */
    bool late = p->decided && is_target(p);
    p->unsolicited_tx |= !control_served(p) && id < 0 && !late && !block_ask_open(p);
    body_drop(&p->body);
}

static const struct message messages[] = {
    {"version", TXS_VERSION_MAX_BYTES, NULL, NULL, end_version, false, false, false},
    {"verack", 0, NULL, NULL, end_verack, false, false, false},
    {"tx", 0, begin_tx, chunk_tx, end_tx, true, false, false},
    {"notfound", 0, begin_list, chunk_notfound, end_notfound, true, false, false},
    {"inv", 0, begin_list, chunk_inv, end_inv, false, false, false},
    {"ping", 8, NULL, NULL, end_ping, false, true, false},
    {"pong", 8, NULL, NULL, end_pong, false, false, false},
    {"feefilter", 8, NULL, NULL, end_feefilter, false, true, false},
    {"addr", 0, gossip_begin, gossip_chunk, gossip_end_addr, true, true, false},
    {"addrv2", 0, gossip_begin, gossip_chunk, gossip_end_addrv2, true, true, false},
    {"merkleblock", 0, block_begin_merkleblock, block_chunk_merkleblock, block_end_merkleblock,
     true, false, true},
    {"block", 0, block_begin_block, block_chunk, block_end_block, true, false, true},
    {"blocktxn", 0, block_begin_blocktxn, block_chunk, block_end_blocktxn, true, false, true},
#define X(id, command) {command, 0, NULL, NULL, end_feature, false, true, false},
    TXS_FEATURE_TABLE(X)
#undef X
};

/* Bytes and messages that nobody asked for are skipped, and end the session when they are too many.
 */
static void spend(struct txs_peer *p, uint64_t bytes, uint64_t message_count)
{
    bool over;
    if (p->result.stage == TXS_STAGE_HANDSHAKE) {
        p->handshake_bytes += bytes;
        over = p->handshake_bytes > TXS_HANDSHAKE_BUDGET_BYTES;
    } else {
        p->unasked_bytes += bytes;
        p->unasked_messages += message_count;
        over = p->unasked_bytes > TXS_SESSION_BUDGET_BYTES ||
               p->unasked_messages > TXS_SESSION_BUDGET_MESSAGES;
    }
    if (over)
        peer_finish(p, TXS_OUTCOME_PROTOCOL_ERROR, TXS_ERROR_BUDGET);
}

/* Before the handshake is complete everything counts as it comes: no honest peer answers before its
 * verack, and the budget bounds what is read of another. */
static bool counts_at_once(const struct txs_peer *p)
{
    return p->message == NULL || !p->message->may_be_asked ||
           p->result.stage == TXS_STAGE_HANDSHAKE;
}

static const struct message *message_of(const char *command)
{
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (strcmp(messages[i].command, command) == 0)
            return &messages[i];
    return NULL;
}

static void on_header(struct txs_peer *p)
{
    p->header_seen = true;
    if (!p->splitter.command_ok && !p->version_seen) {
        peer_finish(p, TXS_OUTCOME_PROTOCOL_ERROR, TXS_ERROR_BAD_COMMAND);
        return;
    }
    p->message = p->splitter.command_ok ? message_of(p->splitter.command) : NULL;
    bool awaited = p->now_ms < control_deadline_ms(p);
    if (p->decided && p->message != NULL && !p->message->to_the_end && !awaited)
        p->message = NULL;
    if (receive_in_block(p) && !block_ask_awaits(p, p->splitter.command))
        p->message = NULL;
    p->splitter.want_checksum = p->message != NULL;
    p->kept_len = 0;
    p->asked = false;
    if (p->message != NULL && p->message->begin != NULL)
        p->message->begin(p);
    if (counts_at_once(p))
        spend(p, TXS_FRAME_HEADER_BYTES, 1);
}

static void keep_chunk(struct txs_peer *p, struct txs_span chunk)
{
    size_t room = p->message->keep - p->kept_len;
    size_t len = chunk.len < room ? chunk.len : room;
    memcpy(p->kept + p->kept_len, chunk.data, len);
    p->kept_len += len;
}

static void on_payload(struct txs_peer *p)
{
    struct txs_span chunk = p->splitter.chunk;
    if (counts_at_once(p))
        spend(p, chunk.len, 0);
    if (p->message == NULL)
        return;
    if (p->message->chunk != NULL)
        p->message->chunk(p, chunk);
    else
        keep_chunk(p, chunk);
}

static void on_end(struct txs_peer *p)
{
    const struct message *m = p->message;
    bool counted = counts_at_once(p);
    p->message = NULL;
    if (m == NULL)
        return;
    if (p->splitter.checksum_ok)
        m->end(p);
    else if (m->end == end_version && !p->version_seen)
        peer_finish(p, TXS_OUTCOME_PROTOCOL_ERROR, TXS_ERROR_BAD_CHECKSUM);
    else
        body_drop(&p->body);
    if (!counted && !p->asked)
        spend(p, TXS_FRAME_HEADER_BYTES + p->splitter.length, 1);
}

static void receive_strange(struct txs_peer *p, struct txs_span *in)
{
    enum txs_error error = strange_add(&p->strange, in);
    if (error != TXS_ERROR_NONE)
        peer_finish(p, TXS_OUTCOME_PROTOCOL_ERROR, error);
}

static void on_bad_magic(struct txs_peer *p, struct txs_span *in)
{
    if (p->header_seen) {
        peer_finish(p, TXS_OUTCOME_PROTOCOL_ERROR, TXS_ERROR_BAD_MAGIC);
        return;
    }
    strange_begin(&p->strange, p->splitter.header, p->splitter.header_len);
    receive_strange(p, in);
}

/* A step ends where it has something to hand out, so that a peer's next message meets a machine
 * whose answer to the one before is on its way. */
static bool has_something_to_hand_out(const struct txs_peer *p)
{
    return p->finished || p->served_ready || p->told_ready || p->out.len > 0 ||
           (p->pong_due && !p->clogged);
}

static void receive_frames(struct txs_peer *p, struct txs_span *in)
{
    while (!has_something_to_hand_out(p)) {
        switch (txs_splitter_next(&p->splitter, in)) {
        case TXS_FRAME_NEED:
            return;
        case TXS_FRAME_HEADER:
            on_header(p);
            break;
        case TXS_FRAME_PAYLOAD:
            on_payload(p);
            break;
        case TXS_FRAME_END:
            on_end(p);
            if (!p->finished)
                ask_continue(p);
            break;
        case TXS_FRAME_BAD_MAGIC:
            on_bad_magic(p, in);
            return;
        case TXS_FRAME_OVERSIZED:
            peer_finish(p, TXS_OUTCOME_PROTOCOL_ERROR, TXS_ERROR_OVERSIZED);
            break;
        }
    }
}

void receive_bytes(struct txs_peer *p, struct txs_span *in)
{
    size_t given = in->len;
    if (p->strange.active)
        receive_strange(p, in);
    else
        receive_frames(p, in);
    p->result.bytes_received += given - in->len;
}
