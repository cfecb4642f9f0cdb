/* The end of a survey: by itself, at its deadline, on a signal, or because its output broke. */
#ifndef TXSURVEY_NET_ENDING_H
#define TXSURVEY_NET_ENDING_H

#include "run.h"

void ending_start(struct txs_engine *engine); /* signals and the survey's deadline */
/* Begins to end the survey; the first reason counts. */
void ending_begin(struct txs_engine *engine, enum txs_reason reason, enum txs_error why);
/* How the survey stands now, or has ended. */
struct txs_ending ending_of(const struct txs_engine *engine);
/* Hands out the last record once nothing is left in progress. */
void ending_complete(struct txs_engine *engine);

#endif
