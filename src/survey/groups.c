#include "groups.h"

#include "txsurvey/random.h"

#include <string.h>

size_t groups_prefix_len(const struct txs_address *a)
{
    switch ((enum txs_network)a->network) {
    case TXS_NETWORK_IPV4:
        return 2;
    case TXS_NETWORK_IPV6:
    case TXS_NETWORK_CJDNS:
        return 4;
    case TXS_NETWORK_ONION:
    case TXS_NETWORK_I2P:
    case TXS_NETWORK_COUNT:
        break;
    }
    return 0;
}

bool groups_same(const struct txs_address *a, const struct txs_address *b)
{
    size_t len = groups_prefix_len(a);
    return len > 0 && a->network == b->network && memcmp(a->bytes, b->bytes, len) == 0;
}

static unsigned teller_bits(const struct txs_address *a)
{
    switch ((enum txs_network)a->network) {
    case TXS_NETWORK_IPV4:
        return 16;
    case TXS_NETWORK_IPV6:
        return 32;
    case TXS_NETWORK_CJDNS: /* the first eight are the same for all */
        return 12;
    case TXS_NETWORK_ONION:
    case TXS_NETWORK_I2P:
    case TXS_NETWORK_COUNT:
        break;
    }
    return 4;
}

static uint64_t of_host(const struct txs_address *a)
{
    struct txs_random r = {a->network};
    for (size_t i = 0; i < sizeof a->bytes; i++)
        r.state = txs_random_next(&r) ^ a->bytes[i];
    return txs_random_next(&r);
}

uint64_t groups_of_teller(const struct txs_address *a)
{
    if (!txs_address_is_routable(a))
        return of_host(a);
    uint32_t first = (uint32_t)a->bytes[0] << 24 | (uint32_t)a->bytes[1] << 16 |
                     (uint32_t)a->bytes[2] << 8 | a->bytes[3];
    return (uint64_t)a->network << 32 | first >> (32 - teller_bits(a));
}
