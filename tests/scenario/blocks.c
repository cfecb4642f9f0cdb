#include "blocks.h"

#include "transactions.h"
#include "txsurvey/hash.h"

#include <stdlib.h>
#include <string.h>

static uint32_t tx_count(const struct made_block *b)
{
    return 1 + (uint32_t)strlen(b->names) + b->others;
}

static bool has_word(const struct words *w, const char *word)
{
    for (size_t i = 1; i < w->count; i++)
        if (strcmp(w->word[i], word) == 0)
            return true;
    return false;
}

static bool is_name(const char *word)
{
    return word[0] >= 'A' && word[0] <= 'Z' && word[1] == '\0';
}

int block_position(const struct made_block *b, char name)
{
    const char *at = strchr(b->names, name);
    return at == NULL ? -1 : (int)(at - b->names) + 1;
}

/* A script that pushes a height of three bytes (BIP34). */
static void put_height(struct txs_writer *w, uint32_t n)
{
    txs_put_u8(w, 5);
    txs_put_u8(w, 3);
    txs_put_u8(w, (uint8_t)n);
    txs_put_u8(w, (uint8_t)(n >> 8));
    txs_put_u8(w, (uint8_t)(n >> 16));
    txs_put_u8(w, 0);
}

/* A transaction without witness: the coinbase, or another that spends output `n` of nothing. */
static void put_plain(struct txs_writer *w, bool coinbase, uint32_t n)
{
    txs_put_u32le(w, 1);
    txs_put_u8(w, 1);
    for (int i = 0; i < 4; i++)
        txs_put_u64le(w, coinbase ? 0 : 7);
    txs_put_u32le(w, coinbase ? UINT32_MAX : n);
    put_height(w, n);
    txs_put_u32le(w, UINT32_MAX);
    txs_put_u8(w, 1);
    txs_put_u64le(w, 5000);
    txs_put_u8(w, 0);
    txs_put_u32le(w, 0);
}

static void put_transaction(struct txs_writer *w, const struct made_block *b, uint32_t position,
                            enum transaction_form form)
{
    if (position == 0)
        put_plain(w, true, b->height);
    else if (position <= strlen(b->names))
        transaction_put(w, b->names[position - 1], form);
    else
        put_plain(w, false, position);
}

static void transaction_hash(const struct made_block *b, uint32_t position, uint8_t out[32])
{
    static uint8_t bytes[TRANSACTION_MAX_BYTES];
    struct txs_writer w = txs_writer_to(bytes, sizeof bytes);
    put_transaction(&w, b, position, FORM_STRIPPED);
    if (w.failed)
        abort();
    txs_sha256d(out, bytes, w.len);
}

static uint32_t nodes_at(const struct made_block *b, unsigned height)
{
    return (tx_count(b) + (1u << height) - 1) >> height;
}

static void node_hash(const struct made_block *b, unsigned height, uint32_t at, uint8_t out[32])
{
    uint8_t pair[64];
    if (height == 0) {
        transaction_hash(b, at, out);
        return;
    }
    node_hash(b, height - 1, 2 * at, pair);
    if (2 * at + 1 < nodes_at(b, height - 1))
        node_hash(b, height - 1, 2 * at + 1, pair + 32);
    else
        memcpy(pair + 32, pair, 32);
    txs_sha256d(out, pair, sizeof pair);
}

static unsigned tree_height(const struct made_block *b)
{
    unsigned height = 0;
    while (nodes_at(b, height) > 1)
        height++;
    return height;
}

void block_make(struct made_block *b, const struct words *w)
{
    *b = (struct made_block){.height = (uint32_t)strtoul(w->word[1], NULL, 10),
                             .others = (uint32_t)words_number(w, "others", 0)};
    for (size_t i = 2; i < w->count; i++)
        if (is_name(w->word[i]) && strlen(b->names) < BLOCK_NAMES_MAX)
            strncat(b->names, w->word[i], 1);
    struct txs_writer header = txs_writer_to(b->header, sizeof b->header);
    txs_put_u32le(&header, (uint32_t)words_number(w, "version", 0x20000000));
    header.len += 32; /* the block before it */
    node_hash(b, tree_height(b), 0, b->header + header.len);
    txs_sha256d(b->hash, b->header, sizeof b->header);
}

static void put_header(struct txs_writer *out, const struct made_block *b, const struct words *w)
{
    txs_put_bytes(out, b->header, sizeof b->header - 1);
    txs_put_u8(out, words_value(w, "header") != NULL); /* the last byte of the nonce */
}

void block_put(struct txs_writer *out, const struct made_block *b, const struct words *w)
{
    enum transaction_form form = has_word(w, "stripped") ? FORM_STRIPPED : FORM_WHOLE;
    bool mutated = has_word(w, "mutated");
    uint32_t count = tx_count(b) - has_word(w, "less");
    put_header(out, b, w);
    txs_put_compact(out, count + mutated);
    for (uint32_t i = 0; i < count; i++)
        put_transaction(out, b, i, form);
    if (mutated)
        put_transaction(out, b, count - 1, form);
}

struct partial {
    const struct made_block *block;
    const struct words *wanted;
    struct txs_writer hashes;
    uint8_t flags[BLOCK_NAMES_MAX * 8];
    size_t flag_count;
};

static bool is_above_wanted(const struct partial *p, unsigned height, uint32_t at)
{
    for (size_t i = 1; i < p->wanted->count; i++) {
        if (!is_name(p->wanted->word[i]))
            continue;
        int position = block_position(p->block, p->wanted->word[i][0]);
        if (position >= 0 && (uint32_t)position >> height == at)
            return true;
    }
    return false;
}

static void put_node(struct partial *p, unsigned height, uint32_t at)
{
    bool above = is_above_wanted(p, height, at);
    p->flags[p->flag_count / 8] |= (uint8_t)(above << p->flag_count % 8);
    p->flag_count++;
    if (height == 0 || !above) {
        uint8_t hash[32];
        node_hash(p->block, height, at, hash);
        txs_put_bytes(&p->hashes, hash, sizeof hash);
        return;
    }
    put_node(p, height - 1, 2 * at);
    if (2 * at + 1 < nodes_at(p->block, height - 1))
        put_node(p, height - 1, 2 * at + 1);
}

void block_put_merkleblock(struct txs_writer *out, const struct made_block *b,
                           const struct words *w)
{
    uint8_t header[TXS_BLOCK_HEADER_BYTES], hashes[64 * 32];
    struct txs_writer header_writer = txs_writer_to(header, sizeof header);
    struct partial p = {
        .block = b, .wanted = w, .hashes = txs_writer_to(hashes, sizeof hashes), .flag_count = 0};
    put_header(&header_writer, b, w);
    put_node(&p, tree_height(b), 0);
    if (p.hashes.failed)
        abort();
    if (has_word(w, "spoiled"))
        hashes[0] ^= 1;
    txs_merkleblock_encode(out,
                           &(struct txs_merkleblock){.header = {header, sizeof header},
                                                     .tx_total = tx_count(b),
                                                     .hash_count = p.hashes.len / 32,
                                                     .hashes = {hashes, p.hashes.len},
                                                     .flags = {p.flags, (p.flag_count + 7) / 8}});
}

void block_put_blocktxn(struct txs_writer *out, const struct made_block *b, const struct words *w)
{
    enum transaction_form form = has_word(w, "stripped") ? FORM_STRIPPED : FORM_WHOLE;
    uint64_t count = 0;
    for (size_t i = 1; i < w->count; i++)
        count += is_name(w->word[i]);
    txs_put_bytes(out, b->hash, sizeof b->hash - 1);
    txs_put_u8(out, (uint8_t)(b->hash[31] ^ (words_value(w, "header") != NULL)));
    txs_put_compact(out, count);
    for (size_t i = 1; i < w->count; i++)
        if (is_name(w->word[i]))
            transaction_put(out, w->word[i][0], form);
}
