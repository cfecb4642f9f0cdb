/* Why peers could not be asked, and why they said no, in words for people. */
#ifndef TXSURVEY_APP_CAUSES_H
#define TXSURVEY_APP_CAUSES_H

#include "ranking.h"

#include "txsurvey/tally.h"

/* What those peers did that completed no handshake, in texts of one and of many alike; to be freed
 * by free(). NULL when out of memory. */
struct ranking *causes_of_unmet(const struct txs_tally *tally);
/* What so many peers are that say no for this reason; NULL where it tells people nothing. */
const char *cause_of_notfound(enum txs_hint hint, uint64_t count);

#endif
