/* The peer machine: the whole dialogue with one peer, without sockets, clock or randomness.
 *
 *   CONNECTED  version ->
 *              <- version         sendaddrv2 (from 70016), verack, getdata, ping ->
 *                                 (eager: verack, getdata, ping with our version already)
 *              <- verack          the handshake is complete
 *              <- tx | notfound   answers; notfound is asked again as long as patience lasts
 *              <- pong            all before it was handled: without an answer soon, ignored
 *              <- headers         with anchors: getheaders went out before the request
 *              <- addr | addrv2   where the survey crawls: getaddr went out with the request
 *              <- block | merkleblock | blocktxn
 *                                 with a block to look into: asked for when notfound was final
 *
 * An event goes in, actions come out; the machine calls nobody back. It takes bytes in any split,
 * with the same result, and keeps no more of a message than it needs: at most one transaction, as
 * far as it has arrived. Every deadline is absolute: nothing that a peer sends extends one, but for
 * the bytes of what was asked for.
 */
#ifndef TXSURVEY_PEER_H
#define TXSURVEY_PEER_H

#include "txsurvey/bytes.h"
#include "txsurvey/chain.h"
#include "txsurvey/checksums.h"
#include "txsurvey/record.h"
#include "txsurvey/tx.h"

/* What a session may cost (beside its time). */
#define TXS_HANDSHAKE_BUDGET_BYTES (64u * 1024)
#define TXS_SESSION_BUDGET_BYTES (8u * 1024 * 1024) /* unasked bytes after the handshake */
#define TXS_SESSION_BUDGET_MESSAGES 20000u
#define TXS_REQUESTS_MAX 8u /* in one session, the first included */

/* What a peer may always keep of a list of addresses in arrival: a thousand of IPv4. */
#define TXS_GOSSIP_FREE_BYTES 16384u

/* Memory for transactions in arrival, shared by all peers of a survey. A peer may always keep
 * TXS_BODY_FREE_BYTES; what it needs beyond that comes out of a pool, and where that is empty the
 * transaction's hash is still computed but its bytes are not kept. Transactions larger than any
 * that is relayed (MAX_STANDARD_TX_WEIGHT) have a pool of their own, so that peers that hold back
 * the end of such ones take no room from others. So has what is read of blocks: who needs more of a
 * block than TXS_BODY_FREE_BYTES takes room for all of it or none, lest all keep the same part. */
#define TXS_BODY_FREE_BYTES 16384u
#define TXS_BODY_STANDARD_BYTES 400000u
struct txs_body_pool {
    size_t left_bytes;
    size_t large_left_bytes;
    size_t block_left_bytes;  /* for the transactions of a block that is being read */
    size_t gossip_left_bytes; /* for lists of addresses in arrival, beyond TXS_GOSSIP_FREE_BYTES */
};

/* Transactions that were served and hashed, of each id one with witness and one without: what comes
 * again, byte by byte, has the ids that were computed then. Shared by all peers of a survey. */
#define TXS_COPY_MAX_BYTES 100000u
struct txs_copy {
    struct txs_tx_ids ids;
    uint64_t parts;
    uint8_t *bytes; /* NULL: none was served yet, or there was no room */
};
struct txs_copies {
    struct txs_copy *of_id; /* two an id */
    size_t left_bytes;
};
bool txs_copies_init(struct txs_copies *copies, size_t id_count, size_t most_bytes);
void txs_copies_free(struct txs_copies *copies, size_t id_count);

/* The block that confirmed the transactions, and what is known of it. Shared by all peers of a
 * survey. */
struct txs_block_hunt {
    uint8_t hash[32];
    uint32_t whole_left; /* so many peers may still be asked for all of it */
    uint32_t reading;    /* so many have been, and it has not yet come */
    bool read;           /* all of it was read: an id without a position is not in it */
    int32_t height;      /* as its coinbase says (BIP34); -1 while unknown */
    int32_t *positions;  /* of each id among its transactions; -1 while unknown */
};

/* What was asked for may take as long as an answer, and a second for so many bytes more, as they
 * arrive: a size that is not ours to choose is no silence. */
#define TXS_ANSWER_RATE_BYTES 10000u
/* BLOCKTXN_DEPTH in Core: getblocktxn for a deeper block is answered with all of it. */
#define TXS_BLOCKTXN_DEPTH 10
/* What pruned nodes have for sure (BIP159); Core drops who asks for more. */
#define TXS_LIMITED_DEPTH 288

/* Whether a node of these services and this height has a block of `height` and gives it out; where
 * either is unknown (negative), those do that have all. */
bool txs_can_serve_block(int32_t height, uint64_t services, int32_t start_height);

enum txs_id_type { TXS_ID_TYPE_TXID, TXS_ID_TYPE_WTXID };

/* What all peers of a survey have in common; borrowed, must outlive them. */
struct txs_peer_config {
    const struct txs_chain *chain;
    struct txs_span user_agent;
    enum txs_id_type id_type;
    const uint8_t (*ids)[32]; /* wire order */
    size_t id_count;          /* at most TXS_GETDATA_MAX; none: a census */
    const uint16_t *id_order; /* txs_id_order() of them */
    uint64_t handshake_timeout_ms;
    uint64_t response_timeout_ms;
    uint64_t patience_ms;
    bool keep_asking; /* until patience ends, also where that changes nothing of what is known */
    bool crawl;       /* ask for addresses */
    bool eager;       /* before the peer's version has come; neither by wtxid nor with crawl */
    bool control;     /* ask what tells liars */
    uint8_t control_key[32];      /* random; no peer must be able to know it */
    int64_t epoch_unix_ms;        /* the wall clock at monotonic time 0 */
    const uint8_t (*anchors)[32]; /* hashes of blocks, wire order */
    size_t anchor_count;          /* at most TXS_ANCHORS_MAX */
    struct txs_body_pool *pool;
    struct txs_copies *copies;       /* NULL: each is hashed */
    struct txs_checksums *checksums; /* NULL: each is computed */
    struct txs_block_hunt *hunt;     /* NULL: no block is asked for */
    struct txs_writer *out;          /* what is said in one step, by whomever */
};

/* Room in `out` for the most that a step of such peers says, from malloc(). False when out of
 * memory. */
bool txs_peer_out_init(struct txs_writer *out, const struct txs_peer_config *config);

/* Fills `order` with the indexes of `ids`, sorted by their bytes, for txs_id_find(). */
void txs_id_order(uint16_t *order, const uint8_t (*ids)[32], size_t count);
/* The index of `hash` among the config's ids, or -1. */
int txs_id_find(const struct txs_peer_config *config, const uint8_t hash[32]);

enum txs_peer_event_kind {
    TXS_PEER_CONNECTED,
    TXS_PEER_BYTES,
    TXS_PEER_CLOSED,   /* by the peer or the network; `error` says how */
    TXS_PEER_DEADLINE, /* the deadline of the last actions has passed */
    TXS_PEER_WRITABLE, /* what had been sent has left; only of interest after `clogged` */
    TXS_PEER_STALLED,  /* this machine stood still for `stalled_ms`: the deadlines move by that */
    TXS_PEER_STOP,     /* the survey ends, or cannot go on with this peer; `error` says why */
};
struct txs_peer_event {
    uint64_t now_ms; /* monotonic; never decreases for one peer */
    enum txs_peer_event_kind kind;
    struct txs_span bytes; /* BYTES only; borrowed for this call */
    enum txs_error error;  /* CLOSED and STOP only */
    uint64_t stalled_ms;   /* STALLED only */
    bool clogged;          /* earlier sends still wait: hold back what can wait (pongs) */
};

/* A transaction that was asked for and whose computed id is right. */
struct txs_served {
    const struct txs_tx_ids *ids;
    struct txs_span bytes; /* empty where the pool had no room */
    uint64_t parts;        /* see TXS_TX_PARTS_MAX */
    bool witness_known;    /* false: it may have a witness that was not asked for */
};
/* A well-formed list of addresses, an addr or addrv2 message: see txs_addr_reader_of(). */
struct txs_told {
    struct txs_span payload;
    bool v2;
};
struct txs_peer_actions {
    struct txs_span send;            /* in config.out, valid until the next step of any peer */
    struct txs_span rest;            /* of event.bytes: hand in again at once, unless finished */
    const struct txs_served *served; /* NULL, or valid until the next step */
    size_t served_count;             /* of them: a block may hold several */
    const struct txs_told *told;     /* the same */
    uint64_t deadline_ms;            /* TXS_NEVER when nothing is awaited; perhaps now: then when
                                        all has been handed in that came with this */
    bool finished;                   /* take the result; no further steps */
};

struct txs_peer;

/* `nonce` must be fresh and random: it tells our own version message from a peer's, and the pings'
 * nonces are made of it. `remote` stands in the version message, and must outlive the peer. NULL
 * when out of memory. */
struct txs_peer *txs_peer_new(const struct txs_peer_config *config,
                              const struct txs_address *remote, uint64_t nonce);
void txs_peer_free(struct txs_peer *peer); /* NULL is fine */
/* Of one that is finished: frees all that its result does not need. */
void txs_peer_retire(struct txs_peer *peer);
struct txs_peer_actions txs_peer_step(struct txs_peer *peer, const struct txs_peer_event *event);
/* A result of which nothing is known, as it stays without a connection: all ids are unasked.
 * `answers` is the caller's and must outlive it. */
void txs_peer_result_blank(struct txs_peer_result *result, struct txs_answer *answers,
                           size_t count);
/* Valid at any time, complete once finished; lives as long as the peer. */
struct txs_peer_result *txs_peer_result(struct txs_peer *peer);

/* How far a notfound of this peer can be relied on (see src/peer/strength.c). */
struct txs_evidence {
    int32_t version;
    struct txs_span subver;
    bool relaytxes;
    uint64_t since_handshake_ms; /* from the handshake to the last request */
    bool tick_before_request;    /* it announced transactions, and was asked again after that */
};
struct txs_notfound {
    enum txs_strength strength;
    bool
        withheld; /* by the rules of its version it may have it, and not serve it yet or any more */
    bool may_change; /* weak, and worth asking again */
};
struct txs_notfound txs_notfound_judge(const struct txs_evidence *evidence);
/* Whether this agent's software keeps connections for peers that want transactions apart, and drops
 * others of those right behind its version when they are taken (Core 32: -inboundrelaypercent). */
bool txs_keeps_slots_for_relay(struct txs_span subver);

#endif
