/* How connections begin: each by its way, which may have to be opened first. Whoever has them,
 * dial.c, learns what comes of them by their owner's callbacks. */
#ifndef TXSURVEY_NET_LAUNCH_H
#define TXSURVEY_NET_LAUNCH_H

#include "run.h"

/* Begins a connection, now or when the way there is open. One that cannot even begin has failed
 * like any other, or its owner learns that no socket was to be had. */
void launch(struct txs_engine *engine, struct conn *c);
/* Begins those that waited for a way that is open now, as far as the rate allows. */
void launch_waiting(struct txs_engine *engine);
/* One failed: true where that may be the doing of its way and not of its peer's, and it waits to be
 * made again. This one is then over without a result. */
bool launch_again(struct txs_engine *engine, const struct conn *c, enum txs_error error);
/* Ends all, those that wait included. */
void launch_stop(struct txs_engine *engine, enum txs_error why);
/* It is gone. */
void launch_forget(struct txs_engine *engine, struct conn *c);

#endif
