/* Messages about blocks. Counts that no payload of this length could hold are malformed. */
#include "txsurvey/message.h"

#include <assert.h>

bool txs_block_decode(struct txs_block *out, struct txs_span payload)
{
    struct txs_reader r = txs_reader_of(payload);
    out->header = txs_get_bytes(&r, TXS_BLOCK_HEADER_BYTES);
    out->tx_count = txs_get_compact(&r, payload.len);
    out->transactions = txs_get_bytes(&r, r.left);
    return !r.failed;
}

void txs_block_encode(struct txs_writer *w, const struct txs_block *block)
{
    txs_put_bytes(w, block->header.data, block->header.len);
    txs_put_compact(w, block->tx_count);
    txs_put_bytes(w, block->transactions.data, block->transactions.len);
}

/* An index is sent as its distance to the one after the index before (BIP152). Core keeps 16 bits.
 */
bool txs_getblocktxn_decode(struct txs_getblocktxn *out, struct txs_span payload)
{
    struct txs_reader r = txs_reader_of(payload);
    uint32_t next = 0;
    txs_get_copy(&r, out->block_hash, sizeof out->block_hash);
    out->count = (size_t)txs_get_compact(&r, TXS_GETDATA_MAX);
    for (size_t i = 0; i < out->count && !r.failed; i++) {
        out->indexes[i] = next + (uint32_t)txs_get_compact(&r, UINT16_MAX);
        if (out->indexes[i] > UINT16_MAX)
            r.failed = true;
        next = out->indexes[i] + 1;
    }
    return !r.failed;
}

void txs_getblocktxn_encode(struct txs_writer *w, const struct txs_getblocktxn *message)
{
    uint32_t next = 0;
    txs_put_bytes(w, message->block_hash, sizeof message->block_hash);
    txs_put_compact(w, message->count);
    for (size_t i = 0; i < message->count; i++) {
        assert(message->indexes[i] >= next);
        txs_put_compact(w, message->indexes[i] - next);
        next = message->indexes[i] + 1;
    }
}

bool txs_blocktxn_decode(struct txs_blocktxn *out, struct txs_span payload)
{
    struct txs_reader r = txs_reader_of(payload);
    txs_get_copy(&r, out->block_hash, sizeof out->block_hash);
    out->tx_count = txs_get_compact(&r, payload.len);
    out->transactions = txs_get_bytes(&r, r.left);
    return !r.failed;
}

void txs_blocktxn_encode(struct txs_writer *w, const struct txs_blocktxn *message)
{
    txs_put_bytes(w, message->block_hash, sizeof message->block_hash);
    txs_put_compact(w, message->tx_count);
    txs_put_bytes(w, message->transactions.data, message->transactions.len);
}

bool txs_merkleblock_decode(struct txs_merkleblock *out, struct txs_span payload)
{
    struct txs_reader r = txs_reader_of(payload);
    out->header = txs_get_bytes(&r, TXS_BLOCK_HEADER_BYTES);
    out->tx_total = txs_get_u32le(&r);
    out->hash_count = txs_get_compact(&r, payload.len / 32);
    out->hashes = txs_get_bytes(&r, (size_t)out->hash_count * 32);
    out->flags = txs_get_bytes(&r, (size_t)txs_get_compact(&r, payload.len));
    return !r.failed;
}

void txs_merkleblock_encode(struct txs_writer *w, const struct txs_merkleblock *message)
{
    txs_put_bytes(w, message->header.data, message->header.len);
    txs_put_u32le(w, message->tx_total);
    txs_put_compact(w, message->hash_count);
    txs_put_bytes(w, message->hashes.data, message->hashes.len);
    txs_put_compact(w, message->flags.len);
    txs_put_bytes(w, message->flags.data, message->flags.len);
}

void txs_getheaders_encode(struct txs_writer *w, const uint8_t hash[32])
{
    txs_put_u32le(w, TXS_PROTOCOL_VERSION);
    txs_put_compact(w, 0);
    txs_put_bytes(w, hash, 32);
}
