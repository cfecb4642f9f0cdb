#include "txsurvey/frame.h"

#include <assert.h>
#include <string.h>

#define MAGIC_BYTES 4

enum state {
    IN_HEADER,
    AT_PAYLOAD, /* the header was given out; the caller has chosen about the checksum */
    IN_PAYLOAD,
    LOST_BY_MAGIC,
    LOST_BY_SIZE,
};

void txs_splitter_init(struct txs_splitter *s, const uint8_t magic[4])
{
    memset(s, 0, sizeof *s);
    memcpy(s->magic, magic, MAGIC_BYTES);
}

static void advance(struct txs_span *in, size_t len)
{
    in->data += len;
    in->len -= len;
}

/* False at the first byte that is not of the magic. */
static bool take_magic(struct txs_splitter *s, struct txs_span *in)
{
    while (s->header_len < MAGIC_BYTES && in->len > 0) {
        uint8_t byte = in->data[0];
        advance(in, 1);
        s->header[s->header_len] = byte;
        if (byte != s->magic[s->header_len++])
            return false;
    }
    return true;
}

/* True when all of the header is there. */
static bool take_header(struct txs_splitter *s, struct txs_span *in)
{
    size_t len = TXS_FRAME_HEADER_BYTES - (size_t)s->header_len;
    if (len > in->len)
        len = in->len;
    if (len > 0) {
        memcpy(s->header + s->header_len, in->data, len);
        s->header_len = (uint8_t)(s->header_len + len);
        advance(in, len);
    }
    return s->header_len == TXS_FRAME_HEADER_BYTES;
}

/* Core: CMessageHeader::IsMessageTypeValid. */
static bool command_is_valid(const char command[TXS_COMMAND_BYTES])
{
    size_t len = 0;
    while (len < TXS_COMMAND_BYTES && command[len] >= ' ' && command[len] <= '~')
        len++;
    while (len < TXS_COMMAND_BYTES && command[len] == '\0')
        len++;
    return len == TXS_COMMAND_BYTES;
}

static void read_header(struct txs_splitter *s)
{
    struct txs_reader r = txs_reader_of((struct txs_span){s->header, sizeof s->header});
    (void)txs_get_bytes(&r, MAGIC_BYTES);
    txs_get_copy(&r, s->command, TXS_COMMAND_BYTES);
    s->length = txs_get_u32le(&r);
    s->left = s->length;
    s->command_ok = command_is_valid(s->command);
    if (!s->command_ok)
        memset(s->command, 0, sizeof s->command);
    s->want_checksum = false;
    s->checksum_ok = false;
}

static enum txs_frame_event next_of_header(struct txs_splitter *s, struct txs_span *in)
{
    if (!take_magic(s, in)) {
        s->state = LOST_BY_MAGIC;
        return TXS_FRAME_BAD_MAGIC;
    }
    if (!take_header(s, in))
        return TXS_FRAME_NEED;
    read_header(s);
    if (s->length > TXS_PAYLOAD_MAX_BYTES) {
        s->state = LOST_BY_SIZE;
        return TXS_FRAME_OVERSIZED;
    }
    s->state = AT_PAYLOAD;
    return TXS_FRAME_HEADER;
}

const uint8_t *txs_splitter_checksum(const struct txs_splitter *s)
{
    return s->header + MAGIC_BYTES + TXS_COMMAND_BYTES + 4;
}

static bool is_small(const struct txs_splitter *s)
{
    return s->length <= TXS_SMALL_PAYLOAD_BYTES;
}

static void add_seen(struct txs_splitter *s, struct txs_span chunk)
{
    if (is_small(s))
        memcpy(s->seen.small + (s->length - s->left), chunk.data, chunk.len);
    else
        txs_sha256_add(&s->seen.hash, chunk.data, chunk.len);
}

static bool checksum_is_right(struct txs_splitter *s)
{
    uint8_t digest[32];
    if (is_small(s))
        txs_checksum(digest, (struct txs_span){s->seen.small, s->length}, s->checksums);
    else
        txs_sha256d_end(&s->seen.hash, digest);
    return memcmp(digest, txs_splitter_checksum(s), TXS_CHECKSUM_BYTES) == 0;
}

static enum txs_frame_event end_message(struct txs_splitter *s)
{
    if (s->want_checksum)
        s->checksum_ok = checksum_is_right(s);
    s->header_len = 0;
    s->state = IN_HEADER;
    return TXS_FRAME_END;
}

static enum txs_frame_event next_of_payload(struct txs_splitter *s, struct txs_span *in)
{
    if (s->left == 0)
        return end_message(s);
    if (in->len == 0)
        return TXS_FRAME_NEED;
    s->chunk = (struct txs_span){in->data, in->len < s->left ? in->len : s->left};
    if (s->want_checksum)
        add_seen(s, s->chunk);
    s->left -= (uint32_t)s->chunk.len;
    advance(in, s->chunk.len);
    return TXS_FRAME_PAYLOAD;
}

enum txs_frame_event txs_splitter_next(struct txs_splitter *s, struct txs_span *in)
{
    switch ((enum state)s->state) {
    case IN_HEADER:
        return next_of_header(s, in);
    case AT_PAYLOAD:
        if (s->want_checksum && !is_small(s))
            txs_sha256_start(&s->seen.hash);
        s->state = IN_PAYLOAD;
        return next_of_payload(s, in);
    case IN_PAYLOAD:
        return next_of_payload(s, in);
    case LOST_BY_MAGIC:
        return TXS_FRAME_BAD_MAGIC;
    case LOST_BY_SIZE:
        return TXS_FRAME_OVERSIZED;
    }
    assert(false);
    return TXS_FRAME_BAD_MAGIC;
}

size_t txs_frame_begin(struct txs_writer *w, const uint8_t magic[4], const char *command)
{
    size_t begun = w->len;
    size_t command_len = strlen(command);
    assert(command_len <= TXS_COMMAND_BYTES);
    uint8_t header[TXS_FRAME_HEADER_BYTES] = {0};
    memcpy(header, magic, MAGIC_BYTES);
    memcpy(header + MAGIC_BYTES, command, command_len);
    txs_put_bytes(w, header, sizeof header);
    return begun;
}

void txs_frame_end(struct txs_writer *w, size_t begun)
{
    txs_frame_end_known(w, begun, NULL);
}

void txs_frame_end_known(struct txs_writer *w, size_t begun, struct txs_checksums *known)
{
    if (w->failed)
        return;
    uint8_t *payload = w->data + begun + TXS_FRAME_HEADER_BYTES;
    size_t len = w->len - begun - TXS_FRAME_HEADER_BYTES;
    assert(len <= TXS_PAYLOAD_MAX_BYTES);
    uint8_t checksum[TXS_CHECKSUM_BYTES];
    txs_checksum(checksum, (struct txs_span){payload, len}, known);
    struct txs_writer tail = txs_writer_to(payload - 8, 8);
    txs_put_u32le(&tail, (uint32_t)len);
    txs_put_bytes(&tail, checksum, TXS_CHECKSUM_BYTES);
}

void txs_put_frame(struct txs_writer *w, const uint8_t magic[4], const char *command,
                   struct txs_span payload)
{
    size_t begun = txs_frame_begin(w, magic, command);
    txs_put_bytes(w, payload.data, payload.len);
    txs_frame_end(w, begun);
}
