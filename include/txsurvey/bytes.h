/* Byte spans, a reader with a sticky error and a bounded writer.
 *
 * All integers on the Bitcoin wire are little-endian, but for the ports of addresses.
 */
#ifndef TXSURVEY_BYTES_H
#define TXSURVEY_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes. `data` may be NULL when `len` is 0. */
struct txs_span {
    const uint8_t *data;
    size_t len;
};

/* A cursor over borrowed bytes. After the first read that does not fit, `failed` is set, every
 * later read returns zero (or an empty span) and the cursor moves no more: check once, at the end.
 */
struct txs_reader {
    const uint8_t *at;
    size_t left;
    bool failed;
};

struct txs_reader txs_reader_of(struct txs_span bytes);
uint8_t txs_get_u8(struct txs_reader *r);
uint16_t txs_get_u16le(struct txs_reader *r);
uint16_t txs_get_u16be(struct txs_reader *r);
uint32_t txs_get_u32le(struct txs_reader *r);
uint64_t txs_get_u64le(struct txs_reader *r);
/* A compact size. A form longer than it needs to be fails the reader, as Core's ReadCompactSize
 * does; so does a value over `max` (the caller's limit, checked before anything is allocated).
 */
uint64_t txs_get_compact(struct txs_reader *r, uint64_t max);
/* How long a compact size is that begins with this byte. */
size_t txs_compact_len(uint8_t first);
/* `len` bytes, borrowed from what the reader was made of; empty once it has failed. */
struct txs_span txs_get_bytes(struct txs_reader *r, size_t len);
void txs_get_copy(struct txs_reader *r, void *out, size_t len); /* zeroes `out` once failed */

/* Appends to a caller's buffer. What does not fit sets `failed` and writes nothing. */
struct txs_writer {
    uint8_t *data;
    size_t cap;
    size_t len;
    bool failed;
};

struct txs_writer txs_writer_to(void *buffer, size_t cap);
void txs_put_u8(struct txs_writer *w, uint8_t value);
void txs_put_u16le(struct txs_writer *w, uint16_t value);
void txs_put_u16be(struct txs_writer *w, uint16_t value);
void txs_put_u32le(struct txs_writer *w, uint32_t value);
void txs_put_u64le(struct txs_writer *w, uint64_t value);
void txs_put_compact(struct txs_writer *w, uint64_t value); /* the shortest form */
void txs_put_bytes(struct txs_writer *w, const void *bytes, size_t len);

/* 2 * len lower-case hex digits and a NUL. */
void txs_hex_encode(char *out, const uint8_t *bytes, size_t len);
/* Exactly 2 * len hex digits of either case; anything else returns false and leaves `out` as it was
 * or partly written. `text_len` is the length of `text`, which needs no NUL. */
bool txs_hex_decode(uint8_t *out, size_t len, const char *text, size_t text_len);

/* A hash in display order (the reverse of the wire): 64 digits and a NUL in `out`. */
void txs_hash_to_hex(char out[65], const uint8_t hash_wire[32]);
bool txs_hash_from_hex(uint8_t hash_wire[32], const char *text, size_t text_len);
/* The same of what people paste: white space, quotes, brackets and commas may surround it, `0x` may
 * stand before it, and it may be the last element of an address's path. */
bool txs_hash_from_pasted(uint8_t hash_wire[32], const char *text, size_t text_len);

#endif
