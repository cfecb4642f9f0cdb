/* How many peers of a host and of a network group may be attempted because seeds and gossip name
 * them, over all who do. A peer that is attempted, or turned out to be alive, holds a place; a dead
 * one has given three quarters of it back. So inventions do not fill a group for good, and cannot
 * make us dial without end either.
 *
 * All places are there for peers of whom four independent tellers speak, three quarters for those
 * of three, and so on: whoever fills a group alone leaves room for what others agree on. */
#ifndef TXSURVEY_SURVEY_PLACES_H
#define TXSURVEY_SURVEY_PLACES_H

#include "txsurvey/address.h"

#define PLACES_OF_A_GROUP 2048u
#define PLACES_OF_A_HOST 4u /* for its ports */
#define PLACES_SLOTS (1u << 20)

/* Hosts and groups have two slots each, chosen by a key, and the emptier one counts: others are in
 * the way where they fill both alone. */
struct places {
    uint64_t key;
    uint32_t shards; /* a group's places are shared by so many surveys */
    struct place {
        uint16_t attempted; /* now */
        uint16_t settled;   /* quarters of places that peers keep */
    } slots[PLACES_SLOTS];
};

enum places_verdict {
    PLACES_TAKEN,
    PLACES_BUSY, /* none is free now: some may be, once it is known what comes of attempts */
    PLACES_FULL  /* nor will one be, for one with so few tellers */
};
enum places_verdict places_take(struct places *places, const struct txs_address *address,
                                unsigned tellers);
/* The end of what was taken. */
void places_give_back(struct places *places, const struct txs_address *address, bool alive);
/* The same for one that was taken in an earlier part of the run. */
void places_restore(struct places *places, const struct txs_address *address, bool alive);

#endif
