/* What goes out. */
#ifndef TXSURVEY_PEER_SAY_H
#define TXSURVEY_PEER_SAY_H

#include "session.h"

void say_version(struct txs_peer *p);
void say_ready(struct txs_peer *p); /* features that the peer's version allows, verack */
/* getdata for the pending ids, if any, the decoy among them where it is wanted, and a fence.
 * Returns its number. */
uint32_t say_request(struct txs_peer *p);
void say_getdata(struct txs_peer *p, uint32_t type, const uint8_t hash[32]);
void say_getaddr(struct txs_peer *p);
/* A ping, whose pong says that all before it was handled. Returns its number, from 1. */
uint32_t say_fence(struct txs_peer *p);
/* The number of the fence with this nonce, 0 where none was sent. */
uint32_t say_fence_number(const struct txs_peer *p, uint64_t nonce);
void say_getheaders(struct txs_peer *p, const uint8_t hash[32]);
void say_pong(struct txs_peer *p);

/* How a transaction is asked for by its txid; and an id of the survey. */
uint32_t say_txid_type(const struct txs_peer *p);
uint32_t say_item_type(const struct txs_peer *p);

#endif
