/* What answers for the block: read as it comes, and believed only when all of it has come, its
 * header hashes to the block's hash, and the header's merkle root covers what is taken from it. */
#include "answers.h"
#include "block.h"

#include <string.h>

#define FIRST_VERSION_WITH_HEIGHT 2 /* BIP34 */
#define MERKLEBLOCK_MAX_BYTES (512u * 1024)

static bool hashes_to_ours(const struct txs_peer *p, struct txs_span header)
{
    uint8_t hash[32];
    txs_sha256d(hash, header.data, header.len);
    return memcmp(hash, p->config->hunt->hash, sizeof hash) == 0;
}

static void forget_entries(struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count; i++)
        p->block.ask->entries[i].found = false;
}

/* block and blocktxn */

static void begin(struct txs_peer *p, size_t head_bytes)
{
    struct block_ask *b = p->block.ask;
    body_begin_whole(&p->body, &p->config->pool->block_left_bytes, TXS_BODY_FREE_BYTES,
                     p->splitter.length);
    txs_block_walker_init(&b->walker, head_bytes);
    b->malformed = b->mismatched = false;
    b->keeping = true;
    b->kept_len = 0;
    b->height = -1;
    forget_entries(p);
}

/* In place of a blocktxn, where the block is deeper than the peer's height had said: it is read
 * only where another whole block may be. */
static bool begin_block(struct txs_peer *p)
{
    if (!block_charge(p)) {
        p->leaving = true;
        return false;
    }
    begin(p, TXS_BLOCK_HEADER_BYTES);
    return true;
}

static void keep(struct txs_peer *p, struct txs_span chunk)
{
    struct block_ask *b = p->block.ask;
    if (!b->keeping)
        return;
    b->keeping = body_try(&p->body, chunk);
    if (!b->keeping)
        body_cut(&p->body, b->kept_len);
}

/* The bytes of a transaction, if they were kept. */
static struct txs_span bytes_at(const struct txs_peer *p, size_t offset, size_t len)
{
    if (offset > p->body.len || p->body.len - offset < len)
        return (struct txs_span){NULL, 0};
    return (struct txs_span){p->body.data + offset, len};
}

static void note_height(struct txs_peer *p)
{
    struct block_ask *b = p->block.ask;
    struct txs_tx tx;
    struct txs_reader header = txs_reader_of((struct txs_span){b->walker.head, b->walker.head_len});
    if ((int32_t)txs_get_u32le(&header) < FIRST_VERSION_WITH_HEIGHT ||
        b->walker.tx.parts > TXS_TX_PARTS_MAX ||
        !txs_tx_parse(&tx, bytes_at(p, 0, b->walker.ids.size_bytes)))
        return;
    b->height = txs_coinbase_height(&tx);
    txs_tx_free(&tx);
}

/* The id that this transaction of the message is, or -1. */
static int id_in_hand(struct txs_peer *p)
{
    struct block_ask *b = p->block.ask;
    bool by_wtxid = p->config->id_type == TXS_ID_TYPE_WTXID;
    int id = txs_id_find(p->config, by_wtxid ? b->walker.ids.wtxid : b->walker.ids.txid);
    if (b->walker.head_need == TXS_BLOCK_HEADER_BYTES)
        return id;
    size_t place = b->walker.tx_seen - 1;
    b->mismatched |= place >= b->wanted_count || id != b->wanted[place];
    return b->mismatched ? -1 : id;
}

static void end_transaction(struct txs_peer *p)
{
    struct block_ask *b = p->block.ask;
    const struct txs_tx_ids *ids = &b->walker.ids;
    bool whole = b->walker.head_need == TXS_BLOCK_HEADER_BYTES;
    if (whole && b->walker.tx_seen == 1)
        note_height(p);
    int id = id_in_hand(p);
    if (id >= 0 && !b->entries[id].found) {
        b->entries[id] = (struct block_entry){
            .found = true,
            .kept = b->keeping,
            .position = whole ? b->walker.tx_seen - 1 : (uint32_t)p->config->hunt->positions[id],
            .offset = b->kept_len,
            .parts = b->walker.tx.parts,
            .ids = *ids,
        };
        if (b->keeping && block_wants(p, (size_t)id))
            b->kept_len = p->body.len;
    }
    body_cut(&p->body, b->kept_len);
    b->keeping = true;
}

static void chunk_of_block(struct txs_peer *p, struct txs_span chunk)
{
    struct block_ask *b = p->block.ask;
    while (!b->malformed) {
        switch (txs_block_walk(&b->walker, &chunk)) {
        case TXS_BLOCK_MORE:
            return;
        case TXS_BLOCK_CHUNK:
            keep(p, b->walker.chunk);
            break;
        case TXS_BLOCK_TX:
            end_transaction(p);
            break;
        case TXS_BLOCK_MALFORMED:
            b->malformed = true;
            body_drop(&p->body);
            break;
        }
    }
}

static void serve_entries(struct txs_peer *p)
{
    struct block_ask *b = p->block.ask;
    block_over(p);
    for (size_t i = 0; i < p->config->id_count; i++) {
        const struct block_entry *entry = &b->entries[i];
        if (!entry->found || !block_wants(p, i))
            continue;
        struct txs_served *served = &b->served[b->served_count++];
        *served = (struct txs_served){
            .ids = &entry->ids,
            .bytes = entry->kept ? bytes_at(p, entry->offset, entry->ids.size_bytes)
                                 : (struct txs_span){NULL, 0},
            .parts = entry->parts,
        };
        answers_served(p, i, TXS_VIA_BLOCK, served);
        p->result.answers[i].has_position = true;
        p->result.answers[i].position = entry->position;
    }
    p->served_list = b->served;
    p->served_count = b->served_count;
    if (p->served_count == 0)
        body_drop(&p->body);
}

static void learn_positions(struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count; i++)
        if (p->block.ask->entries[i].found)
            p->config->hunt->positions[i] = (int32_t)p->block.ask->entries[i].position;
}

static void end_block(struct txs_peer *p)
{
    struct block_ask *b = p->block.ask;
    struct txs_block_hunt *hunt = p->config->hunt;
    struct txs_span header = {b->walker.head, b->walker.head_len};
    uint8_t root[32];
    if (header.len == TXS_BLOCK_HEADER_BYTES && !hashes_to_ours(p, header)) {
        session_violated(p, TXS_ERROR_WRONG_BLOCK);
    } else if (b->malformed || !txs_block_is_whole(&b->walker)) {
        session_violated(p, TXS_ERROR_MALFORMED_BLOCK);
    } else if (!txs_merkle_root(&b->walker.merkle, root) ||
               memcmp(root, txs_header_merkle_root(header), sizeof root) != 0) {
        session_violated(p, TXS_ERROR_BAD_MERKLE_ROOT);
    } else {
        b->whole = hunt->read = true;
        p->result.block_height = b->height;
        if (b->height >= 0)
            hunt->height = b->height;
        learn_positions(p);
        serve_entries(p);
    }
}

/* The positions are proved: who sends other transactions for them lies. */
static void end_blocktxn(struct txs_peer *p)
{
    struct block_ask *b = p->block.ask;
    if (b->walker.head_len == sizeof p->config->hunt->hash &&
        memcmp(b->walker.head, p->config->hunt->hash, b->walker.head_len) != 0)
        session_violated(p, TXS_ERROR_WRONG_BLOCK);
    else if (b->malformed || !txs_block_is_whole(&b->walker))
        session_violated(p, TXS_ERROR_MALFORMED_BLOCK);
    else if (b->mismatched || b->walker.tx_count != b->wanted_count)
        session_violated(p, TXS_ERROR_BAD_BLOCKTXN);
    else
        serve_entries(p);
}

/* merkleblock: small, for our filter matches little but the ids; it is kept as a whole. */

static void begin_merkleblock(struct txs_peer *p)
{
    if (p->splitter.length <= MERKLEBLOCK_MAX_BYTES)
        body_begin(&p->body, &p->config->pool->block_left_bytes, TXS_BODY_FREE_BYTES);
}

static void on_match(void *context, const uint8_t txid[32], uint32_t position)
{
    struct txs_peer *p = context;
    int id = txs_id_find(p->config, txid);
    if (id >= 0 && block_wants(p, (size_t)id))
        p->block.ask->entries[id] = (struct block_entry){.found = true, .position = position};
}

static enum txs_error verify(struct txs_peer *p, struct txs_span payload)
{
    struct txs_merkleblock message;
    if (!txs_merkleblock_decode(&message, payload))
        return TXS_ERROR_MALFORMED_BLOCK;
    if (!hashes_to_ours(p, message.header))
        return TXS_ERROR_WRONG_BLOCK;
    return txs_merkleblock_verify(&message, on_match, p) ? TXS_ERROR_NONE
                                                         : TXS_ERROR_BAD_MERKLEBLOCK;
}

/* One that found no room in memory is as good as none. */
static void end_merkleblock(struct txs_peer *p)
{
    struct block_ask *b = p->block.ask;
    bool too_long = p->splitter.length > MERKLEBLOCK_MAX_BYTES;
    if (!too_long && p->body.len != p->splitter.length) {
        block_over(p);
        return;
    }
    forget_entries(p);
    enum txs_error error = too_long ? TXS_ERROR_BAD_MERKLEBLOCK
                                    : verify(p, (struct txs_span){p->body.data, p->body.len});
    body_drop(&p->body);
    if (error != TXS_ERROR_NONE) {
        session_violated(p, error);
        return;
    }
    learn_positions(p);
    for (size_t i = 0; i < p->config->id_count; i++) {
        p->id_states[i].proved = b->entries[i].found;
        b->awaited += b->entries[i].found;
    }
    if (b->awaited == 0)
        block_over(p);
}

/* Any of them */

bool block_read_begin(struct txs_peer *p, enum message_kind kind)
{
    if (kind == MESSAGE_BLOCK)
        return begin_block(p);
    if (kind == MESSAGE_BLOCKTXN)
        begin(p, sizeof p->config->hunt->hash);
    else
        begin_merkleblock(p);
    return true;
}

void block_read_chunk(struct txs_peer *p, struct txs_span chunk)
{
    if (p->block.ask->over)
        return; /* its time has ended */
    if (p->message.kind == MESSAGE_MERKLEBLOCK)
        body_add(&p->body, chunk);
    else
        chunk_of_block(p, chunk);
}

void block_read_end(struct txs_peer *p, enum message_kind kind)
{
    if (kind == MESSAGE_BLOCK)
        end_block(p);
    else if (kind == MESSAGE_BLOCKTXN)
        end_blocktxn(p);
    else
        end_merkleblock(p);
}
