/* Tunnels: what is said to a proxy before the peer can be spoken to, without sockets, clock or
 * randomness, as the peer machine is.
 *
 *   SOCKS5       greeting -> <- method [credentials -> <- verdict] CONNECT -> <- reply
 *   SAM stream   HELLO -> <- reply, NAMING LOOKUP -> <- destination, STREAM CONNECT -> <- status
 *   SAM session  HELLO -> <- reply, SESSION CREATE -> <- status
 *
 * A tunnel takes bytes in any split, with the same result, and needs no memory but its own. What
 * comes behind the proxy's last word is the peer's.
 */
#ifndef TXSURVEY_TUNNEL_H
#define TXSURVEY_TUNNEL_H

#include "txsurvey/address.h"
#include "txsurvey/record.h"

enum txs_tunnel_state { TXS_TUNNEL_BUSY, TXS_TUNNEL_OPEN, TXS_TUNNEL_FAILED };

struct txs_tunnel_actions {
    struct txs_span send;        /* owned by the tunnel, valid until the next step */
    struct txs_span rest;        /* BUSY: hand in again at once; OPEN: the peer's */
    enum txs_tunnel_state state; /* once not BUSY, no further steps */
    enum txs_error error;        /* FAILED: why */
    bool asked; /* all that is waited for now depends on the peer (session: on the I2P network) */
};

struct txs_tunnel;

/* SOCKS5 (RFC 1928) to an address that is not I2P's. Onion names are resolved by the proxy.
 * `random` becomes user and password (RFC 1929): Tor sends connections with different ones over
 * different circuits. All constructors: NULL when out of memory. */
struct txs_tunnel *txs_tunnel_socks5(const struct txs_address *to, const uint64_t random[2]);
/* The same to a host name, which the proxy resolves; it is borrowed, and must outlive the tunnel.
 */
#define TXS_SOCKS5_NAME_MAX 255
struct txs_tunnel *txs_tunnel_socks5_name(const char *name, uint16_t port,
                                          const uint64_t random[2]);

#define TXS_SAM_ID_LEN 10 /* as many hex digits as Core takes */
#define TXS_SAM_LINE_MAX 65536u
#define TXS_SAM_DESTINATION_MAX 1536u /* base64; 524 with the usual keys */

void txs_sam_id(char out[TXS_SAM_ID_LEN + 1], uint64_t random);
/* The control connection of SAM 3.1: open once the session `id` exists, which lasts as long as the
 * connection. */
struct txs_tunnel *txs_tunnel_sam_session(const char *id);
/* A stream of that session to an I2P address, whose port must be 0: SAM 3.1 knows no ports. */
struct txs_tunnel *txs_tunnel_sam_stream(const char *id, const struct txs_address *to);

void txs_tunnel_free(struct txs_tunnel *tunnel); /* NULL is fine */

/* The first step, when the connection to the proxy stands, is without bytes. That the proxy has
 * closed is the caller's to judge. */
struct txs_tunnel_actions txs_tunnel_step(struct txs_tunnel *tunnel, struct txs_span bytes);

#endif
