/* Pseudo-random numbers from a seed (splitmix64): for nonces and the order of dialling, not for
 * keys. */
#ifndef TXSURVEY_RANDOM_H
#define TXSURVEY_RANDOM_H

#include <stdint.h>

struct txs_random {
    uint64_t state;
};

uint64_t txs_random_next(struct txs_random *r);
/* 0 <= result < bound; bound must not be 0. */
uint64_t txs_random_below(struct txs_random *r, uint64_t bound);

#endif
