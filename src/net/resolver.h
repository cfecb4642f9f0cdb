/* DNS seeds, all names side by side, each with a deadline of its own.
 *
 * A look-up that runs cannot be interrupted (libuv runs getaddrinfo on a thread). One that overruns
 * its deadline is given up: its record is written, and the request is left behind until its thread
 * returns or the process leaves.
 */
#ifndef TXSURVEY_NET_RESOLVER_H
#define TXSURVEY_NET_RESOLVER_H

#include "txsurvey/address.h"
#include "txsurvey/hearsay.h"
#include "txsurvey/record.h"

#include <uv.h>

#define RESOLVER_DEADLINE_MS 5000

struct resolver;

/* What the engine is told: an answer (its list may be changed, and is freed after the call), whose
 * return value is the number of distinct addresses; and then the name's record. */
struct resolver_events {
    void *context;
    size_t (*addresses)(void *context, const char *host, struct txs_heard *list, size_t count);
    void (*settled)(void *context, const struct txs_seed_record *record);
};

/* For look-ups of `hosts` (borrowed). With a `refusal` none is made: every name fails with that
 * word. NULL when out of memory. */
struct resolver *resolver_new(uv_loop_t *loop, const char *const *hosts, size_t count,
                              uint16_t port, const char *refusal, struct resolver_events events);
/* This name was settled, and recorded, by an earlier part of the run: it is not looked up. */
void resolver_settle_before(struct resolver *resolver, const char *host);
/* Begins to look them up. Where none may be made, or no thread can be had for them, every name is
 * settled as failed, in the loop's first turn. */
void resolver_start(struct resolver *resolver);
/* This machine stood still for so long: the deadline moves. */
void resolver_stalled(struct resolver *resolver, uint64_t ms);
size_t resolver_outstanding(const struct resolver *resolver); /* names not yet settled */
/* Settles what is outstanding as failed, `interrupted`. */
void resolver_stop(struct resolver *resolver);
/* Closes its handles, whether or not it was started. True when no request is left behind: the
 * resolver frees itself once the handles are closed. False when some is: then it is never freed. */
bool resolver_close(struct resolver *resolver);

#endif
