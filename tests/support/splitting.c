#include "splitting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static void keep_chunk(struct splitting *s, uint8_t **payload, size_t *len)
{
    struct txs_span chunk = s->splitter.chunk;
    assert_true(chunk.len > 0);
    assert_true(chunk.len <= s->splitter.length - *len);
    *payload = realloc(*payload, *len + chunk.len);
    assert_non_null(*payload);
    memcpy(*payload + *len, chunk.data, chunk.len);
    *len += chunk.len;
    assert_int_equal(s->splitter.left, s->splitter.length - *len);
}

struct partial {
    uint8_t *payload;
    size_t len;
};

/* False after an error. */
static bool step(struct splitting *s, struct partial *partial, struct txs_span *in)
{
    s->last = txs_splitter_next(&s->splitter, in);
    switch (s->last) {
    case TXS_FRAME_NEED:
        assert_int_equal(in->len, 0);
        return true;
    case TXS_FRAME_HEADER:
        assert_int_equal(s->splitter.header_len, TXS_FRAME_HEADER_BYTES);
        assert_false(s->splitter.want_checksum);
        s->splitter.want_checksum = true;
        s->headers++;
        *partial = (struct partial){0};
        return true;
    case TXS_FRAME_PAYLOAD:
        keep_chunk(s, &partial->payload, &partial->len);
        return true;
    case TXS_FRAME_END:
        assert_int_equal(partial->len, s->splitter.length);
        s->ends++;
        s->bad_checksum = !s->splitter.checksum_ok;
        free((void *)s->payload.data);
        s->payload = (struct txs_span){partial->payload, partial->len};
        *partial = (struct partial){0};
        return true;
    case TXS_FRAME_BAD_MAGIC:
    case TXS_FRAME_OVERSIZED:
        return false;
    }
    return false;
}

static bool feed(struct splitting *s, struct partial *partial, struct txs_span piece)
{
    uint8_t *copy = malloc(piece.len ? piece.len : 1);
    assert_non_null(copy);
    memcpy(copy, piece.data, piece.len);
    struct txs_span in = {copy, piece.len};
    bool going;
    do {
        going = step(s, partial, &in);
    } while (going && s->last != TXS_FRAME_NEED);
    s->bytes_unused = in.len;
    free(copy);
    return going;
}

void splitting_run(struct splitting *out, const uint8_t magic[4], struct txs_span stream,
                   const size_t *cuts, size_t cut_count)
{
    struct partial partial = {0};
    memset(out, 0, sizeof *out);
    txs_splitter_init(&out->splitter, magic);
    size_t from = 0;
    for (size_t i = 0; i <= cut_count; i++) {
        size_t to = i < cut_count ? cuts[i] : stream.len;
        struct txs_span piece = {stream.data + from, to - from};
        from = to;
        if (!feed(out, &partial, piece)) {
            out->bytes_unused += stream.len - to;
            break;
        }
    }
    free(partial.payload);
}

void splitting_every_way(const uint8_t magic[4], struct txs_span stream,
                         void (*judge)(const struct splitting *, const void *context),
                         const void *context)
{
    struct splitting s;
    size_t *cuts = calloc(stream.len + 1, sizeof *cuts);
    assert_non_null(cuts);
    for (size_t cut = 0; cut <= stream.len; cut++) { /* at the ends: whole */
        splitting_run(&s, magic, stream, &cut, 1);
        judge(&s, context);
        free((void *)s.payload.data);
        cuts[cut] = cut;
    }
    splitting_run(&s, magic, stream, cuts, stream.len);
    judge(&s, context);
    free((void *)s.payload.data);
    free(cuts);
}
