/* What is due next: a heap of deadlines, each embedded in what waits for it. libuv's own timers
 * have 152 bytes each. */
#ifndef TXSURVEY_NET_DEADLINES_H
#define TXSURVEY_NET_DEADLINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero, or with any time, it waits for nothing. */
struct deadline {
    uint64_t ms;
    uint32_t place; /* in the heap, from 1; 0: it is not there */
};

/* All zero is empty. */
struct deadlines {
    struct deadline **heap; /* from 1: each no later than those at twice its place and behind */
    uint32_t count, cap;
};

/* Room for so many in all, without which none may be set. False when out of memory. */
bool deadlines_reserve(struct deadlines *all, size_t count);
void deadlines_free(struct deadlines *all);

/* At TXS_NEVER it waits no more. */
void deadlines_set(struct deadlines *all, struct deadline *one, uint64_t ms);
/* The earliest; NULL when there is none. */
struct deadline *deadlines_first(const struct deadlines *all);

#endif
