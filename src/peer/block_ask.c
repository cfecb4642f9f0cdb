/* Whether and how a peer is asked for the block.
 *
 *   BLOOM offered            filterload, getdata        -> merkleblock, tx ...
 *   places known, recent     sendcmpct, getblocktxn     -> blocktxn, or all of the block
 *   else                     getdata                    -> block
 *
 * The cheapest way that the peer knows, and one a session.
 *
 * Filtered blocks are asked for txids alone: their transactions come without witness, which proves
 * no wtxid.
 */
#include "block.h"
#include "say.h"

#include <stdlib.h>
#include <string.h>

/* BIP37's filter of the ids asked for, with one false match in 10^9 elements. */
#define FILTER_BITS_AN_ID 44
#define FILTER_FUNCTIONS 30
#define FILTER_MAX_BYTES ((TXS_GETDATA_MAX * FILTER_BITS_AN_ID + 7) / 8)

#define CMPCT_WITNESS 2 /* Core 23 and older leave out witnesses where that was not said */

bool txs_can_serve_block(int32_t height, uint64_t services, int32_t start_height)
{
    if (height < 0 || start_height < 0)
        return services & TXS_SERVICE_NETWORK;
    if (start_height < height)
        return false;
    return services & TXS_SERVICE_NETWORK ||
           (services & TXS_SERVICE_NETWORK_LIMITED && start_height - height <= TXS_LIMITED_DEPTH);
}

/* Whom to ask, and how */

static size_t count_wanted(const struct txs_peer *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->config->id_count; i++)
        count += block_wants(p, i);
    return count;
}

static size_t count_wanted_with_position(const struct txs_peer *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->config->id_count; i++)
        count += block_wants(p, i) && p->config->hunt->positions[i] >= 0;
    return count;
}

static bool is_recent(const struct txs_peer *p)
{
    int32_t height = p->config->hunt->height;
    return height >= 0 && p->result.start_height >= 0 &&
           p->result.start_height - height <= TXS_BLOCKTXN_DEPTH;
}

enum txs_block_way block_way(const struct txs_peer *p)
{
    const struct txs_block_hunt *hunt = p->config->hunt;
    const struct txs_peer_result *r = &p->result;
    if (count_wanted(p) == 0 || !txs_can_serve_block(hunt->height, r->services, r->start_height))
        return TXS_BLOCK_WAY_NONE;
    size_t known = count_wanted_with_position(p);
    if (hunt->read && known == 0)
        return TXS_BLOCK_WAY_NONE; /* the block holds none of them */
    if (r->services & TXS_SERVICE_BLOOM && p->config->id_type == TXS_ID_TYPE_TXID)
        return TXS_BLOCK_WAY_MERKLEBLOCK;
    if (known > 0 && is_recent(p) && has_feature(p, TXS_FEATURE_SENDCMPCT))
        return TXS_BLOCK_WAY_BLOCKTXN;
    return hunt->whole_left > 0 ? TXS_BLOCK_WAY_BLOCK : TXS_BLOCK_WAY_NONE;
}

/* What is said */

static void say_filterload(struct txs_peer *p)
{
    uint8_t filter[FILTER_MAX_BYTES] = {0};
    size_t len = (count_wanted(p) * FILTER_BITS_AN_ID + 7) / 8;
    for (size_t i = 0; i < p->config->id_count; i++)
        if (block_wants(p, i))
            txs_bloom_add(filter, len, FILTER_FUNCTIONS, 0,
                          (struct txs_span){p->config->ids[i], 32});
    size_t begun = txs_frame_begin(p->config->out, p->config->chain->magic, "filterload");
    txs_filterload_encode(p->config->out, &(struct txs_filterload){.filter = {filter, len},
                                                                   .functions = FILTER_FUNCTIONS});
    txs_frame_end_known(p->config->out, begun, p->config->checksums);
}

/* Inserts by position. */
static void want(struct block_ask *b, const struct txs_block_hunt *hunt, uint16_t id)
{
    size_t at = b->wanted_count++;
    for (; at > 0 && hunt->positions[b->wanted[at - 1]] > hunt->positions[id]; at--)
        b->wanted[at] = b->wanted[at - 1];
    b->wanted[at] = id;
}

static void say_getblocktxn(struct txs_peer *p)
{
    const struct txs_block_hunt *hunt = p->config->hunt;
    struct block_ask *b = p->block.ask;
    struct txs_getblocktxn message;
    for (size_t i = 0; i < p->config->id_count; i++)
        if (block_wants(p, i) && hunt->positions[i] >= 0)
            want(b, hunt, (uint16_t)i);
    memcpy(message.block_hash, hunt->hash, sizeof message.block_hash);
    message.count = b->wanted_count;
    for (size_t i = 0; i < b->wanted_count; i++)
        message.indexes[i] = (uint32_t)hunt->positions[b->wanted[i]];
    size_t begun = txs_frame_begin(p->config->out, p->config->chain->magic, "sendcmpct");
    txs_sendcmpct_encode(p->config->out, &(struct txs_sendcmpct){0, CMPCT_WITNESS});
    txs_frame_end_known(p->config->out, begun, p->config->checksums);
    begun = txs_frame_begin(p->config->out, p->config->chain->magic, "getblocktxn");
    txs_getblocktxn_encode(p->config->out, &message);
    txs_frame_end_known(p->config->out, begun, p->config->checksums);
}

static void say(struct txs_peer *p, enum txs_block_way way)
{
    bool witness = p->result.services & TXS_SERVICE_WITNESS;
    switch (way) {
    case TXS_BLOCK_WAY_MERKLEBLOCK:
        say_filterload(p);
        say_getdata(p, TXS_INV_FILTERED_BLOCK, p->config->hunt->hash);
        break;
    case TXS_BLOCK_WAY_BLOCKTXN:
        say_getblocktxn(p);
        break;
    case TXS_BLOCK_WAY_BLOCK:
        block_charge(p);
        p->config->hunt->reading++;
        p->block.ask->reading = true;
        say_getdata(p, witness ? TXS_INV_WITNESS_BLOCK : TXS_INV_BLOCK, p->config->hunt->hash);
        break;
    case TXS_BLOCK_WAY_NONE:
    case TXS_BLOCK_WAY_COUNT:
        break;
    }
}

static struct block_ask *block_new(size_t ids)
{
    struct block_ask *b =
        calloc(1, sizeof *b + ids * (sizeof *b->entries + sizeof *b->served + sizeof *b->wanted));
    if (b == NULL)
        return NULL;
    b->entries = (struct block_entry *)(b + 1);
    b->served = (struct txs_served *)(b->entries + ids);
    b->wanted = (uint16_t *)(b->served + ids);
    return b;
}

void block_ask(struct txs_peer *p, enum txs_block_way way)
{
    struct block_ask *b = block_new(p->config->id_count);
    if (b == NULL)
        return;
    p->block.ask = b;
    p->result.block_asked = (uint8_t)way;
    b->deadline_ms = p->now_ms + p->config->response_timeout_ms;
    say(p, way);
    b->fence = say_fence(p);
}

/* A pruned one too: how deep the block is may not be known yet. */
bool block_may_wait(const struct txs_peer *p)
{
    const uint64_t blocks = TXS_SERVICE_NETWORK | TXS_SERVICE_NETWORK_LIMITED;
    const struct txs_block_hunt *hunt = p->config->hunt;
    const struct txs_peer_result *r = &p->result;
    return hunt->reading > 0 && !hunt->read && count_wanted(p) > 0 &&
           has_feature(p, TXS_FEATURE_SENDCMPCT) &&
           (hunt->height < 0 ? (r->services & blocks) != 0
                             : txs_can_serve_block(hunt->height, r->services, r->start_height));
}

void block_free(struct txs_peer *p)
{
    if (p->block.ask != NULL)
        block_over(p);
    free(p->block.ask);
    p->block.ask = NULL;
}
