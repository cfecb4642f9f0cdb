/* DNS look-ups: of each seed's name the IPv4 and the IPv6 addresses, two questions, all of them
 * side by side, under one deadline.
 *
 * What comes of one question counts whatever becomes of the other. One that runs cannot be
 * interrupted (libuv runs getaddrinfo on a thread). If it overruns its deadline it is given up: the
 * name's record is written, and the request is left behind until its thread returns or the process
 * leaves.
 */
#ifndef TXSURVEY_NET_RESOLVER_H
#define TXSURVEY_NET_RESOLVER_H

#include <stdbool.h>
#include <stdint.h>

#define RESOLVER_DEADLINE_MS 5000
#define RESOLVER_DESCRIPTORS 4 /* that the look-ups of a name may take */

struct txs_engine;
struct resolver;

/* For the engine's seeds, which must be open; for none where all goes through a proxy. NULL when
 * out of memory. */
struct resolver *resolver_new(struct txs_engine *engine);
/* Begins to look up those that are not settled yet. Where no thread can be had for them, all are
 * settled as failed, in the loop's first turn. */
void resolver_start(struct resolver *resolver);
/* This machine stood still for so long: the deadline moves. */
void resolver_stalled(struct resolver *resolver, uint64_t ms);
/* Settles what is outstanding, as `interrupted`. */
void resolver_stop(struct resolver *resolver);
/* Closes its handles, whether or not it was started. True when no request is left behind: the
 * resolver frees itself once the handles are closed. False when some is: then it is never freed,
 * and the engine must not be. */
bool resolver_close(struct resolver *resolver);

#endif
