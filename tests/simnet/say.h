/* One function a message: each appends it to s->net->out. */
#ifndef SIMNET_SAY_H
#define SIMNET_SAY_H

#include "session.h"
#include "txsurvey/message.h"

void sim_say(struct sim_session *s, const char *command, struct txs_span payload);
void sim_say_empty(struct sim_session *s, const char *command);
void sim_say_u64(struct sim_session *s, const char *command, uint64_t value);
void sim_say_version(struct sim_session *s);
/* wtxidrelay, sendaddrv2, verack: what stands between version and verack, and the latter. */
void sim_say_early_features(struct sim_session *s); /* all before verack */
void sim_say_features(struct sim_session *s);
/* What a node sends by itself once the handshake is done. */
void sim_say_after_handshake(struct sim_session *s);
void sim_say_ping(struct sim_session *s);
void sim_say_inv_list(struct sim_session *s, const char *command, const struct txs_inv_item *items,
                      size_t count);
/* Spoils the checksum of the message that starts at `begun`. */
void sim_spoil_checksum(struct sim_session *s, size_t begun);

#endif
