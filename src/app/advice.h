/* What may be the matter with an id that nobody has, in sentences for people. */
#ifndef TXSURVEY_APP_ADVICE_H
#define TXSURVEY_APP_ADVICE_H

#include "txsurvey/plan.h"
#include "txsurvey/tally.h"

#define ADVICE_MAX 3
#define ADVICE_TEXT_MAX 320

struct advice {
    size_t count;
    char text[ADVICE_MAX][ADVICE_TEXT_MAX]; /* printable ASCII, without a newline */
};

/* Before anybody is asked: ids that look like the hash of a block. */
void advice_for_ids(struct advice *out, const struct txs_plan *plan);
/* At the end, of the ids that some peers said notfound for and none served: nothing where there is
 * no such id. */
void advice_for_unserved(struct advice *out, const struct txs_plan *plan,
                         const struct txs_tally *tally);

#endif
