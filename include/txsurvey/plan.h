/* What a run is to do, checked and complete before anything is contacted. */
#ifndef TXSURVEY_PLAN_H
#define TXSURVEY_PLAN_H

#include "txsurvey/address_pool.h"
#include "txsurvey/address_set.h"
#include "txsurvey/peer.h"
#include "txsurvey/status.h"

/* Where a peer of the plan was named. */
enum txs_named_by { TXS_NAMED_CONNECT, TXS_NAMED_FILE };

/* What an earlier run found out about a peer, if any did. */
enum txs_expect { TXS_EXPECT_ANSWER, TXS_EXPECT_CONNECTION, TXS_EXPECT_NOTHING };

struct txs_named_peer {
    struct txs_address address;
    uint8_t named_by; /* enum txs_named_by */
    uint8_t expect;   /* enum txs_expect */
};
/* The same with the address's place in the plan's pool. */
struct txs_naming {
    uint32_t address;
    uint8_t named_by, expect;
};

#define TXS_ANCHOR_LABEL_MAX 32

/* A SOCKS5 proxy (RFC 1928) or a SAM bridge (I2P's SAM 3.1). */
struct txs_proxy {
    bool given;
    char host[254]; /* a name or an IP address */
    uint16_t port;
};

struct txs_plan {
    const struct txs_chain *chain;
    enum txs_id_type id_type;
    uint8_t (*ids)[32]; /* wire order, each once, in the order they were given */
    uint16_t *id_order; /* txs_id_order() of them */
    size_t id_count;
    char **labels; /* of the ids, NULL where there is none; owned */
    bool has_fee_rate;
    int64_t fee_rate_sat_kvb; /* of the transactions, as the user knows it */
    bool control;             /* also ask for what tells liars */
    bool block_given;         /* look into this block for ids that a peer says notfound for */
    uint8_t block_hash[32];
    uint32_t block_peers;                 /* at most so many are asked for all of it */
    bool census;                          /* no transaction is asked for: id_count is 0 */
    uint8_t anchors[TXS_ANCHORS_MAX][32]; /* blocks of the chain that counts, wire order */
    char anchor_labels[TXS_ANCHORS_MAX][TXS_ANCHOR_LABEL_MAX + 1];
    size_t anchor_count;

    struct txs_address_pool peer_addresses; /* of those that are surveyed whatever their range: */
    struct txs_naming *peers;               /* see txs_plan_peer() */
    size_t peer_count;
    const char **seeds; /* DNS names to ask */
    size_t seed_count;
    uint64_t max_peers; /* UINT64_MAX without a limit */
    uint32_t networks;  /* bits by enum txs_network that may be surveyed */
    bool allow_local;
    bool any_port; /* also well-known ports of other services, when gossip names them */
    bool crawl;    /* ask every peer for addresses */
    struct txs_address_set exclude;    /* never contacted, whoever names them */
    uint32_t shard_index, shard_count; /* 1..count */

    struct txs_proxy proxy;  /* for everything but I2P */
    struct txs_proxy onion;  /* for .onion, in place of `proxy` */
    struct txs_proxy i2psam; /* for I2P */
    bool cjdns_reachable;

    uint32_t concurrency;
    uint32_t half_open; /* connections beside those, that have been in the making for long */
    uint32_t rate;      /* connections a second */
    uint64_t connect_timeout_ms, handshake_timeout_ms;
    /* The same for peers behind a proxy or a bridge. */
    uint64_t proxy_connect_timeout_ms, proxy_handshake_timeout_ms;
    uint64_t response_timeout_ms, patience_ms;
    bool keep_asking;     /* until patience ends, whatever the answers */
    bool eager;           /* asks with the first write, before the peer's version has come */
    uint64_t deadline_ms; /* of the whole survey, from its start; TXS_NEVER without one */
    uint32_t retries;
    uint64_t require_served; /* 0: not required */
    bool raw;
    const char *user_agent;
};

/* The defaults; `chain` is main. The plan owns ids, peers and the array of seeds, and borrows
 * strings. */
void txs_plan_init(struct txs_plan *plan);
void txs_plan_free(struct txs_plan *plan);

/* Adds an id, of which `text` is whatever txs_hash_from_pasted() takes; one that is there already
 * is left out. TXS_E_USAGE with a message for a wrong one, and for more than TXS_GETDATA_MAX. */
enum txs_status txs_plan_add_id(struct txs_plan *plan, const char *text,
                                struct txs_message *message);
/* The same for `TXID` or `TXID LABEL`; a label has at most 100 bytes, and does not begin with an
 * id. */
enum txs_status txs_plan_add_labelled_id(struct txs_plan *plan, const char *line,
                                         struct txs_message *message);
/* Adds a peer; its default port is the chain's, so the chain must be set. */
enum txs_status txs_plan_add_peer(struct txs_plan *plan, const char *text,
                                  enum txs_named_by named_by, struct txs_message *message);
/* The same for an address as a value. */
enum txs_status txs_plan_add_address(struct txs_plan *plan, const struct txs_named_peer *peer,
                                     struct txs_message *message);
/* The `i`-th that was added. */
struct txs_named_peer txs_plan_peer(const struct txs_plan *plan, size_t i);
enum txs_status txs_plan_add_seed(struct txs_plan *plan, const char *host,
                                  struct txs_message *message);
/* The seeds name IPv4 and IPv6 addresses, which must be of use: who wants no others must not be
 * given away by a look-up. Through a proxy there is none. */
bool txs_plan_may_ask_seeds(const struct txs_plan *plan);
/* Peers, some of them at least, are reached through a proxy or a bridge. */
bool txs_plan_has_proxies(const struct txs_plan *plan);
/* Whether a way leads to the address's network: directly, by a proxy, by --cjdnsreachable. */
bool txs_plan_reaches(const struct txs_plan *plan, const struct txs_address *address);
/* After the last id, peer and option. TXS_E_NOMEM or TXS_OK. */
enum txs_status txs_plan_complete(struct txs_plan *plan);

#endif
