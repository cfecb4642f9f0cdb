#include "copies.h"

#include <stdlib.h>
#include <string.h>

bool txs_copies_init(struct txs_copies *c, size_t id_count, size_t most_bytes)
{
    c->left_bytes = most_bytes;
    c->of_id = calloc(2 * id_count + 1, sizeof *c->of_id);
    return c->of_id != NULL;
}

void txs_copies_free(struct txs_copies *c, size_t id_count)
{
    for (size_t i = 0; i < 2 * id_count && c->of_id != NULL; i++)
        free(c->of_id[i].bytes);
    free(c->of_id);
    *c = (struct txs_copies){0};
}

const struct txs_copy *copies_find(const struct txs_peer_config *config, size_t len,
                                   struct txs_span first)
{
    for (size_t i = 0; config->copies != NULL && i < 2 * config->id_count; i++) {
        const struct txs_copy *copy = &config->copies->of_id[i];
        if (copy->bytes != NULL && copy->ids.size_bytes == len && first.len <= len &&
            memcmp(copy->bytes, first.data, first.len) == 0)
            return copy;
    }
    return NULL;
}

void copies_keep(const struct txs_peer_config *config, size_t id, const struct txs_tx_ids *ids,
                 uint64_t parts, struct txs_span bytes)
{
    struct txs_copies *c = config->copies;
    size_t at = 2 * id + ids->has_witness;
    if (c == NULL || c->of_id[at].bytes != NULL || bytes.len != ids->size_bytes ||
        bytes.len > TXS_COPY_MAX_BYTES || bytes.len > c->left_bytes)
        return;
    uint8_t *kept = malloc(bytes.len);
    if (kept == NULL)
        return;
    memcpy(kept, bytes.data, bytes.len);
    c->left_bytes -= bytes.len;
    c->of_id[at] = (struct txs_copy){*ids, parts, kept};
}
