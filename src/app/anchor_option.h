/* The value of --anchor. */
#ifndef TXSURVEY_APP_ANCHOR_OPTION_H
#define TXSURVEY_APP_ANCHOR_OPTION_H

#include "txsurvey/plan.h"

/* Adds `HASH` or `LABEL=HASH` to the plan. Only the first may go without a label, and is then
 * called `anchor`; no label and no block may be given twice. */
enum txs_status add_anchor(struct txs_plan *plan, const char *text, struct txs_message *message);

#endif
