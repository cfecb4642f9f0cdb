#include "txsurvey/merkle.h"

#include "txsurvey/hash.h"

#include <assert.h>
#include <string.h>

#define ROOT_AT (4 + 32)

static void hash_pair(uint8_t out[32], const uint8_t left[32], const uint8_t right[32])
{
    uint8_t pair[64];
    memcpy(pair, left, 32);
    memcpy(pair + 32, right, 32);
    txs_sha256d(out, pair, sizeof pair);
}

const uint8_t *txs_header_merkle_root(struct txs_span header)
{
    assert(header.len == TXS_BLOCK_HEADER_BYTES);
    return header.data + ROOT_AT;
}

/* The root as the leaves come. A new leaf closes as many subtrees as `count` has ones at its end.
 */

void txs_merkle_init(struct txs_merkle *m)
{
    m->count = 0;
    m->mutated = false;
}

void txs_merkle_add(struct txs_merkle *m, const uint8_t leaf[32])
{
    uint8_t hash[32];
    unsigned level = 0;
    assert(m->count < TXS_BLOCK_TX_MAX);
    memcpy(hash, leaf, sizeof hash);
    for (; m->count >> level & 1; level++) {
        m->mutated |= memcmp(m->inner[level], hash, sizeof hash) == 0;
        hash_pair(hash, m->inner[level], hash);
    }
    memcpy(m->inner[level], hash, sizeof hash);
    m->count++;
}

/* A node without a right neighbour is paired with itself. `out` is the last node of its level. */
bool txs_merkle_root(const struct txs_merkle *m, uint8_t out[32])
{
    unsigned level = 0;
    if (m->count == 0 || m->mutated)
        return false;
    while (!(m->count >> level & 1))
        level++;
    memcpy(out, m->inner[level], 32);
    for (uint32_t nodes = m->count >> level; nodes > 1; nodes = (nodes + 1) / 2, level++)
        hash_pair(out, nodes & 1 ? out : m->inner[level], out);
    return true;
}

/* Partial trees: depth first, a flag for each node, set where a match is below it; hashes of the
 * nodes without and of the matches (Core: CPartialMerkleTree::ExtractMatches). */

struct partial {
    const struct txs_merkleblock *block;
    uint64_t flags_used, hashes_used;
    bool bad;
    txs_merkle_match_fn *match;
    void *context;
};

static bool next_flag(struct partial *p)
{
    struct txs_span flags = p->block->flags;
    uint64_t at = p->flags_used++;
    if (at / 8 >= flags.len) {
        p->bad = true;
        return false;
    }
    return flags.data[at / 8] >> (at % 8) & 1;
}

static const uint8_t *next_hash(struct partial *p)
{
    static const uint8_t none[32];
    uint64_t at = p->hashes_used++;
    if (at >= p->block->hash_count) {
        p->bad = true;
        return none;
    }
    return p->block->hashes.data + 32 * at;
}

static uint32_t nodes_at(const struct partial *p, unsigned height)
{
    return (p->block->tx_total + (1u << height) - 1) >> height;
}

/* The hash of node `at` of the level `height` above the leaves. It goes no deeper than the tree. */
static void extract(struct partial *p, uint8_t out[32], unsigned height, uint32_t at)
{
    uint8_t left[32], right[32];
    bool is_above_match = next_flag(p);
    memset(out, 0, 32);
    if (p->bad)
        return;
    if (height == 0 || !is_above_match) {
        memcpy(out, next_hash(p), 32);
        if (height == 0 && is_above_match && !p->bad)
            p->match(p->context, out, at);
        return;
    }
    extract(p, left, height - 1, 2 * at);
    if (2 * at + 1 < nodes_at(p, height - 1)) {
        extract(p, right, height - 1, 2 * at + 1);
        p->bad |= memcmp(left, right, sizeof left) == 0; /* CVE-2012-2459 */
        hash_pair(out, left, right);
    } else {
        hash_pair(out, left, left);
    }
}

bool txs_merkleblock_verify(const struct txs_merkleblock *block, txs_merkle_match_fn *match,
                            void *context)
{
    struct partial p = {.block = block, .match = match, .context = context};
    uint8_t root[32];
    unsigned height = 0;
    if (block->tx_total == 0 || block->tx_total > TXS_BLOCK_TX_MAX ||
        block->hash_count > block->tx_total || block->flags.len * 8 < block->hash_count)
        return false;
    while (nodes_at(&p, height) > 1)
        height++;
    extract(&p, root, height, 0);
    return !p.bad && p.hashes_used == block->hash_count &&
           (p.flags_used + 7) / 8 == block->flags.len &&
           memcmp(root, txs_header_merkle_root(block->header), sizeof root) == 0;
}
