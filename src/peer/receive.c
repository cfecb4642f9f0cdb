/* Bytes to messages: one table of those that are read; all others are skipped unseen.
 *
 * A message counts at its end, when its last byte has come and its checksum is right: until then
 * nothing but the notes on the message in hand change. One with a wrong checksum, or that cannot be
 * read, is dropped and the connection kept, as Core does (ProcessMessages); only where the contract
 * of the records names an error is it the end.
 */
#include "receive.h"

#include "incoming_tx.h"

#include <stdlib.h>
#include <string.h>

struct row {
    const char *command;
    enum message_kind kind;
    uint16_t keep;
    bool may_answer;
};

static const struct row rows[] = {
#define X(id, command, keep, may_answer) {command, MESSAGE_##id, keep, may_answer},
    MESSAGE_TABLE(X)
#undef X
#define X(id, command, text) {command, MESSAGE_FEATURE, 0, false},
        TXS_FEATURE_TABLE(X)
#undef X
};

static enum message_kind kind_of(const char *command)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].command[0] == command[0] && strcmp(rows[i].command, command) == 0)
            return rows[i].kind;
    return MESSAGE_SKIPPED;
}

/* The rows of the kinds that are told apart stand in their order. */
static const struct row *row_of(enum message_kind kind)
{
    return kind < MESSAGE_FEATURE ? &rows[kind] : NULL;
}

bool receive_may_answer(const struct txs_peer *p)
{
    const struct row *row = row_of(p->message.kind);
    return row != NULL && row->may_answer;
}

static enum receive_event broken(struct txs_peer *p, enum txs_error error)
{
    session_violated(p, error);
    return RECEIVE_BROKEN;
}

/* Lists */

static bool is_tx_item(const struct txs_inv_item *item)
{
    return item->type == TXS_INV_TX || item->type == TXS_INV_WTX ||
           item->type == TXS_INV_WITNESS_TX;
}

bool receive_item(struct txs_peer *p, struct listed *listed, struct txs_span *part)
{
    if (!txs_inv_next(&p->message.list, &listed->item, part))
        return false;
    listed->is_tx = is_tx_item(&listed->item);
    listed->id = listed->is_tx ? txs_id_find(p->config, listed->item.hash) : -1;
    return true;
}

/* Any message */

/* A second version says nothing. */
static enum receive_event begin(struct txs_peer *p)
{
    enum message_kind kind = kind_of(p->splitter.command);
    p->header_seen = true;
    p->message.kind = kind == MESSAGE_VERSION && p->version_seen ? MESSAGE_SKIPPED : kind;
    p->message.arriving = false;
    if (!p->splitter.command_ok && !p->version_seen)
        return broken(p, TXS_ERROR_BAD_COMMAND);
    return RECEIVE_BEGIN;
}

static uint8_t *room_for_version(struct txs_peer *p)
{
    size_t len = p->splitter.length;
    p->version = malloc(1 + (len < TXS_VERSION_MAX_BYTES ? len : TXS_VERSION_MAX_BYTES));
    if (p->version == NULL)
        session_end(p, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_MEMORY);
    return p->version;
}

void receive_read(struct txs_peer *p)
{
    struct message *m = &p->message;
    m->arriving = true;
    m->kept_len = 0;
    m->kept = m->kind == MESSAGE_VERSION ? room_for_version(p) : m->few;
    p->splitter.want_checksum = m->kind != MESSAGE_TX && !receive_is_plain_ping(p);
    if (m->kind == MESSAGE_TX)
        incoming_tx_begin(p);
    else if (m->kind == MESSAGE_INV || m->kind == MESSAGE_NOTFOUND)
        txs_inv_reader_init(&m->list);
}

static enum receive_event take_part(struct txs_peer *p)
{
    struct message *m = &p->message;
    struct txs_span chunk = p->splitter.chunk;
    const struct row *row = row_of(m->kind);
    if (!m->arriving)
        return RECEIVE_PART;
    if (m->kind == MESSAGE_TX)
        incoming_tx_add(p, chunk);
    if (row != NULL && m->kept_len < row->keep) {
        size_t room = (size_t)(row->keep - m->kept_len);
        size_t len = chunk.len < room ? chunk.len : room;
        memcpy(m->kept + m->kept_len, chunk.data, len);
        m->kept_len = (uint16_t)(m->kept_len + len);
    }
    return RECEIVE_PART;
}

bool receive_is_plain_ping(const struct txs_peer *p)
{
    return p->message.kind == MESSAGE_PING && p->splitter.length == sizeof p->pong_nonce;
}

static bool is_intact(struct txs_peer *p)
{
    if (p->message.kind == MESSAGE_TX)
        return incoming_tx_end(p);
    return receive_is_plain_ping(p) || p->splitter.checksum_ok;
}

static enum receive_event end(struct txs_peer *p)
{
    struct message *m = &p->message;
    if (!m->arriving)
        return RECEIVE_SKIPPED;
    m->arriving = false;
    if (!is_intact(p)) {
        body_drop(&p->body);
        return m->kind == MESSAGE_VERSION && !p->version_seen ? broken(p, TXS_ERROR_BAD_CHECKSUM)
                                                              : RECEIVE_SKIPPED;
    }
    if (m->kind == MESSAGE_TX && incoming_tx_is_malformed(p))
        return broken(p, TXS_ERROR_MALFORMED_TX);
    if (m->kind == MESSAGE_NOTFOUND && !txs_inv_complete(&m->list))
        return broken(p, TXS_ERROR_MALFORMED_NOTFOUND);
    if (m->kind == MESSAGE_INV && !txs_inv_complete(&m->list))
        return RECEIVE_SKIPPED;
    return RECEIVE_MESSAGE;
}

/* A stream that is not Bitcoin's, or another chain's, from its first byte. */
static enum receive_event strange(struct txs_peer *p, struct txs_span *in)
{
    if (!p->strange.active)
        strange_begin(&p->strange, p->splitter.header, p->splitter.header_len);
    enum txs_error error = strange_add(&p->strange, in);
    return error != TXS_ERROR_NONE ? broken(p, error) : RECEIVE_NEED;
}

enum receive_event receive_next(struct txs_peer *p, struct txs_span *in)
{
    if (p->strange.active)
        return strange(p, in);
    switch (txs_splitter_next(&p->splitter, in)) {
    case TXS_FRAME_NEED:
        break;
    case TXS_FRAME_HEADER:
        return begin(p);
    case TXS_FRAME_PAYLOAD:
        return take_part(p);
    case TXS_FRAME_END:
        return end(p);
    case TXS_FRAME_BAD_MAGIC:
        return p->header_seen ? broken(p, TXS_ERROR_BAD_MAGIC) : strange(p, in);
    case TXS_FRAME_OVERSIZED:
        return broken(p, TXS_ERROR_OVERSIZED);
    }
    return RECEIVE_NEED;
}
