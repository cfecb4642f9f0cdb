/* Merkle trees of blocks: the root over transaction ids as they come, and the partial trees of
 * BIP37. */
#ifndef TXSURVEY_MERKLE_H
#define TXSURVEY_MERKLE_H

#include "txsurvey/message.h"

/* No block has more: each transaction weighs at least 240 of the 4,000,000 units that a block may
 * weigh (Core: MAX_BLOCK_WEIGHT / MIN_TRANSACTION_WEIGHT). */
#define TXS_BLOCK_TX_MAX 16666u
#define TXS_MERKLE_LEVELS 15 /* 2^15 leaves are more */

struct txs_merkle {
    uint32_t count; /* leaves so far */
    bool mutated;
    uint8_t inner[TXS_MERKLE_LEVELS][32]; /* for each bit of `count`, the root of as many leaves */
};
void txs_merkle_init(struct txs_merkle *m);
void txs_merkle_add(struct txs_merkle *m, const uint8_t leaf[32]); /* at most TXS_BLOCK_TX_MAX */
/* The root. False without leaves, and where another list of leaves has the same root: one in which
 * two neighbouring subtrees are equal (CVE-2012-2459). */
bool txs_merkle_root(const struct txs_merkle *m, uint8_t out[32]);

/* The root that a block's header names. */
const uint8_t *txs_header_merkle_root(struct txs_span header);

/* What a merkleblock proves, transaction by transaction. */
typedef void txs_merkle_match_fn(void *context, const uint8_t txid[32], uint32_t position);
/* Verifies a partial tree against the root in its header, by all rules of BIP37, and calls `match`
 * for each transaction that it marks. What was called counts only when this returns true. */
bool txs_merkleblock_verify(const struct txs_merkleblock *block, txs_merkle_match_fn *match,
                            void *context);

#endif
