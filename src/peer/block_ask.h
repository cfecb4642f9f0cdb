/* Looking into the block (--block), for ids that a peer has finally said notfound for. block_ask.c
 * decides whether and how the peer is asked, and how long; block_read.c reads what it answers. */
#ifndef TXSURVEY_PEER_BLOCK_ASK_H
#define TXSURVEY_PEER_BLOCK_ASK_H

#include "machine.h"

#include "txsurvey/block.h"

/* An id that is in the message in hand. Its bytes are in the peer's body, unless there was no room
 * for them. */
struct block_entry {
    bool found;
    uint32_t position;
    size_t offset;
    uint64_t parts;
    struct txs_tx_ids ids;
};

struct block_ask {
    bool over;    /* nothing more is awaited */
    bool reading; /* counted in the hunt's */
    bool fence_passed;
    uint64_t fence;
    uint64_t deadline_ms, fence_deadline_ms;
    uint64_t base_deadline_ms; /* deadline_ms before the length of the block was known */
    size_t awaited;            /* transactions behind a merkleblock that proves them */

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

/* block_ask.c */
/* Asks for the block, where there is one to ask for and this peer may have it. Once a session. */
bool block_ask_begin(struct txs_peer *p);
/* It may soon be worth asking: others are reading the block, and what they learn lets this peer be
 * asked for a part of it. As long as an answer may take. */
bool block_ask_waits(struct txs_peer *p);
uint64_t block_ask_wait_deadline_ms(const struct txs_peer *p);
void block_ask_over(struct txs_peer *p); /* nothing more is awaited */
void block_ask_free(struct txs_peer *p);
bool block_ask_wants(const struct txs_peer *p, size_t id); /* it was not found till now */
bool block_ask_open(const struct txs_peer *p);             /* something is still awaited */
uint64_t block_ask_deadline_ms(const struct txs_peer *p);
void block_ask_deadline(struct txs_peer *p);
void block_ask_stalled(struct txs_peer *p, uint64_t ms);
void block_ask_fence_passed(struct txs_peer *p, uint64_t nonce);
/* This message would be the answer. */
bool block_ask_awaits(const struct txs_peer *p, const char *command);
bool block_ask_is_of(const struct txs_peer *p, const struct txs_inv_item *item); /* our block */
/* A notfound named the block, as btcd and bcoin do; false where it was not asked for. */
bool block_ask_notfound(struct txs_peer *p);
/* The id is in the block, as some peer has proved, and this one's height is not below it. */
bool block_ask_is_confirmed(const struct txs_peer *p, size_t id);
/* How a tx message serves this id. */
enum txs_via block_ask_via(const struct txs_peer *p, size_t id);
void block_ask_served(struct txs_peer *p, size_t id); /* from the block */

/* block_read.c */
void block_begin_block(struct txs_peer *p);
void block_begin_blocktxn(struct txs_peer *p);
void block_chunk(struct txs_peer *p, struct txs_span chunk);
void block_end_block(struct txs_peer *p);
void block_end_blocktxn(struct txs_peer *p);
void block_begin_merkleblock(struct txs_peer *p);
void block_chunk_merkleblock(struct txs_peer *p, struct txs_span chunk);
void block_end_merkleblock(struct txs_peer *p);

#endif
