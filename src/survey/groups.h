/* Network groups (Core: GetGroup): what one operator can easily fill with addresses, an IPv4 /16 or
 * an IPv6 /32. Onion and I2P names have none: they cost nothing. */
#ifndef TXSURVEY_SURVEY_GROUPS_H
#define TXSURVEY_SURVEY_GROUPS_H

#include "txsurvey/address.h"

#define SEED_MAX_ADDRESSES 512
#define GROUP_MAX_AT_A_TIME 64
#define HOST_MAX_AT_A_TIME 4 /* its ports */
#define GROUP_MAX_OF_GOSSIP 2048
#define GROUP_SLOTS 65536u

/* How much of each group gossip has filled. Groups that share a slot share what they may have, so
 * slots are chosen by a key. */
struct groups {
    uint64_t key;
    uint16_t taken[GROUP_SLOTS];
};

bool groups_same(const struct txs_address *a, const struct txs_address *b);
/* False when the group is full. */
bool groups_take(struct groups *groups, const struct txs_address *address);
/* Whose word counts as one: a number that peers of a group have in common. Of the networks whose
 * names cost nothing there are 16 groups each, as in Core. Unroutable addresses, which the user
 * alone can name, each are a group. */
uint64_t groups_of_teller(const struct txs_address *teller);

#endif
