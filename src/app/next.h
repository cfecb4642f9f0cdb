/* What to do next: where the records are, how to go on. */
#ifndef TXSURVEY_APP_NEXT_H
#define TXSURVEY_APP_NEXT_H

#include "console.h"

void say_next(struct console *c, const struct txs_ending *ending);

#endif
