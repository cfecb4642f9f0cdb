#include "txsurvey/random.h"

uint64_t txs_random_next(struct txs_random *r)
{
    uint64_t z = (r->state += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

uint64_t txs_random_below(struct txs_random *r, uint64_t bound)
{
    /* The bias of the remainder is below bound / 2^64: nothing for an order of dialling. */
    return txs_random_next(r) % bound;
}
