/* Feeds a stream to a frame splitter in pieces and keeps what came of it. */
#ifndef TXSURVEY_TEST_SPLITTING_H
#define TXSURVEY_TEST_SPLITTING_H

#include "txsurvey/frame.h"

/* What is known after the last piece; of several messages the last. */
struct splitting {
    struct txs_splitter splitter;
    enum txs_frame_event last; /* NEED when the stream ended within a message or at its start */
    unsigned headers, ends;
    bool bad_checksum;
    size_t bytes_unused;     /* of the pieces, after an error */
    struct txs_span payload; /* malloc'ed at exactly its size at the END */
};

/* Each piece is copied to memory of exactly its size. `cuts` are ascending offsets. */
void splitting_run(struct splitting *out, const uint8_t magic[4], struct txs_span stream,
                   const size_t *cuts, size_t cut_count);
/* Calls `judge` for the stream whole, cut in two at every place and byte by byte. */
void splitting_every_way(const uint8_t magic[4], struct txs_span stream,
                         void (*judge)(const struct splitting *, const void *context),
                         const void *context);

#endif
