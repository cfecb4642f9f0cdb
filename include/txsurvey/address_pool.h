/* Many addresses in little memory: each has four bytes and those of its network. */
#ifndef TXSURVEY_ADDRESS_POOL_H
#define TXSURVEY_ADDRESS_POOL_H

#include "txsurvey/address.h"

/* All zero is empty. */
struct txs_address_pool {
    uint8_t *bytes;
    size_t len, cap;
};

/* Its place is where `len` was. False when out of memory, or where places are no longer of 32 bits.
 */
bool txs_address_pool_add(struct txs_address_pool *pool, const struct txs_address *address);
struct txs_address txs_address_pool_get(const struct txs_address_pool *pool, uint32_t place);
bool txs_address_pool_is(const struct txs_address_pool *pool, uint32_t place,
                         const struct txs_address *address);
void txs_address_pool_free(struct txs_address_pool *pool);

/* So many of its first bytes make an address: the others are zero. */
size_t txs_address_bytes(uint8_t network);

#endif
