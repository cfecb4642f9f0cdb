/* What this machine's clocks say of it: that it stood still, that it was suspended, that its clock
 * was set. None of that is a peer's fault. */
#ifndef TXSURVEY_NET_CLOCKS_H
#define TXSURVEY_NET_CLOCKS_H

#include "run.h"

void clocks_prepare(struct txs_engine *engine);
/* From now on; whatever was before is forgotten. */
void clocks_start(struct txs_engine *engine);

#endif
