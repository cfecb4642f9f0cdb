/* The loop's wiring. Before each wait (prepare): dial what may be dialled, write what was recorded,
 * and see whether all is over. Everything else only notes what happened.
 *
 *   open -> run: seeds, named peers -> dial, record ... -> nothing left, or stopped -> ended()
 *        -> the sink is empty -> the loop stops -> close: all handles, until the loop runs dry
 */
#include "clocks.h"
#include "dial.h"
#include "ending.h"
#include "fetch.h"
#include "limits.h"
#include "route.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beside connections: standard descriptors, the loop's own, output, trace, what a caller left open.
 */
#define OTHER_DESCRIPTORS 32
/* At the default pace two to three are in the making at a time where nothing but the rate bounds
 * them: of addresses from gossip four in ten are silent, and Tor takes its time. */
#define HALF_OPEN_A_PLACE 4
#define BODY_POOL_BYTES (64u * 1024 * 1024)
#define LARGE_BODY_POOL_BYTES (32u * 1024 * 1024)
#define BLOCK_POOL_BYTES (80u * 1000 * 1000) /* 20 blocks of the largest size */
#define GOSSIP_POOL_BYTES (32u * 1024 * 1024)
#define COPIES_BYTES (4u * 1024 * 1024)

static void flush(struct txs_engine *e)
{
    dial_write_records(e);
    if (e->flushed == TXS_BROKEN)
        ending_begin(e, TXS_REASON_OUTPUT, TXS_ERROR_OUTPUT);
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
    ways_close(&e->ways);
    e->clean = resolver_close(e->resolver);
}

/* A new reader's byte, a due timer, a closed handle: each wakes the loop, and each turn passes
 * here. */
static void on_before_wait(uv_prepare_t *prepare)
{
    struct txs_engine *e = engine_of(prepare);
    flush(e); /* room for what is dialled next */
    if (!e->stopping) {
        fetch_what_is_due(e);
        dial_what_is_due(e);
    }
    flush(e); /* who could not even be dialled has a record as well */
    ending_complete(e);
    flush(e);
    if (e->ended && (e->flushed == TXS_FLUSHED || e->flushed == TXS_BROKEN))
        e->over = true;
    if (e->over && e->conns == NULL)
        uv_stop(&e->loop);
}

/* Those that wait for the rate alone are not worth a word. */
static const char *waits_for(const struct txs_engine *e)
{
    bool opening = e->waiting != NULL && ways_opening(&e->ways, e->waiting);
    return opening ? ways_name(&e->ways, e->waiting) : NULL;
}

static void report_progress(uv_timer_t *timer)
{
    struct txs_engine *e = engine_of(timer);
    uint64_t now = txs_engine_now_ms(e), planned = txs_survey_known(e->survey);
    if (planned > e->plan->max_peers)
        planned = e->plan->max_peers;
    e->sink->progress(
        e->sink->context,
        &(struct txs_progress){
            .now_ms = now,
            .elapsed_ms = now - e->started_ms,
            .seeds_asked = e->plan->seed_count,
            .seeds_settled = e->plan->seed_count - e->seeds.outstanding,
            .known = txs_survey_known(e->survey),
            .not_attempted = txs_survey_not_attempted(e->survey),
            .planned = planned,
            .connected = e->connected,
            .in_progress = txs_survey_in_progress(e->survey),
            .last_dial_ms = e->last_dial_ms > e->started_ms ? e->last_dial_ms - e->started_ms : 0,
            .waits_for = waits_for(e),
            .tally = txs_survey_tally(e->survey),
        });
}

/* Opening, running, closing */

static bool proxy_has_route(const struct txs_address *address)
{
    (void)address; /* whether it has is for it to say */
    return true;
}

static uint32_t other_descriptors(const struct txs_plan *plan)
{
    return OTHER_DESCRIPTORS + (uint32_t)plan->seed_count * RESOLVER_DESCRIPTORS;
}

static void fit_descriptors(struct txs_engine *e, struct txs_plan *plan)
{
    uint32_t wanted = plan->concurrency * (1 + HALF_OPEN_A_PLACE);
    uint32_t fit = limits_raise_descriptors(wanted, other_descriptors(plan));
    plan->half_open = fit > plan->concurrency ? fit - plan->concurrency : 0;
    if (fit >= plan->concurrency)
        return;
    char text[160];
    snprintf(text, sizeof text,
             "the limit of open files allows %u connections at once, not %u (see ulimit -Hn)", fit,
             plan->concurrency);
    run_warn(e, text);
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

static void configure_peers(struct txs_engine *e)
{
    const struct txs_plan *plan = e->plan;
    e->pool.left_bytes = BODY_POOL_BYTES;
    e->pool.large_left_bytes = LARGE_BODY_POOL_BYTES;
    e->pool.block_left_bytes = BLOCK_POOL_BYTES;
    e->pool.gossip_left_bytes = GOSSIP_POOL_BYTES;
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
        .keep_asking = plan->keep_asking,
        .anchors = (const uint8_t(*)[32])plan->anchors,
        .anchor_count = plan->anchor_count,
        .crawl = plan->crawl,
        .eager = plan->eager,
        .control = plan->control,
        .copies = &e->copies,
        .checksums = &e->checksums,
        .pool = &e->pool,
        .hunt = plan->block_given ? &e->hunt : NULL,
        .out = &e->said,
    };
    memcpy(e->peer_config.control_key, e->control_key, sizeof e->control_key);
    e->proxied_config = e->peer_config;
    e->proxied_config.handshake_timeout_ms = plan->proxy_handshake_timeout_ms;
    fetch_prepare(e);
}

static void init_host(struct txs_engine *e)
{
    const struct txs_plan *plan = e->plan;
    e->host.loop = &e->loop;
    e->host.connect_timeout_ms = plan->connect_timeout_ms;
    e->host.proxy_connect_timeout_ms = plan->proxy_connect_timeout_ms;
    e->host.sink = e->sink;
    dial_prepare(e);
    clocks_prepare(e);
    conn_host_open(&e->host);
}

/* False when out of memory. */
static bool init_hunt(struct txs_engine *e)
{
    const struct txs_plan *plan = e->plan;
    memcpy(e->hunt.hash, plan->block_hash, sizeof e->hunt.hash);
    e->hunt.whole_left = plan->block_peers;
    e->hunt.height = -1;
    e->hunt.positions = calloc(plan->id_count + 1, sizeof *e->hunt.positions);
    for (size_t i = 0; i < plan->id_count && e->hunt.positions != NULL; i++)
        e->hunt.positions[i] = -1;
    return e->hunt.positions != NULL && txs_copies_init(&e->copies, plan->id_count, COPIES_BYTES);
}

static void engine_free(struct txs_engine *e)
{
    txs_survey_free(e->survey);
    txs_address_set_free(&e->own);
    seeds_close(e);
    free(e->heard);
    free(e->told);
    free(e->hunt.positions);
    txs_copies_free(&e->copies, e->plan->id_count);
    free(e->unconnected.answers);
    free(e->host.read_buffer);
    free(e->said.data);
    free(e);
}

/* The loop with room for all descriptors. Returns 0 or a libuv error, with no loop then. */
static int init_loop(struct txs_engine *e)
{
    int error = uv_loop_init(&e->loop);
    if (error != 0)
        return error;
    error = limits_grow_watchers(&e->loop, e->plan->concurrency + e->plan->half_open +
                                               other_descriptors(e->plan));
    if (error != 0)
        uv_loop_close(&e->loop);
    return error;
}

enum txs_status txs_engine_open(struct txs_engine **out, struct txs_plan *plan,
                                const struct txs_sink *sink, struct txs_message *message)
{
    enum txs_status status;
    struct txs_engine *e = calloc(1, sizeof *e);
    if (e == NULL)
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    e->plan = plan;
    e->sink = sink;
    if (!txs_system_random(&e->random, sizeof e->random) ||
        !txs_system_random(e->control_key, sizeof e->control_key)) {
        status = txs_fail(message, TXS_E_SYSTEM, "the system gives no random numbers");
        goto no_loop;
    }
    status = ways_open(&e->ways, &e->loop, plan, &e->random, message);
    if (status != TXS_OK)
        goto no_loop;
    fit_descriptors(e, plan);
    struct txs_random order = {txs_random_next(&e->random)};
    if (route_own_addresses(&e->own) != TXS_OK) {
        status = txs_fail(message, TXS_E_NOMEM, "out of memory");
        goto no_loop;
    }
    struct txs_vantage vantage = {plan->proxy.given ? proxy_has_route : route_exists, &e->own};
    e->survey = txs_survey_new(plan, vantage, order);
    e->heard = calloc(TXS_ADDR_MAX, sizeof *e->heard);
    e->told = calloc(TOLD_MAX, sizeof *e->told);
    e->host.read_buffer = malloc(CONN_READ_BUFFER_BYTES);
    configure_peers(e);
    struct txs_answer *no_answers = calloc(plan->id_count + 1, sizeof *no_answers);
    if (no_answers != NULL)
        txs_peer_result_blank(&e->unconnected, no_answers, plan->id_count);
    if (e->survey == NULL || no_answers == NULL || e->heard == NULL || e->told == NULL ||
        e->host.read_buffer == NULL || !txs_peer_out_init(&e->said, &e->peer_config) ||
        !init_hunt(e) || !seeds_open(e) || txs_survey_add_named(e->survey) != TXS_OK) {
        status = txs_fail(message, TXS_E_NOMEM, "out of memory");
        goto no_loop;
    }
    int error = init_loop(e);
    if (error != 0) {
        status = txs_fail(message, TXS_E_SYSTEM, "event loop: %s", uv_strerror(error));
        goto no_loop;
    }
    e->resolver = resolver_new(e);
    if (e->resolver == NULL) {
        status = txs_fail(message, TXS_E_NOMEM, "out of memory");
        goto no_resolver;
    }
    uv_update_time(&e->loop);
    e->started_ms = txs_engine_now_ms(e);
    init_handles(e);
    init_host(e);
    *out = e;
    return TXS_OK;

no_resolver:
    uv_loop_close(&e->loop);
no_loop:
    engine_free(e);
    return status;
}

/* The whole, right block came from this peer: its height, or a transaction, is from there. */
static bool sent_whole_block(const struct txs_peer_result *r)
{
    bool sent = r->block_height >= 0;
    for (size_t i = 0; i < r->answer_count; i++)
        sent |= r->block_asked == TXS_BLOCK_WAY_BLOCK && r->answers[i].via == TXS_VIA_BLOCK;
    return sent;
}

/* Of an id that the peer had served by itself, its record does not say whether the block holds it.
 */
static void restore_hunt(struct txs_block_hunt *hunt, const struct txs_peer_result *r)
{
    bool all_told = true;
    hunt->whole_left -= sent_whole_block(r) && hunt->whole_left > 0;
    for (size_t i = 0; i < r->answer_count; i++) {
        if (r->answers[i].has_position)
            hunt->positions[i] = (int32_t)r->answers[i].position;
        all_told &= r->answers[i].status == TXS_ID_NOTFOUND || r->answers[i].has_position;
    }
    if (r->block_height < 0)
        return;
    hunt->height = r->block_height;
    hunt->read |= all_told;
}

enum txs_status txs_engine_restore_peer(struct txs_engine *e, const struct txs_restored_peer *peer)
{
    restore_hunt(&e->hunt, peer->result);
    return txs_survey_restore_peer(e->survey, peer);
}

enum txs_status txs_engine_restore_seed(struct txs_engine *e, const struct txs_restored_seed *seed)
{
    seeds_settle_before(e, seed->host);
    return txs_survey_restore_seed(e->survey, seed);
}

void txs_engine_restore_summary(struct txs_engine *e, const struct txs_restored_summary *summary)
{
    txs_survey_restore_summary(e->survey, summary);
}

size_t txs_engine_visit_good_peers(const struct txs_engine *e,
                                   void (*visit)(void *context, const struct txs_address *address),
                                   void *context)
{
    return txs_survey_visit_good_peers(e->survey, visit, context);
}

/* Since the opening, the records of an earlier part may have been read for minutes. */
static void begin_now(struct txs_engine *e)
{
    uv_update_time(&e->loop);
    e->started_ms = txs_engine_now_ms(e);
    clocks_start(e);
}

void txs_engine_run(struct txs_engine *e, struct txs_ending *ending)
{
    begin_now(e);
    ending_start(e);
    if (e->sink->progress_every_ms > 0)
        uv_timer_start(&e->progress, report_progress, e->sink->progress_every_ms,
                       e->sink->progress_every_ms);
    resolver_start(e->resolver);
    ways_start(&e->ways);
    uv_prepare_start(&e->before_wait, on_before_wait);
    uv_run(&e->loop, UV_RUN_DEFAULT);
    *ending = ending_of(e);
    if (e->flushed == TXS_BROKEN)
        ending->reason = TXS_REASON_OUTPUT;
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
