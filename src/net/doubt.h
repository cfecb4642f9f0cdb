/* Whether a proxy or router that fails everybody alike has only begun to work: a Tor daemon that is
 * still bootstrapping, an I2P router without tunnels. What is its failure is not the peers'.
 *
 * Until a first connection has come about, whoever fails in a way that may be the router's doing is
 * put back. Then all wait, each pause twice as long as the one before, and are tried again, until
 * one has success or a minute has passed. From there on a failure is the peer's.
 */
#ifndef TXSURVEY_NET_DOUBT_H
#define TXSURVEY_NET_DOUBT_H

#include "txsurvey/record.h"

#define DOUBT_MS 60000 /* from the first failure */
#define DOUBT_FIRST_PAUSE_MS 2000

/* About one way; zeroed at first. */
struct doubt {
    bool over;
    unsigned pauses; /* so far */
    uint64_t since_ms;
    uint64_t until_ms; /* of the pause */
};

/* Nobody is to be sent there now. */
bool doubt_pauses(const struct doubt *doubt, uint64_t now_ms);
/* An attempt failed with this error, which came of a proxy. True: it is to be made again, after the
 * pause. */
bool doubt_failed(struct doubt *doubt, enum txs_error error, uint64_t now_ms);
/* A connection has come about. */
void doubt_end(struct doubt *doubt);

#endif
