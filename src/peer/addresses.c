/* The addresses that a peer knows of: asked for once, beside the first request.
 *
 * A node answers with one message, a sample of its address table, and before it, from Core 31 on,
 * with its own address in a message by itself. Besides that it relays what it hears, up to ten
 * addresses at a time. So a longer list is the answer, and behind one of a few it may still come.
 * Core 22 and older answer on a timer, half a minute in the mean: what comes while the session is
 * open for other reasons is taken as well.
 */
#include "inquiry.h"
#include "say.h"

/* Core takes unasked lists of up to ten addresses as worth relaying (ProcessMessage, ADDR). */
#define RELAYED_MAX 10
#define ADDRESSES_MAX (TXS_ADDR_MAX + RELAYED_MAX)
#define LISTS_MAX 16
/* A thousand entries of the networks that there are have 49 kB. A peer may always keep
 * TXS_GOSSIP_FREE_BYTES; room beyond that is shared by all, and none keeps some for long without an
 * end of its list. */
#define LIST_MAX_BYTES 65536u
#define HOLD_MS 10000

static void ready(struct txs_peer *p)
{
    if (!p->config->crawl)
        return;
    p->result.asked_addresses = true;
    say_getaddr(p);
}

static void begin(struct txs_peer *p)
{
    p->addresses.deadline_ms = p->now_ms + p->config->response_timeout_ms;
}

static bool is_awaited(const struct txs_peer *p)
{
    return p->result.asked_addresses && p->verack_seen && !p->addresses.complete;
}

static bool is_open(const struct txs_peer *p)
{
    return is_awaited(p) && p->now_ms < p->addresses.deadline_ms;
}

static bool reads(struct txs_peer *p, enum message_kind kind)
{
    struct addresses *a = &p->addresses;
    if ((kind != MESSAGE_ADDR && kind != MESSAGE_ADDRV2) || !is_awaited(p) ||
        p->splitter.length > LIST_MAX_BYTES || a->lists == LISTS_MAX)
        return false;
    a->lists++;
    a->no_room = false;
    a->hold_deadline_ms = p->now_ms + HOLD_MS;
    body_begin(&p->body, &p->config->pool->gossip_left_bytes, TXS_GOSSIP_FREE_BYTES);
    return true;
}

static void chunk(struct txs_peer *p, struct txs_span bytes)
{
    p->addresses.no_room |= p->body.pool != NULL && !body_try(&p->body, bytes);
    if (p->addresses.no_room)
        body_drop(&p->body);
}

/* A list that is malformed anywhere is dropped as a whole, as Core does. */
static enum relevance message(struct txs_peer *p, enum message_kind kind)
{
    if (kind != MESSAGE_ADDR && kind != MESSAGE_ADDRV2)
        return NOT_MINE;
    bool v2 = kind == MESSAGE_ADDRV2;
    struct txs_span payload = {p->body.data, p->body.len};
    int count = payload.len == p->splitter.length ? txs_addr_count(payload, v2) : -1;
    p->addresses.hold_deadline_ms = TXS_NEVER;
    p->addresses.lost |= p->addresses.no_room;
    if (count <= 0 || (uint32_t)count > ADDRESSES_MAX - p->result.addresses) {
        body_drop(&p->body);
        return NOT_MINE;
    }
    p->result.addresses += (uint32_t)count;
    p->addresses.complete = count > RELAYED_MAX || p->result.addresses == ADDRESSES_MAX;
    p->told = (struct txs_told){payload, v2};
    p->told_ready = true;
    return ANSWER;
}

/* A session that is open for other reasons goes on without a time of its own for addresses. */
static uint64_t until(const struct txs_peer *p)
{
    uint64_t awaited = p->decided && is_open(p) ? p->addresses.deadline_ms : TXS_NEVER;
    return earlier(awaited, p->addresses.hold_deadline_ms);
}

/* A list that is in arrival for too long. */
static void deadline(struct txs_peer *p)
{
    if (p->now_ms < p->addresses.hold_deadline_ms)
        return;
    p->addresses.hold_deadline_ms = TXS_NEVER;
    if (is_arriving(p, MESSAGE_ADDR) || is_arriving(p, MESSAGE_ADDRV2))
        body_drop(&p->body);
}

static void stalled(struct txs_peer *p, uint64_t ms)
{
    postpone(&p->addresses.deadline_ms, ms);
    postpone(&p->addresses.hold_deadline_ms, ms);
}

/* Nothing was asked in the end of a peer without a whole handshake. And what one would have told,
 * or has told, is not known where the survey ended first or we had no room for it: a run that goes
 * on later asks it again. */
static void ended(struct txs_peer *p)
{
    bool unknown = (p->stopped && is_open(p)) || (p->addresses.lost && !p->addresses.complete);
    if (!p->verack_seen || unknown)
        p->result.asked_addresses = false;
}

const struct inquiry addresses_inquiry = {
    .ready = ready,
    .begin = begin,
    .reads = reads,
    .chunk = chunk,
    .message = message,
    .is_open = is_open,
    .until = until,
    .deadline = deadline,
    .stalled = stalled,
    .ended = ended,
};
