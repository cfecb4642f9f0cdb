#include "txsurvey/chain.h"

#include <string.h>

const struct txs_chain txs_chains[] = {
    {"main", {0xf9, 0xbe, 0xb4, 0xd9}, 8333, 0x00, 0x05, "bc", false, true},
    {"test", {0x0b, 0x11, 0x09, 0x07}, 18333, 0x6f, 0xc4, "tb", false, false},
    {"testnet4", {0x1c, 0x16, 0x3f, 0x28}, 48333, 0x6f, 0xc4, "tb", false, true},
    {"signet", {0x0a, 0x03, 0xcf, 0x40}, 38333, 0x6f, 0xc4, "tb", false, false},
    {"regtest", {0xfa, 0xbf, 0xb5, 0xda}, 18444, 0x6f, 0xc4, "bcrt", true, false},
};
const unsigned txs_chain_count = sizeof txs_chains / sizeof txs_chains[0];

const struct txs_chain *txs_chain_by_name(const char *name)
{
    for (unsigned i = 0; i < txs_chain_count; i++) {
        if (strcmp(txs_chains[i].name, name) == 0)
            return &txs_chains[i];
    }
    return NULL;
}

const struct txs_chain *txs_chain_by_magic(const uint8_t magic[4])
{
    for (unsigned i = 0; i < txs_chain_count; i++) {
        if (memcmp(txs_chains[i].magic, magic, 4) == 0)
            return &txs_chains[i];
    }
    return NULL;
}
