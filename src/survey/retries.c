#include "retries.h"

#include <stdlib.h>

const struct waiting *retries_first(const struct retries *r)
{
    return r->len > 0 ? &r->ring[r->head] : NULL;
}

struct txs_attempt retries_pop(struct retries *r)
{
    struct txs_attempt attempt = r->ring[r->head].attempt;
    r->head = (r->head + 1) % r->cap;
    r->len--;
    return attempt;
}

static bool grow(struct retries *r)
{
    size_t cap = r->cap ? r->cap * 2 : 64;
    struct waiting *ring = malloc(cap * sizeof *ring);
    if (ring == NULL)
        return false;
    for (size_t i = 0; i < r->len; i++)
        ring[i] = r->ring[(r->head + i) % r->cap];
    free(r->ring);
    r->ring = ring;
    r->cap = cap;
    r->head = 0;
    return true;
}

bool retries_push(struct retries *r, struct waiting waiting)
{
    if (r->len == r->cap && !grow(r))
        return false;
    r->ring[(r->head + r->len++) % r->cap] = waiting;
    return true;
}

void retries_free(struct retries *r)
{
    free(r->ring);
}
