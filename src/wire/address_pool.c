#include "txsurvey/address_pool.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 4096 /* then a sixteenth more: little lies idle */

static const uint8_t bytes_of[] = {
#define X(id, name, bip155, len) offsetof(struct txs_address, bytes) + len,
    TXS_NETWORK_TABLE(X)
#undef X
};

size_t txs_address_bytes(uint8_t network)
{
    return bytes_of[network];
}

static bool grow(struct txs_address_pool *pool)
{
    if (pool->len + sizeof(struct txs_address) <= pool->cap)
        return true;
    size_t cap = pool->cap + pool->cap / 16 + FIRST_CAP;
    uint8_t *bytes = cap <= UINT32_MAX ? realloc(pool->bytes, cap) : NULL;
    if (bytes == NULL)
        return false;
    pool->bytes = bytes;
    pool->cap = cap;
    return true;
}

bool txs_address_pool_add(struct txs_address_pool *pool, const struct txs_address *a)
{
    if (!grow(pool))
        return false;
    size_t len = bytes_of[a->network];
    memcpy(pool->bytes + pool->len, a, len);
    pool->len += len;
    return true;
}

struct txs_address txs_address_pool_get(const struct txs_address_pool *pool, uint32_t place)
{
    struct txs_address a = {0};
    const uint8_t *at = pool->bytes + place;
    memcpy(&a, at, bytes_of[at[0]]);
    return a;
}

bool txs_address_pool_is(const struct txs_address_pool *pool, uint32_t place,
                         const struct txs_address *a)
{
    const uint8_t *at = pool->bytes + place;
    return at[0] == a->network && memcmp(at, a, bytes_of[at[0]]) == 0;
}

void txs_address_pool_free(struct txs_address_pool *pool)
{
    free(pool->bytes);
    *pool = (struct txs_address_pool){0};
}
