/* The loop's wiring. Before each wait (prepare): dial what may be dialled, write what was recorded,
 * and see whether all is over. Everything else only notes what happened.
 *
 *   open -> run: seeds and named peers -> dial, record ... -> nothing left, or stopped -> ended()
 * -> the sink is empty -> close all handles -> the loop runs dry -> close
 */
#include "conn.h"
#include "connect_error.h"
#include "limits.h"
#include "resolver.h"
#include "route.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Beside connections: standard descriptors, the loop's own, output, trace, what a caller left open.
 */
#define OTHER_DESCRIPTORS 32
#define LOCAL_FAULTS_MAX 5
#define BODY_POOL_BYTES (64u * 1024 * 1024)
#define LARGE_BODY_POOL_BYTES (32u * 1024 * 1024)
/* A signal ends the run in this time even where nobody reads the records. */
#define DRAIN_AFTER_SIGNAL_MS 1500

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP};
#define STOP_SIGNALS (sizeof stop_signals / sizeof *stop_signals)

struct txs_engine {
    uv_loop_t loop;
    const struct txs_plan *plan;
    const struct txs_sink *sink;
    struct txs_survey *survey;
    struct resolver *resolver;
    struct txs_random random;
    struct txs_body_pool pool;
    struct txs_peer_config peer_config;
    struct conn_host host;
    struct conn *conns; /* all that are not gone */
    uv_prepare_t before_wait;
    uv_timer_t pace, deadline, progress, drain;
    uv_poll_t output; /* while the sink waits for its reader */
    bool output_open, output_polled;
    uv_signal_t signals[STOP_SIGNALS];
    enum txs_flush flushed;
    bool stopping, ended, over, clean;
    enum txs_reason reason;
    int signal_number;
    uint64_t started_ms, connected;
    int64_t epoch_unix_ms;
};

static struct txs_engine *engine_of(void *handle)
{
    return ((uv_handle_t *)handle)->data;
}

static uint64_t now_ms(const struct txs_engine *e)
{
    return uv_now(&e->loop);
}

uint64_t txs_engine_now_ms(const struct txs_engine *e)
{
    return now_ms(e);
}

int64_t txs_engine_epoch_unix_ms(const struct txs_engine *e)
{
    return e->epoch_unix_ms;
}

static void warn(struct txs_engine *e, const char *text)
{
    e->sink->warn(e->sink->context, text);
}

/* Records of peers */

static void record(struct txs_engine *e, const struct conn *c)
{
    const struct txs_peer_result *result = txs_peer_result(c->peer);
    txs_survey_done(e->survey, result);
    e->sink->peer(e->sink->context, &(struct txs_peer_record){
                                        .address = &c->address,
                                        .source = txs_survey_source(e->survey, c->attempt.peer),
                                        .started_ms = c->attempt.started_ms,
                                        .ended_ms = now_ms(e),
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
               txs_survey_again(e->survey, now_ms(e), &c->attempt);
    if (outcome == TXS_OUTCOME_CONNECT_TIMEOUT)
        return c->attempt.attempts - c->attempt.local_faults <= e->plan->retries &&
               txs_survey_again(e->survey, now_ms(e), &c->attempt);
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
            warn(e, "out of file descriptors: going on with fewer connections at once");
        /* While others are in progress their end will free some: no attempt was made. */
        c->attempt.attempts -= others;
        if (others && txs_survey_again(e->survey, now_ms(e), &c->attempt)) {
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
    struct conn *c = conn_new(e, attempt);
    if (c == NULL) {
        struct txs_attempt later = *attempt;
        if (++later.local_faults == LOCAL_FAULTS_MAX ||
            !txs_survey_again(e->survey, now_ms(e), &later))
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

static void dial_what_is_due(struct txs_engine *e)
{
    struct txs_attempt attempt;
    if (e->flushed == TXS_FULL || e->flushed == TXS_BROKEN)
        return;
    uint64_t now = now_ms(e);
    while (txs_survey_next(e->survey, now, &attempt) && dial(e, &attempt))
        ;
    uint64_t next = txs_survey_next_ms(e->survey, now);
    if (next == TXS_NEVER)
        uv_timer_stop(&e->pace);
    else
        uv_timer_start(&e->pace, on_pace, next > now ? next - now : 1, 0);
}

/* Ending */

static void stop(struct txs_engine *e, enum txs_reason reason, enum txs_error why)
{
    if (e->stopping)
        return;
    e->stopping = true;
    e->reason = reason;
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
    resolver_stop(e->resolver);
}

static void on_survey_deadline(uv_timer_t *timer)
{
    stop(engine_of(timer), TXS_REASON_DEADLINE, TXS_ERROR_DEADLINE);
}

static void on_drain_deadline(uv_timer_t *timer)
{
    struct txs_engine *e = engine_of(timer);
    e->flushed = TXS_BROKEN;
    e->reason = TXS_REASON_OUTPUT;
    e->over = true;
}

static void end(struct txs_engine *e)
{
    e->ended = true;
    uv_timer_stop(&e->progress);
    e->sink->ended(e->sink->context, &(struct txs_ending){
                                         .reason = e->reason,
                                         .signal_number = e->signal_number,
                                         .duration_ms = now_ms(e) - e->started_ms,
                                         .finished_ms = now_ms(e),
                                         .known = txs_survey_known(e->survey),
                                         .not_attempted = txs_survey_not_attempted(e->survey),
                                         .tally = txs_survey_tally(e->survey),
                                     });
}

static bool all_done(const struct txs_engine *e)
{
    return txs_survey_idle(e->survey) && resolver_outstanding(e->resolver) == 0;
}

/* The first ends the survey in order, the second at once: what the sink holds is still written as
 * far as its reader takes it. */
static void on_signal(uv_signal_t *handle, int number)
{
    struct txs_engine *e = engine_of(handle);
    if (e->signal_number != 0) {
        if (all_done(e) && !e->ended)
            end(e);
        e->sink->flush(e->sink->context);
        _exit(128 + number);
    }
    e->signal_number = number;
    stop(e, TXS_REASON_SIGNAL, TXS_ERROR_SIGNAL);
    uv_timer_start(&e->drain, on_drain_deadline, DRAIN_AFTER_SIGNAL_MS, 0);
}

static void on_output_writable(uv_poll_t *poll, int status, int events)
{
    (void)poll; /* it woke the loop; before_wait writes */
    (void)status;
    (void)events;
}

static void poll_output(struct txs_engine *e, bool wanted)
{
    if (wanted == e->output_polled || !e->output_open)
        return;
    e->output_polled = wanted;
    if (wanted)
        uv_poll_start(&e->output, UV_WRITABLE | UV_DISCONNECT, on_output_writable);
    else
        uv_poll_stop(&e->output);
}

static void flush(struct txs_engine *e)
{
    if (e->flushed != TXS_BROKEN)
        e->flushed = e->sink->flush(e->sink->context);
    poll_output(e, e->flushed == TXS_WAITING || e->flushed == TXS_FULL);
    if (e->flushed == TXS_BROKEN)
        stop(e, TXS_REASON_OUTPUT, TXS_ERROR_OUTPUT);
}

static void close_handles(struct txs_engine *e)
{
    uv_close((uv_handle_t *)&e->before_wait, NULL);
    uv_close((uv_handle_t *)&e->pace, NULL);
    uv_close((uv_handle_t *)&e->deadline, NULL);
    uv_close((uv_handle_t *)&e->progress, NULL);
    uv_close((uv_handle_t *)&e->drain, NULL);
    if (e->output_open)
        uv_close((uv_handle_t *)&e->output, NULL);
    for (size_t i = 0; i < STOP_SIGNALS; i++)
        uv_close((uv_handle_t *)&e->signals[i], NULL);
    conn_host_close(&e->host);
    e->clean = resolver_close(e->resolver);
}

/* A new reader's byte, a due timer, a closed handle: each wakes the loop, and each turn passes
 * here. */
static void on_before_wait(uv_prepare_t *prepare)
{
    struct txs_engine *e = engine_of(prepare);
    flush(e); /* room for what is dialled next */
    if (!e->stopping)
        dial_what_is_due(e);
    if (all_done(e) && !e->ended)
        end(e);
    flush(e);
    if (e->ended && (e->flushed == TXS_FLUSHED || e->flushed == TXS_BROKEN))
        e->over = true;
    if (e->over && e->conns == NULL)
        uv_stop(&e->loop);
}

/* Seeds */

static size_t on_seed_addresses(void *context, const char *host, struct txs_address *list,
                                size_t count)
{
    struct txs_engine *e = context;
    return txs_survey_add_seed(e->survey, host, list, count);
}

static void on_seed_settled(void *context, const struct txs_seed_record *seed)
{
    struct txs_engine *e = context;
    e->sink->seed(e->sink->context, seed);
}

static void report_progress(uv_timer_t *timer)
{
    struct txs_engine *e = engine_of(timer);
    uint64_t planned = txs_survey_known(e->survey);
    if (planned > e->plan->max_peers)
        planned = e->plan->max_peers;
    size_t outstanding = resolver_outstanding(e->resolver);
    e->sink->progress(e->sink->context, &(struct txs_progress){
                                            .elapsed_ms = now_ms(e) - e->started_ms,
                                            .seeds_asked = e->plan->seed_count,
                                            .seeds_settled = e->plan->seed_count - outstanding,
                                            .known = txs_survey_known(e->survey),
                                            .planned = planned,
                                            .connected = e->connected,
                                            .in_progress = txs_survey_in_progress(e->survey),
                                            .tally = txs_survey_tally(e->survey),
                                        });
}

/* Opening, running, closing */

static int64_t wall_clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void fit_descriptors(struct txs_engine *e, struct txs_plan *plan)
{
    uint32_t others = OTHER_DESCRIPTORS + (uint32_t)plan->seed_count * 2;
    uint32_t fit = limits_raise_descriptors(plan->concurrency, others);
    if (fit == plan->concurrency)
        return;
    char text[160];
    snprintf(text, sizeof text,
             "the limit of open files allows %u connections at once, not %u (see ulimit -Hn)", fit,
             plan->concurrency);
    warn(e, text);
    plan->concurrency = fit;
}

static void init_handles(struct txs_engine *e)
{
    uv_prepare_init(&e->loop, &e->before_wait);
    uv_timer_init(&e->loop, &e->pace);
    uv_timer_init(&e->loop, &e->deadline);
    uv_timer_init(&e->loop, &e->progress);
    uv_timer_init(&e->loop, &e->drain);
    e->before_wait.data = e->pace.data = e->deadline.data = e->progress.data = e->drain.data = e;
    for (size_t i = 0; i < STOP_SIGNALS; i++) {
        uv_signal_init(&e->loop, &e->signals[i]);
        e->signals[i].data = e;
    }
    /* A regular file cannot be polled, and never needs to be. */
    e->output_open = uv_poll_init(&e->loop, &e->output, e->sink->flush_fd) == 0;
}

static void init_peers(struct txs_engine *e)
{
    const struct txs_plan *plan = e->plan;
    e->pool.left_bytes = BODY_POOL_BYTES;
    e->pool.large_left_bytes = LARGE_BODY_POOL_BYTES;
    e->peer_config = (struct txs_peer_config){
        .chain = plan->chain,
        .user_agent = {(const uint8_t *)plan->user_agent, strlen(plan->user_agent)},
        .id_type = plan->id_type,
        .ids = (const uint8_t(*)[32])plan->ids,
        .id_count = plan->id_count,
        .id_order = plan->id_order,
        .handshake_timeout_ms = plan->handshake_timeout_ms,
        .response_timeout_ms = plan->response_timeout_ms,
        .patience_ms = plan->patience_ms,
        .epoch_unix_ms = e->epoch_unix_ms,
        .pool = &e->pool,
    };
    e->host.loop = &e->loop;
    e->host.connect_timeout_ms = plan->connect_timeout_ms;
    e->host.sink = e->sink;
    e->host.context = e;
    e->host.connected = on_conn_connected;
    e->host.connect_failed = connect_failed;
    e->host.served = on_conn_served;
    e->host.finished = on_conn_finished;
    e->host.gone = on_conn_gone;
    e->host.stalled = on_stalled;
    conn_host_open(&e->host);
}

static void engine_free(struct txs_engine *e)
{
    txs_survey_free(e->survey);
    free(e->host.read_buffer);
    free(e);
}

enum txs_status txs_engine_open(struct txs_engine **out, struct txs_plan *plan,
                                const struct txs_sink *sink, struct txs_message *message)
{
    struct txs_engine *e = calloc(1, sizeof *e);
    if (e == NULL)
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    e->plan = plan;
    e->sink = sink;
    if (!txs_system_random(&e->random, sizeof e->random)) {
        engine_free(e);
        return txs_fail(message, TXS_E_SYSTEM, "the system gives no random numbers");
    }
    fit_descriptors(e, plan);
    struct txs_random order = {txs_random_next(&e->random)};
    e->survey = txs_survey_new(plan, route_exists, order);
    e->host.read_buffer = malloc(CONN_READ_BUFFER_BYTES);
    if (e->survey == NULL || e->host.read_buffer == NULL ||
        txs_survey_add_named(e->survey) != TXS_OK) {
        engine_free(e);
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    }
    int error = uv_loop_init(&e->loop);
    if (error != 0) {
        engine_free(e);
        return txs_fail(message, TXS_E_SYSTEM, "event loop: %s", uv_strerror(error));
    }
    error = limits_grow_watchers(&e->loop, plan->concurrency + OTHER_DESCRIPTORS +
                                               (uint32_t)plan->seed_count * 2);
    if (error != 0) {
        uv_loop_close(&e->loop);
        engine_free(e);
        return txs_fail(message, TXS_E_SYSTEM, "event loop: %s", uv_strerror(error));
    }
    uv_update_time(&e->loop);
    e->started_ms = now_ms(e);
    e->epoch_unix_ms = wall_clock_ms() - (int64_t)e->started_ms;
    e->resolver = resolver_new(&e->loop, plan->seeds, plan->seed_count, plan->chain->port,
                               (struct resolver_events){e, on_seed_addresses, on_seed_settled});
    if (e->resolver == NULL) {
        uv_loop_close(&e->loop);
        engine_free(e);
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    }
    init_handles(e);
    init_peers(e);
    *out = e;
    return TXS_OK;
}

/* SIGHUP stays ignored where it was (nohup). */
static void start_signals(struct txs_engine *e)
{
    for (size_t i = 0; i < STOP_SIGNALS; i++) {
        struct sigaction old;
        if (stop_signals[i] == SIGHUP && sigaction(SIGHUP, NULL, &old) == 0 &&
            old.sa_handler == SIG_IGN)
            continue;
        uv_signal_start(&e->signals[i], on_signal, stop_signals[i]);
    }
}

void txs_engine_run(struct txs_engine *e, struct txs_ending *ending)
{
    const struct txs_plan *plan = e->plan;
    start_signals(e);
    if (plan->deadline_ms != TXS_NEVER)
        uv_timer_start(&e->deadline, on_survey_deadline, plan->deadline_ms, 0);
    if (e->sink->progress_every_ms > 0)
        uv_timer_start(&e->progress, report_progress, e->sink->progress_every_ms,
                       e->sink->progress_every_ms);
    resolver_start(e->resolver);
    uv_prepare_start(&e->before_wait, on_before_wait);
    uv_run(&e->loop, UV_RUN_DEFAULT);
    *ending = (struct txs_ending){
        .reason = e->flushed == TXS_BROKEN ? TXS_REASON_OUTPUT : e->reason,
        .signal_number = e->signal_number,
        .known = txs_survey_known(e->survey),
        .not_attempted = txs_survey_not_attempted(e->survey),
        .tally = txs_survey_tally(e->survey),
    };
}

bool txs_engine_close(struct txs_engine *e)
{
    close_handles(e);
    /* Look-ups left behind would keep the loop alive: then it is only turned as long as handles
     * close. */
    for (int turns = 0; turns < 3; turns++)
        uv_run(&e->loop, UV_RUN_NOWAIT);
    if (!e->clean)
        return false;
    int busy = uv_loop_close(&e->loop);
    assert(busy == 0);
    (void)busy;
    engine_free(e);
    return true;
}
