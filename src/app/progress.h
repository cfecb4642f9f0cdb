/* How a survey stands, while it runs. */
#ifndef TXSURVEY_APP_PROGRESS_H
#define TXSURVEY_APP_PROGRESS_H

#include "screen.h"

#include "txsurvey/plan.h"
#include "txsurvey/sink.h"

/* On a terminal a line that is rewritten in place, elsewhere a line each time. */
void progress_show(struct screen *screen, const struct txs_plan *plan,
                   const struct txs_progress *progress);

#endif
