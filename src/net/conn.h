/* One connection attempt and the session that follows it: a socket, a deadline, where it leads
 * through a proxy a tunnel, and then a peer machine.
 *
 *   conn_start -> connecting [-> tunnel opening] -> connected -> peer finished -> closing -> gone
 *                     +-------------+-- connection failed -------------------------^
 *
 * The conn closes its socket itself, in one place; `gone` comes exactly once, when that is closed,
 * never from inside conn_start(), and the owner frees the conn there. Deadlines are judged after
 * the reads of the same turn of the loop, and a stall of this machine (the process was stopped, a
 * disk was slow) moves all of them by its length: what a peer had sent in time counts, and it gets
 * the time for its answer that it was promised. Work is no stall, whoever causes it (turn.h).
 */
#ifndef TXSURVEY_NET_CONN_H
#define TXSURVEY_NET_CONN_H

#include "txsurvey/engine.h"
#include "txsurvey/peer.h"
#include "txsurvey/survey.h"
#include "txsurvey/tunnel.h"

#include "deadlines.h"
#include "route.h"
#include "turn.h"

#include <uv.h>

#define CONN_READ_BUFFER_BYTES 65536
/* Most connections that come about, but for those through Tor and I2P, do so in less. */
#define CONN_LINGERS_MS 500

struct conn;
struct doubt;
struct seed;

/* Who has a connection. The callbacks may call conn_stop() of others, not of this one. */
struct conn_owner {
    void (*lingers)(struct conn *c);   /* it has been in the making for CONN_LINGERS_MS */
    void (*connected)(struct conn *c); /* to make its peer, which stays NULL without memory */
    /* No connection came about, the survey's end included; there is no peer. */
    void (*connect_failed)(struct conn *c, enum txs_outcome outcome, enum txs_error error);
    /* It could not be started: no callback will come, and it may be freed. */
    void (*no_socket)(struct conn *c, int uv_error);
    void (*served)(struct conn *c, const struct txs_served *served);
    void (*told)(struct conn *c, const struct txs_told *told);
    void (*finished)(struct conn *c); /* the peer's result is complete */
    void (*gone)(struct conn *c);     /* it may be freed */
};

/* What all connections share. */
struct conn_host {
    uv_loop_t *loop;
    uint64_t connect_timeout_ms, proxy_connect_timeout_ms;
    char *read_buffer;           /* one for all: what is read is used up before the next read */
    const struct txs_sink *sink; /* its tap */
    void *context;
    /* Once a turn, behind its wait and before anything is read. */
    void (*woke)(struct conn_host *host);
    void (*stalled)(struct conn_host *host, uint64_t ms); /* calls conn_stalled() for all */
    struct deadlines deadlines;
    uv_timer_t deadline;    /* the first of them */
    uint64_t armed_ms;      /* it is set for; TXS_NEVER */
    uint64_t due_ms;        /* those up to then are judged in this turn; 0: none */
    uint64_t not_before_ms; /* while they are: for what is set now */
    size_t open;            /* connections whose socket is */
    bool awake;             /* the turn's wait is over */
    struct turn turn;
    uv_timer_t heartbeat; /* so that no wait is longer than TURN_WAIT_MS */
    uv_check_t after_reads;
    uv_idle_t no_wait; /* runs while something is due: the loop must not wait then */
};

struct conn {
    uv_tcp_t tcp;
    struct conn_host *host;
    const struct conn_owner *owner;
    struct txs_attempt attempt;
    struct txs_address address;
    int refused_at_once; /* what connecting began with: a libuv error, or 0 */
    struct seed *seed;   /* whose name stands for the address; NULL: a peer's connection */
    const union socket_address *proxy;    /* where the socket leads; NULL: to the address */
    struct doubt *doubt;                  /* about the way; NULL: a connection of our own */
    struct txs_tunnel *tunnel;            /* owned; given with a proxy, until it is open */
    uint64_t i2p_session;                 /* its number; 0: not over I2P */
    struct txs_peer *peer;                /* owned; from connected() on */
    uint64_t connecting_ms, connected_ms; /* monotonic; TXS_NEVER */
    uint64_t connect_until_ms;
    struct deadline deadline;
    struct share share;
    unsigned writes;      /* on their way */
    enum txs_error fault; /* of this machine, met while sending */
    bool again;           /* it waits to be made once more */
    bool closing;
    bool asked;                     /* the proxy was asked for the peer */
    bool waits_for_record, is_gone; /* it is over */
    struct conn *previous, *next;   /* the owner's list */
    void *tap_slot;
    /* When it is over: */
    uint64_t ended_ms;
    enum txs_outcome outcome; /* and `error`: of one without a peer */
    enum txs_error error;
    struct conn *next_record;
};

void conn_host_open(struct conn_host *host);
void conn_host_close(struct conn_host *host);

/* NULL when out of memory. */
struct conn *conn_new(struct conn_host *host, const struct conn_owner *owner);
void conn_free(struct conn *c);
/* Begins to connect; address, proxy, tunnel and i2p_session say where to. A libuv error means that
 * there is nothing to close and no callback will come: no socket was to be had. */
int conn_start(struct conn *c);
/* What a libuv error says that was met before there was a connection to the peer. */
enum txs_outcome conn_judge(const struct conn *c, int uv_error, bool at_once,
                            enum txs_error *error);
/* This machine stood still for so long: its deadline moves. */
void conn_stalled(struct conn *c, uint64_t ms);
/* Ends it with an outcome `interrupted`; finished() is called as ever. */
void conn_stop(struct conn *c, enum txs_error why);

#endif
