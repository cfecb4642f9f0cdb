/* The parameters of the five chains (Core: src/kernel/chainparams.cpp). */
#ifndef TXSURVEY_CHAIN_H
#define TXSURVEY_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

struct txs_chain {
    const char *name;       /* as `bitcoind -chain=`: main, test, testnet4, signet, regtest */
    uint8_t magic[4];       /* in the order of the wire */
    uint16_t port;          /* default port */
    uint8_t p2pkh_prefix;   /* base58 version byte of pubkeyhash addresses */
    uint8_t p2sh_prefix;    /* and of scripthash addresses */
    const char *bech32_hrp; /* human-readable part of segwit addresses */
    bool local_is_routable; /* regtest: everything lives on loopback */
    bool has_split;         /* nodes of Knots went on by other rules in 2026, and say so by a bit */
};

extern const struct txs_chain txs_chains[];
extern const unsigned txs_chain_count;

/* NULL when there is no such chain. */
const struct txs_chain *txs_chain_by_name(const char *name);
/* The chain that these four bytes belong to, or NULL. */
const struct txs_chain *txs_chain_by_magic(const uint8_t magic[4]);

#endif
