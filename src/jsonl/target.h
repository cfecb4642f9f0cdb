/* What a run asks and whom, as its `survey` line tells it and a run that goes on compares it. */
#ifndef TXSURVEY_JSONL_TARGET_H
#define TXSURVEY_JSONL_TARGET_H

#include "txsurvey/peer.h"
#include "txsurvey/plan.h"

#define SCHEMA 1
#define SHARD_TEXT_MAX 24
const char *id_type_name(const struct txs_plan *plan);
/* The index of an id that is asked for, or -1. */
int target_find(const struct txs_plan *plan, const uint8_t hash[32]);
void shard_text(char out[SHARD_TEXT_MAX], const struct txs_plan *plan);

#endif
