/* Limits of the process: descriptors and threads. */
#ifndef TXSURVEY_NET_LIMITS_H
#define TXSURVEY_NET_LIMITS_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* Raises the soft descriptor limit so far that `connections` fit beside `others`. Returns how many
 * connections do fit (at least 1), `connections` at most. */
uint32_t limits_raise_descriptors(uint32_t connections, uint32_t others);

/* libuv's table of watchers grows with the highest descriptor, and libuv aborts when it cannot: so
 * it is grown to `descriptors` once, before anybody is contacted. Returns 0 or a libuv error. */
int limits_grow_watchers(uv_loop_t *loop, uint32_t descriptors);

/* Makes libuv's pool large enough for `lookups` side by side (it runs slow work on half its
 * threads). Must come before the pool's first use. libuv aborts when it cannot make its threads, so
 * they are tried first; returns the number of look-ups that can run side by side, 0 when there can
 * be none. */
size_t limits_prepare_pool(size_t lookups);

#endif
