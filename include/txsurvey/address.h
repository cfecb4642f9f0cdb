/* A peer's address as a value: parse, format, compare, classify (Core: src/netaddress.cpp). */
#ifndef TXSURVEY_ADDRESS_H
#define TXSURVEY_ADDRESS_H

#include "txsurvey/bytes.h"
#include "txsurvey/status.h"

#include <stdbool.h>
#include <stdint.h>

/* X(enum, name as `getnodeaddresses` gives it, BIP155 id, bytes of the address) */
#define TXS_NETWORK_TABLE(X) \
    X(IPV4, "ipv4", 1, 4)    \
    X(IPV6, "ipv6", 2, 16)   \
    X(ONION, "onion", 4, 32) \
    X(I2P, "i2p", 5, 32)     \
    X(CJDNS, "cjdns", 6, 16)

enum txs_network {
#define X(id, name, bip155, len) TXS_NETWORK_##id,
    TXS_NETWORK_TABLE(X)
#undef X
        TXS_NETWORK_COUNT
};

/* One peer has one value, whatever its spelling: IPv4-mapped IPv6 is IPv4, bytes past the network's
 * length are zero, so equality is equality of bytes. Padding-free: may be compared by memcmp. */
struct txs_address {
    uint8_t network; /* enum txs_network */
    uint8_t reserved;
    uint16_t port; /* host order */
    uint8_t bytes[32];
};

#define TXS_ADDRESS_TEXT_MAX 80 /* `[v6]:port`, onion:port and a NUL fit */

const char *txs_network_name(enum txs_network network);
bool txs_network_by_name(enum txs_network *out, const char *name);
size_t txs_network_address_len(enum txs_network network);

/* Reads `ADDR` or `ADDR:PORT`; IPv6 with a port in brackets (`[::1]:8333`), without one bare or in
 * brackets; `.onion` (version 3, its checksum verified) and `.b32.i2p`, any case. No zone ids, no
 * host names, no IPv4 short forms. `default_port` stands where none is given. Port 0 is refused,
 * but for i2p, whose ports are 0. Returns false, `out` untouched, for anything else. */
bool txs_address_parse(struct txs_address *out, const char *text, uint16_t default_port);

/* The same for what people write: says of what is no address what it seems to be, with its text in
 * front. Refuses bare IPv6 that may end in the default port. TXS_E_USAGE. */
enum txs_status txs_address_read(struct txs_address *out, const char *text, uint16_t default_port,
                                 struct txs_message *reason);

/* The address without its port, as `getnodeaddresses` prints it (IPv6 by RFC 5952). */
void txs_address_host(char out[TXS_ADDRESS_TEXT_MAX], const struct txs_address *address);
/* With the port; IPv6 and CJDNS in brackets. */
void txs_address_text(char out[TXS_ADDRESS_TEXT_MAX], const struct txs_address *address);

/* The address of 16 bytes as `version` and `addr` carry it: IPv4 where it is mapped, CJDNS for
 * fc00::/8 (nobody has IPv6 there: RFC 4193 leaves that half unused), else IPv6. */
struct txs_address txs_address_from_ip16(const uint8_t ip[16], uint16_t port);
/* The 16-byte form; all zero for networks that have none (onion, i2p). */
void txs_address_to_ip16(uint8_t out[16], const struct txs_address *address);

bool txs_address_equal(const struct txs_address *a, const struct txs_address *b);

/* An IPv6 address that stands for a name of another network (OnionCat, GarliCat, Core's internal
 * ones): nobody can be reached there. */
bool txs_address_wraps_name(const struct txs_address *address);

/* False for what must not be dialled because a seed or gossip said so: everything that Core's
 * IsRoutable leaves out, and also multicast, 240/4 and the embeddings of other networks. */
bool txs_address_is_routable(const struct txs_address *address);

/* A well-known port of another service, where no node is to be expected: nothing to be dialled
 * because gossip said so. */
bool txs_port_is_foreign(uint16_t port);

#endif
