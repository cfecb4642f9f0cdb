/* The bytes of a message in arrival, as far as there is room for them. */
#ifndef TXSURVEY_PEER_BODY_H
#define TXSURVEY_PEER_BODY_H

#include "txsurvey/bytes.h"

/* Without a pool nothing is kept: nothing is arriving, or there was no room for this one. */
struct body {
    uint8_t *data;
    size_t len, cap;
    size_t free_bytes; /* not taken from the pool */
    size_t *pool;      /* what is left of the one that it takes from */
    size_t from_pool;
    size_t whole; /* what needs the pool takes so much of it at once; 0: as much as has come */
};

void body_begin(struct body *b, size_t *pool, size_t free_bytes);
/* The same for one that is of use only as a whole, of so many bytes at most. */
void body_begin_whole(struct body *b, size_t *pool, size_t free_bytes, size_t whole);
bool body_try(struct body *b, struct txs_span chunk); /* false: no room, and nothing changed */
void body_add(struct body *b, struct txs_span chunk); /* no room: all that was kept is dropped */
void body_cut(struct body *b, size_t len);            /* to its first `len` bytes */
void body_drop(struct body *b);

#endif
