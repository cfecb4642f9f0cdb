/* How many nodes have the transactions, how many do not, and how surely. */
#ifndef TXSURVEY_APP_SHARES_H
#define TXSURVEY_APP_SHARES_H

#include "screen.h"

#include "txsurvey/plan.h"
#include "txsurvey/tally.h"

void shares_report(struct screen *screen, const struct txs_plan *plan,
                   const struct txs_tally *tally);

#endif
