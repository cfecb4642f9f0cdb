/* A tx message: hashed as it comes, unless it is byte for byte one that was hashed before. */
#ifndef TXSURVEY_PEER_INCOMING_TX_H
#define TXSURVEY_PEER_INCOMING_TX_H

#include "session.h"

void incoming_tx_begin(struct txs_peer *p);
void incoming_tx_add(struct txs_peer *p, struct txs_span chunk);
/* What it is hashed with, if it is. */
void incoming_tx_drop(struct txs_peer *p);
/* At its end: false where its checksum is wrong. Else `ids`, `parts`, `bytes` and `id` of the
 * message in hand are known, but where it is no transaction. */
bool incoming_tx_end(struct txs_peer *p);
bool incoming_tx_is_malformed(const struct txs_peer *p);

#endif
