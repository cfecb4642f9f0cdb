/* Finding an id among those that a survey asks for: an inv may name 50,000 hashes, a survey ask for
 * a thousand, so it is a binary search. */
#include "txsurvey/peer.h"

#include <string.h>

/* Insertion sort: at most TXS_GETDATA_MAX ids, once a run. */
void txs_id_order(uint16_t *order, const uint8_t (*ids)[32], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        while (at > 0 && memcmp(ids[order[at - 1]], ids[i], 32) > 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = (uint16_t)i;
    }
}

int txs_id_find(const struct txs_peer_config *config, const uint8_t hash[32])
{
    size_t low = 0, high = config->id_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(config->ids[config->id_order[middle]], hash, 32);
        if (order == 0)
            return config->id_order[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}
