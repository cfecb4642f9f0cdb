/* The handshake, and what a peer says of itself. */
#ifndef TXSURVEY_PEER_HANDSHAKE_H
#define TXSURVEY_PEER_HANDSHAKE_H

#include "session.h"

enum handshake_progress {
    HANDSHAKE_AS_BEFORE,
    HANDSHAKE_READY,    /* our verack is on its way */
    HANDSHAKE_COMPLETE, /* and the peer's has come */
};
/* Our side of it begins. */
enum handshake_progress handshake_begin(struct txs_peer *p);
/* A message of the handshake, of negotiation, or a ping; others change nothing. */
enum handshake_progress handshake_message(struct txs_peer *p, enum message_kind kind);

#endif
