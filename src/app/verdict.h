/* Why the exit status is not 0, in a sentence, also with -q. */
#ifndef TXSURVEY_APP_VERDICT_H
#define TXSURVEY_APP_VERDICT_H

#include "console.h"
#include "exits.h"

/* Status 3. */
void verdict_nobody_asked(struct console *c, const struct txs_ending *ending);
/* Status 1. */
void verdict_too_few_served(struct console *c, const struct txs_tally *tally);

#endif
