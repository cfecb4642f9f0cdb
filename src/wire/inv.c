#include "txsurvey/message.h"

#include <string.h>

#define ITEM_BYTES 36

void txs_inv_reader_init(struct txs_inv_reader *r)
{
    memset(r, 0, sizeof *r);
}

/* Moves bytes into `carry` until it holds `need`; false when the chunk ends before that. */
static bool fill(struct txs_inv_reader *r, size_t need, struct txs_span *chunk)
{
    if (r->carry_len >= need)
        return true;
    size_t len = need - r->carry_len;
    if (len > chunk->len)
        len = chunk->len;
    if (len > 0) {
        memcpy(r->carry + r->carry_len, chunk->data, len);
        r->carry_len = (uint8_t)(r->carry_len + len);
        chunk->data += len;
        chunk->len -= len;
    }
    return r->carry_len == need;
}

static bool read_count(struct txs_inv_reader *r, struct txs_span *chunk)
{
    if (!fill(r, 1, chunk) || !fill(r, txs_compact_len(r->carry[0]), chunk))
        return false;
    struct txs_reader count = txs_reader_of((struct txs_span){r->carry, r->carry_len});
    r->count = txs_get_compact(&count, TXS_INV_MAX);
    r->counted = true;
    r->malformed = count.failed;
    r->carry_len = 0;
    return true;
}

bool txs_inv_next(struct txs_inv_reader *r, struct txs_inv_item *item, struct txs_span *chunk)
{
    if (!r->counted && !read_count(r, chunk))
        return false;
    if (r->malformed || r->seen == r->count || !fill(r, ITEM_BYTES, chunk))
        return false;
    struct txs_reader bytes = txs_reader_of((struct txs_span){r->carry, ITEM_BYTES});
    item->type = txs_get_u32le(&bytes);
    txs_get_copy(&bytes, item->hash, sizeof item->hash);
    r->carry_len = 0;
    r->seen++;
    return true;
}

bool txs_inv_complete(const struct txs_inv_reader *r)
{
    return r->counted && !r->malformed && r->seen == r->count;
}

void txs_inv_encode(struct txs_writer *w, const struct txs_inv_item *items, size_t count)
{
    txs_put_compact(w, count);
    for (size_t i = 0; i < count; i++) {
        txs_put_u32le(w, items[i].type);
        txs_put_bytes(w, items[i].hash, sizeof items[i].hash);
    }
}
