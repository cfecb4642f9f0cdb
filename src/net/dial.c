/* Connections: whom the survey names next is dialled, and what comes of it is recorded. */
#include "connect_error.h"
#include "run.h"

#include <stdlib.h>

#define LOCAL_FAULTS_MAX 5

/* Records of peers */

static void record(struct txs_engine *e, const struct conn *c)
{
    const struct txs_peer_result *result = txs_peer_result(c->peer);
    txs_survey_done(e->survey, result);
    e->sink->peer(e->sink->context, &(struct txs_peer_record){
                                        .address = &c->address,
                                        .source = txs_survey_source(e->survey, c->attempt.peer),
                                        .started_ms = c->attempt.started_ms,
                                        .ended_ms = txs_engine_now_ms(e),
                                        .connected_ms = c->connected_ms,
                                        .connecting_ms = c->connecting_ms,
                                        .attempts = c->attempt.attempts,
                                        .result = result,
                                    });
}

static void record_failure(struct txs_engine *e, const struct conn *c, enum txs_outcome outcome,
                           enum txs_error error)
{
    struct txs_peer_result *result = txs_peer_result(c->peer);
    result->outcome = outcome;
    result->error = error;
    record(e, c);
}

/* A fault of this machine is tried again and never laid on the peer; a timeout as often as the user
 * wants. */
static bool try_again(struct txs_engine *e, struct conn *c, enum txs_outcome outcome)
{
    if (e->stopping)
        return false;
    if (outcome == TXS_OUTCOME_LOCAL_ERROR)
        return ++c->attempt.local_faults < LOCAL_FAULTS_MAX &&
               txs_survey_again(e->survey, txs_engine_now_ms(e), &c->attempt);
    if (outcome == TXS_OUTCOME_CONNECT_TIMEOUT)
        return c->attempt.attempts - c->attempt.local_faults <= e->plan->retries &&
               txs_survey_again(e->survey, txs_engine_now_ms(e), &c->attempt);
    return false;
}

static void connect_failed(struct conn *c, int uv_error, bool at_once)
{
    struct txs_engine *e = c->host->context;
    enum txs_error code;
    enum txs_outcome outcome = connect_error_judge(uv_error, at_once, &code);
    if (!try_again(e, c, outcome))
        record_failure(e, c, outcome, code);
}

static void on_conn_connected(struct conn *c)
{
    ((struct txs_engine *)c->host->context)->connected++;
}

static void on_conn_served(struct conn *c, const struct txs_served *served)
{
    struct txs_engine *e = c->host->context;
    if (served->bytes.len == 0)
        return; /* the pool was empty: another peer's copy will be recorded */
    e->sink->transaction(e->sink->context, &(struct txs_transaction_record){
                                               .ids = served->ids,
                                               .bytes = served->bytes,
                                               .parts = served->parts,
                                               .witness_known = served->witness_known,
                                               .first_peer = &c->address,
                                           });
}

static void on_conn_finished(struct conn *c)
{
    record(c->host->context, c);
}

static void conn_free(struct conn *c)
{
    txs_peer_free(c->peer);
    free(c);
}

static void on_conn_gone(struct conn *c)
{
    struct txs_engine *e = c->host->context;
    if (c->previous != NULL)
        c->previous->next = c->next;
    else
        e->conns = c->next;
    if (c->next != NULL)
        c->next->previous = c->previous;
    conn_free(c);
}

/* Stalls */

static void on_stalled(struct conn_host *host, uint64_t ms)
{
    struct txs_engine *e = host->context;
    for (struct conn *c = e->conns; c != NULL; c = c->next)
        conn_stalled(c, ms);
    resolver_stalled(e->resolver, ms);
}

/* Dialling */

static struct conn *conn_new(struct txs_engine *e, const struct txs_attempt *attempt)
{
    struct conn *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->attempt = *attempt;
    c->address = *txs_survey_address(e->survey, attempt->peer);
    c->connected_ms = c->connecting_ms = TXS_NEVER;
    c->peer = txs_peer_new(&e->peer_config, &c->address, txs_random_next(&e->random));
    if (c->peer == NULL) {
        free(c);
        return NULL;
    }
    return c;
}

static void no_socket(struct txs_engine *e, struct conn *c, int error)
{
    if (error == UV_EMFILE || error == UV_ENFILE) {
        uint32_t before = txs_survey_window(e->survey);
        bool others = txs_survey_in_progress(e->survey) > 1;
        txs_survey_narrow(e->survey);
        if (txs_survey_window(e->survey) < before / 2)
            e->sink->warn(e->sink->context,
                          "out of file descriptors: going on with fewer connections at once");
        /* While others are in progress their end will free some: no attempt was made. */
        c->attempt.attempts -= others;
        if (others && txs_survey_again(e->survey, txs_engine_now_ms(e), &c->attempt)) {
            conn_free(c);
            return;
        }
    }
    connect_failed(c, error, true);
    conn_free(c);
}

/* Without memory for a peer and not even for remembering it, its record is lost, and the run with
 * it. */
static void lose(struct txs_engine *e)
{
    txs_survey_lose(e->survey);
    e->flushed = TXS_BROKEN;
}

/* False when there is no memory for it now: it goes back into the queue. */
static bool dial(struct txs_engine *e, const struct txs_attempt *attempt)
{
    e->last_dial_ms = txs_engine_now_ms(e);
    struct conn *c = conn_new(e, attempt);
    if (c == NULL) {
        struct txs_attempt later = *attempt;
        if (++later.local_faults == LOCAL_FAULTS_MAX ||
            !txs_survey_again(e->survey, txs_engine_now_ms(e), &later))
            lose(e);
        return false;
    }
    int error = conn_start(c, &e->host);
    if (error != 0) {
        no_socket(e, c, error);
        return true;
    }
    c->next = e->conns;
    if (e->conns != NULL)
        e->conns->previous = c;
    e->conns = c;
    return true;
}

static void on_pace(uv_timer_t *timer)
{
    (void)timer; /* it woke the loop; before_wait dials */
}

void dial_what_is_due(struct txs_engine *e)
{
    struct txs_attempt attempt;
    if (e->flushed == TXS_FULL || e->flushed == TXS_BROKEN)
        return;
    uint64_t now = txs_engine_now_ms(e);
    while (txs_survey_next(e->survey, now, &attempt) && dial(e, &attempt))
        ;
    uint64_t next = txs_survey_next_ms(e->survey, now);
    if (next == TXS_NEVER)
        uv_timer_stop(&e->pace);
    else
        uv_timer_start(&e->pace, on_pace, next > now ? next - now : 1, 0);
}

void dial_stop(struct txs_engine *e, enum txs_error why)
{
    txs_survey_stop(e->survey);
    struct txs_attempt attempt;
    while (txs_survey_waiting(e->survey, &attempt)) {
        struct conn *c = conn_new(e, &attempt);
        if (c == NULL) {
            lose(e);
            continue;
        }
        record_failure(e, c, TXS_OUTCOME_INTERRUPTED, why);
        conn_free(c);
    }
    for (struct conn *c = e->conns; c != NULL; c = c->next)
        conn_stop(c, why);
}

void dial_prepare(struct txs_engine *e)
{
    e->host.context = e;
    e->host.connected = on_conn_connected;
    e->host.connect_failed = connect_failed;
    e->host.served = on_conn_served;
    e->host.finished = on_conn_finished;
    e->host.gone = on_conn_gone;
    e->host.stalled = on_stalled;
}
