/* Which figures of a run are metrics: tables of names, texts and where the figures come from. */
#ifndef TXSURVEY_METRICS_FIGURES_H
#define TXSURVEY_METRICS_FIGURES_H

#include "exposition.h"

#include "txsurvey/plan.h"
#include "txsurvey/tally.h"

struct figures {
    const char *version;
    const struct txs_plan *plan;
    char *const *ids; /* their labels, in the plan's order */
    int64_t started_unix_ms, updated_unix_ms;
    bool running;
    uint64_t duration_ms;
    uint64_t known, not_attempted, in_progress;
    const struct txs_tally *tally;
    /* Of a run that is over. */
    bool complete;
    int exit_status;
};

void figures_put(struct exposition *x, const struct figures *figures);
/* What only a run that is over has; its tally is not looked at. */
void figures_put_last(struct exposition *x, const struct figures *figures);
void figures_describe(void (*visit)(void *context, const char *name, const char *text),
                      void *context);

#endif
