/* What a node says about addresses, and when: the manners of gossip.h. */
#ifndef SIMNET_TELL_H
#define SIMNET_TELL_H

#include "session.h"
#include "txsurvey/message.h"

/* They append to s->net->out. */
void sim_tell_after_handshake(struct sim_session *s);
void sim_tell_asked(struct sim_session *s); /* a `getaddr` came */
void sim_tell_late(struct sim_session *s);  /* s->tell_ms has come */

/* The entry of an addr message for an IPv4 address; `ip16` holds its bytes. */
struct txs_addr_entry sim_addr_entry(uint8_t ip16[16], const struct txs_address *address,
                                     uint32_t age_s);

#endif
