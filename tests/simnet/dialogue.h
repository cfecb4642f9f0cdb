/* What a node says, and when: the behaviours. */
#ifndef SIMNET_DIALOGUE_H
#define SIMNET_DIALOGUE_H

#include "session.h"

/* They append to s->net->out, which the caller flushes. */
void sim_dialogue_accepted(struct sim_session *s);
void sim_dialogue_message(struct sim_session *s, enum sim_command command, struct txs_span payload);
void sim_dialogue_tick(struct sim_session *s);

#endif
