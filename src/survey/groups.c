#include "groups.h"

#include "txsurvey/random.h"

#include <string.h>

static size_t prefix_len(const struct txs_address *a)
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
    size_t len = prefix_len(a);
    return len > 0 && a->network == b->network && memcmp(a->bytes, b->bytes, len) == 0;
}

bool groups_take(struct groups *groups, const struct txs_address *a)
{
    size_t len = prefix_len(a);
    if (len == 0)
        return true;
    uint32_t prefix = 0;
    memcpy(&prefix, a->bytes, len);
    struct txs_random hash = {groups->key ^ ((uint64_t)a->network << 32 | prefix)};
    uint16_t *taken = &groups->taken[txs_random_next(&hash) % GROUP_SLOTS];
    if (*taken == GROUP_MAX_OF_GOSSIP)
        return false;
    ++*taken;
    return true;
}
