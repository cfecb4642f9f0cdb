/* What the parts of the engine share: the run itself, its clock (engine.h), its warnings and its
 * sink. engine.c opens, runs and closes the loop; it calls ending.c, and both call dial.c. What
 * clocks say is noticed in clocks.c. */
#ifndef TXSURVEY_NET_RUN_H
#define TXSURVEY_NET_RUN_H

#include "conn.h"
#include "resolver.h"
#include "seeds.h"
#include "ways.h"

#define STOP_SIGNALS 8
#define TOLD_MAX 2048 /* what one peer can tell is less, and what a seed can */

struct txs_engine {
    uv_loop_t loop;
    const struct txs_plan *plan;
    const struct txs_sink *sink;
    struct txs_survey *survey;
    struct txs_address_set own; /* this machine's addresses */
    struct seeds seeds;
    size_t seeds_dialled; /* of them, in their order, through the proxy */
    struct resolver *resolver;
    struct txs_random random;
    uint8_t control_key[32]; /* not of `random`: each nonce that a peer sees tells all of that */
    struct txs_body_pool pool;
    struct txs_copies copies;
    struct txs_checksums checksums;
    struct txs_block_hunt hunt;
    struct txs_writer said;   /* by the peer in hand */
    struct txs_heard *heard;  /* room for one message */
    struct txs_address *told; /* and for what goes into one record */
    struct txs_peer_config peer_config, proxied_config, seed_config;
    struct txs_peer_result unconnected; /* of peers that no connection came about with */
    struct conn_host host;
    struct ways ways;
    struct conn *conns;                  /* all that are not gone */
    struct conn *waiting;                /* not yet started: the way to them is being opened */
    struct conn *records, **records_end; /* those that are over and wait for their records */
    uv_prepare_t before_wait;
    uv_timer_t pace, deadline, progress, drain;
    uv_poll_t output; /* while the sink waits for its reader */
    bool output_open, output_polled;
    uv_signal_t signals[STOP_SIGNALS];
    enum txs_flush flushed;
    bool stopping, ended, over, clean;
    enum txs_reason reason;
    int signal_number;
    uint64_t started_ms, ended_ms, last_dial_ms, connected;
    struct txs_wall_clock wall;
};

struct txs_engine *engine_of(void *handle); /* of a libuv handle of the engine's own */

void run_warn(struct txs_engine *engine, const char *text);
/* Lets the sink write what it holds, and waits in the loop for its reader where that does not take
 * all. `flushed` says what came of it; a broken output stays broken. */
void run_flush(struct txs_engine *engine);

#endif
