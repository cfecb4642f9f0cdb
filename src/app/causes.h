/* Why peers could not be asked, and why they said no, in words for people. */
#ifndef TXSURVEY_APP_CAUSES_H
#define TXSURVEY_APP_CAUSES_H

#include "txsurvey/tally.h"

#define CAUSE_TEXT_MAX 120
#define CAUSES_MAX 64

struct cause {
    uint64_t count;
    char text[CAUSE_TEXT_MAX]; /* what the peers did, of one and of many alike */
};
struct causes {
    struct cause list[CAUSES_MAX]; /* the most frequent first */
    size_t len;
    uint64_t total;
};

/* Of the peers that completed no handshake. */
void causes_of_unmet(struct causes *out, const struct txs_tally *tally);
/* What so many peers are that say no for this reason; NULL where it tells people nothing. */
const char *cause_of_notfound(enum txs_hint hint, uint64_t count);

#endif
