/* The surveyor's manners: every message of it is held against the protocol. */
#ifndef SIMNET_CHECK_H
#define SIMNET_CHECK_H

#include "session.h"

/* Counts what is wrong with a message, before the node acts upon it. */
void sim_check_message(struct sim_session *s, enum sim_command command, struct txs_span payload);

#endif
