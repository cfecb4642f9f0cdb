/* What a user agent claims to be (BIP14). */
#ifndef TXSURVEY_CLIENT_H
#define TXSURVEY_CLIENT_H

#include "txsurvey/bytes.h"

/* A claim, as far as it is understood. */
struct txs_client {
    const char *name;        /* "Core", "Knots", ...; NULL where it says none that is known */
    struct txs_span version; /* of that, as it stands in the agent; borrowed from it */
    const char *serves_as;   /* the client whose rules of serving it keeps; NULL: not known */
    unsigned number;         /* that one's first two numbers, the first one times 100 */
};

/* `subver` may hold any bytes. */
struct txs_client txs_client_of(struct txs_span subver);

#endif
