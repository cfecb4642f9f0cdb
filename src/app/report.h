/* What came of the survey, for people: the result first, then its conditions, then what to do. */
#ifndef TXSURVEY_APP_REPORT_H
#define TXSURVEY_APP_REPORT_H

#include "census.h"
#include "console.h"

/* `census` is NULL where transactions were asked for. */
void report(struct console *c, const struct txs_ending *ending, struct census *census);

#endif
