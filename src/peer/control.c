/* Questions whose right answer is known (--control). A random id: nobody can have it, so whoever
 * announces it, or sends something for it, says what one wants to hear. And a transaction that this
 * same peer has just announced: whoever does not serve that serves nothing to us. */
#include "answers.h"
#include "inquiry.h"
#include "say.h"

#include "txsurvey/hash.h"

#include <string.h>

/* Of a secret, so that knowing this program and all that it sends tells nothing; and of the address
 * rather than anything fresh, so that nobody who is asked twice finds out by what has changed. */
static void derive(const struct txs_peer *p, const char *what, uint8_t out[32])
{
    struct txs_sha256 h;
    txs_sha256_start(&h);
    txs_sha256_add(&h, p->config->control_key, sizeof p->config->control_key);
    txs_sha256_add(&h, p->remote, sizeof *p->remote);
    txs_sha256_add(&h, what, strlen(what));
    txs_sha256d_end(&h, out);
}

static void ask_random(struct txs_peer *p)
{
    uint8_t place[32];
    derive(p, "id", p->decoy.hash);
    derive(p, "place", place);
    struct txs_reader in = txs_reader_of((struct txs_span){place, sizeof place});
    p->decoy.place = (uint32_t)(txs_get_u64le(&in) % (p->config->id_count + 1));
    p->decoy.wanted = true;
    p->result.control_random = TXS_CONTROL_UNANSWERED;
    p->control.deadline_ms = p->now_ms + p->config->response_timeout_ms;
    p->control.news_deadline_ms = p->now_ms + p->config->patience_ms;
}

/* With the first request, whenever that may leave. */
static void ready(struct txs_peer *p)
{
    if (p->config->control && p->result.control_random == TXS_CONTROL_UNASKED && may_ask_now(p))
        ask_random(p);
}

static bool is_awaited(const struct txs_peer *p)
{
    return p->result.control_random == TXS_CONTROL_UNANSWERED ||
           p->result.control_announced == TXS_CONTROL_UNANSWERED;
}

/* One that serves nothing is found out by what it announces: who lacks something is waited for. */
static bool waits_for_news(const struct txs_peer *p)
{
    return p->verack_seen && p->result.relaytxes &&
           p->result.control_random != TXS_CONTROL_UNASKED &&
           p->result.control_random != TXS_CONTROL_ANNOUNCED &&
           p->result.control_announced == TXS_CONTROL_UNASKED && answers_any(p, TXS_ID_NOTFOUND);
}

/* Until when something is awaited, 0 where nothing is. */
static uint64_t awaited_until(const struct txs_peer *p)
{
    uint64_t longer_ms = p->control.fence_passed ? 0 : answers_extension_ms(p);
    uint64_t answers = is_awaited(p) ? p->control.deadline_ms + longer_ms : 0;
    uint64_t news = waits_for_news(p) ? p->control.news_deadline_ms : 0;
    return answers > news ? answers : news;
}

static bool is_open(const struct txs_peer *p)
{
    return p->now_ms < awaited_until(p);
}

static bool reads(struct txs_peer *p, enum message_kind kind)
{
    struct control *c = &p->control;
    if ((kind != MESSAGE_TX && kind != MESSAGE_INV && kind != MESSAGE_NOTFOUND) ||
        (p->decided && !is_open(p)))
        return false;
    c->names_random = c->names_announced = c->names_another = false;
    return true;
}

static bool is_random(const struct txs_peer *p, const uint8_t hash[32])
{
    return p->result.control_random != TXS_CONTROL_UNASKED && memcmp(hash, p->decoy.hash, 32) == 0;
}

static bool is_announced(const struct txs_peer *p, const uint8_t hash[32])
{
    return p->result.control_announced != TXS_CONTROL_UNASKED &&
           memcmp(hash, p->control.announced.hash, 32) == 0;
}

/* The first announced transaction that we do not ask for by ourselves is the second question. */
static void item(struct txs_peer *p, const struct listed *listed)
{
    struct control *c = &p->control;
    if (!listed->is_tx)
        return;
    c->names_random |= is_random(p, listed->item.hash);
    c->names_announced |= is_announced(p, listed->item.hash);
    if (p->message.kind != MESSAGE_INV || listed->id >= 0 || c->names_another ||
        p->result.control_announced != TXS_CONTROL_UNASKED || is_random(p, listed->item.hash))
        return;
    c->names_another = true;
    c->announced = listed->item;
}

static enum relevance end_inv(struct txs_peer *p)
{
    struct txs_peer_result *r = &p->result;
    if (p->control.names_random)
        r->control_random = TXS_CONTROL_ANNOUNCED;
    if (!p->config->control || !p->control.names_another || !p->verack_seen ||
        r->control_announced != TXS_CONTROL_UNASKED)
        return NOT_MINE;
    const struct txs_inv_item *announced = &p->control.announced;
    r->control_announced = TXS_CONTROL_UNANSWERED;
    p->control.fence_passed = false;
    p->control.deadline_ms = p->now_ms + p->config->response_timeout_ms;
    say_getdata(p, announced->type == TXS_INV_WTX ? TXS_INV_WTX : say_txid_type(p),
                announced->hash);
    return KNOWN;
}

static enum relevance end_notfound(struct txs_peer *p)
{
    struct txs_peer_result *r = &p->result;
    bool random = p->control.names_random && r->control_random == TXS_CONTROL_UNANSWERED;
    bool announced = p->control.names_announced && r->control_announced == TXS_CONTROL_UNANSWERED;
    if (random)
        r->control_random = TXS_CONTROL_NOTFOUND;
    if (announced)
        r->control_announced = TXS_CONTROL_NOTFOUND;
    return random || announced ? ANSWER : NOT_MINE;
}

static enum relevance end_tx(struct txs_peer *p)
{
    bool by_wtxid = p->control.announced.type == TXS_INV_WTX;
    bool awaited = p->result.control_announced == TXS_CONTROL_UNANSWERED;
    if (!is_announced(p, by_wtxid ? p->message.ids.wtxid : p->message.ids.txid))
        return NOT_MINE;
    p->result.control_announced = TXS_CONTROL_SERVED;
    return awaited ? ANSWER : KNOWN;
}

static enum relevance message(struct txs_peer *p, enum message_kind kind)
{
    if (kind == MESSAGE_TX)
        return end_tx(p);
    if (kind == MESSAGE_INV)
        return end_inv(p);
    return kind == MESSAGE_NOTFOUND ? end_notfound(p) : NOT_MINE;
}

/* What comes behind the pong is no answer any more, but for a moment's grace. */
static void fence(struct txs_peer *p, uint32_t number)
{
    bool alone = p->result.control_announced != TXS_CONTROL_UNANSWERED;
    if (p->decoy.fence == 0 || number < p->decoy.fence || !alone || p->control.fence_passed)
        return;
    p->control.fence_passed = true;
    p->control.deadline_ms = earlier(p->control.deadline_ms, p->now_ms + FENCE_GRACE_MS);
}

static uint64_t until(const struct txs_peer *p)
{
    return p->decided && is_open(p) ? awaited_until(p) : TXS_NEVER;
}

static void stalled(struct txs_peer *p, uint64_t ms)
{
    p->control.deadline_ms += ms;
    p->control.news_deadline_ms += ms;
}

static void ended(struct txs_peer *p)
{
    if (!p->verack_seen)
        p->result.control_random = TXS_CONTROL_UNASKED;
    else if (p->result.control_random == TXS_CONTROL_UNANSWERED && p->unsolicited_tx)
        p->result.control_random = TXS_CONTROL_SERVED;
    if (p->result.control_announced == TXS_CONTROL_UNANSWERED && is_open(p))
        p->result.control_announced = TXS_CONTROL_UNASKED; /* it had no time to */
}

const struct inquiry control_inquiry = {
    .ready = ready,
    .begin = ready,
    .reads = reads,
    .item = item,
    .message = message,
    .fence = fence,
    .is_open = is_open,
    .until = until,
    .stalled = stalled,
    .ended = ended,
};
