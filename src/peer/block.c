/* The block as an inquiry: begins when no id will be asked for by itself any more, once a session,
 * and ends with its answer, its fence or its time. Whatever comes or does not come, an id that is
 * not served from the block stays as it was. */
#include "block.h"

#include "inquiry.h"

#include <stdlib.h>
#include <string.h>

#define WAIT_STEP_MS 200

static bool is_asked(const struct txs_peer *p)
{
    return p->block.ask != NULL && !p->block.ask->over;
}

static bool is_open(const struct txs_peer *p)
{
    return is_asked(p) || p->block.waits;
}

/* While others read all of the block, a peer that could tell a part of it waits for them, as long
 * as an answer may take. */
static bool waits(struct txs_peer *p)
{
    if (!block_may_wait(p))
        return false;
    if (p->block.wait_ms == 0)
        p->block.wait_ms = p->now_ms + p->config->response_timeout_ms;
    return p->now_ms < p->block.wait_ms;
}

static void next(struct txs_peer *p)
{
    if (p->config->hunt == NULL || !p->answers_final || p->decided || p->block.ask != NULL ||
        !p->chain_settled || txs_on_other_chain(&p->result))
        return;
    enum txs_block_way way = block_way(p);
    p->block.waits = way == TXS_BLOCK_WAY_NONE && waits(p);
    if (way != TXS_BLOCK_WAY_NONE)
        block_ask(p, way);
}

static bool awaits(const struct txs_peer *p, enum message_kind kind)
{
    if (!is_asked(p))
        return false;
    switch ((enum txs_block_way)p->result.block_asked) {
    case TXS_BLOCK_WAY_MERKLEBLOCK:
        return kind == MESSAGE_MERKLEBLOCK && p->block.ask->awaited == 0;
    case TXS_BLOCK_WAY_BLOCKTXN:
        return kind == MESSAGE_BLOCKTXN || kind == MESSAGE_BLOCK;
    case TXS_BLOCK_WAY_BLOCK:
        return kind == MESSAGE_BLOCK;
    case TXS_BLOCK_WAY_NONE:
    case TXS_BLOCK_WAY_COUNT:
        break;
    }
    return false;
}

/* Others than Core may say notfound of a block, as btcd and bcoin do. */
static bool reads(struct txs_peer *p, enum message_kind kind)
{
    p->block.named = false;
    return awaits(p, kind) ? block_read_begin(p, kind) : kind == MESSAGE_NOTFOUND && is_asked(p);
}

static void item(struct txs_peer *p, const struct listed *listed)
{
    p->block.named |= memcmp(listed->item.hash, p->config->hunt->hash, 32) == 0;
}

static enum relevance end_notfound(struct txs_peer *p)
{
    if (!p->block.named || !is_asked(p))
        return NOT_MINE;
    block_over(p);
    return ANSWER;
}

/* The transactions behind a merkleblock; our filter may let others than ours through. */
static enum relevance end_tx(struct txs_peer *p)
{
    int id = p->message.id;
    if (!is_asked(p))
        return NOT_MINE;
    if (id < 0 || !p->id_states[id].proved)
        return KNOWN;
    struct txs_answer *a = &p->result.answers[id];
    p->id_states[id].proved = false;
    a->has_position = true;
    a->position = p->block.ask->entries[id].position;
    p->block.ask->fence_deadline_ms = p->now_ms + FENCE_GRACE_MS; /* for the next */
    if (--p->block.ask->awaited == 0)
        block_over(p);
    return ANSWER;
}

static enum relevance message(struct txs_peer *p, enum message_kind kind)
{
    if (kind == MESSAGE_NOTFOUND)
        return end_notfound(p);
    if (kind == MESSAGE_TX)
        return end_tx(p);
    if (!awaits(p, kind))
        return NOT_MINE;
    block_read_end(p, kind);
    return ANSWER;
}

/* Core says nothing about a block that it has not, and never notfound (ProcessGetBlockData): the
 * fence is the end. */
static void fence(struct txs_peer *p, uint32_t number)
{
    struct block_ask *b = p->block.ask;
    if (!is_asked(p) || b->fence_passed || number < b->fence)
        return;
    b->fence_passed = true;
    b->fence_deadline_ms = p->now_ms + FENCE_GRACE_MS;
}

static bool is_being_read(const struct txs_peer *p)
{
    return is_arriving(p, MESSAGE_TX) || is_arriving(p, MESSAGE_BLOCK) ||
           is_arriving(p, MESSAGE_BLOCKTXN) || is_arriving(p, MESSAGE_MERKLEBLOCK);
}

/* Nobody tells a peer what another one has read: it looks now and then. */
static uint64_t until(const struct txs_peer *p)
{
    const struct block_ask *b = p->block.ask;
    if (!is_asked(p))
        return p->block.waits ? earlier(p->block.wait_ms, p->now_ms + WAIT_STEP_MS) : TXS_NEVER;
    if (is_being_read(p))
        return b->deadline_ms + extension_ms(arrived_bytes(p));
    return b->fence_passed ? earlier(b->deadline_ms, b->fence_deadline_ms) : b->deadline_ms;
}

static void deadline(struct txs_peer *p)
{
    if (!is_asked(p) || p->now_ms < until(p))
        return;
    if (is_being_read(p) && !is_arriving(p, MESSAGE_TX))
        body_drop(&p->body);
    block_over(p);
}

static void stalled(struct txs_peer *p, uint64_t ms)
{
    p->block.wait_ms += p->block.wait_ms != 0 ? ms : 0;
    if (p->block.ask == NULL)
        return;
    p->block.ask->deadline_ms += ms;
    p->block.ask->fence_deadline_ms += ms;
}

/* The id is in the block, as some peer has proved, and this one is on its chain, and not below it.
 */
static bool is_confirmed(const struct txs_peer *p, size_t id)
{
    const struct txs_block_hunt *hunt = p->config->hunt;
    return hunt->positions[id] >= 0 && hunt->height >= 0 &&
           p->result.start_height >= hunt->height && !txs_on_other_chain(&p->result);
}

static void decided(struct txs_peer *p)
{
    p->block.waits = false;
    if (is_asked(p))
        block_over(p);
}

static void ended(struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count && p->config->hunt != NULL; i++)
        p->result.answers[i].confirmed =
            p->result.answers[i].status == TXS_ID_NOTFOUND && is_confirmed(p, i);
}

const struct inquiry block_inquiry = {
    .decides = true,
    .reads = reads,
    .item = item,
    .chunk = block_read_chunk,
    .message = message,
    .fence = fence,
    .next = next,
    .is_open = is_open,
    .until = until,
    .deadline = deadline,
    .stalled = stalled,
    .decided = decided,
    .ended = ended,
};
