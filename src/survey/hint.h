/* Why a peer is likely to say notfound. */
#ifndef TXSURVEY_SURVEY_HINT_H
#define TXSURVEY_SURVEY_HINT_H

#include "txsurvey/plan.h"

#define HEIGHTS_KEPT 127

/* The heights that the last peers claimed: their median is what the chain's is taken for, so that a
 * few who lie change nothing. */
struct heights {
    int32_t last[HEIGHTS_KEPT];   /* a ring */
    int32_t sorted[HEIGHTS_KEPT]; /* the same */
    size_t count;
};

void heights_note(struct heights *heights, const struct txs_peer_result *result);
enum txs_hint hint_of(const struct txs_plan *plan, const struct heights *heights,
                      const struct txs_peer_result *result, const struct txs_answer *answer);

#endif
