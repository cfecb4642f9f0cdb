/* The two ports beside the network's own: one that refuses, one that swallows. */
#ifndef SIMNET_PORTS_H
#define SIMNET_PORTS_H

#include <stdbool.h>
#include <stdint.h>

/* Three ports in a row that nobody has now, below those that the kernel gives away: the first; 0,
 * with a message on standard error, when there are none. */
uint16_t sim_ports_choose(void);

/* Makes port + 1 refuse every connection and port + 2 leave every attempt unanswered, for as long
 * as the process lives, and tries both. False, with a message on standard error, when one does not.
 */
bool sim_ports_prepare(uint16_t port);

#endif
