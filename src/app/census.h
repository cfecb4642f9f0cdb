/* What a census found: nodes by software, fee filters, chains. */
#ifndef TXSURVEY_APP_CENSUS_H
#define TXSURVEY_APP_CENSUS_H

#include "screen.h"

#include "txsurvey/plan.h"
#include "txsurvey/record.h"
#include "txsurvey/tally.h"

struct census;

struct census *census_new(void);         /* NULL when out of memory */
void census_free(struct census *census); /* NULL is fine */
/* Takes one peer into account. */
void census_add(struct census *census, const struct txs_peer_result *result);
void census_report(struct screen *screen, struct census *census, const struct txs_plan *plan,
                   const struct txs_tally *tally);

#endif
