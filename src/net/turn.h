/* A turn of the loop, from one check phase to the next: how much of it peers may take, and whether
 * this machine stood still in it.
 *
 * Peers are read in rounds: each once a round, if it has something to read. Where a turn's time for
 * reading is used up before all had their share, the others get theirs in the next turns, before
 * anyone is read again. So no turn is long by what peers send, and none of them waits for more than
 * one share of each of the others.
 *
 * That time is this thread's work, not the clock's, and grows with those who are read: what an
 * ordinary answer takes is there for each. Ending early is dear: who could be read and is not is
 * asked about again by libuv, where there are thousands of them dozens of times a turn.
 */
#ifndef TXSURVEY_NET_TURN_H
#define TXSURVEY_NET_TURN_H

#include <stdbool.h>
#include <stdint.h>

/* No wait of the loop is to be longer. */
#define TURN_WAIT_MS 100

struct turn {
    uint64_t began_ns;
    uint64_t looked_ns, worked_ns; /* when we looked last, and this thread's processor time then */
    uint64_t asks_ns;              /* when to ask how long reading has taken */
    uint64_t reading_from_ns;      /* the processor time then, since when it counts; 0: not asked */
    uint64_t reads, number, round;
    bool cut_short; /* somebody's share has to wait for the next turn */
};

/* Of one connection; zeroed at first. */
struct share {
    uint64_t turn, round; /* in which it was read last */
    bool waits;           /* there is something to read that it must wait for */
};

/* Now; whatever was before is forgotten. */
void turn_start(struct turn *turn);
/* Something can be read: whether it is its turn now. */
bool turn_take_share(struct turn *turn, struct share *share);
/* A turn ends and the next begins. Returns for how many milliseconds this machine stood still: all
 * that was neither this thread's own work nor the wait that it had meant to make. 0 where that is
 * so little that it may be the scheduler's doing. */
uint64_t turn_end(struct turn *turn);

#endif
