/* Which chain the peer has, by proof: for each anchor, a block's hash, it is asked for that one
 * header.
 *
 * `getheaders` with an empty locator is answered with the header of hash_stop, if the node has the
 * block in its active chain, or has validated it and left it less than a month ago, and by nothing
 * else (Core: ProcessMessage, GETHEADERS; BlockRequestAllowed). The fence behind it tells that from
 * delay: behind each anchor's question there is one, behind the last the request's own. btcd and
 * bcoin answer for any block that they have heard of, also of a branch that was never active.
 *
 * Core that lacks the block is silent, and says in headers without any that it is still loading the
 * chain. With btcd it is the other way round (server.go: OnGetHeaders).
 */
#include "inquiry.h"
#include "say.h"

#include "txsurvey/client.h"
#include "txsurvey/hash.h"

#include <string.h>

static void ready(struct txs_peer *p)
{
    struct anchors *a = &p->anchors;
    size_t count = p->config->anchor_count;
    for (size_t i = 0; i < count; i++) {
        say_getheaders(p, p->config->anchors[i]);
        a->fence[i] = i + 1 < count ? say_fence(p) : p->fences + 1;
    }
    a->asked = p->fence_wanted = count > 0;
    p->chain_settled = count == 0;
}

static void begin(struct txs_peer *p)
{
    p->anchors.deadline_ms = p->now_ms + p->config->response_timeout_ms;
}

static bool is_asked(const struct txs_peer *p)
{
    return p->anchors.asked && !p->chain_settled;
}

static bool is_open(const struct txs_peer *p)
{
    return is_asked(p) && p->verack_seen;
}

static bool reads(struct txs_peer *p, enum message_kind kind)
{
    return kind == MESSAGE_HEADERS && is_asked(p);
}

/* The question that is answered next, where the answer does not say so itself; NULL: none is left.
 */
static size_t first_open(const struct txs_peer *p)
{
    size_t i = 0;
    while (i < p->config->anchor_count &&
           (p->anchors.fence[i] == 0 || p->anchors.empty[i] || p->result.anchors[i]))
        i++;
    return i;
}

/* Headers that came unasked are announcements: only one that hashes right counts. */
static enum relevance note_header(struct txs_peer *p, const uint8_t header[80])
{
    uint8_t hash[32];
    txs_sha256d(hash, header, TXS_BLOCK_HEADER_BYTES);
    for (size_t i = 0; i < p->config->anchor_count; i++) {
        if (memcmp(hash, p->config->anchors[i], sizeof hash) != 0)
            continue;
        p->result.anchors[i] = TXS_ANCHOR_HAS;
        return ANSWER;
    }
    return NOT_MINE;
}

/* A single header of another length belongs to another chain, whose hashes we cannot compute. */
static enum relevance message(struct txs_peer *p, enum message_kind kind)
{
    const struct message *m = &p->message;
    if (kind != MESSAGE_HEADERS || m->kept_len == 0 || m->kept[0] > 1)
        return NOT_MINE;
    bool one = m->kept[0] == 1;
    if (one && p->splitter.length == 1 + TXS_BLOCK_HEADER_BYTES + 1)
        return note_header(p, m->kept + 1);
    size_t i = first_open(p);
    if (i == p->config->anchor_count)
        return NOT_MINE;
    if (one)
        p->result.anchors[i] = TXS_ANCHOR_CLAIMS;
    else
        p->anchors.empty[i] = true;
    return ANSWER;
}

/* Whether headers without any say that it lacks the block. */
static bool empty_says_lacks(const struct txs_peer *p)
{
    struct txs_client client = txs_client_of(p->result.subver);
    return client.serves_as != NULL && strcmp(client.serves_as, "btcd") == 0;
}

static void fence(struct txs_peer *p, uint32_t number)
{
    struct anchors *a = &p->anchors;
    if (!is_asked(p))
        return;
    for (size_t i = 0; i < p->config->anchor_count; i++) {
        if (a->fence[i] == 0 || a->fence[i] > number)
            continue;
        bool lacks = a->empty[i] == empty_says_lacks(p);
        if (p->result.anchors[i] == TXS_ANCHOR_UNKNOWN && lacks)
            p->result.anchors[i] = TXS_ANCHOR_LACKS;
        a->fence[i] = 0; /* settled */
    }
    p->chain_settled = a->fence[p->config->anchor_count - 1] == 0;
}

/* The last fence is behind the transactions, which may take their time. */
static uint64_t until(const struct txs_peer *p)
{
    return is_open(p) ? p->anchors.deadline_ms + answers_extension_ms(p) : TXS_NEVER;
}

static void deadline(struct txs_peer *p)
{
    p->chain_settled |= is_open(p) && p->now_ms >= until(p);
}

static void stalled(struct txs_peer *p, uint64_t ms)
{
    p->anchors.deadline_ms += ms;
}

/* Nothing was asked in the end of a peer without a whole handshake. */
static void ended(struct txs_peer *p)
{
    if (!p->verack_seen)
        memset(p->result.anchors, TXS_ANCHOR_UNKNOWN, sizeof p->result.anchors);
}

const struct inquiry anchors_inquiry = {
    .decides = true,
    .ready = ready,
    .begin = begin,
    .reads = reads,
    .message = message,
    .fence = fence,
    .is_open = is_open,
    .until = until,
    .deadline = deadline,
    .stalled = stalled,
    .ended = ended,
};
