/* What -v tells of each seed and each peer, in the words of the records. */
#ifndef TXSURVEY_APP_VERBOSE_H
#define TXSURVEY_APP_VERBOSE_H

#include "screen.h"

#include "txsurvey/plan.h"
#include "txsurvey/record.h"

void verbose_seed(struct screen *screen, const struct txs_seed_record *seed);
void verbose_peer(struct screen *screen, const struct txs_plan *plan,
                  const struct txs_peer_record *peer);

#endif
