/* A small made block, for dialogues: a coinbase that names its height, transactions by their names,
 * and so many nameless others behind them. */
#ifndef TXSURVEY_SCENARIO_BLOCKS_H
#define TXSURVEY_SCENARIO_BLOCKS_H

#include "words.h"

#include "txsurvey/message.h"

#define BLOCK_NAMES_MAX 12

struct made_block {
    uint32_t height;
    char names[BLOCK_NAMES_MAX + 1]; /* from position 1 on */
    uint32_t others;
    uint8_t header[TXS_BLOCK_HEADER_BYTES];
    uint8_t hash[32];
};

/* `block HEIGHT NAMES... others=N version=N` */
void block_make(struct made_block *b, const struct words *w);
/* The position of a name, -1 where the block has it not. */
int block_position(const struct made_block *b, char name);

/* block stripped header=other less mutated */
void block_put(struct txs_writer *out, const struct made_block *b, const struct words *w);
/* merkleblock NAMES... header=other spoiled */
void block_put_merkleblock(struct txs_writer *out, const struct made_block *b,
                           const struct words *w);
/* blocktxn NAMES... stripped header=other */
void block_put_blocktxn(struct txs_writer *out, const struct made_block *b, const struct words *w);

#endif
