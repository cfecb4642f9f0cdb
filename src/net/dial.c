/* Connections: whom the survey names next is dialled, and what comes of it is recorded. */
#include "dial.h"
#include "heard.h"
#include "launch.h"

#include <stdlib.h>

#define LOCAL_FAULTS_MAX 5

/* Records of peers */

/* It is over, and gets its record as soon as the sink has room for it; until then it counts as in
 * progress. */
static void await_record(struct txs_engine *e, struct conn *c)
{
    c->ended_ms = txs_engine_now_ms(e);
    c->waits_for_record = true;
    *e->records_end = c;
    e->records_end = &c->next_record;
}

static void record_failure(struct txs_engine *e, struct conn *c, enum txs_outcome outcome,
                           enum txs_error error)
{
    c->outcome = outcome;
    c->error = error;
    await_record(e, c);
}

static struct txs_peer_result *result_of(struct txs_engine *e, const struct conn *c)
{
    if (c->peer != NULL)
        return txs_peer_result(c->peer);
    e->unconnected.outcome = c->outcome;
    e->unconnected.error = c->error;
    return &e->unconnected;
}

static void write_record(struct txs_engine *e, const struct conn *c)
{
    char source[TXS_SOURCE_TEXT_MAX];
    struct txs_peer_result *result = result_of(e, c);
    txs_survey_source(e->survey, c->attempt.peer, source);
    txs_survey_done(e->survey, &c->attempt, result);
    if (e->flushed == TXS_BROKEN)
        return;
    e->sink->peer(
        e->sink->context,
        &(struct txs_peer_record){
            .address = &c->address,
            .source = source,
            .started_ms = c->attempt.started_ms,
            .ended_ms = c->ended_ms,
            .connected_ms = c->connected_ms,
            .connecting_ms = c->connecting_ms,
            .attempts = c->attempt.attempts,
            .suspect = txs_survey_doubts(e->survey, c->ended_ms, &c->attempt, result->outcome),
            .told = e->told,
            .told_count = txs_survey_told(e->survey, c->attempt.told, e->told, TOLD_MAX),
            .result = result,
        });
}

static void write_first_record(struct txs_engine *e)
{
    struct conn *c = e->records;
    e->records = c->next_record;
    if (e->records == NULL)
        e->records_end = &e->records;
    write_record(e, c);
    c->waits_for_record = false;
    if (c->is_gone)
        conn_free(c);
}

void dial_write_records(struct txs_engine *e)
{
    do {
        while (e->records != NULL && (e->flushed == TXS_BROKEN || e->sink->room(e->sink->context)))
            write_first_record(e);
        run_flush(e);
    } while (e->records != NULL && e->flushed != TXS_FULL);
}

/* Those that failed before are no measure of the link. */
static void note_dial(struct txs_engine *e, const struct conn *c, bool heard)
{
    if (c->attempt.attempts == 1 &&
        txs_survey_dialled(e->survey, txs_engine_now_ms(e), c->attempt.started_ms, heard))
        run_warn(e, "nearly no connection has come about for some time, though many had before: "
                    "is this machine's own link in order?");
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
        return c->attempt.attempts - c->attempt.local_faults - c->attempt.put_back <=
                   e->plan->retries &&
               txs_survey_again(e->survey, txs_engine_now_ms(e), &c->attempt);
    return false;
}

static void connect_failed(struct conn *c, enum txs_outcome outcome, enum txs_error error)
{
    struct txs_engine *e = c->host->context;
    txs_survey_settled(e->survey, &c->attempt);
    ways_note(&e->ways, c, error);
    if (launch_again(e, c, error))
        return;
    if (outcome != TXS_OUTCOME_INTERRUPTED)
        note_dial(e, c, outcome == TXS_OUTCOME_CONNECT_REFUSED);
    if (!try_again(e, c, outcome))
        record_failure(e, c, outcome, error);
}

static void on_conn_lingers(struct conn *c)
{
    struct txs_engine *e = c->host->context;
    txs_survey_lingers(e->survey, &c->attempt);
}

static void on_conn_connected(struct conn *c)
{
    struct txs_engine *e = c->host->context;
    txs_survey_settled(e->survey, &c->attempt);
    ways_opened(c);
    const struct txs_peer_config *config = c->proxy != NULL ? &e->proxied_config : &e->peer_config;
    c->peer = txs_peer_new(config, &c->address, txs_random_next(&e->random));
    e->connected += c->peer != NULL;
    if (c->peer != NULL)
        note_dial(e, c, true);
}

static void on_conn_served(struct conn *c, const struct txs_served *served)
{
    struct txs_engine *e = c->host->context;
    e->sink->transaction(e->sink->context, &(struct txs_transaction_record){
                                               .ids = served->ids,
                                               .bytes = served->bytes,
                                               .parts = served->parts,
                                               .witness_known = served->witness_known,
                                               .first_peer = &c->address,
                                           });
}

static void on_conn_told(struct conn *c, const struct txs_told *told)
{
    struct txs_engine *e = c->host->context;
    size_t count = heard_read(e, c, told);
    txs_survey_add_gossip(e->survey, &c->attempt, e->heard, count);
}

static void on_conn_finished(struct conn *c)
{
    struct txs_engine *e = c->host->context;
    if (try_again(e, c, txs_peer_result(c->peer)->outcome))
        return;
    txs_peer_retire(c->peer);
    await_record(e, c);
}

static void on_conn_gone(struct conn *c)
{
    launch_forget(c->host->context, c);
    c->is_gone = true;
    if (!c->waits_for_record)
        conn_free(c);
}

/* Dialling */

static void no_socket(struct conn *c, int error)
{
    struct txs_engine *e = c->host->context;
    if (error == UV_EMFILE || error == UV_ENFILE) {
        uint32_t before = txs_survey_window(e->survey);
        bool others = txs_survey_in_progress(e->survey) > 1;
        txs_survey_narrow(e->survey);
        if (txs_survey_window(e->survey) < before / 2)
            run_warn(e, "out of file descriptors: going on with fewer connections at once");
        /* While others are in progress their end will free some: no attempt was made. */
        c->attempt.attempts -= others;
        if (others && txs_survey_again(e->survey, txs_engine_now_ms(e), &c->attempt)) {
            conn_free(c);
            return;
        }
    }
    enum txs_error code;
    enum txs_outcome outcome = conn_judge(c, error, true, &code);
    connect_failed(c, outcome, code);
    on_conn_gone(c);
}

static const struct conn_owner owner = {
    .lingers = on_conn_lingers,
    .connected = on_conn_connected,
    .connect_failed = connect_failed,
    .no_socket = no_socket,
    .served = on_conn_served,
    .told = on_conn_told,
    .finished = on_conn_finished,
    .gone = on_conn_gone,
};

static struct conn *new_conn(struct txs_engine *e, const struct txs_attempt *attempt)
{
    struct conn *c = conn_new(&e->host, &owner);
    if (c == NULL)
        return NULL;
    c->attempt = *attempt;
    c->address = txs_survey_address(e->survey, attempt->peer);
    return c;
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
    struct conn *c = new_conn(e, attempt);
    if (c == NULL) {
        struct txs_attempt later = *attempt;
        if (++later.local_faults == LOCAL_FAULTS_MAX ||
            !txs_survey_again(e->survey, txs_engine_now_ms(e), &later))
            lose(e);
        return false;
    }
    launch(e, c);
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
    launch_waiting(e);
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
        struct conn *c = new_conn(e, &attempt);
        if (c == NULL) {
            lose(e);
            continue;
        }
        record_failure(e, c, TXS_OUTCOME_INTERRUPTED, why);
        on_conn_gone(c);
    }
    launch_stop(e, why);
}

void dial_prepare(struct txs_engine *e)
{
    e->records_end = &e->records;
    e->host.context = e;
}
