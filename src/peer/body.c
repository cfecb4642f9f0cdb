#include "body.h"

#include <stdlib.h>
#include <string.h>

void body_begin(struct body *b, size_t *pool, size_t free_bytes)
{
    body_drop(b);
    b->pool = pool;
    b->free_bytes = free_bytes;
}

void body_begin_whole(struct body *b, size_t *pool, size_t free_bytes, size_t whole)
{
    body_begin(b, pool, free_bytes);
    b->whole = whole;
}

void body_drop(struct body *b)
{
    if (b->pool != NULL)
        *b->pool += b->from_pool;
    free(b->data);
    *b = (struct body){.data = NULL};
}

void body_cut(struct body *b, size_t len)
{
    if (b->len > len)
        b->len = len;
}

static bool grow(struct body *b, size_t need)
{
    size_t cap = b->cap ? b->cap : 1024;
    while (cap < need)
        cap *= 2;
    if (b->whole != 0 && cap > b->whole)
        cap = b->whole;
    size_t held = cap > b->free_bytes && b->whole != 0 ? b->whole : cap;
    size_t pooled = held > b->free_bytes ? held - b->free_bytes : 0;
    if (pooled - b->from_pool > *b->pool)
        return false;
    uint8_t *data = realloc(b->data, cap);
    if (data == NULL)
        return false;
    *b->pool -= pooled - b->from_pool;
    b->from_pool = pooled;
    b->data = data;
    b->cap = cap;
    return true;
}

bool body_try(struct body *b, struct txs_span chunk)
{
    if (b->pool == NULL || (b->len + chunk.len > b->cap && !grow(b, b->len + chunk.len)))
        return false;
    memcpy(b->data + b->len, chunk.data, chunk.len);
    b->len += chunk.len;
    return true;
}

void body_add(struct body *b, struct txs_span chunk)
{
    if (!body_try(b, chunk))
        body_drop(b);
}
