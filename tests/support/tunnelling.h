/* Feeds what a proxy says to a tunnel, in pieces, and keeps what came of it. */
#ifndef TXSURVEY_TEST_TUNNELLING_H
#define TXSURVEY_TEST_TUNNELLING_H

#include "txsurvey/tunnel.h"

#define TUNNELLING_SENT_MAX 4096

struct tunnelling {
    enum txs_tunnel_state state;
    enum txs_error error;
    bool asked;
    char sent[TUNNELLING_SENT_MAX + 1]; /* all, with a NUL behind it */
    size_t sent_len;
    size_t left; /* bytes that the tunnel did not take */
};

/* Each piece is copied to memory of exactly its size. `cuts` are ascending offsets. Frees `t`. */
void tunnelling_run(struct tunnelling *out, struct txs_tunnel *t, struct txs_span stream,
                    const size_t *cuts, size_t cut_count);
/* Requires the same for the stream whole, cut in two at every place and byte by byte. `make` makes
 * a new tunnel of the same kind. */
void tunnelling_every_way(struct tunnelling *out, struct txs_tunnel *(*make)(void),
                          struct txs_span stream);

#endif
