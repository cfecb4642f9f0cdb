#include "txsurvey/block.h"

#include <assert.h>
#include <string.h>

enum state { HEAD, COUNT, BETWEEN, IN_TX, TX_COMPLETE, WHOLE, MALFORMED };

void txs_block_walker_init(struct txs_block_walker *w, size_t head_bytes)
{
    assert(head_bytes <= sizeof w->head);
    w->head_len = w->carry_len = 0;
    w->head_need = (uint8_t)head_bytes;
    w->tx_count = w->tx_seen = 0;
    w->state = HEAD;
    txs_merkle_init(&w->merkle);
}

static void take_head(struct txs_block_walker *w, struct txs_span *in)
{
    size_t need = (size_t)(w->head_need - w->head_len), len = in->len < need ? in->len : need;
    memcpy(w->head + w->head_len, in->data, len);
    w->head_len = (uint8_t)(w->head_len + len);
    in->data += len;
    in->len -= len;
    if (len == need)
        w->state = COUNT;
}

static void take_count(struct txs_block_walker *w, struct txs_span *in)
{
    w->carry[w->carry_len++] = in->data[0];
    in->data++;
    in->len--;
    if (w->carry_len < txs_compact_len(w->carry[0]))
        return;
    struct txs_reader r = txs_reader_of((struct txs_span){w->carry, w->carry_len});
    w->tx_count = (uint32_t)txs_get_compact(&r, TXS_BLOCK_TX_MAX);
    w->state = r.failed || w->tx_count == 0 ? MALFORMED : BETWEEN;
}

static enum txs_block_walk take_tx(struct txs_block_walker *w, struct txs_span *in)
{
    w->chunk = *in;
    switch (txs_tx_walk(&w->tx, in)) {
    case TXS_WALK_MORE:
        break;
    case TXS_WALK_DONE:
        w->state = TX_COMPLETE;
        break;
    case TXS_WALK_MALFORMED:
        w->state = MALFORMED;
        return TXS_BLOCK_MALFORMED;
    }
    w->chunk.len -= in->len;
    return TXS_BLOCK_CHUNK;
}

static enum txs_block_walk end_tx(struct txs_block_walker *w)
{
    txs_tx_walker_ids(&w->tx, &w->ids);
    txs_merkle_add(&w->merkle, w->ids.txid);
    w->state = ++w->tx_seen == w->tx_count ? WHOLE : BETWEEN;
    return TXS_BLOCK_TX;
}

enum txs_block_walk txs_block_walk(struct txs_block_walker *w, struct txs_span *in)
{
    if (w->state == TX_COMPLETE)
        return end_tx(w);
    while (in->len > 0) {
        switch ((enum state)w->state) {
        case HEAD:
            take_head(w, in);
            break;
        case COUNT:
            take_count(w, in);
            break;
        case BETWEEN:
            txs_tx_walker_init(&w->tx);
            w->state = IN_TX;
            break;
        case IN_TX:
            return take_tx(w, in);
        case TX_COMPLETE:
        case WHOLE:
        case MALFORMED:
            w->state = MALFORMED;
            return TXS_BLOCK_MALFORMED;
        }
    }
    return w->state == MALFORMED ? TXS_BLOCK_MALFORMED : TXS_BLOCK_MORE;
}

bool txs_block_is_whole(const struct txs_block_walker *w)
{
    return w->state == WHOLE;
}

/* CScript() << height: OP_1 to OP_16 for the first ones, else the push of a number that is not
 * longer than it needs to be. */
int32_t txs_coinbase_height(const struct txs_tx *coinbase)
{
    if (!txs_tx_is_coinbase(coinbase) || coinbase->inputs[0].script_sig.len == 0)
        return -1;
    struct txs_span script = coinbase->inputs[0].script_sig;
    uint8_t len = script.data[0];
    if (len > 0x50 && len <= 0x60)
        return len - 0x50;
    if (len == 0 || len > 4 || script.len <= len || script.data[len] >= 0x80)
        return -1;
    if (script.data[len] == 0 && (len == 1 || script.data[len - 1] < 0x80))
        return -1;
    uint32_t height = 0;
    for (uint8_t i = len; i > 0; i--)
        height = height << 8 | script.data[i];
    return (int32_t)height;
}
