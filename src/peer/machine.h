/* Inside the peer machine. peer.c takes the events, receive.c reads what comes (body.c keeps the
 * bytes of a transaction, strange.c judges streams that are not Bitcoin's), ask.c decides what is
 * asked and when a peer is done, block_ask.c and block_read.c look into a block (block_ask.h),
 * gossip.c collects addresses, control.c asks what tells liars, say.c writes what goes out. */
#ifndef TXSURVEY_PEER_MACHINE_H
#define TXSURVEY_PEER_MACHINE_H

#include "txsurvey/frame.h"
#include "txsurvey/peer.h"

/* After a fence's pong, for software that does not answer in order. */
#define FENCE_GRACE_MS 2000

/* What is kept of the message in hand: no more than its reader needs. */
#define KEEP_MAX TXS_VERSION_MAX_BYTES

/* The bytes of a transaction, or of a list of addresses, in arrival. Without a pool nothing is
 * kept: nothing is arriving, or there was no room for this one. */
struct body {
    uint8_t *data;
    size_t len, cap;
    size_t free_bytes; /* not taken from the pool */
    size_t *pool;      /* what is left of the one that it takes from */
    size_t from_pool;
};

/* The last ids that the peer announced, their first bytes, and when: when it serves a transaction,
 * this tells whether it had announced it, which by txid alone nobody could know before. */
#define ANNOUNCED_KEPT 128
struct announcement {
    uint32_t prefix;
    uint32_t ms; /* the time's low half: no session lasts seven weeks */
};
struct announced {
    struct announcement last[ANNOUNCED_KEPT]; /* a ring */
    uint32_t count;
};

/* The first bytes of a stream that does not begin with our magic. */
struct strange {
    bool active;
    size_t len;
    uint8_t bytes[4 + TXS_COMMAND_BYTES];
};

/* What this session still waits for. */
struct asking {
    bool awaiting;           /* a request is out and not yet settled */
    bool fence_passed;       /* its ping was answered, it was not */
    bool announced_since;    /* transactions were announced since the last request */
    bool announced_before;   /* and were before it: the answer is worth more */
    bool settled_after_tick; /* announced_before, of the last request that was answered in full */
    uint32_t requests;       /* of the session */
    uint32_t announced_requests;         /* of them, sent because of an announcement */
    uint64_t times_ms[TXS_REQUESTS_MAX]; /* of the last ones, in a ring */
    uint64_t first_ms, last_ms;
    uint64_t settled_ms;        /* when the last request that was answered in full was sent */
    uint64_t fence_deadline_ms; /* for it, once the fence has passed */
    uint64_t deadline_ms;       /* for the answer that is awaited */
    uint64_t next_ms;           /* the next request of the plan; TXS_NEVER when there is none */
    uint64_t fence;             /* nonce of the ping behind the last request */
};

/* Whether addresses are still awaited. */
struct gossip {
    bool complete;
    uint8_t lists;             /* that were begun */
    uint64_t deadline_ms;      /* a session that is open for their sake alone ends then */
    uint64_t hold_deadline_ms; /* for the list in arrival; TXS_NEVER without one */
};

/* The questions whose answers are known. */
struct control {
    uint8_t random[32];                                /* the random id, once it is asked for */
    bool names_random, names_announced, names_another; /* does the list in hand */
    struct txs_inv_item announced;                     /* what is asked for */
    uint64_t fence;                                    /* nonce of the ping behind the random id */
    uint64_t deadline_ms; /* a session that is open for their sake alone ends then */
};

struct id_state {
    bool pending;   /* in the request that is out */
    bool tentative; /* named by the inv or notfound in hand, whose checksum is not yet known */
};

struct txs_peer {
    const struct txs_peer_config *config;
    struct txs_address remote;
    uint64_t nonce;
    uint64_t now_ms;
    uint64_t handshake_deadline_ms;
    bool decided; /* the answers stand; only addresses and controls are awaited */
    bool finished;
    bool version_seen, verack_seen;
    bool served_ready; /* one step hands out one transaction, */
    bool told_ready;   /* or one list of addresses */
    bool unsolicited_tx;
    bool clogged;
    bool header_seen;
    bool asked; /* the message in hand answers a request */

    struct txs_splitter splitter;
    const struct message *message; /* in hand; NULL for one that is skipped */
    uint8_t kept[KEEP_MAX];
    size_t kept_len;
    struct txs_inv_reader inv;
    bool inv_names_tx, inv_names_block;
    struct announced announced;
    struct txs_tx_walker walker;
    bool walk_failed, walk_done;
    struct txs_tx_ids ids;
    struct body body;
    struct txs_served served;
    struct txs_told told;
    struct strange strange;

    uint64_t handshake_bytes;
    uint64_t unasked_bytes;
    uint64_t unasked_messages;

    bool pong_due;
    uint64_t pong_nonce;

    struct txs_writer out;

    struct asking asking;
    struct gossip gossip;
    struct control control;
    struct block_ask *block; /* NULL until the block is asked for */
    uint64_t block_wait_ms;  /* until when others' reading of the block is awaited; 0: it is not */
    struct id_state *id_states;
    struct txs_peer_result result;
};

static inline uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* peer.c */
/* The first deciding event wins: later ones change nothing. What is decided stands, and the session
 * goes on only where addresses or controls are still awaited. */
void peer_decide(struct txs_peer *p, enum txs_outcome outcome, enum txs_error error);
void peer_finish_if_over(struct txs_peer *p);
/* The same, and the session is over. */
void peer_finish(struct txs_peer *p, enum txs_outcome outcome, enum txs_error error);

/* receive.c */
void receive_bytes(struct txs_peer *p, struct txs_span *in);
bool receive_in_tx(const struct txs_peer *p);    /* a tx message is arriving, */
bool receive_in_block(const struct txs_peer *p); /* or one that answers for the block */
/* The peer has served an id: with `ids`, `bytes` and `parts` set, the rest is filled in. */
/* What other peers have served since may have been announced by this one. */
void receive_recall_announced(struct txs_peer *p);
void receive_served(struct txs_peer *p, size_t id, enum txs_via via, struct txs_served *served);

/* body.c */
void body_begin(struct body *b, size_t *pool, size_t free_bytes);
bool body_try(struct body *b, struct txs_span chunk); /* false: no room, and nothing changed */
void body_add(struct body *b, struct txs_span chunk); /* no room: all that was kept is dropped */
void body_cut(struct body *b, size_t len);            /* to its first `len` bytes */
void body_drop(struct body *b);

/* strange.c */
void strange_begin(struct strange *s, const uint8_t *bytes, size_t len);
/* What it is, or TXS_ERROR_NONE while more must be seen. */
enum txs_error strange_add(struct strange *s, struct txs_span *in);
/* What it is taken for when no more will come. */
enum txs_error strange_verdict(const struct strange *s);

/* ask.c */
void ask_first(struct txs_peer *p);
void ask_handshake_complete(struct txs_peer *p); /* the time for the answer begins anew */
void ask_answered(struct txs_peer *p, size_t id, enum txs_id_status status);
void ask_fence_passed(struct txs_peer *p, uint64_t nonce);
/* What was passed over by a request whose fence was answered has been ignored. */
void ask_note_ignored(struct txs_peer *p);
void ask_announcement(struct txs_peer *p);
/* The answers stand as they are. */
void ask_conclude(struct txs_peer *p);
/* Sends what is due, or finishes the session when nothing is left to ask. After each message. */
void ask_continue(struct txs_peer *p);
/* The time at which ask_deadline() must run: it sends what is due then, or settles a request that
 * has waited too long. */
uint64_t ask_deadline_ms(const struct txs_peer *p);
void ask_deadline(struct txs_peer *p);
/* The connection has ended. */
void ask_closed(struct txs_peer *p, enum txs_error error);
void ask_judge_strength(struct txs_peer *p);

/* gossip.c */
void gossip_ask(struct txs_peer *p); /* behind our verack */
void gossip_handshake_complete(struct txs_peer *p);
void gossip_stalled(struct txs_peer *p, uint64_t ms);
/* Until when addresses are awaited; now_ms where none are. */
uint64_t gossip_deadline_ms(const struct txs_peer *p);
void gossip_stopped(struct txs_peer *p);  /* the survey ends */
void gossip_deadline(struct txs_peer *p); /* drops a list that is in arrival for too long */
void gossip_begin(struct txs_peer *p);
void gossip_chunk(struct txs_peer *p, struct txs_span chunk);
void gossip_end_addr(struct txs_peer *p);
void gossip_end_addrv2(struct txs_peer *p);

/* control.c */
/* control.random is asked for now. Returns its place among the ids: 0..id_count. */
size_t control_ask_random(struct txs_peer *p);
/* Until when an answer is awaited; now_ms where none is. */
uint64_t control_deadline_ms(const struct txs_peer *p);
void control_fence_passed(struct txs_peer *p, uint64_t nonce);
/* An inv or notfound in hand: whom it names, and at its end what that means. */
void control_begin_list(struct txs_peer *p);
void control_listed(struct txs_peer *p, const struct txs_inv_item *item);
void control_announced(struct txs_peer *p, const struct txs_inv_item *item); /* no target of ours */
void control_end_inv(struct txs_peer *p);
void control_end_notfound(struct txs_peer *p);
bool control_served(struct txs_peer *p); /* whether the transaction in hand is the announced one */
void control_conclude(struct txs_peer *p);

/* say.c */
size_t say_capacity(const struct txs_peer_config *config);
void say_version(struct txs_peer *p);
void say_ready(struct txs_peer *p);   /* features that the peer's version allows, verack */
void say_request(struct txs_peer *p); /* getdata for the pending ids, and the fence */
void say_control(struct txs_peer *p); /* getdata for what the peer announced */
void say_getaddr(struct txs_peer *p);
void say_ping(struct txs_peer *p, uint64_t nonce);
void say_pong(struct txs_peer *p);

#endif
