/* Seeds through a proxy (Core: AddAddrFetch). No name is looked up here: the proxy resolves it, and
 * connects to the node behind it, which is asked for addresses and nothing else. What it tells is
 * the seed's answer. */
#ifndef TXSURVEY_NET_FETCH_H
#define TXSURVEY_NET_FETCH_H

#include "run.h"

/* Before the first. */
void fetch_prepare(struct txs_engine *engine);
/* Dials the seeds that are still to be asked, as far as the rate allows now. */
void fetch_what_is_due(struct txs_engine *engine);
/* Settles those that were not dialled; the connections of the others are stopped like any. */
void fetch_stop(struct txs_engine *engine);

#endif
