#include "block.h"

#include "txsurvey/frame.h"
#include "txsurvey/merkle.h"

#include <stdlib.h>
#include <string.h>

#define HEIGHT 800000u

static const uint8_t coinbase[] = {1,
                                   0,
                                   0,
                                   0,
                                   1,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0xff,
                                   0xff,
                                   0xff,
                                   0xff,
                                   5, /* the script: a push of the height */
                                   3,
                                   HEIGHT & 0xff,
                                   HEIGHT >> 8 & 0xff,
                                   HEIGHT >> 16,
                                   0,
                                   0xff,
                                   0xff,
                                   0xff,
                                   0xff,
                                   1,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0};

static struct txs_span payload_of(const struct sim_frame *frame)
{
    return (struct txs_span){frame->data + TXS_FRAME_HEADER_BYTES,
                             frame->len - TXS_FRAME_HEADER_BYTES};
}

static void put_header(struct txs_writer *w, const struct sim_settings *settings)
{
    struct txs_merkle merkle;
    uint8_t hash[32];
    txs_merkle_init(&merkle);
    txs_sha256d(hash, coinbase, sizeof(coinbase));
    txs_merkle_add(&merkle, hash);
    for (size_t k = 0; k < settings->tx_count; k++)
        txs_merkle_add(&merkle, settings->txs[k].ids.txid);
    txs_merkle_root(&merkle, hash);
    txs_put_u32le(w, 2);
    w->len += 32;
    txs_put_bytes(w, hash, sizeof(hash));
    w->len += 12;
}

static bool build_whole(struct sim_frame *frame, const struct sim_settings *settings,
                        struct txs_span header, bool witness)
{
    size_t cap = 1000;
    for (size_t k = 0; k < settings->tx_count; k++)
        cap += settings->txs[k].full.len;
    frame->data = calloc(1, cap);
    struct txs_writer w = txs_writer_to(frame->data, cap);
    if (!frame->data)
        return false;
    size_t begun = txs_frame_begin(&w, settings->chain->magic, "block");
    txs_put_bytes(&w, header.data, header.len);
    txs_put_compact(&w, settings->tx_count + 1);
    txs_put_bytes(&w, coinbase, sizeof(coinbase));
    for (size_t k = 0; k < settings->tx_count; k++) {
        const struct sim_tx *tx = &settings->txs[k];
        struct txs_span bytes = payload_of(witness ? &tx->full : &tx->stripped);
        txs_put_bytes(&w, bytes.data, bytes.len);
    }
    txs_frame_end(&w, begun);
    frame->len = w.len;
    return !w.failed;
}

/* All of the tree, every node flagged, and all transactions behind it: whoever asks for some takes
 * those. */
static bool build_filtered(struct sim_frame *frame, const struct sim_settings *settings,
                           struct txs_span header)
{
    uint8_t hashes[(SIM_TX_MAX + 1) * 32], flags[SIM_TX_MAX];
    size_t cap = 200 + sizeof(hashes) + sizeof(flags), nodes = 0;
    memset(flags, 0xff, sizeof(flags));
    txs_sha256d(hashes, coinbase, sizeof(coinbase));
    for (size_t k = 0; k < settings->tx_count; k++) {
        memcpy(hashes + 32 * (k + 1), settings->txs[k].ids.txid, 32);
        cap += settings->txs[k].stripped.len;
    }
    size_t level = settings->tx_count + 1;
    for (; level > 1; level = (level + 1) / 2)
        nodes += level;
    nodes++;
    flags[(nodes - 1) / 8] = (uint8_t)(0xff >> (7 - (nodes - 1) % 8));
    frame->data = calloc(1, cap);
    struct txs_writer w = txs_writer_to(frame->data, cap);
    if (!frame->data)
        return false;
    size_t begun = txs_frame_begin(&w, settings->chain->magic, "merkleblock");
    txs_merkleblock_encode(
        &w, &(struct txs_merkleblock){.header = header,
                                      .tx_total = (uint32_t)settings->tx_count + 1,
                                      .hash_count = settings->tx_count + 1,
                                      .hashes = {hashes, 32 * (settings->tx_count + 1)},
                                      .flags = {flags, (nodes + 7) / 8}});
    txs_frame_end(&w, begun);
    for (size_t k = 0; k < settings->tx_count; k++)
        txs_put_bytes(&w, settings->txs[k].stripped.data, settings->txs[k].stripped.len);
    frame->len = w.len;
    return !w.failed;
}

bool sim_block_build(struct sim_settings *settings)
{
    struct sim_block *block = &settings->block;
    uint8_t bytes[TXS_BLOCK_HEADER_BYTES] = {0};
    struct txs_writer w = txs_writer_to(bytes, sizeof(bytes));
    put_header(&w, settings);
    struct txs_span header = {bytes, sizeof(bytes)};
    txs_sha256d(block->hash, bytes, sizeof(bytes));
    block->given = true;
    return build_whole(&block->full, settings, header, true) &&
           build_whole(&block->stripped, settings, header, false) &&
           build_filtered(&block->filtered, settings, header);
}

void sim_block_free(struct sim_block *block)
{
    free(block->full.data);
    free(block->stripped.data);
    free(block->filtered.data);
}

bool sim_block_is_at(const struct sim_settings *settings, const struct sim_node *node)
{
    return settings->block.given && (node->services & TXS_SERVICE_NETWORK) &&
           node->height >= (int32_t)HEIGHT;
}

const struct sim_frame *sim_block_answer(const struct sim_settings *settings, uint32_t type,
                                         const uint8_t hash[32])
{
    const struct sim_block *block = &settings->block;
    if (!block->given || memcmp(hash, block->hash, 32) != 0)
        return NULL;
    return type == TXS_INV_WITNESS_BLOCK    ? &block->full
           : type == TXS_INV_BLOCK          ? &block->stripped
           : type == TXS_INV_FILTERED_BLOCK ? &block->filtered
                                            : NULL;
}
