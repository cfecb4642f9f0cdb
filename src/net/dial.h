/* Connections: made as window and rate allow, and recorded. */
#ifndef TXSURVEY_NET_DIAL_H
#define TXSURVEY_NET_DIAL_H

#include "run.h"

/* Before the first of them. */
void dial_prepare(struct txs_engine *engine);
/* Makes the connections that window and rate allow now, and sets the timer for the next. */
void dial_what_is_due(struct txs_engine *engine);
/* Hands the records of those that are over to the sink, as far as that has room, and flushes it. */
void dial_write_records(struct txs_engine *engine);
/* Ends all that is in progress or waits for another attempt, each with its record. */
void dial_stop(struct txs_engine *engine, enum txs_error why);

#endif
