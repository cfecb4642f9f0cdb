#include "target.h"

#include <stdio.h>

const char *id_type_name(const struct txs_plan *plan)
{
    return plan->id_type == TXS_ID_TYPE_WTXID ? "wtxid" : "txid";
}

void shard_text(char out[SHARD_TEXT_MAX], const struct txs_plan *plan)
{
    snprintf(out, SHARD_TEXT_MAX, "%u/%u", (unsigned)plan->shard_index,
             (unsigned)plan->shard_count);
}
