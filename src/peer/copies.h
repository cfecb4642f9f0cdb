/* Transactions that were hashed before, for whomever: see struct txs_copies. */
#ifndef TXSURVEY_PEER_COPIES_H
#define TXSURVEY_PEER_COPIES_H

#include "txsurvey/peer.h"

/* One of `len` bytes that begins with `first`, or NULL. */
const struct txs_copy *copies_find(const struct txs_peer_config *config, size_t len,
                                   struct txs_span first);
/* Keeps a transaction whose ids were computed, where its id has none of this form yet and there is
 * room. */
void copies_keep(const struct txs_peer_config *config, size_t id, const struct txs_tx_ids *ids,
                 uint64_t parts, struct txs_span bytes);

#endif
