/* The messages of a few bytes, and the names of service bits. */
#include "txsurvey/message.h"

#include <stdio.h>

bool txs_u64_decode(uint64_t *out, struct txs_span payload)
{
    struct txs_reader r = txs_reader_of(payload);
    *out = txs_get_u64le(&r);
    return !r.failed;
}

void txs_u64_encode(struct txs_writer *w, uint64_t value)
{
    txs_put_u64le(w, value);
}

bool txs_sendcmpct_decode(struct txs_sendcmpct *out, struct txs_span payload)
{
    struct txs_reader r = txs_reader_of(payload);
    out->high_bandwidth = txs_get_u8(&r);
    out->version = txs_get_u64le(&r);
    return !r.failed;
}

void txs_sendcmpct_encode(struct txs_writer *w, const struct txs_sendcmpct *message)
{
    txs_put_u8(w, message->high_bandwidth);
    txs_put_u64le(w, message->version);
}

void txs_service_name(char out[24], unsigned bit)
{
    switch (bit) {
#define X(number, name)          \
    case number:                 \
        snprintf(out, 24, name); \
        return;
        TXS_SERVICE_TABLE(X)
#undef X
    default:
        snprintf(out, 24, "UNKNOWN[2^%u]", bit);
    }
}
