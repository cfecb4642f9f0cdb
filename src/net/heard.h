/* What somebody tells in an addr or addrv2 message, as the survey takes it. */
#ifndef TXSURVEY_NET_HEARD_H
#define TXSURVEY_NET_HEARD_H

#include "run.h"

/* Fills the engine's `heard`; returns how many there are, and adds them to those that the
 * connection's attempt has heard. */
size_t heard_read(struct txs_engine *engine, struct conn *c, const struct txs_told *told);

#endif
