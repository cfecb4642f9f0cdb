/* The filters of BIP37, as far as one is sent. */
#include "txsurvey/message.h"

static uint32_t rotate(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32 - bits);
}

static uint32_t scramble(uint32_t block)
{
    return rotate(block * 0xcc9e2d51u, 15) * 0x1b873593u;
}

/* MurmurHash3, the 32-bit variant for x86. */
static uint32_t murmur3(uint32_t hash, struct txs_span bytes)
{
    struct txs_reader r = txs_reader_of(bytes);
    while (r.left >= 4)
        hash = rotate(hash ^ scramble(txs_get_u32le(&r)), 13) * 5 + 0xe6546b64u;
    uint32_t tail = 0;
    for (size_t i = 0, left = r.left; i < left; i++)
        tail |= (uint32_t)txs_get_u8(&r) << (8 * i);
    hash ^= scramble(tail) ^ (uint32_t)bytes.len;
    hash = (hash ^ hash >> 16) * 0x85ebca6bu;
    hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
    return hash ^ hash >> 16;
}

void txs_bloom_add(uint8_t *filter, size_t len, uint32_t functions, uint32_t tweak,
                   struct txs_span element)
{
    for (uint32_t n = 0; n < functions; n++) {
        size_t bit = murmur3(n * 0xfba4c795u + tweak, element) % (len * 8);
        filter[bit / 8] = (uint8_t)(filter[bit / 8] | 1u << bit % 8);
    }
}

void txs_filterload_encode(struct txs_writer *w, const struct txs_filterload *message)
{
    txs_put_compact(w, message->filter.len);
    txs_put_bytes(w, message->filter.data, message->filter.len);
    txs_put_u32le(w, message->functions);
    txs_put_u32le(w, message->tweak);
    txs_put_u8(w, message->flags);
}
