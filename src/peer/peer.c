/* Events in, actions out. */
#include "block_ask.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void txs_peer_result_blank(struct txs_peer_result *result, struct txs_answer *answers, size_t count)
{
    *result = (struct txs_peer_result){
        .stage = TXS_STAGE_CONNECT,
        .handshake_ms = TXS_NEVER,
        .block_height = -1,
        .answer_count = count,
        .answers = answers,
    };
    for (size_t i = 0; i < count; i++)
        answers[i] = (struct txs_answer){
            .first_request_ms = TXS_NEVER,
            .answered_ms = TXS_NEVER,
            .announced_ms = TXS_NEVER,
        };
}

struct txs_peer *txs_peer_new(const struct txs_peer_config *config,
                              const struct txs_address *remote, uint64_t nonce)
{
    size_t ids = config->id_count, out_cap = say_capacity(config);
    struct txs_peer *p = calloc(1, sizeof *p + ids * sizeof(struct txs_answer) +
                                       ids * sizeof(struct id_state) + out_cap);
    if (p == NULL)
        return NULL;
    p->config = config;
    p->remote = *remote;
    p->nonce = nonce;
    p->handshake_deadline_ms = TXS_NEVER;
    p->asking.next_ms = TXS_NEVER;
    p->gossip.deadline_ms = p->gossip.hold_deadline_ms = TXS_NEVER;
    txs_peer_result_blank(&p->result, (struct txs_answer *)(p + 1), ids);
    p->id_states = (struct id_state *)(p->result.answers + ids);
    p->out = txs_writer_to(p->id_states + ids, out_cap);
    txs_splitter_init(&p->splitter, config->chain->magic);
    return p;
}

void txs_peer_free(struct txs_peer *p)
{
    if (p == NULL)
        return;
    body_drop(&p->body);
    block_ask_free(p);
    free(p);
}

struct txs_peer_result *txs_peer_result(struct txs_peer *p)
{
    return &p->result;
}

/* The request leaves with our verack, before the peer's has come. Where that never comes nothing
 * was asked in the end: the peer answers for no more than its handshake. Only a transaction that it
 * sent, with the right hash, remains a fact. */
static void take_back_early_request(struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count; i++) {
        struct txs_answer *a = &p->result.answers[i];
        if (a->status == TXS_ID_SERVED)
            continue;
        a->status = TXS_ID_UNASKED;
        a->requests = 0;
        a->first_request_ms = a->answered_ms = TXS_NEVER;
    }
    p->result.asked_addresses = false;
    p->result.control_random = TXS_CONTROL_UNASKED;
}

void peer_decide(struct txs_peer *p, enum txs_outcome outcome, enum txs_error error)
{
    if (p->decided)
        return;
    p->decided = true;
    if (outcome == TXS_OUTCOME_ANSWERED)
        p->result.stage = TXS_STAGE_DONE;
    p->result.outcome = outcome;
    p->result.error = error;
    ask_note_ignored(p);
    if (p->result.handshake_ms == TXS_NEVER)
        take_back_early_request(p);
    peer_finish_if_over(p);
}

static uint64_t linger_deadline_ms(const struct txs_peer *p)
{
    uint64_t gossip = gossip_deadline_ms(p), control = control_deadline_ms(p);
    return gossip > control ? gossip : control;
}

void peer_finish_if_over(struct txs_peer *p)
{
    if (p->decided && p->now_ms >= linger_deadline_ms(p))
        peer_finish(p, p->result.outcome, p->result.error);
}

void peer_finish(struct txs_peer *p, enum txs_outcome outcome, enum txs_error error)
{
    peer_decide(p, outcome, error);
    control_conclude(p);
    ask_judge_strength(p);
    p->finished = true;
}

static void on_connected(struct txs_peer *p)
{
    assert(p->result.stage == TXS_STAGE_CONNECT);
    p->result.stage = TXS_STAGE_HANDSHAKE;
    p->handshake_deadline_ms = p->now_ms + p->config->handshake_timeout_ms;
    say_version(p);
}

static void on_closed(struct txs_peer *p, enum txs_error error)
{
    if (p->strange.active)
        peer_finish(p, TXS_OUTCOME_PROTOCOL_ERROR, strange_verdict(&p->strange));
    else
        ask_closed(p, error);
}

static void on_handshake_deadline(struct txs_peer *p)
{
    if (p->strange.active)
        peer_finish(p, TXS_OUTCOME_PROTOCOL_ERROR, strange_verdict(&p->strange));
    else
        peer_finish(p, TXS_OUTCOME_HANDSHAKE_TIMEOUT,
                    p->version_seen ? TXS_ERROR_NO_VERACK : TXS_ERROR_NO_VERSION);
}

static void on_deadline(struct txs_peer *p)
{
    gossip_deadline(p);
    if (p->result.stage == TXS_STAGE_HANDSHAKE && p->now_ms >= p->handshake_deadline_ms)
        on_handshake_deadline(p);
    else if (p->decided)
        peer_finish_if_over(p);
    else
        ask_deadline(p);
}

static void on_stalled(struct txs_peer *p, uint64_t ms)
{
    if (p->handshake_deadline_ms != TXS_NEVER)
        p->handshake_deadline_ms += ms;
    p->asking.deadline_ms += ms;
    p->asking.fence_deadline_ms += ms;
    gossip_stalled(p, ms);
    p->control.deadline_ms += ms;
    block_ask_stalled(p, ms);
}

static uint64_t next_deadline_ms(const struct txs_peer *p)
{
    uint64_t next = p->decided ? linger_deadline_ms(p) : ask_deadline_ms(p);
    if (p->result.stage == TXS_STAGE_HANDSHAKE)
        next = earlier(next, p->handshake_deadline_ms);
    return earlier(next, p->gossip.hold_deadline_ms);
}

static void begin_step(struct txs_peer *p, const struct txs_peer_event *event)
{
    assert(!p->finished && event->now_ms >= p->now_ms);
    p->now_ms = event->now_ms;
    p->clogged = event->clogged;
    p->out.len = 0;
    if (p->served_ready || p->told_ready) {
        p->served_ready = p->told_ready = false;
        body_drop(&p->body);
    }
}

struct txs_peer_actions txs_peer_step(struct txs_peer *p, const struct txs_peer_event *event)
{
    struct txs_span rest = event->bytes;
    begin_step(p, event);
    switch (event->kind) {
    case TXS_PEER_CONNECTED:
        on_connected(p);
        break;
    case TXS_PEER_BYTES:
        receive_bytes(p, &rest);
        break;
    case TXS_PEER_CLOSED:
        on_closed(p, event->error);
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
        gossip_stopped(p);
        peer_finish(p,
                    event->error == TXS_ERROR_NO_MEMORY ? TXS_OUTCOME_LOCAL_ERROR
                                                        : TXS_OUTCOME_INTERRUPTED,
                    event->error);
        break;
    }
    if (!p->finished && p->pong_due && !p->clogged)
        say_pong(p);
    assert(!p->out.failed);
    p->result.bytes_sent += p->out.len;
    size_t of_block = p->block != NULL ? p->block->served_count : 0;
    if (p->finished) /* what will not be handed in again had come all the same */
        p->result.bytes_received += rest.len;
    return (struct txs_peer_actions){
        .send = {p->out.data, p->out.len},
        .rest = rest,
        .served = !p->served_ready ? NULL
                  : of_block > 0   ? p->block->served
                                   : &p->served,
        .served_count = !p->served_ready ? 0
                        : of_block > 0   ? of_block
                                         : 1,
        .told = p->told_ready ? &p->told : NULL,
        .deadline_ms = p->finished ? TXS_NEVER : next_deadline_ms(p),
        .finished = p->finished,
    };
}
