/* How a peer is reached: by a connection of our own, through a SOCKS5 proxy, or through I2P. */
#ifndef TXSURVEY_NET_WAYS_H
#define TXSURVEY_NET_WAYS_H

#include "txsurvey/plan.h"

#include "conn.h"
#include "doubt.h"
#include "sam_session.h"

/* The ways that are not a connection of our own. */
enum by { BY_PROXY, BY_ONION, BY_I2P, BY_COUNT };

struct ways {
    uv_loop_t *loop;
    struct txs_random *random;
    bool has[BY_COUNT];
    union socket_address proxies[BY_I2P];
    struct sam_session i2p;
    struct doubt doubts[BY_COUNT];
};

/* Looks the proxies' names up, which takes as long as the system's resolver does. TXS_E_USAGE with
 * a message where one is not found. Nothing needs to be closed before ways_start(). */
enum txs_status ways_open(struct ways *ways, uv_loop_t *loop, const struct txs_plan *plan,
                          struct txs_random *random, struct txs_message *message);
void ways_start(struct ways *ways);
void ways_stalled(struct ways *ways, uint64_t ms);
void ways_close(struct ways *ways); /* the loop must be turned afterwards */

enum way { WAY_OPEN, WAY_OPENING, WAY_CLOSED };
/* Sets proxy, tunnel and doubt of a conn that is to be started. OPENING: the I2P session is being
 * made, or there is doubt whether the way works yet, ask again once ways_opening() says no more.
 * CLOSED: no connection can come about, for this reason. */
enum way ways_take(struct ways *ways, struct conn *c, enum txs_outcome *outcome,
                   enum txs_error *error);
bool ways_opening(const struct ways *ways, const struct conn *c);
/* The option that named the way of this conn. */
const char *ways_name(const struct ways *ways, const struct conn *c);
/* A connection to the peer has come about. */
void ways_opened(const struct conn *c);
/* A connection failed with this error, which may tell of the way and not of the peer. */
void ways_note(struct ways *ways, const struct conn *c, enum txs_error error);

#endif
