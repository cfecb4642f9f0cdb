/* One accepted connection: bytes in, bytes out, time. What is said is dialogue.h's. */
#ifndef SIMNET_SESSION_H
#define SIMNET_SESSION_H

#include "node.h"
#include "stats.h"
#include "txsurvey/frame.h"

#include <stdio.h>
#include <uv.h>

#define SIM_OUT_BYTES (4u << 20) /* a notfound of 50,000 items, and then some */

/* Messages that are the same for every session. */
struct sim_shared {
    struct sim_frame addr_flood;
    struct sim_frame inv_flood;
    struct sim_frame budget_flood;
    struct sim_frame truncated_tx;
    struct sim_tx wrong_tx;
};

struct sim_session;

struct sim_network {
    const struct sim_settings *settings;
    uv_loop_t *loop;
    struct sim_session **by_node; /* the newest open session of each node, or NULL */
    struct sim_session *first;    /* all open sessions */
    struct sim_shared shared;
    struct txs_writer out; /* what the session in hand is about to say */
    struct sim_stats stats;
    FILE *played; /* what became of the rules; NULL: not wanted */
};

struct sim_chunk; /* bytes that wait for their time or for the socket */

struct sim_session {
    struct sim_network *net;
    struct sim_session *next, *prev;
    struct sim_node node;
    uv_tcp_t tcp;
    uv_timer_t timer;
    uv_write_t write;
    unsigned open_handles;
    uint64_t accepted_ms;
    uint64_t wake_ms;              /* when sim_dialogue_tick is due; 0: never */
    uint64_t announce_ms, tell_ms; /* what is due then: transactions, addresses; 0: nothing */

    struct sim_chunk *head, *tail;
    uint32_t step_ms; /* not 0: a byte at a time, so many milliseconds apart */
    bool writing, closing, close_when_sent;
    uint64_t flushes;

    struct txs_splitter splitter;
    uint8_t *payload; /* of a message that came in pieces */
    size_t payload_len;
    bool deaf; /* the stream cannot be split any further */

    bool version_sent, verack_sent, burst_sent; /* by this node */
    bool got_version, got_verack;               /* from the surveyor */
    bool got_wtxidrelay, got_sendaddrv2, got_getaddr;
    bool echo, mute, flooded;
    unsigned getdatas;
    struct sim_play play;
    unsigned pings_out; /* ours, not yet answered */
};

/* Takes a pending connection of `server`. */
void sim_session_accept(struct sim_network *net, uv_stream_t *server);
/* Sends what net->out holds, after everything that waits. */
void sim_session_flush(struct sim_session *s);
/* Sends bytes that outlive the session, after what net->out holds. */
void sim_session_send_shared(struct sim_session *s, const struct sim_frame *frame);
/* The earliest of several counts. */
void sim_session_wake_at(struct sim_session *s, uint64_t now_ms);
void sim_session_close(struct sim_session *s);
void sim_session_reset(struct sim_session *s);
void sim_session_half_close(struct sim_session *s);
void sim_session_violation(struct sim_session *s, enum sim_violation violation);

bool sim_shared_init(struct sim_shared *shared, const struct sim_settings *settings);
void sim_shared_free(struct sim_shared *shared);

#endif
