/* Whether and how a peer is asked for the block, and how long it may take.
 *
 *   BLOOM offered            filterload, getdata        -> merkleblock, tx ...
 *   places known, recent     sendcmpct, getblocktxn     -> blocktxn, or all of the block
 *   else                     getdata                    -> block
 *
 * The cheapest way that the peer knows, and one a session. While others read all of the block, a
 * peer that could tell a part of it waits for them. A ping goes out behind it: Core says nothing
 * about a block that it has not, and never notfound (ProcessGetBlockData), so its pong is the end;
 * others say notfound. Whatever comes or does not come, an id that is not served from the block
 * stays as it was.
 *
 * Filtered blocks are asked for txids alone: their transactions come without witness, which proves
 * no wtxid.
 */
#include "block_ask.h"

#include <stdlib.h>
#include <string.h>

/* BIP37's filter of the ids asked for, with one false match in 10^9 elements. */
#define FILTER_BITS_AN_ID 44
#define FILTER_FUNCTIONS 30
#define FILTER_MAX_BYTES ((TXS_GETDATA_MAX * FILTER_BITS_AN_ID + 7) / 8)

#define WAIT_STEP_MS 200

#define CMPCT_WITNESS 2 /* Core 23 and older leave out witnesses where that was not said */

bool txs_can_serve_block(int32_t height, uint64_t services, int32_t start_height)
{
    if (height < 0)
        return services & TXS_SERVICE_NETWORK;
    if (start_height < height)
        return false;
    return services & TXS_SERVICE_NETWORK ||
           (services & TXS_SERVICE_NETWORK_LIMITED && start_height - height <= TXS_LIMITED_DEPTH);
}

/* Whom to ask, and how */

bool block_ask_wants(const struct txs_peer *p, size_t id)
{
    return p->result.answers[id].status == TXS_ID_NOTFOUND;
}

static size_t count_wanted(const struct txs_peer *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->config->id_count; i++)
        count += block_ask_wants(p, i);
    return count;
}

static size_t count_wanted_with_position(const struct txs_peer *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->config->id_count; i++)
        count += block_ask_wants(p, i) && p->config->hunt->positions[i] >= 0;
    return count;
}

static bool is_recent(const struct txs_peer *p)
{
    int32_t height = p->config->hunt->height;
    return height >= 0 && p->result.start_height - height <= TXS_BLOCKTXN_DEPTH;
}

static enum txs_block_way choose(const struct txs_peer *p)
{
    const struct txs_block_hunt *hunt = p->config->hunt;
    const struct txs_peer_result *r = &p->result;
    if (hunt == NULL || count_wanted(p) == 0 ||
        !txs_can_serve_block(hunt->height, r->services, r->start_height))
        return TXS_BLOCK_WAY_NONE;
    size_t known = count_wanted_with_position(p);
    if (hunt->read && known == 0)
        return TXS_BLOCK_WAY_NONE; /* the block holds none of them */
    if (r->services & TXS_SERVICE_BLOOM && p->config->id_type == TXS_ID_TYPE_TXID)
        return TXS_BLOCK_WAY_MERKLEBLOCK;
    if (known > 0 && is_recent(p) && r->features & 1u << TXS_FEATURE_SENDCMPCT)
        return TXS_BLOCK_WAY_BLOCKTXN;
    return hunt->whole_left > 0 ? TXS_BLOCK_WAY_BLOCK : TXS_BLOCK_WAY_NONE;
}

/* What is said */

static void say_getdata(struct txs_peer *p, uint32_t type)
{
    struct txs_inv_item item = {.type = type};
    memcpy(item.hash, p->config->hunt->hash, sizeof item.hash);
    size_t begun = txs_frame_begin(&p->out, p->config->chain->magic, "getdata");
    txs_inv_encode(&p->out, &item, 1);
    txs_frame_end(&p->out, begun);
}

static void say_filterload(struct txs_peer *p)
{
    uint8_t filter[FILTER_MAX_BYTES] = {0};
    size_t len = (count_wanted(p) * FILTER_BITS_AN_ID + 7) / 8;
    for (size_t i = 0; i < p->config->id_count; i++)
        if (block_ask_wants(p, i))
            txs_bloom_add(filter, len, FILTER_FUNCTIONS, 0,
                          (struct txs_span){p->config->ids[i], 32});
    size_t begun = txs_frame_begin(&p->out, p->config->chain->magic, "filterload");
    txs_filterload_encode(
        &p->out, &(struct txs_filterload){.filter = {filter, len}, .functions = FILTER_FUNCTIONS});
    txs_frame_end(&p->out, begun);
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
    struct block_ask *b = p->block;
    struct txs_getblocktxn message;
    for (size_t i = 0; i < p->config->id_count; i++)
        if (block_ask_wants(p, i) && hunt->positions[i] >= 0)
            want(b, hunt, (uint16_t)i);
    memcpy(message.block_hash, hunt->hash, sizeof message.block_hash);
    message.count = b->wanted_count;
    for (size_t i = 0; i < b->wanted_count; i++)
        message.indexes[i] = (uint32_t)hunt->positions[b->wanted[i]];
    size_t begun = txs_frame_begin(&p->out, p->config->chain->magic, "sendcmpct");
    txs_sendcmpct_encode(&p->out, &(struct txs_sendcmpct){0, CMPCT_WITNESS});
    txs_frame_end(&p->out, begun);
    begun = txs_frame_begin(&p->out, p->config->chain->magic, "getblocktxn");
    txs_getblocktxn_encode(&p->out, &message);
    txs_frame_end(&p->out, begun);
}

static void say(struct txs_peer *p, enum txs_block_way way)
{
    bool witness = p->result.services & TXS_SERVICE_WITNESS;
    switch (way) {
    case TXS_BLOCK_WAY_MERKLEBLOCK:
        say_filterload(p);
        say_getdata(p, TXS_INV_FILTERED_BLOCK);
        break;
    case TXS_BLOCK_WAY_BLOCKTXN:
        say_getblocktxn(p);
        break;
    case TXS_BLOCK_WAY_BLOCK:
        p->config->hunt->whole_left--;
        p->config->hunt->reading++;
        p->block->reading = true;
        say_getdata(p, witness ? TXS_INV_WITNESS_BLOCK : TXS_INV_BLOCK);
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

bool block_ask_begin(struct txs_peer *p)
{
    enum txs_block_way way = p->block == NULL ? choose(p) : TXS_BLOCK_WAY_NONE;
    if (way == TXS_BLOCK_WAY_NONE || (p->block = block_new(p->config->id_count)) == NULL)
        return false;
    struct block_ask *b = p->block;
    p->result.block_asked = (uint8_t)way;
    b->base_deadline_ms = b->deadline_ms = p->now_ms + p->config->response_timeout_ms;
    b->fence = p->asking.fence + 1;
    say(p, way);
    say_ping(p, b->fence);
    return true;
}

/* A pruned one too: how deep the block is may not be known yet. */
static bool may_tell_a_part(const struct txs_peer *p)
{
    const uint64_t blocks = TXS_SERVICE_NETWORK | TXS_SERVICE_NETWORK_LIMITED;
    const struct txs_block_hunt *hunt = p->config->hunt;
    const struct txs_peer_result *r = &p->result;
    return hunt != NULL && hunt->reading > 0 && !hunt->read && count_wanted(p) > 0 &&
           r->features & 1u << TXS_FEATURE_SENDCMPCT &&
           (hunt->height < 0 ? (r->services & blocks) != 0
                             : txs_can_serve_block(hunt->height, r->services, r->start_height));
}

bool block_ask_waits(struct txs_peer *p)
{
    if (p->block != NULL || !may_tell_a_part(p))
        return false;
    if (p->block_wait_ms == 0)
        p->block_wait_ms = p->now_ms + p->config->response_timeout_ms;
    return p->now_ms < p->block_wait_ms;
}

/* Nobody tells a peer what another one has read: it looks now and then. */
uint64_t block_ask_wait_deadline_ms(const struct txs_peer *p)
{
    return p->block_wait_ms == 0 ? TXS_NEVER : earlier(p->block_wait_ms, p->now_ms + WAIT_STEP_MS);
}

static void stop_reading(struct txs_peer *p)
{
    p->config->hunt->reading -= p->block->reading;
    p->block->reading = false;
}

void block_ask_over(struct txs_peer *p)
{
    p->block->over = true;
    stop_reading(p);
}

void block_ask_free(struct txs_peer *p)
{
    if (p->block != NULL)
        stop_reading(p);
    free(p->block);
}

/* What is awaited, and until when */

bool block_ask_open(const struct txs_peer *p)
{
    return p->block != NULL && !p->block->over;
}

uint64_t block_ask_deadline_ms(const struct txs_peer *p)
{
    const struct block_ask *b = p->block;
    bool arriving = receive_in_block(p) || receive_in_tx(p);
    if (b->fence_passed && !arriving && b->fence_deadline_ms < b->deadline_ms)
        return b->fence_deadline_ms;
    return b->deadline_ms;
}

void block_ask_deadline(struct txs_peer *p)
{
    if (block_ask_open(p) && p->now_ms >= block_ask_deadline_ms(p))
        block_ask_over(p);
}

void block_ask_stalled(struct txs_peer *p, uint64_t ms)
{
    p->block_wait_ms += p->block_wait_ms != 0 ? ms : 0;
    if (p->block == NULL)
        return;
    p->block->base_deadline_ms += ms;
    p->block->deadline_ms += ms;
    p->block->fence_deadline_ms += ms;
}

void block_ask_fence_passed(struct txs_peer *p, uint64_t nonce)
{
    struct block_ask *b = p->block;
    if (!block_ask_open(p) || b->fence_passed || nonce != b->fence)
        return;
    b->fence_passed = true;
    b->fence_deadline_ms = p->now_ms + FENCE_GRACE_MS;
}

bool block_ask_awaits(const struct txs_peer *p, const char *command)
{
    if (!block_ask_open(p))
        return false;
    switch ((enum txs_block_way)p->result.block_asked) {
    case TXS_BLOCK_WAY_MERKLEBLOCK:
        return strcmp(command, "merkleblock") == 0 && p->block->awaited == 0;
    case TXS_BLOCK_WAY_BLOCKTXN:
        return strcmp(command, "blocktxn") == 0 || strcmp(command, "block") == 0;
    case TXS_BLOCK_WAY_BLOCK:
        return strcmp(command, "block") == 0;
    case TXS_BLOCK_WAY_NONE:
    case TXS_BLOCK_WAY_COUNT:
        break;
    }
    return false;
}

bool block_ask_is_of(const struct txs_peer *p, const struct txs_inv_item *item)
{
    return p->config->hunt != NULL && memcmp(item->hash, p->config->hunt->hash, 32) == 0;
}

bool block_ask_notfound(struct txs_peer *p)
{
    bool asked = block_ask_open(p);
    if (asked)
        block_ask_over(p);
    return asked;
}

bool block_ask_is_confirmed(const struct txs_peer *p, size_t id)
{
    const struct txs_block_hunt *hunt = p->config->hunt;
    return hunt != NULL && hunt->positions[id] >= 0 && p->result.start_height >= hunt->height;
}

enum txs_via block_ask_via(const struct txs_peer *p, size_t id)
{
    bool proved = block_ask_open(p) && p->block->awaited > 0 && p->block->entries[id].found;
    return proved ? TXS_VIA_MERKLEBLOCK : TXS_VIA_TX;
}

void block_ask_served(struct txs_peer *p, size_t id)
{
    struct txs_answer *a = &p->result.answers[id];
    a->has_position = true;
    a->position = p->block->entries[id].position;
    if (a->via == TXS_VIA_MERKLEBLOCK && --p->block->awaited == 0)
        block_ask_over(p);
}
