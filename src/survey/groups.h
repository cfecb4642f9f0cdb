/* Network groups (Core: GetGroup): what one operator can easily fill with addresses, an IPv4 /16 or
 * an IPv6 /32. Onion and I2P names have none: they cost nothing. */
#ifndef TXSURVEY_SURVEY_GROUPS_H
#define TXSURVEY_SURVEY_GROUPS_H

#include "txsurvey/address.h"

/* How many of its first bytes an address has in common with its group; 0 where it has none. */
size_t groups_prefix_len(const struct txs_address *address);
bool groups_same(const struct txs_address *a, const struct txs_address *b);
/* Whose word counts as one: a number that peers of a group have in common. Of the networks whose
 * names cost nothing there are 16 groups each, as in Core. Unroutable addresses, which the user
 * alone can name, each are a group. */
uint64_t groups_of_teller(const struct txs_address *teller);

#endif
