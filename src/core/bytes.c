#include "txsurvey/bytes.h"

#include <string.h>

struct txs_reader txs_reader_of(struct txs_span bytes)
{
    return (struct txs_reader){.at = bytes.data, .left = bytes.len};
}

/* The next `len` bytes, or NULL once the reader has failed. */
static const uint8_t *take(struct txs_reader *r, size_t len)
{
    if (r->failed || len > r->left) {
        r->failed = true;
        return NULL;
    }
    const uint8_t *bytes = r->at;
    if (len > 0) { /* NULL + 0 is undefined in C */
        r->at += len;
        r->left -= len;
    }
    return bytes;
}

static uint64_t take_le(struct txs_reader *r, size_t len)
{
    const uint8_t *bytes = take(r, len);
    uint64_t value = 0;
    if (bytes != NULL) {
        for (size_t i = len; i > 0; i--)
            value = value << 8 | bytes[i - 1];
    }
    return value;
}

uint8_t txs_get_u8(struct txs_reader *r)
{
    return (uint8_t)take_le(r, 1);
}

uint16_t txs_get_u16le(struct txs_reader *r)
{
    return (uint16_t)take_le(r, 2);
}

uint16_t txs_get_u16be(struct txs_reader *r)
{
    uint16_t value = txs_get_u16le(r);
    return (uint16_t)(value << 8 | value >> 8);
}

uint32_t txs_get_u32le(struct txs_reader *r)
{
    return (uint32_t)take_le(r, 4);
}

uint64_t txs_get_u64le(struct txs_reader *r)
{
    return take_le(r, 8);
}

size_t txs_compact_len(uint8_t first)
{
    if (first < 0xfd)
        return 1;
    return first == 0xfd ? 3 : first == 0xfe ? 5 : 9;
}

uint64_t txs_get_compact(struct txs_reader *r, uint64_t max)
{
    uint8_t first = txs_get_u8(r);
    uint64_t value = first;
    uint64_t least = 0; /* what the form may hold without being too long */
    if (first == 0xfd) {
        value = txs_get_u16le(r);
        least = 0xfd;
    } else if (first == 0xfe) {
        value = txs_get_u32le(r);
        least = 0x10000;
    } else if (first == 0xff) {
        value = txs_get_u64le(r);
        least = 0x100000000;
    }
    if (value < least || value > max)
        r->failed = true;
    return r->failed ? 0 : value;
}

struct txs_span txs_get_bytes(struct txs_reader *r, size_t len)
{
    const uint8_t *bytes = take(r, len);
    return (struct txs_span){bytes, bytes != NULL ? len : 0};
}

void txs_get_copy(struct txs_reader *r, void *out, size_t len)
{
    const uint8_t *bytes = take(r, len);
    if (bytes != NULL)
        memcpy(out, bytes, len);
    else if (len > 0)
        memset(out, 0, len);
}

struct txs_writer txs_writer_to(void *buffer, size_t cap)
{
    return (struct txs_writer){.data = buffer, .cap = cap};
}

void txs_put_bytes(struct txs_writer *w, const void *bytes, size_t len)
{
    if (w->failed || len > w->cap - w->len) {
        w->failed = true;
        return;
    }
    if (len > 0) {
        memcpy(w->data + w->len, bytes, len);
        w->len += len;
    }
}

static void put_le(struct txs_writer *w, uint64_t value, size_t len)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    txs_put_bytes(w, bytes, len);
}

void txs_put_u8(struct txs_writer *w, uint8_t value)
{
    put_le(w, value, 1);
}

void txs_put_u16le(struct txs_writer *w, uint16_t value)
{
    put_le(w, value, 2);
}

void txs_put_u16be(struct txs_writer *w, uint16_t value)
{
    put_le(w, (uint16_t)(value << 8 | value >> 8), 2);
}

void txs_put_u32le(struct txs_writer *w, uint32_t value)
{
    put_le(w, value, 4);
}

void txs_put_u64le(struct txs_writer *w, uint64_t value)
{
    put_le(w, value, 8);
}

void txs_put_compact(struct txs_writer *w, uint64_t value)
{
    uint8_t form[9]; /* whole or not at all */
    struct txs_writer f = txs_writer_to(form, sizeof form);
    if (value < 0xfd) {
        txs_put_u8(&f, (uint8_t)value);
    } else if (value <= 0xffff) {
        txs_put_u8(&f, 0xfd);
        txs_put_u16le(&f, (uint16_t)value);
    } else if (value <= 0xffffffff) {
        txs_put_u8(&f, 0xfe);
        txs_put_u32le(&f, (uint32_t)value);
    } else {
        txs_put_u8(&f, 0xff);
        txs_put_u64le(&f, value);
    }
    txs_put_bytes(w, form, f.len);
}
