/* The addresses that a peer knows of: asked for once, beside the first request.
 *
 * A node answers with one message, a sample of its address table, and before it, from Core 31 on,
 * with its own address in a message by itself. Besides that it relays what it hears, up to ten
 * addresses at a time. So a longer list is the answer, and behind one of a few it may still come.
 * Core 22 and older answer on a timer, half a minute in the mean: what comes while the session is
 * open for other reasons is taken as well.
 */
#include "machine.h"

/* Core takes unasked lists of up to ten addresses as worth relaying (ProcessMessage, ADDR). */
#define RELAYED_MAX 10
#define ADDRESSES_MAX (TXS_ADDR_MAX + RELAYED_MAX)
#define LISTS_MAX 16
/* A thousand entries of the networks that there are have 49 kB. Room for lists is shared by all
 * peers: none keeps some for long without an end of its list. */
#define LIST_MAX_BYTES 65536u
#define HOLD_MS 10000

void gossip_ask(struct txs_peer *p)
{
    if (!p->config->crawl)
        return;
    p->result.asked_addresses = true;
    say_getaddr(p);
}

void gossip_handshake_complete(struct txs_peer *p)
{
    p->gossip.deadline_ms = p->now_ms + p->config->response_timeout_ms;
}

void gossip_stalled(struct txs_peer *p, uint64_t ms)
{
    if (p->gossip.deadline_ms != TXS_NEVER)
        p->gossip.deadline_ms += ms;
    if (p->gossip.hold_deadline_ms != TXS_NEVER)
        p->gossip.hold_deadline_ms += ms;
}

static bool is_open(const struct txs_peer *p)
{
    return p->result.asked_addresses && p->verack_seen && !p->gossip.complete;
}

uint64_t gossip_deadline_ms(const struct txs_peer *p)
{
    return is_open(p) ? p->gossip.deadline_ms : p->now_ms;
}

/* What it would have told is not known then: a run that goes on later asks it again. */
void gossip_stopped(struct txs_peer *p)
{
    if (p->now_ms < gossip_deadline_ms(p))
        p->result.asked_addresses = false;
}

void gossip_begin(struct txs_peer *p)
{
    if (!is_open(p) || p->splitter.length > LIST_MAX_BYTES || p->gossip.lists == LISTS_MAX)
        return;
    p->gossip.lists++;
    p->gossip.hold_deadline_ms = p->now_ms + HOLD_MS;
    body_begin(&p->body, &p->config->pool->gossip_left_bytes, 0);
}

void gossip_chunk(struct txs_peer *p, struct txs_span chunk)
{
    body_add(&p->body, chunk);
}

void gossip_deadline(struct txs_peer *p)
{
    if (p->now_ms < p->gossip.hold_deadline_ms)
        return;
    p->gossip.hold_deadline_ms = TXS_NEVER;
    body_drop(&p->body);
}

static void settle_after(struct txs_peer *p, size_t count)
{
    p->gossip.complete = count > RELAYED_MAX || p->result.addresses == ADDRESSES_MAX;
    peer_finish_if_over(p);
}

/* A list that is malformed anywhere is dropped as a whole, as Core does. */
static void end(struct txs_peer *p, bool v2)
{
    struct txs_span payload = {p->body.data, p->body.len};
    int count = payload.len == p->splitter.length ? txs_addr_count(payload, v2) : -1;
    p->gossip.hold_deadline_ms = TXS_NEVER;
    if (count <= 0 || (uint32_t)count > ADDRESSES_MAX - p->result.addresses) {
        body_drop(&p->body);
        return;
    }
    p->asked = true;
    p->result.addresses += (uint32_t)count;
    p->told = (struct txs_told){payload, v2};
    p->told_ready = true;
    settle_after(p, (size_t)count);
}

void gossip_end_addr(struct txs_peer *p)
{
    end(p, false);
}

void gossip_end_addrv2(struct txs_peer *p)
{
    end(p, true);
}
