/* Anchors (--anchor) in the records: objects with one member a label, in the plan's order. */
#ifndef TXSURVEY_JSONL_ANCHORS_H
#define TXSURVEY_JSONL_ANCHORS_H

#include "json.h"

#include "txsurvey/plan.h"
#include "txsurvey/tally.h"

/* Each is null where the plan has no anchors, NULL when out of memory. */
json_t *anchors_given(const struct txs_plan *plan); /* the blocks' hashes */
json_t *anchors_said(const struct txs_plan *plan, const struct txs_peer_result *result);
json_t *anchors_counted(const struct txs_plan *plan, const struct txs_tally *tally);

#endif
