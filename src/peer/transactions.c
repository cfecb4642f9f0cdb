/* The transactions: what is asked for, when it is asked for again, and when that is over.
 *
 * A first notfound is final by the rules of most versions (strength.c). Others serve only what has
 * been in their mempool for some time, or what they have announced since, at ticks that come at
 * random, 5 s apart in the mean, for all inbound peers at once (Core: NextInvToInbounds). Those are
 * asked again at growing intervals until patience ends, and at once when they have announced
 * transactions, which proves that a tick has passed; who is done is hung up on.
 */
#include "answers.h"
#include "inquiry.h"
#include "say.h"

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
    struct transactions *t = &p->transactions;
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
    t->times_ms[t->requests % TXS_REQUESTS_MAX] = p->now_ms;
    if (t->requests++ == 0)
        t->first_ms = p->now_ms;
    t->last_ms = p->now_ms;
    t->deadline_ms = p->now_ms + p->config->response_timeout_ms;
    p->awaiting = true;
    p->answer_bytes = 0;
    t->fence_passed = false;
    t->announced_before |= t->announced_since;
    t->announced_since = false;
    uint64_t next = plan_next(p->config->patience_ms, t->last_ms - t->first_ms);
    t->next_ms = next == TXS_NEVER ? TXS_NEVER : t->first_ms + next;
    t->fence = say_request(p);
}

/* The first request goes out with our verack. By wtxid it waits for the peer's: only then is it
 * known whether wtxidrelay came, and Core sends both in one burst. */
static void ready(struct txs_peer *p)
{
    if (may_ask_now(p))
        request(p);
}

/* Only a transaction that the peer sent, with the right hash, remains a fact. */
static void take_back_request(struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count; i++) {
        struct txs_answer *a = &p->result.answers[i];
        if (a->status == TXS_ID_SERVED)
            continue;
        a->status = TXS_ID_UNASKED;
        a->requests = 0;
        a->first_request_ms = a->answered_ms = TXS_NEVER;
    }
}

/* Who was asked before it had said what it is, and knows no such type of item, has passed them
 * over: Core to 0.12. */
static void ask_anew(struct txs_peer *p)
{
    take_back_request(p);
    p->decoy.wanted = p->decoy.fence > 0;
    request(p);
}

/* The time for the answer begins anew. */
static void begin(struct txs_peer *p)
{
    struct transactions *t = &p->transactions;
    if (t->requests == 0 && may_ask_now(p))
        request(p);
    else if (p->asked_type != 0 && p->asked_type != say_item_type(p))
        ask_anew(p);
    t->deadline_ms = p->now_ms + p->config->response_timeout_ms;
}

/* What comes */

static bool reads(struct txs_peer *p, enum message_kind kind)
{
    if (p->decided || (kind != MESSAGE_TX && kind != MESSAGE_INV && kind != MESSAGE_NOTFOUND))
        return false;
    p->transactions.names_tx = false;
    for (size_t i = 0; i < p->config->id_count; i++)
        p->id_states[i].named = false;
    return true;
}

static void item(struct txs_peer *p, const struct listed *listed)
{
    if (!listed->is_tx)
        return;
    p->transactions.names_tx = true;
    if (listed->id >= 0)
        p->id_states[listed->id].named = true;
}

static enum relevance end_inv(struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count; i++)
        if (p->id_states[i].named)
            answers_announced(p, i);
    p->transactions.announced_since |= p->transactions.names_tx;
    return KNOWN;
}

/* Who answers behind the pong may have more in its queue. */
static void renew_grace(struct txs_peer *p)
{
    if (p->transactions.fence_passed)
        p->transactions.fence_deadline_ms = p->now_ms + FENCE_GRACE_MS;
}

static void settle_request(struct txs_peer *p)
{
    const struct transactions *t = &p->transactions;
    if (answers_any_pending(p))
        return;
    p->awaiting = false;
    p->settled_since_ms = t->last_ms - t->first_ms;
    p->settled_after_tick = t->announced_before;
}

static enum relevance end_notfound(struct txs_peer *p)
{
    enum relevance relevance = NOT_MINE;
    for (size_t i = 0; i < p->config->id_count; i++) {
        enum txs_id_status status = p->result.answers[i].status;
        if (!p->id_states[i].named || status == TXS_ID_UNASKED || status == TXS_ID_SERVED)
            continue;
        if (relevance != ANSWER)
            relevance = p->id_states[i].pending ? ANSWER : KNOWN;
        answers_note(p, i, TXS_ID_NOTFOUND);
    }
    if (relevance == NOT_MINE)
        return NOT_MINE;
    settle_request(p);
    renew_grace(p);
    return relevance;
}

/* One of ours may come twice; or late, for another question, when the answers stood: it has arrived
 * all the same. */
static enum relevance end_tx(struct txs_peer *p)
{
    int id = p->message.id;
    if (id < 0)
        return NOT_MINE;
    switch (p->result.answers[id].status) {
    case TXS_ID_UNASKED:
        return NOT_MINE;
    case TXS_ID_SERVED:
        return KNOWN;
    case TXS_ID_NOTFOUND:
    case TXS_ID_IGNORED:
    case TXS_ID_TIMEOUT:
    case TXS_ID_STATUS_COUNT:
        break;
    }
    p->served = (struct txs_served){
        .ids = &p->message.ids,
        .bytes = p->message.bytes,
        .parts = p->message.parts,
    };
    answers_served(p, (size_t)id, p->id_states[id].proved ? TXS_VIA_MERKLEBLOCK : TXS_VIA_TX,
                   &p->served);
    if (!p->decided) {
        settle_request(p);
        p->answer_bytes += p->splitter.length;
        renew_grace(p);
    }
    p->served_list = &p->served;
    p->served_count = 1;
    return ANSWER;
}

static enum relevance message(struct txs_peer *p, enum message_kind kind)
{
    if (kind == MESSAGE_TX)
        return end_tx(p);
    if (p->decided)
        return NOT_MINE;
    if (kind == MESSAGE_INV)
        return end_inv(p);
    return kind == MESSAGE_NOTFOUND ? end_notfound(p) : NOT_MINE;
}

/* Core handles what one peer sends in order: after the pong it will not answer. Others may have
 * answers in their queues that a pong overtakes, so a moment is left for those. */
static void fence(struct txs_peer *p, uint32_t number)
{
    struct transactions *t = &p->transactions;
    if (!p->awaiting || t->fence_passed || number < t->fence)
        return;
    t->fence_passed = p->fenced = true;
    t->fence_deadline_ms = p->now_ms + FENCE_GRACE_MS;
    p->awaiting = answers_any_pending(p); /* in a census nothing else was asked */
}

/* What is arriving is an answer, as far as it goes. */
static bool is_passed_over(const struct txs_peer *p)
{
    return p->transactions.fence_passed && !is_arriving(p, MESSAGE_TX) &&
           !is_arriving(p, MESSAGE_NOTFOUND);
}

/* What was passed over by a request whose fence was answered has been ignored. */
static void note_ignored(struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count && is_passed_over(p); i++) {
        if (!p->id_states[i].pending)
            continue;
        p->id_states[i].pending = false;
        if (p->result.answers[i].status == TXS_ID_TIMEOUT)
            p->result.answers[i].status = TXS_ID_IGNORED;
    }
}

/* When it is asked for again */

/* Requests in the 30 s before `t_ms`, and those of the plan in the 30 s after it. */
static unsigned requests_around(const struct txs_peer *p, uint64_t t_ms)
{
    const struct transactions *t = &p->transactions;
    unsigned count = 0, kept = t->requests < TXS_REQUESTS_MAX ? t->requests : TXS_REQUESTS_MAX;
    for (unsigned i = 0; i < kept; i++)
        count += t->times_ms[i] + PLAN_SPAN_MS > t_ms;
    uint64_t at = t_ms - t->first_ms, end = at + PLAN_SPAN_MS;
    while ((at = plan_next(p->config->patience_ms, at)) != TXS_NEVER && at < end)
        count++;
    return count;
}

/* When the request that an announcement earns is due; TXS_NEVER without one, or while there are too
 * many others. */
static uint64_t announced_ms(const struct txs_peer *p)
{
    const struct transactions *t = &p->transactions;
    if (!t->announced_since || t->next_ms == TXS_NEVER)
        return TXS_NEVER;
    uint32_t doublings = t->announced_requests < ANNOUNCEMENT_DOUBLINGS_MAX
                             ? t->announced_requests
                             : ANNOUNCEMENT_DOUBLINGS_MAX;
    uint64_t due = t->last_ms + ((uint64_t)ANNOUNCEMENT_SETTLE_MS << doublings);
    uint64_t t_ms = due > p->now_ms ? due : p->now_ms;
    return requests_around(p, t_ms) < TXS_REQUESTS_MAX ? due : TXS_NEVER;
}

/* Answers count as they come, but decide nothing before the peer's verack: the first request leaves
 * before the handshake is complete, and may have been passed over. */
static bool is_open(const struct txs_peer *p)
{
    return p->verack_seen && !p->decided && p->transactions.state == ASKING;
}

/* Asking for any of them again could change something of what is known. */
static bool is_worth_asking(const struct txs_peer *p)
{
    bool may_change = p->config->keep_asking || answers_notfound(p).may_change;
    for (size_t i = 0; i < p->config->id_count; i++) {
        const struct txs_answer *a = &p->result.answers[i];
        if (a->status == TXS_ID_NOTFOUND && (may_change || a->announced))
            return true;
    }
    return false;
}

static void next(struct txs_peer *p)
{
    struct transactions *t = &p->transactions;
    if (!is_open(p) || p->awaiting)
        return;
    if (t->next_ms == TXS_NEVER || !is_worth_asking(p)) {
        t->state = FINAL;
        p->answers_final = t->requests > 0;
    } else if (p->now_ms >= t->next_ms) {
        request(p);
    } else if (p->now_ms >= announced_ms(p)) {
        t->announced_requests++;
        request(p);
    }
}

static uint64_t answer_deadline_ms(const struct txs_peer *p)
{
    const struct transactions *t = &p->transactions;
    uint64_t limit_ms = t->deadline_ms + answers_extension_ms(p);
    return is_passed_over(p) ? earlier(limit_ms, t->fence_deadline_ms) : limit_ms;
}

static uint64_t until(const struct txs_peer *p)
{
    if (!is_open(p))
        return TXS_NEVER;
    return p->awaiting ? answer_deadline_ms(p) : earlier(p->transactions.next_ms, announced_ms(p));
}

static void deadline(struct txs_peer *p)
{
    if (!is_open(p) || !p->awaiting || p->now_ms < answer_deadline_ms(p))
        return;
    if (is_passed_over(p)) {
        note_ignored(p);
        p->awaiting = false;
    } else {
        p->transactions.state = GIVEN_UP;
    }
}

static void stalled(struct txs_peer *p, uint64_t ms)
{
    p->transactions.deadline_ms += ms;
    p->transactions.fence_deadline_ms += ms;
}

/* A request that brought a transaction on its way, but no whole one, leaves its id open, also where
 * an earlier request was answered by notfound. */
static void give_up_request(struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count && is_arriving(p, MESSAGE_TX); i++) {
        struct txs_answer *a = &p->result.answers[i];
        if (!p->id_states[i].pending)
            continue;
        a->status = TXS_ID_TIMEOUT;
        a->answered_ms = TXS_NEVER;
    }
}

/* The request leaves with our verack, before the peer's has come. Where that never comes nothing
 * was asked in the end: the peer answers for no more than its handshake. */
static void decided(struct txs_peer *p)
{
    give_up_request(p);
    note_ignored(p);
    if (!p->verack_seen)
        take_back_request(p);
}

const struct inquiry transactions_inquiry = {
    .decides = true,
    .ready = ready,
    .begin = begin,
    .reads = reads,
    .item = item,
    .message = message,
    .fence = fence,
    .next = next,
    .is_open = is_open,
    .until = until,
    .deadline = deadline,
    .stalled = stalled,
    .decided = decided,
};
