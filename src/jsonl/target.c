#include "target.h"

#include <stdio.h>

const char *id_type_name(const struct txs_plan *plan)
{
    return plan->id_type == TXS_ID_TYPE_WTXID ? "wtxid" : "txid";
}

int target_find(const struct txs_plan *plan, const uint8_t hash[32])
{
    const struct txs_peer_config ids = {.ids = (const uint8_t(*)[32])plan->ids,
                                        .id_count = plan->id_count,
                                        .id_order = plan->id_order};
    return txs_id_find(&ids, hash);
}

void shard_text(char out[SHARD_TEXT_MAX], const struct txs_plan *plan)
{
    snprintf(out, SHARD_TEXT_MAX, "%u/%u", (unsigned)plan->shard_index,
             (unsigned)plan->shard_count);
}
