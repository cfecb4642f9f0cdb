/* A block that holds the network's transactions, deep enough that nobody serves a part of it. */
#ifndef SIMNET_BLOCK_H
#define SIMNET_BLOCK_H

#include "node.h"

/* Builds the frames from the transactions. False when out of memory. */
bool sim_block_build(struct sim_settings *settings);
void sim_block_free(struct sim_block *block);
/* Nodes that are high enough and not pruned. */
bool sim_block_is_at(const struct sim_settings *settings, const struct sim_node *node);
/* What answers for an item of getdata; NULL where it is none of the block. */
const struct sim_frame *sim_block_answer(const struct sim_settings *settings, uint32_t type,
                                         const uint8_t hash[32]);

#endif
