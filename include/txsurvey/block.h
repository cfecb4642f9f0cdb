/* A walker through the transactions of a `block` or a `blocktxn` message while its bytes arrive, in
 * a fixed amount of memory whatever their number and size. */
#ifndef TXSURVEY_BLOCK_H
#define TXSURVEY_BLOCK_H

#include "txsurvey/merkle.h"
#include "txsurvey/tx.h"

struct txs_block_walker {
    uint8_t head[TXS_BLOCK_HEADER_BYTES]; /* what stands before the count */
    uint8_t head_len, head_need;
    uint8_t carry[9]; /* of the count */
    uint8_t carry_len;
    uint8_t state;
    uint32_t tx_count; /* claimed, 1..TXS_BLOCK_TX_MAX */
    uint32_t tx_seen;  /* transactions that are complete */
    struct txs_span chunk;
    struct txs_tx_walker tx;
    struct txs_tx_ids ids;
    struct txs_merkle merkle; /* of their txids */
};

enum txs_block_walk {
    TXS_BLOCK_MORE,      /* all of `in` is used up */
    TXS_BLOCK_CHUNK,     /* `chunk`, borrowed from `in`, is the next piece of a transaction */
    TXS_BLOCK_TX,        /* it is complete: `ids` and `tx.parts` are its own, the tx_seen-th */
    TXS_BLOCK_MALFORMED, /* no such message: no transactions or too many, one that cannot be, bytes
                            behind the last */
};

/* `head_bytes` come before the count: TXS_BLOCK_HEADER_BYTES, or 32 (the block's hash) for a
 * blocktxn. */
void txs_block_walker_init(struct txs_block_walker *w, size_t head_bytes);
/* Takes bytes from the front of `in`, in any split. */
enum txs_block_walk txs_block_walk(struct txs_block_walker *w, struct txs_span *in);
/* The last transaction is complete. */
bool txs_block_is_whole(const struct txs_block_walker *w);

/* The height that a coinbase transaction names (BIP34), -1 where it names none. Only blocks of
 * version 2 and later have it there. */
int32_t txs_coinbase_height(const struct txs_tx *coinbase);

#endif
