/* What is asked, when it is asked again, and when a peer is done.
 *
 * A first notfound is not final: since Core 0.21 a node serves what it has announced to this
 * connection, or what entered its mempool before the connection's last announcement tick, and those
 * ticks come at random, 5 s apart in the mean, for all inbound peers at once (NextInvToInbounds).
 * So an id is asked for again at growing intervals until patience ends, and at once when the peer
 * has announced transactions, which proves that a tick has passed.
 */
#include "block_ask.h"

#include <assert.h>

/* The plan: the first request, three more within 30 s, then at twice the time each, and at the end.
 */
#define PLAN_SPAN_MS 30000u
static const uint32_t plan_ms[] = {6000, 15000, 30000};
/* A tick announces in several messages: one request after all of them, and the next ones after
 * twice as long each. */
#define ANNOUNCEMENT_SETTLE_MS 1000
#define ANNOUNCEMENT_DOUBLINGS_MAX 5

/* Offset from the first request of the first planned one that is later than `after`. */
static uint64_t plan_next(uint64_t patience, uint64_t after)
{
    uint64_t span = patience < PLAN_SPAN_MS ? patience : PLAN_SPAN_MS;
    for (size_t i = 0; i < sizeof plan_ms / sizeof *plan_ms; i++) {
        uint64_t at = plan_ms[i] * span / PLAN_SPAN_MS;
        if (at > after)
            return at;
    }
    for (uint64_t at = 2 * PLAN_SPAN_MS; at < patience; at *= 2)
        if (at > after)
            return at;
    return patience > after ? patience : TXS_NEVER;
}

static bool wants_again(const struct txs_answer *a)
{
    return a->status == TXS_ID_UNASKED || a->status == TXS_ID_NOTFOUND;
}

static void request(struct txs_peer *p)
{
    struct asking *q = &p->asking;
    for (size_t i = 0; i < p->config->id_count; i++) {
        struct txs_answer *a = &p->result.answers[i];
        if (!wants_again(a))
            continue;
        if (a->status == TXS_ID_UNASKED) {
            a->status = TXS_ID_TIMEOUT;
            a->first_request_ms = p->now_ms;
        }
        a->requests++;
        p->id_states[i].pending = true;
    }
    q->times_ms[q->requests % TXS_REQUESTS_MAX] = p->now_ms;
    if (q->requests++ == 0)
        q->first_ms = q->settled_ms = p->now_ms; /* nothing is settled yet */
    q->last_ms = p->now_ms;
    q->deadline_ms = p->now_ms + p->config->response_timeout_ms;
    q->awaiting = true;
    q->fence_passed = false;
    q->announced_before |= q->announced_since;
    q->announced_since = false;
    uint64_t next = plan_next(p->config->patience_ms, q->last_ms - q->first_ms);
    q->next_ms = next == TXS_NEVER ? TXS_NEVER : q->first_ms + next;
    q->fence = p->nonce + q->requests * 0x9e3779b97f4a7c15ull;
    say_request(p);
}

void ask_first(struct txs_peer *p)
{
    assert(p->asking.requests == 0);
    request(p);
}

static bool any_pending(const struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count; i++)
        if (p->id_states[i].pending)
            return true;
    return false;
}

void ask_answered(struct txs_peer *p, size_t id, enum txs_id_status status)
{
    struct txs_answer *a = &p->result.answers[id];
    p->id_states[id].pending = false;
    a->status = status;
    a->answered_ms = p->now_ms;
    if (any_pending(p))
        return;
    p->asking.awaiting = false;
    p->asking.settled_ms = p->asking.last_ms;
    p->asking.settled_after_tick = p->asking.announced_before;
}

/* Core handles what one peer sends in order: after the pong it will not answer. Others may have
 * answers in their queues that a pong overtakes, so a moment is left for those. */
void ask_fence_passed(struct txs_peer *p, uint64_t nonce)
{
    struct asking *q = &p->asking;
    if (!q->awaiting || q->fence_passed || nonce != q->fence)
        return;
    q->fence_passed = true;
    q->fence_deadline_ms = p->now_ms + FENCE_GRACE_MS;
}

/* A transaction that is arriving is an answer, as far as it goes. */
static bool is_passed_over(const struct txs_peer *p)
{
    return p->asking.fence_passed && !receive_in_tx(p);
}

void ask_note_ignored(struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count && is_passed_over(p); i++) {
        if (!p->id_states[i].pending)
            continue;
        p->id_states[i].pending = false;
        if (p->result.answers[i].status == TXS_ID_TIMEOUT)
            p->result.answers[i].status = TXS_ID_IGNORED;
    }
}

void ask_announcement(struct txs_peer *p)
{
    p->asking.announced_since = true;
}

/* Requests in the 30 s before `t_ms`, and those of the plan in the 30 s after it. */
static unsigned requests_around(const struct txs_peer *p, uint64_t t_ms)
{
    const struct asking *q = &p->asking;
    unsigned count = 0, kept = q->requests < TXS_REQUESTS_MAX ? q->requests : TXS_REQUESTS_MAX;
    for (unsigned i = 0; i < kept; i++)
        count += q->times_ms[i] + PLAN_SPAN_MS > t_ms;
    uint64_t at = t_ms - q->first_ms, end = at + PLAN_SPAN_MS;
    while ((at = plan_next(p->config->patience_ms, at)) != TXS_NEVER && at < end)
        count++;
    return count;
}

/* When the request that an announcement earns is due; TXS_NEVER without one, or while there are too
 * many others. */
static uint64_t announced_ms(const struct txs_peer *p)
{
    const struct asking *q = &p->asking;
    if (!q->announced_since || q->next_ms == TXS_NEVER)
        return TXS_NEVER;
    uint32_t doublings = q->announced_requests < ANNOUNCEMENT_DOUBLINGS_MAX
                             ? q->announced_requests
                             : ANNOUNCEMENT_DOUBLINGS_MAX;
    uint64_t due = q->last_ms + ((uint64_t)ANNOUNCEMENT_SETTLE_MS << doublings);
    uint64_t t_ms = due > p->now_ms ? due : p->now_ms;
    return requests_around(p, t_ms) < TXS_REQUESTS_MAX ? due : TXS_NEVER;
}

static bool all_answered(const struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count; i++) {
        enum txs_id_status status = p->result.answers[i].status;
        if (status != TXS_ID_SERVED && status != TXS_ID_NOTFOUND)
            return false;
    }
    return true;
}

static bool any_notfound(const struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count; i++)
        if (p->result.answers[i].status == TXS_ID_NOTFOUND)
            return true;
    return false;
}

static enum txs_error silence_error(const struct txs_peer *p)
{
    if (receive_in_tx(p))
        return TXS_ERROR_PARTIAL_TX;
    if (p->unsolicited_tx)
        return TXS_ERROR_UNSOLICITED_TX;
    return p->asking.awaiting ? TXS_ERROR_NO_ANSWER : TXS_ERROR_NONE;
}

void ask_conclude(struct txs_peer *p)
{
    if (all_answered(p))
        peer_decide(p, TXS_OUTCOME_ANSWERED, TXS_ERROR_NONE);
    else
        peer_decide(p, TXS_OUTCOME_SILENT, silence_error(p));
}

/* Answers count as they come, but decide nothing before the peer's verack: the first request leaves
 * before the handshake is complete, and may have been passed over. */
static bool is_undecided(const struct txs_peer *p)
{
    return p->result.handshake_ms == TXS_NEVER || p->asking.requests == 0;
}

void ask_handshake_complete(struct txs_peer *p)
{
    p->asking.deadline_ms = p->now_ms + p->config->response_timeout_ms;
}

void ask_continue(struct txs_peer *p)
{
    struct asking *q = &p->asking;
    if (p->decided || is_undecided(p) || q->awaiting || block_ask_open(p))
        return;
    if (!any_notfound(p) || q->next_ms == TXS_NEVER) {
        if (!block_ask_begin(p) && !block_ask_waits(p))
            ask_conclude(p);
    } else if (p->now_ms >= q->next_ms) {
        request(p);
    } else if (p->now_ms >= announced_ms(p)) {
        q->announced_requests++;
        request(p);
    }
}

static uint64_t answer_deadline_ms(const struct txs_peer *p)
{
    const struct asking *q = &p->asking;
    return is_passed_over(p) ? earlier(q->deadline_ms, q->fence_deadline_ms) : q->deadline_ms;
}

uint64_t ask_deadline_ms(const struct txs_peer *p)
{
    const struct asking *q = &p->asking;
    if (is_undecided(p))
        return TXS_NEVER;
    if (block_ask_open(p))
        return block_ask_deadline_ms(p);
    if (q->awaiting)
        return answer_deadline_ms(p);
    return earlier(earlier(q->next_ms, announced_ms(p)), block_ask_wait_deadline_ms(p));
}

/* A request that brought a transaction on its way, but no whole one, leaves its id open, also where
 * an earlier request was answered by notfound. */
static void give_up_request(struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count && receive_in_tx(p); i++) {
        struct txs_answer *a = &p->result.answers[i];
        if (!p->id_states[i].pending)
            continue;
        a->status = TXS_ID_TIMEOUT;
        a->answered_ms = TXS_NEVER;
    }
}

void ask_closed(struct txs_peer *p, enum txs_error error)
{
    give_up_request(p);
    if (!is_undecided(p) && all_answered(p))
        ask_conclude(p);
    peer_finish(p, TXS_OUTCOME_CLOSED, error);
}

void ask_deadline(struct txs_peer *p)
{
    block_ask_deadline(p);
    bool due = p->now_ms >= answer_deadline_ms(p);
    if (p->asking.awaiting && due && !is_passed_over(p)) {
        give_up_request(p);
        ask_conclude(p);
        return;
    }
    if (p->asking.awaiting && due) {
        ask_note_ignored(p);
        p->asking.awaiting = false;
    }
    ask_continue(p);
}

/* The peer's announcement ticks begin with our verack, which left with the first request or before
 * it: its own verack may well come some milliseconds later. Whoever announced the transaction had
 * it, whatever it says, and the word of one that failed its control is worth little. */
static void judge_notfound(const struct txs_peer *p, struct txs_answer *a)
{
    const struct asking *q = &p->asking;
    a->strength = txs_notfound_strength(
        &(struct txs_evidence){
            .version = p->result.version,
            .subver = {(const uint8_t *)p->result.subver, p->result.subver_len},
            .relaytxes = p->result.relaytxes,
            .since_handshake_ms = q->settled_ms - q->first_ms,
            .tick_before_request = q->settled_after_tick,
        },
        &a->withheld);
    if (a->announced || txs_control_passed(&p->result) == 0)
        a->strength = TXS_STRENGTH_WEAK;
}

void ask_judge_strength(struct txs_peer *p)
{
    receive_recall_announced(p);
    for (size_t i = 0; i < p->config->id_count; i++) {
        struct txs_answer *a = &p->result.answers[i];
        if (a->status == TXS_ID_SERVED)
            a->strength = TXS_STRENGTH_PROVEN;
        if (a->status == TXS_ID_NOTFOUND) {
            judge_notfound(p, a);
            a->confirmed = block_ask_is_confirmed(p, i);
        }
    }
}
