/* A set of addresses and address ranges: whom not to contact. */
#ifndef TXSURVEY_ADDRESS_SET_H
#define TXSURVEY_ADDRESS_SET_H

#include "txsurvey/address.h"
#include "txsurvey/status.h"

#include <stddef.h>

/* All ports of the addresses from `first` to `last`, both included, of one network. */
struct txs_address_range {
    uint8_t network; /* enum txs_network */
    uint8_t first[32], last[32];
};

/* Zeroed it is empty. */
struct txs_address_set {
    struct txs_address_range *ranges; /* owned */
    size_t count;
    bool ordered; /* sorted and disjoint, for txs_address_set_has() */
};

/* Adds `ADDR`, `ADDR/BITS` (IPv4, IPv6; bits past BITS must be zero), `FIRST-LAST` (both included;
 * IPv4, IPv6), `.onion` or `.b32.i2p`.
 * TXS_E_USAGE with a message for anything else, TXS_E_NOMEM. */
enum txs_status txs_address_set_add(struct txs_address_set *set, const char *text,
                                    struct txs_message *message);
/* After the last one: sorts and unites. */
void txs_address_set_complete(struct txs_address_set *set);
bool txs_address_set_has(const struct txs_address_set *set, const struct txs_address *address);
void txs_address_set_free(struct txs_address_set *set);

#endif
