/* What a peer's record says, read in again: each value checked for its range, and all of them for
 * each other and for what the records before it said, so that nothing reaches the survey which no
 * survey could have recorded. */
#ifndef TXSURVEY_JSONL_RESTORED_H
#define TXSURVEY_JSONL_RESTORED_H

#include "txsurvey/merkle.h"
#include "txsurvey/plan.h"

#include <jansson.h>

struct restored {
    const struct txs_plan *plan;
    struct txs_answer *answers;          /* of the last record, one an id */
    bool *answered;                      /* an entry of this id was read */
    int32_t *positions;                  /* of each id in the block, as far as it was told; -1 */
    uint16_t taken_by[TXS_BLOCK_TX_MAX]; /* the id of that position + 1, or 0 */
    int32_t height;                      /* of the block, as far as it was told; -1 */
};

/* False when out of memory; to be freed in either case. */
bool restored_init(struct restored *r, const struct txs_plan *plan);
void restored_free(struct restored *r);
/* NULL, or why the record is none; the answers are valid until the next one. */
const char *restored_result(struct restored *r, struct txs_peer_result *out, const json_t *record);

#endif
