/* Anchors (--anchor) in the records: objects with one member a label, in the plan's order. */
#ifndef TXSURVEY_JSONL_ANCHORS_H
#define TXSURVEY_JSONL_ANCHORS_H

#include "fields.h"

#include "txsurvey/plan.h"
#include "txsurvey/tally.h"

/* The counts of a label. */
extern const struct fields anchor_counts;

/* Each is null where the plan has no anchors. */
void anchors_given(struct line *line, const struct txs_plan *plan); /* the blocks' hashes */
void anchors_said(struct line *line, const struct txs_plan *plan,
                  const struct txs_peer_result *result);
void anchors_counted(struct line *line, const struct txs_plan *plan, const struct txs_tally *tally);

#endif
