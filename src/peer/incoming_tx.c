#include "incoming_tx.h"

#include "copies.h"

#include <stdlib.h>
#include <string.h>

static void begin_hashing(struct txs_peer *p)
{
    struct txs_body_pool *pool = p->config->pool;
    bool standard = p->splitter.length <= TXS_BODY_STANDARD_BYTES;
    body_begin(&p->body, standard ? &pool->left_bytes : &pool->large_left_bytes,
               TXS_BODY_FREE_BYTES);
    p->message.walker = malloc(sizeof *p->message.walker);
    if (p->message.walker != NULL)
        txs_tx_walker_init(p->message.walker);
    else
        session_end(p, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_MEMORY);
}

void incoming_tx_drop(struct txs_peer *p)
{
    free(p->message.walker);
    p->message.walker = NULL;
}

void incoming_tx_begin(struct txs_peer *p)
{
    body_drop(&p->body);
    incoming_tx_drop(p);
    p->message.walk = TXS_WALK_MORE;
    p->message.copy = NULL;
    p->message.bytes = (struct txs_span){NULL, 0};
}

/* The bytes are kept beside the hash, for their record. */
static void hash(struct txs_peer *p, struct txs_span chunk)
{
    struct message *m = &p->message;
    struct txs_span rest = chunk;
    if (m->walker == NULL)
        return;
    if (m->walk == TXS_WALK_MORE)
        m->walk = txs_tx_walk(m->walker, &rest);
    if (m->walk == TXS_WALK_MORE || rest.len == 0) {
        body_add(&p->body, chunk);
        return;
    }
    m->walk = TXS_WALK_MALFORMED; /* bytes behind the transaction are no part of one */
    txs_tx_walk_rest(m->walker, rest);
    body_drop(&p->body);
}

static bool goes_on_like(const struct txs_copy *copy, size_t at, struct txs_span chunk)
{
    return copy != NULL && memcmp(copy->bytes + at, chunk.data, chunk.len) == 0;
}

void incoming_tx_add(struct txs_peer *p, struct txs_span chunk)
{
    struct message *m = &p->message;
    size_t at = p->splitter.length - p->splitter.left - chunk.len;
    const struct txs_copy *copy = m->copy;
    if (at == 0)
        m->copy = copies_find(p->config, p->splitter.length, chunk);
    else if (copy != NULL && !goes_on_like(copy, at, chunk))
        m->copy = NULL;
    if (m->copy != NULL)
        return;
    if (at == 0 || copy != NULL)
        begin_hashing(p);
    if (copy != NULL)
        hash(p, (struct txs_span){copy->bytes, at});
    hash(p, chunk);
}

bool incoming_tx_is_malformed(const struct txs_peer *p)
{
    return p->message.copy == NULL && p->message.walk != TXS_WALK_DONE;
}

static bool checksum_is(const struct txs_peer *p, const uint8_t digest[32])
{
    return memcmp(txs_splitter_checksum(&p->splitter), digest, TXS_CHECKSUM_BYTES) == 0;
}

static void take_copy(struct message *m)
{
    m->ids = m->copy->ids;
    m->parts = m->copy->parts;
    m->bytes = (struct txs_span){m->copy->bytes, m->ids.size_bytes};
}

static void take_hashed(struct txs_peer *p)
{
    struct message *m = &p->message;
    txs_tx_walker_ids(m->walker, &m->ids);
    m->parts = m->walker->parts;
    m->bytes = (struct txs_span){p->body.data, p->body.len};
}

/* The checksum of the message is the beginning of the wtxid. */
bool incoming_tx_end(struct txs_peer *p)
{
    struct message *m = &p->message;
    bool by_wtxid = p->config->id_type == TXS_ID_TYPE_WTXID;
    if (p->splitter.length == 0)
        begin_hashing(p);
    if (m->copy == NULL && m->walker == NULL)
        return false; /* no memory */
    if (incoming_tx_is_malformed(p)) {
        uint8_t digest[32];
        txs_tx_walker_digest(m->walker, digest);
        return checksum_is(p, digest);
    }
    if (m->copy != NULL)
        take_copy(m);
    else
        take_hashed(p);
    if (!checksum_is(p, m->ids.wtxid))
        return false;
    m->id = txs_id_find(p->config, by_wtxid ? m->ids.wtxid : m->ids.txid);
    if (m->id >= 0 && m->copy == NULL)
        copies_keep(p->config, (size_t)m->id, &m->ids, m->parts, m->bytes);
    return true;
}
