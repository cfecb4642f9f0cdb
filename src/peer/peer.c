/* The conductor: events in, actions out. It offers what comes to the inquiries, row by row, asks
 * them what they wait for, and ends the session when nothing is left open. */
#include "answers.h"
#include "block.h"
#include "handshake.h"
#include "incoming_tx.h"
#include "inquiry.h"
#include "receive.h"
#include "say.h"

#include <assert.h>
#include <stdlib.h>

/* In the order in which they are served. The control's random id goes out among the transactions.
 */
static const struct inquiry *const inquiries[] = {
    &anchors_inquiry, &control_inquiry, &transactions_inquiry, &block_inquiry, &addresses_inquiry,
};
#define INQUIRIES (sizeof inquiries / sizeof *inquiries)
static_assert(INQUIRIES <= 8, "message.readers has a bit for each");

/* Calls one function of each inquiry that has it. */
#define EACH(function, ...)                   \
    for (size_t i_ = 0; i_ < INQUIRIES; i_++) \
        if (inquiries[i_]->function != NULL)  \
    inquiries[i_]->function(__VA_ARGS__)

struct txs_peer *txs_peer_new(const struct txs_peer_config *config,
                              const struct txs_address *remote, uint64_t nonce)
{
    size_t ids = config->id_count;
    struct txs_peer *p =
        calloc(1, sizeof *p + ids * (sizeof(struct txs_answer) + sizeof(struct id_state)));
    if (p == NULL)
        return NULL;
    p->config = config;
    p->remote = remote;
    p->nonce = nonce;
    p->handshake_deadline_ms = TXS_NEVER;
    p->transactions.next_ms = TXS_NEVER;
    p->addresses.deadline_ms = p->addresses.hold_deadline_ms = TXS_NEVER;
    txs_peer_result_blank(&p->result, (struct txs_answer *)(p + 1), ids);
    p->id_states = (struct id_state *)(p->result.answers + ids);
    txs_splitter_init(&p->splitter, config->chain->magic);
    p->splitter.checksums = config->checksums;
    return p;
}

void txs_peer_retire(struct txs_peer *p)
{
    incoming_tx_drop(p);
    body_drop(&p->body);
    block_free(p);
}

void txs_peer_free(struct txs_peer *p)
{
    if (p == NULL)
        return;
    txs_peer_retire(p);
    free(p->version);
    free(p);
}

struct txs_peer_result *txs_peer_result(struct txs_peer *p)
{
    return &p->result;
}

/* The end */

/* Who was answered in full, and is then hung up on, has done its part. */
static void decide(struct txs_peer *p)
{
    struct txs_peer_result *r = &p->result;
    if (p->decided)
        return;
    p->decided = true;
    EACH(decided, p);
    bool by_answers = !p->ending || (p->end_outcome == TXS_OUTCOME_CLOSED && p->verack_seen &&
                                     answers_complete(p));
    if (by_answers) {
        r->outcome = answers_outcome(p, &r->error);
    } else {
        r->outcome = p->end_outcome;
        r->error = p->end_error;
    }
    if (r->outcome == TXS_OUTCOME_ANSWERED)
        r->stage = TXS_STAGE_DONE;
}

static void finish(struct txs_peer *p)
{
    decide(p);
    EACH(ended, p);
    answers_judge(p);
    p->finished = true;
}

/* What is still awaited: of the answers, or at all. */
static bool is_any_open(const struct txs_peer *p, bool of_answers)
{
    for (size_t i = 0; i < INQUIRIES; i++)
        if ((!of_answers || inquiries[i]->decides) && inquiries[i]->is_open(p))
            return true;
    return false;
}

/* Nothing is decided before the peer's verack: until then there is only the handshake to wait for.
 */
static void go_on(struct txs_peer *p)
{
    if (p->ending || p->leaving) {
        finish(p);
        return;
    }
    EACH(next, p);
    if (p->verack_seen && !is_any_open(p, true))
        decide(p);
    if (p->decided && !is_any_open(p, false))
        finish(p);
}

/* What comes in */

/* Bytes and messages that nobody asked for are skipped, and end the session when they are too many.
 */
static void spend(struct txs_peer *p, size_t bytes, uint32_t message_count)
{
    bool over;
    if (p->result.stage == TXS_STAGE_HANDSHAKE) {
        p->handshake_bytes += (uint32_t)bytes;
        over = p->handshake_bytes > TXS_HANDSHAKE_BUDGET_BYTES;
    } else {
        p->unasked_bytes += (uint32_t)bytes;
        p->unasked_messages += message_count;
        over = p->unasked_bytes > TXS_SESSION_BUDGET_BYTES ||
               p->unasked_messages > TXS_SESSION_BUDGET_MESSAGES;
    }
    if (over)
        session_violated(p, TXS_ERROR_BUDGET);
}

/* Before the handshake is complete everything counts as it comes: no honest peer answers before its
 * verack, and the budget bounds what is read of another. */
static bool counts_at_once(const struct txs_peer *p)
{
    return p->message.readers == 0 || !receive_may_answer(p) ||
           p->result.stage == TXS_STAGE_HANDSHAKE;
}

static void on_begin(struct txs_peer *p)
{
    struct message *m = &p->message;
    m->readers = 0;
    for (size_t i = 0; i < INQUIRIES; i++)
        if (inquiries[i]->reads(p, m->kind))
            m->readers |= (uint8_t)(1u << i);
    bool is_ours = m->kind != MESSAGE_SKIPPED && !receive_may_answer(p) && m->kind != MESSAGE_INV;
    if (m->readers != 0 || is_ours)
        receive_read(p);
    if (counts_at_once(p))
        spend(p, TXS_FRAME_HEADER_BYTES, 1);
}

static void offer_items(struct txs_peer *p, struct txs_span part)
{
    struct listed listed;
    while (receive_item(p, &listed, &part))
        for (size_t i = 0; i < INQUIRIES; i++)
            if (p->message.readers >> i & 1)
                inquiries[i]->item(p, &listed);
}

static void on_part(struct txs_peer *p)
{
    struct message *m = &p->message;
    struct txs_span part = p->splitter.chunk;
    if (counts_at_once(p))
        spend(p, part.len, 0);
    if (!m->arriving)
        return;
    if (m->kind == MESSAGE_INV || m->kind == MESSAGE_NOTFOUND) {
        offer_items(p, part);
        return;
    }
    for (size_t i = 0; i < INQUIRIES; i++)
        if (m->readers >> i & 1 && inquiries[i]->chunk != NULL)
            inquiries[i]->chunk(p, part);
}

/* A notfound that names what was asked for, and much more beside it, is no answer as a whole. */
static bool is_padded(const struct txs_peer *p)
{
    const size_t others = 3; /* two control questions and the block */
    return p->message.kind == MESSAGE_NOTFOUND &&
           p->message.list.count > p->config->id_count + others;
}

/* Returns whether it was an answer. */
static bool offer_message(struct txs_peer *p)
{
    enum relevance most = NOT_MINE;
    for (size_t i = 0; i < INQUIRIES; i++) {
        enum relevance one = inquiries[i]->message(p, p->message.kind);
        most = one > most ? one : most;
    }
    if (p->message.kind == MESSAGE_TX)
        p->unsolicited_tx |= most == NOT_MINE && p->fences > 0; /* once something was asked */
    if (p->served_count == 0 && !p->told_ready)
        body_drop(&p->body);
    return most == ANSWER && !is_padded(p);
}

static void on_pong(struct txs_peer *p)
{
    uint64_t nonce;
    struct txs_span kept = {p->message.kept, p->message.kept_len};
    uint32_t number = txs_u64_decode(&nonce, kept) ? say_fence_number(p, nonce) : 0;
    if (number == 0)
        return;
    EACH(fence, p, number);
}

static void follow_handshake(struct txs_peer *p, enum handshake_progress progress)
{
    switch (progress) {
    case HANDSHAKE_AS_BEFORE:
        break;
    case HANDSHAKE_READY:
        EACH(ready, p);
        break;
    case HANDSHAKE_COMPLETE:
        EACH(begin, p);
        break;
    }
    if (p->fence_wanted)
        say_fence(p);
}

static void on_message(struct txs_peer *p)
{
    bool counted = counts_at_once(p);
    follow_handshake(p, handshake_message(p, p->message.kind));
    if (p->message.kind == MESSAGE_PONG)
        on_pong(p);
    if (!offer_message(p) && !counted)
        spend(p, TXS_FRAME_HEADER_BYTES + p->splitter.length, 1);
}

/* One that was to be read was dropped. */
static void on_skipped(struct txs_peer *p)
{
    if (!counts_at_once(p))
        spend(p, TXS_FRAME_HEADER_BYTES + p->splitter.length, 1);
}

/* A step ends where it has something to hand out, so that a peer's next message meets a machine
 * whose answer to the one before is on its way. */
static bool has_something_to_hand_out(const struct txs_peer *p)
{
    return p->finished || p->served_count > 0 || p->told_ready || p->config->out->len > 0;
}

static void on_bytes(struct txs_peer *p, struct txs_span *in)
{
    size_t given = in->len;
    enum receive_event event = RECEIVE_PART;
    while (event != RECEIVE_NEED && !has_something_to_hand_out(p)) {
        event = receive_next(p, in);
        if (event == RECEIVE_BEGIN)
            on_begin(p);
        else if (event == RECEIVE_PART)
            on_part(p);
        else if (event == RECEIVE_MESSAGE)
            on_message(p);
        else if (event == RECEIVE_SKIPPED)
            on_skipped(p);
        if (event == RECEIVE_MESSAGE || event == RECEIVE_SKIPPED || p->ending || p->leaving)
            go_on(p);
    }
    p->result.bytes_received += given - in->len;
}

/* The other events */

static void on_connected(struct txs_peer *p)
{
    assert(p->result.stage == TXS_STAGE_CONNECT);
    p->result.stage = TXS_STAGE_HANDSHAKE;
    follow_handshake(p, handshake_begin(p));
}

/* Who has no place for us says so by closing: at once, or, Core 32, behind its version where only
 * peers that want transactions are too many. */
static enum txs_error closed_error(const struct txs_peer *p, enum txs_error error)
{
    const struct txs_peer_result *r = &p->result;
    if (error != TXS_ERROR_EOF && error != TXS_ERROR_RESET)
        return error;
    if (r->bytes_received == 0)
        return TXS_ERROR_REFUSED;
    bool full = p->version_seen && !p->verack_seen && txs_keeps_slots_for_relay(r->subver);
    return full ? TXS_ERROR_NO_TX_SLOT : error;
}

/* No more will come: then it counts what the first bytes of a strange stream are taken for. */
static void end_early(struct txs_peer *p, enum txs_outcome outcome, enum txs_error error)
{
    if (p->strange.active)
        session_violated(p, strange_verdict(&p->strange));
    else
        session_end(p, outcome, error);
    finish(p);
}

static void on_deadline(struct txs_peer *p)
{
    EACH(deadline, p);
    if (p->result.stage == TXS_STAGE_HANDSHAKE && p->now_ms >= p->handshake_deadline_ms)
        end_early(p, TXS_OUTCOME_HANDSHAKE_TIMEOUT,
                  p->version_seen ? TXS_ERROR_NO_VERACK : TXS_ERROR_NO_VERSION);
    else
        go_on(p);
}

static void on_stalled(struct txs_peer *p, uint64_t ms)
{
    postpone(&p->handshake_deadline_ms, ms);
    EACH(stalled, p, ms);
}

static void on_stop(struct txs_peer *p, enum txs_error error)
{
    bool survey_ends =
        error == TXS_ERROR_DEADLINE || error == TXS_ERROR_SIGNAL || error == TXS_ERROR_OUTPUT;
    p->stopped = true;
    session_end(p, survey_ends ? TXS_OUTCOME_INTERRUPTED : TXS_OUTCOME_LOCAL_ERROR, error);
    finish(p);
}

/* A pong goes with the next words, or when all that came with the ping has been read: whoever is
 * done by then is hung up on, and needs none. */
static bool is_pong_due(const struct txs_peer *p)
{
    return p->pong_due && !p->clogged;
}

/* A time may have passed as something came that ends no session, a part of a message, say: what it
 * ended is judged at once, since nobody waits for it any more. */
static uint64_t next_deadline_ms(const struct txs_peer *p)
{
    uint64_t next = TXS_NEVER;
    if (is_pong_due(p) || (p->verack_seen && !is_any_open(p, !p->decided)))
        return p->now_ms;
    if (p->result.stage == TXS_STAGE_HANDSHAKE)
        next = p->handshake_deadline_ms;
    for (size_t i = 0; i < INQUIRIES; i++)
        next = earlier(next, inquiries[i]->until(p));
    return next;
}

static void begin_step(struct txs_peer *p, const struct txs_peer_event *event)
{
    assert(!p->finished && event->now_ms >= p->now_ms);
    p->now_ms = event->now_ms;
    p->clogged = event->clogged;
    p->config->out->len = 0;
    if (p->served_count > 0 || p->told_ready) {
        p->served_count = 0;
        p->told_ready = false;
        body_drop(&p->body);
    }
}

static void take(struct txs_peer *p, const struct txs_peer_event *event, struct txs_span *rest)
{
    switch (event->kind) {
    case TXS_PEER_CONNECTED:
        on_connected(p);
        break;
    case TXS_PEER_BYTES:
        on_bytes(p, rest);
        break;
    case TXS_PEER_CLOSED:
        end_early(p, TXS_OUTCOME_CLOSED, closed_error(p, event->error));
        break;
    case TXS_PEER_DEADLINE:
        on_deadline(p);
        break;
    case TXS_PEER_WRITABLE:
        break;
    case TXS_PEER_STALLED:
        on_stalled(p, event->stalled_ms);
        break;
    case TXS_PEER_STOP:
        on_stop(p, event->error);
        break;
    }
}

struct txs_peer_actions txs_peer_step(struct txs_peer *p, const struct txs_peer_event *event)
{
    struct txs_span rest = event->bytes;
    begin_step(p, event);
    take(p, event, &rest);
    if (!p->finished && is_pong_due(p) &&
        (event->kind != TXS_PEER_BYTES || p->config->out->len > 0))
        say_pong(p);
    const struct txs_writer *out = p->config->out;
    assert(!out->failed);
    p->result.bytes_sent += out->len;
    if (p->finished) /* what will not be handed in again had come all the same */
        p->result.bytes_received += rest.len;
    return (struct txs_peer_actions){
        .send = {out->data, out->len},
        .rest = rest,
        .served = p->served_count > 0 ? p->served_list : NULL,
        .served_count = p->served_count,
        .told = p->told_ready ? &p->told : NULL,
        .deadline_ms = p->finished ? TXS_NEVER : next_deadline_ms(p),
        .finished = p->finished,
    };
}
