/* One session with a peer: what has come, what was said, and what has been found out. Bytes become
 * messages in receive.c, which peer.c, the conductor, offers to the inquiries (inquiry.h); those
 * say what they want in words of say.h. */
#ifndef TXSURVEY_PEER_SESSION_H
#define TXSURVEY_PEER_SESSION_H

#include "body.h"
#include "strange.h"

#include "txsurvey/frame.h"
#include "txsurvey/peer.h"

/* After a fence's pong, for software that does not answer in order. */
#define FENCE_GRACE_MS 2000

/* Messages that are read, X(enum, command, bytes of the payload to keep, it may be an answer).
 * Others are skipped unseen, and count against the session's budget, as do answers that nobody
 * asked for. */
#define MESSAGE_TABLE(X)                                \
    X(VERSION, "version", TXS_VERSION_MAX_BYTES, false) \
    X(VERACK, "verack", 0, false)                       \
    X(TX, "tx", 0, true)                                \
    X(NOTFOUND, "notfound", 0, true)                    \
    X(INV, "inv", 0, false)                             \
    X(PING, "ping", 8, false)                           \
    X(PONG, "pong", 8, false)                           \
    X(FEEFILTER, "feefilter", 8, false)                 \
    X(ADDR, "addr", 0, true)                            \
    X(ADDRV2, "addrv2", 0, true)                        \
    X(MERKLEBLOCK, "merkleblock", 0, true)              \
    X(BLOCK, "block", 0, true)                          \
    X(BLOCKTXN, "blocktxn", 0, true)                    \
    X(HEADERS, "headers", 1 + TXS_BLOCK_HEADER_BYTES + 1, true)

enum message_kind {
#define X(id, command, keep, may_answer) MESSAGE_##id,
    MESSAGE_TABLE(X)
#undef X
        MESSAGE_FEATURE, /* a negotiation message: one of TXS_FEATURE_TABLE */
    MESSAGE_SKIPPED,
};

/* What is kept of a message, but for the peer's version: no more than its reader needs. */
#define FEW_BYTES (1 + TXS_BLOCK_HEADER_BYTES + 1)

/* The message in hand, or the one that has just ended. */
struct message {
    enum message_kind kind;
    bool arriving;   /* its end has not come */
    uint8_t readers; /* inquiries that read it as it comes, bits by their place in the table */
    uint16_t kept_len;
    uint8_t *kept; /* `few`, or the session's `version` */
    union {
        uint8_t few[FEW_BYTES];
        struct txs_inv_reader list; /* inv and notfound */
        struct txs_tx_ids ids;      /* tx: once it has ended */
    };
    const struct txs_copy *copy;  /* tx: it is like this one so far, and is not hashed */
    struct txs_tx_walker *walker; /* tx: hashes it as it comes, its bytes in `body` beside that */
    enum txs_walk walk;
    /* tx: once it has ended */
    int id; /* that it is, as it was asked for, or -1 */
    uint64_t parts;
    struct txs_span bytes; /* empty where there was no room */
};

/* An item of an inv or notfound. */
struct listed {
    struct txs_inv_item item;
    bool is_tx;
    int id; /* that it names, or -1 */
};

struct id_state {
    bool pending; /* in the request that is out */
    bool named;   /* by the inv or notfound in hand, whose end has not come */
    bool proved;  /* in the block: the transaction that comes next is taken from there */
};

/* An id that nobody has, to be asked for among the others of the first request. */
struct decoy {
    bool wanted;
    uint8_t hash[32];
    uint32_t place; /* among the ids: 0..id_count */
    uint32_t fence; /* behind it, once it was asked for */
};

/* The inquiries' own. */
struct transactions {
    enum { ASKING, GIVEN_UP, FINAL } state;
    bool fence_passed;                   /* the request's ping was answered, it was not */
    bool announced_since;                /* transactions were announced since the last request */
    bool announced_before;               /* and were before it: the answer is worth more */
    bool names_tx;                       /* does the list in hand */
    uint32_t requests;                   /* of the session */
    uint32_t announced_requests;         /* of them, sent because of an announcement */
    uint64_t times_ms[TXS_REQUESTS_MAX]; /* of the last ones, in a ring */
    uint64_t first_ms, last_ms;
    uint64_t fence_deadline_ms; /* for the answer, once the fence has passed */
    uint64_t deadline_ms;       /* for the answer that is awaited */
    uint64_t next_ms;           /* the next request of the plan; TXS_NEVER when there is none */
    uint32_t fence;             /* behind the last request */
};
struct addresses {
    bool complete;
    bool no_room, lost;        /* for the list in hand; for a whole one that came */
    uint8_t lists;             /* that were begun */
    uint64_t deadline_ms;      /* a session that is open for their sake alone ends then */
    uint64_t hold_deadline_ms; /* for the list in arrival; TXS_NEVER without one */
};
struct control {
    bool names_random, names_announced, names_another; /* does the list in hand */
    bool fence_passed;                                 /* of the last question */
    struct txs_inv_item announced;                     /* what is asked for */
    uint64_t deadline_ms;      /* a session that is open for their sake alone ends then */
    uint64_t news_deadline_ms; /* and an announcement is waited for until then */
};

struct anchors {
    bool asked;
    uint32_t fence[TXS_ANCHORS_MAX]; /* behind each */
    bool empty[TXS_ANCHORS_MAX];     /* answered by headers without any */
    uint64_t deadline_ms;
};
struct block_ask;
struct block {
    struct block_ask *ask; /* NULL until it is asked for */
    uint64_t wait_ms;      /* until when others' reading of it is awaited; 0: it never was */
    bool waits, named;     /* now; and by the list in hand */
};

struct txs_peer {
    const struct txs_peer_config *config;
    const struct txs_address *remote;
    uint64_t nonce;
    uint64_t now_ms;
    uint64_t handshake_deadline_ms;

    /* Facts: what one inquiry may learn of another, and the conductor of all. */
    bool version_seen, verack_seen;
    bool awaiting;      /* a request for transactions is out and not yet settled */
    bool answers_final; /* no id will be asked for by itself again */
    bool decided;       /* the answers stand; only what is not about them is awaited */
    bool fenced;        /* the request's fence was passed: the peer handles what we say */
    bool chain_settled; /* what can be known of its chain is */
    bool leaving;       /* the session is to end now, as it stands */
    bool ending;        /* or by this: see session_end() */
    bool stopped;       /* the survey ends, not the session by itself */
    bool finished;
    bool unsolicited_tx;
    bool settled_after_tick; /* a tick was seen before the last request that was answered in full */
    uint64_t settled_since_ms; /* from the first request to that one */
    uint64_t answer_bytes;     /* of whole answers to the last request */
    enum txs_outcome end_outcome;
    enum txs_error end_error;
    uint32_t asked_type; /* of the items of the last request; 0 before one */
    struct decoy decoy;
    struct id_state *id_states;
    struct txs_peer_result result;

    /* What comes in. */
    struct txs_splitter splitter;
    struct message message;
    uint8_t *version; /* the first version message; it holds the result's user agent */
    struct body body;
    struct strange strange;
    bool header_seen;
    uint32_t handshake_bytes;
    uint32_t unasked_bytes;
    uint32_t unasked_messages;

    /* What goes out, and what is handed out with it: one transaction or several of a block, or one
     * list of addresses. */
    bool clogged;
    bool pong_due;
    bool fence_wanted; /* behind what is being said */
    bool told_ready;
    uint8_t pong_checksum[TXS_CHECKSUM_BYTES]; /* of another, the ping was broken */
    uint32_t fences;                           /* that were sent */
    uint64_t pong_nonce;
    const struct txs_served *served_list;
    size_t served_count;
    union {
        struct txs_served served;
        struct txs_told told;
    };

    struct anchors anchors;
    struct transactions transactions;
    struct addresses addresses;
    struct control control;
    struct block block;
};

static inline uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* A deadline that this machine has stood still for. */
static inline void postpone(uint64_t *deadline_ms, uint64_t ms)
{
    if (*deadline_ms != TXS_NEVER)
        *deadline_ms += ms;
}

static inline bool is_arriving(const struct txs_peer *p, enum message_kind kind)
{
    return p->message.arriving && p->message.kind == kind;
}

static inline bool has_feature(const struct txs_peer *p, enum txs_feature feature)
{
    return p->result.features & (1u << feature);
}

/* Bytes of the payload in hand that have come. */
static inline uint64_t arrived_bytes(const struct txs_peer *p)
{
    return p->message.arriving ? p->splitter.length - p->splitter.left : 0;
}

/* What was asked for and has so many bytes may take so much longer. */
static inline uint64_t extension_ms(uint64_t bytes)
{
    return bytes * 1000 / TXS_ANSWER_RATE_BYTES;
}

/* So much longer what was asked for may take, as its bytes arrive. Of a transaction that is only on
 * its way no more counts than may be relayed: whoever sends something else slowly shall not stay
 * for long. */
static inline uint64_t answers_extension_ms(const struct txs_peer *p)
{
    uint64_t partial = is_arriving(p, MESSAGE_TX) ? arrived_bytes(p) : 0;
    return extension_ms(p->answer_bytes + earlier(partial, TXS_BODY_STANDARD_BYTES));
}

/* By txid an id may be asked for at once; by wtxid only where both sides said wtxidrelay (BIP339).
 */
static inline bool may_ask_now(const struct txs_peer *p)
{
    return p->config->id_type == TXS_ID_TYPE_TXID ||
           (p->verack_seen && p->result.version >= TXS_WTXIDRELAY_VERSION &&
            has_feature(p, TXS_FEATURE_WTXIDRELAY));
}

/* The session is to end by this: the first one counts. The conductor sees to it. */
static inline void session_end(struct txs_peer *p, enum txs_outcome outcome, enum txs_error error)
{
    if (p->ending)
        return;
    p->ending = true;
    p->end_outcome = outcome;
    p->end_error = error;
}

static inline void session_violated(struct txs_peer *p, enum txs_error error)
{
    session_end(p, TXS_OUTCOME_PROTOCOL_ERROR, error);
}

#endif
