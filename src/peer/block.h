/* Looking into the block (--block), for ids that a peer has finally said notfound for: block.c is
 * the inquiry, when it begins and how long it may take; block_ask.c decides whether and how a peer
 * is asked, block_read.c reads what it answers. */
#ifndef TXSURVEY_PEER_BLOCK_H
#define TXSURVEY_PEER_BLOCK_H

#include "session.h"

#include "txsurvey/block.h"

/* An id that is in the message in hand. Its bytes are in the peer's body, unless there was no room
 * for them. */
struct block_entry {
    bool found, kept;
    uint32_t position;
    size_t offset;
    uint64_t parts;
    struct txs_tx_ids ids;
};

struct block_ask {
    bool over;    /* nothing more is awaited */
    bool charged; /* has one of the hunt's whole blocks, */
    bool whole;   /* and has sent it */
    bool reading; /* counted in the hunt's */
    bool fence_passed;
    uint32_t fence;
    uint64_t deadline_ms, fence_deadline_ms;
    size_t awaited; /* transactions behind a merkleblock that proves them */

    struct txs_block_walker walker;
    bool malformed, mismatched;
    bool keeping;    /* the bytes of the transaction in hand */
    size_t kept_len; /* bytes of those before it */
    int32_t height;

    size_t wanted_count;
    uint16_t *wanted;            /* the ids asked for by getblocktxn, in the block's order */
    struct block_entry *entries; /* one an id */
    struct txs_served *served;   /* the same; filled, in the end, to hand out at once */
    size_t served_count;
};

static inline bool block_wants(const struct txs_peer *p, size_t id) /* it was not found till now */
{
    return p->result.answers[id].status == TXS_ID_NOTFOUND;
}

/* Takes one of the whole blocks that may still be asked for, once a session. */
static inline bool block_charge(struct txs_peer *p)
{
    struct block_ask *b = p->block.ask;
    if (!b->charged && p->config->hunt->whole_left == 0)
        return false;
    p->config->hunt->whole_left -= !b->charged;
    b->charged = true;
    return true;
}

/* Nothing more is awaited. A whole block that did not come may be another's. */
static inline void block_over(struct txs_peer *p)
{
    struct block_ask *b = p->block.ask;
    b->over = true;
    p->config->hunt->whole_left += b->charged && !b->whole;
    b->charged = false;
    p->config->hunt->reading -= b->reading;
    b->reading = false;
}

/* block_ask.c */
/* How this peer can be asked now. */
enum txs_block_way block_way(const struct txs_peer *p);
/* It is asked so, with a fence behind it. */
void block_ask(struct txs_peer *p, enum txs_block_way way);
/* It may soon be worth asking: others are reading the block, and what they learn lets this peer be
 * asked for a part of it. */
bool block_may_wait(const struct txs_peer *p);
void block_free(struct txs_peer *p);

/* block_read.c */
/* A message that answers begins; false for one that is not to be read. */
bool block_read_begin(struct txs_peer *p, enum message_kind kind);
void block_read_chunk(struct txs_peer *p, struct txs_span chunk);
void block_read_end(struct txs_peer *p, enum message_kind kind);

#endif
