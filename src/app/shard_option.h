/* The value of --shard. */
#ifndef TXSURVEY_APP_SHARD_OPTION_H
#define TXSURVEY_APP_SHARD_OPTION_H

#include "txsurvey/status.h"

#include <stdint.h>

#define SHARDS_MAX 65536

/* `I/N` with 1 <= I <= N <= SHARDS_MAX, or `auto`: what the environment says of a Slurm array or
 * step, of a Kubernetes indexed job or of GNU parallel. The latter two do not tell how many there
 * are: TXSURVEY_SHARDS must. With Slurm it may, and must then agree: a part of an array that is
 * submitted again would otherwise pass for a whole one. */
enum txs_status value_shard(uint32_t *index, uint32_t *count, const char *text,
                            struct txs_message *message);

#endif
