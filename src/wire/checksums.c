#include "txsurvey/checksums.h"

#include "txsurvey/hash.h"

#include <string.h>

/* Half of a handshake's messages are empty. */
static const uint8_t of_nothing[TXS_CHECKSUM_BYTES] = {0x5d, 0xf6, 0xe0, 0xe2};

static struct known_checksum *place_of(struct txs_checksums *known, struct txs_span payload)
{
    uint64_t sum = payload.len;
    for (size_t at = 0; at < payload.len; at += sizeof sum) {
        uint64_t word = 0;
        size_t left = payload.len - at;
        memcpy(&word, payload.data + at, left < sizeof word ? left : sizeof word);
        sum = (sum ^ word) * 0x9e3779b97f4a7c15ull;
    }
    return &known->known[(sum >> 32) % TXS_CHECKSUMS_KEPT];
}

static void compute(uint8_t out[TXS_CHECKSUM_BYTES], struct txs_span payload)
{
    uint8_t digest[32];
    txs_sha256d(digest, payload.data, payload.len);
    memcpy(out, digest, TXS_CHECKSUM_BYTES);
}

void txs_checksum(uint8_t out[TXS_CHECKSUM_BYTES], struct txs_span payload,
                  struct txs_checksums *known)
{
    if (payload.len == 0) {
        memcpy(out, of_nothing, TXS_CHECKSUM_BYTES);
        return;
    }
    if (known == NULL || payload.len > TXS_SMALL_PAYLOAD_BYTES) {
        compute(out, payload);
        return;
    }
    struct known_checksum *k = place_of(known, payload);
    if (k->len != payload.len || memcmp(k->payload, payload.data, payload.len) != 0) {
        compute(k->checksum, payload);
        memcpy(k->payload, payload.data, payload.len);
        k->len = (uint8_t)payload.len;
    }
    memcpy(out, k->checksum, TXS_CHECKSUM_BYTES);
}
