/* Questions whose right answer is known (--control). A random id: nobody can have it, so whoever
 * announces it, or sends something for it, says what one wants to hear. And a transaction that this
 * same peer has just announced: whoever does not serve that serves nothing to us. */
#include "machine.h"
#include "txsurvey/hash.h"

#include <string.h>

/* Of a secret, so that knowing this program and all that it sends tells nothing; and of the address
 * rather than anything fresh, so that nobody who is asked twice finds out by what has changed. */
static void derive(const struct txs_peer *p, const char *what, uint8_t out[32])
{
    struct txs_sha256 h;
    txs_sha256_start(&h);
    txs_sha256_add(&h, p->config->control_key, sizeof p->config->control_key);
    txs_sha256_add(&h, &p->remote, sizeof p->remote);
    txs_sha256_add(&h, what, strlen(what));
    txs_sha256d_end(&h, out);
}

size_t control_ask_random(struct txs_peer *p)
{
    uint8_t place[32];
    derive(p, "id", p->control.random);
    derive(p, "place", place);
    p->result.control_random = TXS_CONTROL_UNANSWERED;
    p->control.fence = p->asking.fence;
    p->control.deadline_ms = p->now_ms + p->config->response_timeout_ms;
    struct txs_reader in = txs_reader_of((struct txs_span){place, sizeof place});
    return (size_t)(txs_get_u64le(&in) % (p->config->id_count + 1));
}

static bool is_pending(const struct txs_peer *p)
{
    return p->result.control_random == TXS_CONTROL_UNANSWERED ||
           p->result.control_announced == TXS_CONTROL_UNANSWERED;
}

uint64_t control_deadline_ms(const struct txs_peer *p)
{
    return is_pending(p) ? p->control.deadline_ms : p->now_ms;
}

/* What comes behind the pong is no answer any more, but for a moment's grace. */
void control_fence_passed(struct txs_peer *p, uint64_t nonce)
{
    uint64_t settled = p->now_ms + FENCE_GRACE_MS;
    bool alone = p->result.control_announced != TXS_CONTROL_UNANSWERED;
    if (nonce == p->control.fence && alone && settled < p->control.deadline_ms)
        p->control.deadline_ms = settled;
}

void control_begin_list(struct txs_peer *p)
{
    p->control.names_random = p->control.names_announced = p->control.names_another = false;
}

static bool is_random(const struct txs_peer *p, const uint8_t hash[32])
{
    return p->result.control_random != TXS_CONTROL_UNASKED &&
           memcmp(hash, p->control.random, 32) == 0;
}

static bool is_announced(const struct txs_peer *p, const uint8_t hash[32])
{
    return p->result.control_announced != TXS_CONTROL_UNASKED &&
           memcmp(hash, p->control.announced.hash, 32) == 0;
}

void control_listed(struct txs_peer *p, const struct txs_inv_item *item)
{
    p->control.names_random |= is_random(p, item->hash);
    p->control.names_announced |= is_announced(p, item->hash);
}

void control_announced(struct txs_peer *p, const struct txs_inv_item *item)
{
    if (is_random(p, item->hash) || p->control.names_another ||
        p->result.control_announced != TXS_CONTROL_UNASKED)
        return;
    p->control.names_another = true;
    p->control.announced = *item;
}

void control_end_inv(struct txs_peer *p)
{
    if (p->control.names_random)
        p->result.control_random = TXS_CONTROL_ANNOUNCED;
    if (!p->config->control || !p->control.names_another || p->decided || !p->verack_seen ||
        p->result.control_announced != TXS_CONTROL_UNASKED)
        return;
    p->result.control_announced = TXS_CONTROL_UNANSWERED;
    p->control.deadline_ms = p->now_ms + p->config->response_timeout_ms;
    say_control(p);
}

void control_end_notfound(struct txs_peer *p)
{
    struct txs_peer_result *r = &p->result;
    bool random = p->control.names_random && r->control_random == TXS_CONTROL_UNANSWERED;
    bool announced = p->control.names_announced && r->control_announced == TXS_CONTROL_UNANSWERED;
    if (random)
        r->control_random = TXS_CONTROL_NOTFOUND;
    if (announced)
        r->control_announced = TXS_CONTROL_NOTFOUND;
    p->asked |= random || announced;
    peer_finish_if_over(p);
}

bool control_served(struct txs_peer *p)
{
    bool by_wtxid = p->control.announced.type == TXS_INV_WTX;
    if (!is_announced(p, by_wtxid ? p->ids.wtxid : p->ids.txid))
        return false;
    p->asked |= p->result.control_announced == TXS_CONTROL_UNANSWERED;
    p->result.control_announced = TXS_CONTROL_SERVED;
    peer_finish_if_over(p);
    return true;
}

void control_conclude(struct txs_peer *p)
{
    if (p->result.control_random == TXS_CONTROL_UNANSWERED && p->unsolicited_tx)
        p->result.control_random = TXS_CONTROL_SERVED;
}

int txs_control_passed(const struct txs_peer_result *r)
{
    bool to_the_end = r->outcome == TXS_OUTCOME_ANSWERED || r->outcome == TXS_OUTCOME_SILENT;
    if (r->control_random == TXS_CONTROL_ANNOUNCED || r->control_random == TXS_CONTROL_SERVED ||
        r->control_announced == TXS_CONTROL_NOTFOUND ||
        (r->control_announced == TXS_CONTROL_UNANSWERED && to_the_end))
        return 0;
    if (r->control_random == TXS_CONTROL_NOTFOUND || r->control_announced == TXS_CONTROL_SERVED)
        return 1;
    return -1;
}
