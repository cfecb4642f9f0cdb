#ifndef TXSURVEY_SURVEY_SHARD_H
#define TXSURVEY_SURVEY_SHARD_H

#include "txsurvey/address.h"

/* Which of `count` shards an address belongs to, 1..count. It is the same on every machine and in
 * every release (shard.c tells how to work it out elsewhere). */
uint32_t shard_of(const struct txs_address *address, uint32_t count);

#endif
