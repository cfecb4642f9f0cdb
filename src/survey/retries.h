/* The attempts that wait to be made again, the one that is due first in front. */
#ifndef TXSURVEY_SURVEY_RETRIES_H
#define TXSURVEY_SURVEY_RETRIES_H

#include "txsurvey/survey.h"

struct waiting {
    struct txs_attempt attempt;
    uint64_t due_ms;
};

/* All zero is empty. */
struct retries {
    struct waiting *ring; /* due times rise, since each waits equally long */
    size_t head, len, cap;
};

/* NULL where none waits; valid until the next push or pop. */
const struct waiting *retries_first(const struct retries *r);
/* Of one that waits. */
struct txs_attempt retries_pop(struct retries *r);
/* Due no earlier than the last that was pushed. False when out of memory. */
bool retries_push(struct retries *r, struct waiting waiting);
void retries_free(struct retries *r);

#endif
