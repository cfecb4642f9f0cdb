/* What somebody tells in an addr or addrv2 message, as the survey takes it. */
#ifndef TXSURVEY_NET_HEARD_H
#define TXSURVEY_NET_HEARD_H

#include "run.h"

/* Fills the engine's `heard`; returns how many there are. `before`: as many this one has told
 * already. */
size_t heard_read(struct txs_engine *engine, const struct txs_told *told, size_t before);

#endif
