#include "dialogue.h"

#include "block.h"
#include "say.h"
#include "tell.h"

#include <string.h>

/* --- on accept ----------------------------------------------------------------------------- */

static void accept_wait(struct sim_session *s)
{
    (void)s;
}

static void accept_close(struct sim_session *s)
{
    sim_session_close(s);
}

static void accept_reset(struct sim_session *s)
{
    sim_session_reset(s);
}

static void accept_half_close(struct sim_session *s)
{
    sim_session_half_close(s);
}

static void accept_echo(struct sim_session *s)
{
    s->echo = true;
}

static void accept_ping(struct sim_session *s)
{
    sim_say_ping(s);
}

/* --- on version ---------------------------------------------------------------------------- */

static void greet_nothing(struct sim_session *s)
{
    (void)s;
}

static void greet_burst(struct sim_session *s)
{
    sim_say_version(s);
    sim_say_features(s);
}

static void greet_no_verack(struct sim_session *s)
{
    sim_say_version(s);
}

static void greet_drip(struct sim_session *s)
{
    s->step_ms = 2000;
    sim_say_version(s);
    s->version_sent = false; /* not while anyone waits for it */
}

static void greet_byte_by_byte(struct sim_session *s)
{
    s->step_ms = 1;
    greet_burst(s);
}

static void greet_one_segment(struct sim_session *s)
{
    greet_burst(s);
    sim_say_after_handshake(s);
}

static void greet_version_close(struct sim_session *s)
{
    sim_say_version(s);
    s->close_when_sent = true;
}

/* As Core 32 does, of any peer that it takes for one that wants transactions. */
static void greet_no_tx_slot(struct sim_session *s)
{
    sim_say_version(s);
    sim_say_early_features(s);
    s->close_when_sent = true;
}

static void greet_wrong_network(struct sim_session *s)
{
    const struct txs_chain *own = s->net->settings->chain;
    const struct txs_chain *other = txs_chain_by_name(strcmp(own->name, "main") ? "main" : "test");
    size_t begun = s->net->out.len;

    greet_burst(s);
    memcpy(s->net->out.data + begun, other->magic, sizeof(other->magic));
    s->version_sent = s->verack_sent = false;
}

static void greet_http(struct sim_session *s)
{
    static const char banner[] = "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n"
                                 "Content-Length: 0\r\nConnection: close\r\n\r\n";
    txs_put_bytes(&s->net->out, banner, sizeof(banner) - 1);
    s->close_when_sent = true;
}

/* As from a peer that took us for a BIP324 one. No chain's magic starts with 0x80 to 0xbf. */
static void greet_random64(struct sim_session *s)
{
    uint64_t words[8];
    for (size_t i = 0; i < 8; i++)
        words[i] = sim_random(s->net->settings, s->node.index, SIM_SALT_VARIANT, i);
    uint8_t *first = (uint8_t *)words;
    *first = (uint8_t)(0x80 | (*first & 0x3f));
    txs_put_bytes(&s->net->out, words, sizeof(words));
}

static void put_oversized_header(struct sim_session *s, const char *command)
{
    uint8_t header[TXS_FRAME_HEADER_BYTES] = {0};
    struct txs_writer w = txs_writer_to(header, sizeof(header));
    char padded[TXS_COMMAND_BYTES] = {0};

    memcpy(padded, command, strlen(command));
    txs_put_bytes(&w, s->net->settings->chain->magic, 4);
    txs_put_bytes(&w, padded, sizeof(padded));
    txs_put_u32le(&w, TXS_PAYLOAD_MAX_BYTES + 1);
    txs_put_u32le(&w, 0);
    txs_put_bytes(&s->net->out, header, sizeof(header));
}

static void greet_oversized(struct sim_session *s)
{
    put_oversized_header(s, "version");
}

static void greet_bad_checksum(struct sim_session *s)
{
    size_t begun = s->net->out.len;
    greet_burst(s);
    sim_spoil_checksum(s, begun);
    s->version_sent = s->verack_sent = false;
}

/* Cut within addr_recv, or with a user agent of 257 bytes. */
static void greet_malformed(struct sim_session *s)
{
    static const uint8_t zeros[80 + 3 + TXS_SUBVER_MAX_BYTES + 1 + 5];
    struct txs_writer *out = &s->net->out;
    size_t begun = txs_frame_begin(out, s->net->settings->chain->magic, "version");

    txs_put_u32le(out, (uint32_t)s->node.version);
    if (sim_random(s->net->settings, s->node.index, SIM_SALT_VARIANT, 0) % 2) {
        txs_put_bytes(out, zeros, 45 - 4);
    } else {
        txs_put_bytes(out, zeros, 80 - 4);
        txs_put_compact(out, TXS_SUBVER_MAX_BYTES + 1);
        txs_put_bytes(out, zeros, TXS_SUBVER_MAX_BYTES + 1 + 5);
    }
    txs_frame_end(out, begun);
}

static void greet_chatter(struct sim_session *s)
{
    struct txs_inv_item item = {TXS_INV_TX, {0x5a}};

    sim_say_version(s);
    sim_say_empty(s, "xyzzy");
    sim_say_ping(s);
    sim_say(s, "sendtxrcncl", (struct txs_span){(const uint8_t *)"\1\0\0\0saltsalt", 12});
    sim_say_inv_list(s, "inv", &item, 1);
    sim_say_u64(s, "feefilter", 1);
    sim_say(s, "twelve_chars", (struct txs_span){(const uint8_t *)"?", 1});
    sim_say_u64(s, "pong", 0);
    sim_say_features(s);
    sim_say_empty(s, "verack");
    sim_say_version(s);
}

/* --- on getdata ---------------------------------------------------------------------------- */

struct request {
    struct txs_inv_item items[TXS_INV_MAX];
    size_t count;
};

static void answer_nothing(struct sim_session *s, const struct request *request)
{
    (void)s;
    (void)request;
}

static void answer_mute(struct sim_session *s, const struct request *request)
{
    (void)request;
    s->mute = true;
}

static void answer_close(struct sim_session *s, const struct request *request)
{
    (void)request;
    s->mute = s->close_when_sent = true;
}

static bool is_tx_type(const struct sim_node *node, uint32_t type)
{
    return type == TXS_INV_TX ||
           (type == TXS_INV_WITNESS_TX && (node->services & TXS_SERVICE_WITNESS)) ||
           (type == TXS_INV_WTX && node->version >= TXS_WTXIDRELAY_VERSION);
}

/* The transaction that an item asks for, or tx_count. btcd knows no MSG_WTX: not found there. */
static size_t find_tx(const struct sim_session *s, const struct txs_inv_item *item)
{
    const struct sim_settings *settings = s->net->settings;
    size_t k = 0;
    if (item->type == TXS_INV_WTX && !s->node.wtxidrelay)
        return settings->tx_count;
    for (; k < settings->tx_count; k++) {
        const struct txs_tx_ids *ids = &settings->txs[k].ids;
        if (!memcmp(item->type == TXS_INV_WTX ? ids->wtxid : ids->txid, item->hash, 32))
            break;
    }
    return k;
}

static void say_frame(struct sim_session *s, const struct sim_frame *frame)
{
    if (frame->len < 16384)
        txs_put_bytes(&s->net->out, frame->data, frame->len);
    else
        sim_session_send_shared(s, frame);
}

static bool serves_now(struct sim_session *s, size_t k)
{
    if (s->node.ruled)
        return sim_rule_asked(s, k);
    return sim_node_serves(&s->node, k, uv_now(s->net->loop) - s->accepted_ms);
}

/* Each found one as it comes, then one notfound with the rest, by the types that were asked. Other
 * blocks and unknown types get silence (Core: ProcessGetData). */
static void answer_honest(struct sim_session *s, const struct request *request)
{
    static struct txs_inv_item missing[TXS_INV_MAX];
    const struct sim_settings *settings = s->net->settings;
    size_t count = 0;

    for (size_t i = 0; i < request->count && !s->closing; i++) {
        const struct txs_inv_item *item = &request->items[i];
        const struct sim_frame *block = sim_block_answer(settings, item->type, item->hash);
        if (block && sim_block_is_at(settings, &s->node))
            say_frame(s, block);
        if (!is_tx_type(&s->node, item->type))
            continue;
        size_t k = find_tx(s, item);
        if (k < settings->tx_count && serves_now(s, k))
            say_frame(s, item->type == TXS_INV_TX ? &settings->txs[k].stripped
                                                  : &settings->txs[k].full);
        else if (!s->node.ruled || !sim_rule_sends_other(s, item->hash))
            missing[count++] = *item;
    }
    if (count && s->node.version >= TXS_NOTFOUND_VERSION)
        sim_say_inv_list(s, "notfound", missing, count);
}

static void answer_oversized(struct sim_session *s, const struct request *request)
{
    (void)request;
    put_oversized_header(s, "tx");
}

/* An addr and a notfound that must be dropped, then the truth. */
static void answer_bad_checksum(struct sim_session *s, const struct request *request)
{
    size_t begun = s->net->out.len;
    sim_say_u64(s, "feefilter", 12345);
    sim_spoil_checksum(s, begun);
    begun = s->net->out.len;
    sim_say_inv_list(s, "notfound", request->items, request->count);
    sim_spoil_checksum(s, begun);
    answer_honest(s, request);
}

static void answer_malformed_notfound(struct sim_session *s, const struct request *request)
{
    struct txs_writer *out = &s->net->out;
    size_t begun = txs_frame_begin(out, s->net->settings->chain->magic, "notfound");
    txs_put_compact(out, 2); /* claims two, brings none and a half */
    txs_put_u32le(out, request->items[0].type);
    txs_put_bytes(out, request->items[0].hash, 16);
    txs_frame_end(out, begun);
}

static void answer_malformed_tx(struct sim_session *s, const struct request *request)
{
    (void)request;
    say_frame(s, &s->net->shared.truncated_tx);
}

static void answer_wrong_tx(struct sim_session *s, const struct request *request)
{
    (void)request;
    say_frame(s, &s->net->shared.wrong_tx.full);
}

static void answer_wrong_then_right(struct sim_session *s, const struct request *request)
{
    answer_wrong_tx(s, request);
    answer_honest(s, request);
}

static void flood_once(struct sim_session *s, const struct sim_frame *frame)
{
    if (!s->flooded)
        sim_session_send_shared(s, frame);
    s->flooded = true;
}

static void answer_addr_flood(struct sim_session *s, const struct request *request)
{
    flood_once(s, &s->net->shared.addr_flood);
    answer_honest(s, request);
}

static void answer_inv_flood(struct sim_session *s, const struct request *request)
{
    flood_once(s, &s->net->shared.inv_flood);
    answer_honest(s, request);
}

static void answer_budget(struct sim_session *s, const struct request *request)
{
    (void)request;
    s->mute = true;
    flood_once(s, &s->net->shared.budget_flood);
}

/* --- the table ----------------------------------------------------------------------------- */

static const struct {
    void (*on_accept)(struct sim_session *s);
    void (*on_version)(struct sim_session *s);
    void (*on_getdata)(struct sim_session *s, const struct request *request);
} scripts[SIM_BEHAVIOUR_COUNT] = {
#define X(id, name, weight, phase, identity, outcome, error, status, least, accept, greet, answer) \
    {accept_##accept, greet_##greet, answer_##answer},
    SIM_BEHAVIOUR_TABLE(X)
#undef X
};

void sim_dialogue_accepted(struct sim_session *s)
{
    scripts[s->node.behaviour].on_accept(s);
}

static void on_getdata(struct sim_session *s, struct txs_span payload)
{
    static struct request request;
    struct txs_inv_reader reader;

    request.count = 0;
    txs_inv_reader_init(&reader);
    while (txs_inv_next(&reader, &request.items[request.count], &payload))
        if (++request.count == TXS_INV_MAX)
            break;
    s->play.requests++;
    if (request.count)
        scripts[s->node.behaviour].on_getdata(s, &request);
}

static void on_verack(struct sim_session *s)
{
    bool again = s->got_verack;
    s->got_verack = true;
    if (again || !s->verack_sent)
        return;
    sim_say_after_handshake(s);
    sim_tell_after_handshake(s);
    if (s->node.ruled)
        sim_rule_begin(s);
    if (s->node.behaviour == SIM_TICK_INV && s->node.tick_ms != SIM_TICK_NEVER) {
        s->announce_ms = s->accepted_ms + s->node.tick_ms;
        sim_session_wake_at(s, s->announce_ms);
    }
}

static void on_ping(struct sim_session *s, struct txs_span payload)
{
    if (payload.len >= 8)
        sim_say(s, "pong", (struct txs_span){payload.data, 8});
}

static void on_getaddr(struct sim_session *s)
{
    if (!s->got_getaddr)
        sim_tell_asked(s);
    s->got_getaddr = true;
}

/* Before both veracks a node listens to handshake messages alone (Core drops the others). */
static bool is_deaf_to(const struct sim_session *s, enum sim_command command)
{
    bool open = s->got_verack && s->verack_sent;
    bool greeting = command == SIM_COMMAND_VERSION || command == SIM_COMMAND_VERACK ||
                    command == SIM_COMMAND_WTXIDRELAY || command == SIM_COMMAND_SENDADDRV2;
    return s->mute || s->echo || (!open && !greeting);
}

void sim_dialogue_message(struct sim_session *s, enum sim_command command, struct txs_span payload)
{
    if (is_deaf_to(s, command))
        return;
    switch (command) {
    case SIM_COMMAND_VERSION:
        if (!s->got_version)
            scripts[s->node.behaviour].on_version(s);
        s->got_version = true;
        break;
    case SIM_COMMAND_VERACK:
        on_verack(s);
        break;
    case SIM_COMMAND_WTXIDRELAY:
        s->got_wtxidrelay = true;
        break;
    case SIM_COMMAND_SENDADDRV2:
        s->got_sendaddrv2 = true;
        break;
    case SIM_COMMAND_GETDATA:
        on_getdata(s, payload);
        break;
    case SIM_COMMAND_PING:
        on_ping(s, payload);
        break;
    case SIM_COMMAND_GETADDR:
        on_getaddr(s);
        break;
    case SIM_COMMAND_PONG:
    case SIM_COMMAND_SENDCMPCT:
    case SIM_COMMAND_FEEFILTER:
    case SIM_COMMAND_FILTERLOAD:
    case SIM_COMMAND_GETBLOCKTXN:
    case SIM_COMMAND_OTHER:
    case SIM_COMMAND_COUNT:
        break;
    }
}

/* The transactions enter the mempool, and are announced by the id that was agreed upon (BIP339). */
static void announce(struct sim_session *s)
{
    const struct sim_settings *settings = s->net->settings;
    bool by_wtxid = s->node.wtxidrelay && s->got_wtxidrelay;
    struct txs_inv_item items[SIM_TX_MAX];

    for (size_t k = 0; k < settings->tx_count; k++) {
        const struct txs_tx_ids *ids = &settings->txs[k].ids;
        items[k].type = by_wtxid ? TXS_INV_WTX : TXS_INV_TX;
        memcpy(items[k].hash, by_wtxid ? ids->wtxid : ids->txid, 32);
    }
    sim_say_inv_list(s, "inv", items, settings->tx_count);
}

/* True once, when *at has come. */
static bool is_due(struct sim_session *s, uint64_t *at)
{
    if (*at > uv_now(s->net->loop))
        sim_session_wake_at(s, *at);
    else if (*at) {
        *at = 0;
        return true;
    }
    return false;
}

void sim_dialogue_tick(struct sim_session *s)
{
    if (is_due(s, &s->announce_ms))
        announce(s);
    if (is_due(s, &s->play.due_ms))
        sim_rule_tick(s);
    if (is_due(s, &s->tell_ms))
        sim_tell_late(s);
}
