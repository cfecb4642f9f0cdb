/* Socket addresses, and whether the routing table has a way to one. */
#ifndef TXSURVEY_NET_ROUTE_H
#define TXSURVEY_NET_ROUTE_H

#include "txsurvey/address_set.h"

#include <netinet/in.h>

union socket_address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
};

/* Of an IPV4, IPV6 or CJDNS address, which is dialled as IPv6. Returns its length. */
socklen_t route_socket_address(union socket_address *out, const struct txs_address *address);

/* False when a public IPv6 address has no route from here: a machine without IPv6 leaves the peers
 * of that network out, in place of failing at each. Nothing is sent. True for all others: without a
 * route to those something is wrong, and the records shall show it. */
bool route_exists(const struct txs_address *address);

/* Adds the addresses of this machine's interfaces, but for the loopback's. TXS_E_NOMEM or TXS_OK.
 */
enum txs_status route_own_addresses(struct txs_address_set *own);

#endif
