/* --save-peers: the peers for the next run. */
#ifndef TXSURVEY_APP_SAVE_PEERS_H
#define TXSURVEY_APP_SAVE_PEERS_H

#include "console.h"

#include "txsurvey/engine.h"
#include "txsurvey/peer_list.h"

/* Writes those of a survey that has ended to the file at `path`. Where nobody was reached, the
 * network is rather down than gone: the old list stays. False, and said on the console, when it
 * could not be written. */
bool save_peers(struct txs_peer_list *list, const char *path, const struct txs_engine *engine,
                const struct txs_chain *chain, struct console *console);

#endif
