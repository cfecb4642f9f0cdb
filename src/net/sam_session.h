/* The I2P session of a run: a control connection to the router's SAM bridge, which lasts as long as
 * the run. Streams to peers are connections of their own that name the session.
 *
 *   sam_session_want -> opening -> ready -> lost -> (sam_session_want) opening ...
 *                          +----------------^
 *
 * One that was of use is followed by another at once. After others there is a pause, and after
 * three of those in a row a long one, in which none is opened.
 */
#ifndef TXSURVEY_NET_SAM_SESSION_H
#define TXSURVEY_NET_SAM_SESSION_H

#include "txsurvey/random.h"
#include "txsurvey/tunnel.h"

#include "route.h"

#include <uv.h>

/* A router asks its network before it has a session: Core waits as long. */
#define SAM_SESSION_LIMIT_MS 180000
#define SAM_SESSION_PAUSE_MS 60000 /* when it was tried often enough */

enum sam_session_state { SAM_NONE, SAM_OPENING, SAM_READY, SAM_LOST };

struct sam_link;

struct sam_session {
    uv_loop_t *loop;
    union socket_address bridge;
    uint64_t hello_timeout_ms; /* for the connection and the bridge's first words */
    struct txs_random *random;
    enum sam_session_state state;
    char id[TXS_SAM_ID_LEN + 1]; /* of the last that was opened */
    enum txs_outcome outcome;    /* LOST: PROXY_FAILED or LOCAL_ERROR, and why */
    enum txs_error error;
    uint64_t lost_ms;
    unsigned tries;        /* since one was of use */
    uint64_t number;       /* of the last that was opened, from 1 */
    struct sam_link *link; /* the connection of OPENING and READY; it frees itself */
};

/* Opens it, unless it is open or opening, or has failed too often: then it stays LOST. */
void sam_session_want(struct sam_session *session);
/* A stream of the READY session is begun. Returns the session's number. */
uint64_t sam_session_use(struct sam_session *session);
/* It is no longer good for anything. */
void sam_session_lose(struct sam_session *session, enum txs_outcome outcome, enum txs_error error);
void sam_session_stalled(struct sam_session *session, uint64_t ms);
/* For the end of the run. The loop must be turned afterwards. */
void sam_session_close(struct sam_session *session);

#endif
