/* Replays dialogues with the peer machine: see README.md for their language.
 *
 * Each is held several times: with all bytes of a moment at once, byte by byte, and in random
 * pieces. Every time all that the dialogue says must hold, and what the machine did, when, and what
 * it would record must be the same.
 */
#include "build.h"
#include "transactions.h"

#include "txsurvey/frame.h"
#include "txsurvey/jsonl.h"
#include "txsurvey/peer.h"
#include "txsurvey/random.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IDS_MAX 8
#define EPOCH_UNIX_MS 1700000000000
#define AGENT "/txsurvey:0/"
/* Of a long segment the first and the last bytes come one by one. */
#define SINGLE_BYTES_FRONT 3000
#define SINGLE_BYTES_BACK 500

enum mode { MODE_WHOLE, MODE_BYTES, MODE_RANDOM };
struct manner {
    enum mode mode;
    uint64_t seed;
    const char *name;
};
static const struct manner manners[] = {
    {MODE_WHOLE, 1, "whole"},     {MODE_BYTES, 2, "byte by byte"}, {MODE_RANDOM, 3, "pieces 3"},
    {MODE_RANDOM, 4, "pieces 4"}, {MODE_RANDOM, 5, "pieces 5"},    {MODE_RANDOM, 6, "pieces 6"},
};

/* What the machine did and the dialogue has not yet named, a line each. */
struct deeds {
    char *lines[4096];
    size_t first, count;
};

/* Of peers that are asked one after the other. */
struct shared {
    struct txs_checksums checksums;
    struct txs_copies copies;
};

static void forget(struct shared *shared)
{
    txs_copies_free(&shared->copies, IDS_MAX);
    memset(shared, 0, sizeof *shared);
}

struct run {
    const char *path;
    struct shared *shared;
    unsigned line;
    const struct manner *manner;

    struct txs_plan plan;
    struct txs_body_pool pool;
    size_t pool_bytes, gossip_bytes;
    bool copies_none;
    uint8_t anchors[TXS_ANCHORS_MAX][32]; /* the hashes of headers 1, 2, ... */
    struct txs_block_hunt hunt;
    int32_t positions[IDS_MAX];
    bool hunt_is_read;
    char names[IDS_MAX + 1];
    struct txs_peer_config config;
    struct txs_writer out;
    struct build_context context;
    struct txs_random random;

    struct txs_peer *peer;
    struct txs_peer_actions actions;
    uint64_t now_ms;
    bool clogged;
    struct bytes segment; /* not yet handed in */
    uint64_t segment_ms;
    uint64_t fed_bytes, sent_bytes;
    struct txs_splitter sent;
    struct bytes sent_payload;
    struct deeds deeds;
    bool finish_named, control_named;
    struct bytes log; /* for the comparison of manners */
};

__attribute__((noreturn, format(printf, 2, 3))) static void fail(const struct run *r,
                                                                 const char *format, ...)
{
    va_list args;
    fprintf(stderr, "%s:%u: (%s) ", r->path, r->line, r->manner->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

/* Deeds */

__attribute__((format(printf, 2, 3))) static void did(struct run *r, const char *format, ...)
{
    char text[600], line[700];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct deeds *d = &r->deeds;
    if (d->count == sizeof d->lines / sizeof *d->lines)
        fail(r, "the machine does too much");
    int len = snprintf(line, sizeof line, "%llu %s\n", (unsigned long long)r->now_ms, text);
    bytes_add(&r->log, line, (size_t)len);
    line[len - 1] = '\0';
    d->lines[d->count] = strdup(line);
    if (d->lines[d->count++] == NULL)
        abort();
}

static void expect_deed(struct run *r, const char *wanted)
{
    struct deeds *d = &r->deeds;
    if (d->first == d->count)
        fail(r, "expected '%s', but the machine did nothing more", wanted);
    if (strcmp(d->lines[d->first], wanted) != 0)
        fail(r, "expected '%s', but got '%s'", wanted, d->lines[d->first]);
    free(d->lines[d->first++]);
}

static void expect_no_more_deeds(struct run *r)
{
    struct deeds *d = &r->deeds;
    if (d->first < d->count)
        fail(r, "the machine also did '%s'", d->lines[d->first]);
    d->first = d->count = 0;
}

/* What the machine sends, as words. */

static void name_of_hash(const struct run *r, char out[3], const uint8_t hash[32])
{
    if (r->config.hunt != NULL && memcmp(hash, r->hunt.hash, 32) == 0) {
        strcpy(out, "");
        return;
    }
    int id = txs_id_find(&r->config, hash);
    uint8_t other[32];
    snprintf(out, 3, " %c", id < 0 ? '?' : r->names[id]);
    for (char name = 'A'; id < 0 && name <= CONTROL_NAME; name++) {
        transaction_wtxid(other, name);
        bool is_it = memcmp(other, hash, 32) == 0;
        transaction_txid(other, name);
        is_it |= memcmp(other, hash, 32) == 0;
        build_id(other, &r->context, name);
        if (is_it || memcmp(other, hash, 32) == 0)
            out[1] = name;
    }
}

static const char *type_name(uint32_t type)
{
    return type == TXS_INV_TX               ? "tx"
           : type == TXS_INV_WTX            ? "wtx"
           : type == TXS_INV_WITNESS_TX     ? "witness"
           : type == TXS_INV_BLOCK          ? "block"
           : type == TXS_INV_WITNESS_BLOCK  ? "witnessblock"
           : type == TXS_INV_FILTERED_BLOCK ? "filteredblock"
                                            : "?";
}

static void did_getdata(struct run *r, struct txs_span payload)
{
    char text[100] = "getdata";
    const char *type = "";
    struct txs_inv_reader reader;
    struct txs_inv_item item;
    txs_inv_reader_init(&reader);
    while (txs_inv_next(&reader, &item, &payload)) {
        char name[3];
        if (strcmp(type, type_name(item.type)) != 0)
            snprintf(text + strlen(text), 20, " %s", type = type_name(item.type));
        name_of_hash(r, name, item.hash);
        if (strcmp(name, " ?") == 0 && r->config.control && !r->control_named) {
            r->control_named = true;
            memcpy(r->context.control_id, item.hash, 32);
            name[1] = CONTROL_NAME;
        }
        strcat(text, name);
    }
    if (!txs_inv_complete(&reader) || payload.len > 0)
        fail(r, "a getdata is malformed");
    did(r, "> %s", text);
}

/* The ids that the filter holds: adding them changes nothing. */
static void did_filterload(struct run *r, struct txs_span payload)
{
    char text[100] = "filterload";
    uint8_t filter[100], again[100];
    struct txs_reader in = txs_reader_of(payload);
    size_t len = (size_t)txs_get_compact(&in, sizeof filter);
    txs_get_copy(&in, filter, len);
    uint32_t functions = txs_get_u32le(&in), tweak = txs_get_u32le(&in), flags = txs_get_u8(&in);
    if (in.failed || in.left > 0 || len == 0 || functions == 0 || functions > 50 || flags != 0)
        fail(r, "a filterload is malformed");
    for (size_t i = 0; r->names[i] != '\0'; i++) {
        memcpy(again, filter, len);
        txs_bloom_add(again, len, functions, tweak, (struct txs_span){r->config.ids[i], 32});
        if (memcmp(again, filter, len) == 0)
            snprintf(text + strlen(text), 3, " %c", r->names[i]);
    }
    did(r, "> %s", text);
}

static void did_getblocktxn(struct run *r, struct txs_span payload)
{
    char text[100] = "getblocktxn";
    struct txs_getblocktxn message;
    if (!txs_getblocktxn_decode(&message, payload) ||
        memcmp(message.block_hash, r->hunt.hash, 32) != 0)
        fail(r, "a getblocktxn is malformed");
    for (size_t i = 0; i < message.count; i++)
        snprintf(text + strlen(text), 8, " %u", message.indexes[i]);
    did(r, "> %s", text);
}

static void did_sendcmpct(struct run *r, struct txs_span payload)
{
    struct txs_sendcmpct message;
    if (!txs_sendcmpct_decode(&message, payload))
        fail(r, "a sendcmpct is malformed");
    did(r, "> sendcmpct %u %u", message.high_bandwidth, (unsigned)message.version);
}

static void did_version(struct run *r, struct txs_span payload)
{
    struct txs_version v;
    bool ok = txs_version_decode(&v, payload) && v.version == 70016 && v.services == 0 &&
              v.nonce == r->context.nonce && v.has_relay && v.relay && v.recv_port == 8333 &&
              v.timestamp == (EPOCH_UNIX_MS + (int64_t)r->now_ms) / 1000 &&
              v.subver.len == strlen(AGENT) && memcmp(v.subver.data, AGENT, v.subver.len) == 0;
    if (!ok)
        fail(r, "our version message is not as it should be");
    did(r, "> version");
}

static void did_getheaders(struct run *r, struct txs_span payload)
{
    struct txs_reader in = txs_reader_of(payload);
    uint32_t version = txs_get_u32le(&in);
    uint64_t locator = txs_get_compact(&in, 101);
    const struct txs_span stop = txs_get_bytes(&in, 32);
    if (in.failed || in.left > 0 || version != 70016 || locator != 0)
        fail(r, "a getheaders is malformed");
    size_t i = 0;
    while (i < r->config.anchor_count && memcmp(stop.data, r->anchors[i], 32) != 0)
        i++;
    did(r, "> getheaders %zu", i + 1);
}

static void did_send(struct run *r)
{
    struct txs_span payload = {r->sent_payload.data, r->sent_payload.len};
    const char *command = r->sent.command;
    uint64_t nonce = 0;
    bool is_ping = strcmp(command, "ping") == 0, is_pong = strcmp(command, "pong") == 0;
    if (strcmp(command, "version") == 0) {
        did_version(r, payload);
    } else if (strcmp(command, "getdata") == 0) {
        did_getdata(r, payload);
    } else if (strcmp(command, "getheaders") == 0) {
        did_getheaders(r, payload);
    } else if (strcmp(command, "filterload") == 0) {
        did_filterload(r, payload);
    } else if (strcmp(command, "getblocktxn") == 0) {
        did_getblocktxn(r, payload);
    } else if (strcmp(command, "sendcmpct") == 0) {
        did_sendcmpct(r, payload);
    } else if (is_ping || is_pong) {
        if (payload.len != 8 || !txs_u64_decode(&nonce, payload))
            fail(r, "a %s is malformed", command);
        if (is_ping && (nonce == r->context.fence || nonce == r->context.nonce))
            fail(r, "a nonce is used twice");
        r->context.fence = is_ping ? nonce : r->context.fence;
        if (is_ping)
            did(r, "> ping");
        else
            did(r, "> pong %llu", (unsigned long long)nonce);
    } else {
        if (payload.len != 0)
            fail(r, "%s should be empty", command);
        did(r, "> %s", command);
    }
}

static void take_sent(struct run *r, struct txs_span in)
{
    enum txs_frame_event event;
    r->sent_bytes += in.len;
    while ((event = txs_splitter_next(&r->sent, &in)) != TXS_FRAME_NEED) {
        if (event == TXS_FRAME_BAD_MAGIC || event == TXS_FRAME_OVERSIZED)
            fail(r, "the machine sent no message");
        if (event == TXS_FRAME_HEADER) {
            r->sent.want_checksum = true;
            r->sent_payload.len = 0;
        }
        if (event == TXS_FRAME_PAYLOAD)
            bytes_add(&r->sent_payload, r->sent.chunk.data, r->sent.chunk.len);
        if (event == TXS_FRAME_END) {
            if (!r->sent.checksum_ok)
                fail(r, "the machine sent a wrong checksum");
            did_send(r);
        }
    }
    if (r->sent.header_len != 0)
        fail(r, "the machine sent half a message");
}

static void take_served(struct run *r, const struct txs_served *served)
{
    char name[3];
    const struct txs_tx_ids *ids = served->ids;
    name_of_hash(r, name, r->context.by_wtxid ? ids->wtxid : ids->txid);
    if (served->bytes.len > 0) {
        uint8_t hash[32];
        txs_sha256d(hash, served->bytes.data, served->bytes.len);
        if (memcmp(hash, ids->wtxid, 32) != 0 || served->bytes.len != ids->size_bytes)
            fail(r, "the bytes handed out are not the transaction's");
    }
    did(r, "served%s bytes=%zu witness_known=%d", name, served->bytes.len, served->witness_known);
}

static void take_told(struct run *r, const struct txs_told *told)
{
    char text[300] = "";
    struct txs_addr_reader reader = txs_addr_reader_of(told->payload, told->v2);
    struct txs_addr_entry entry;
    unsigned count = 0, named = 0;
    for (; txs_addr_next(&reader, &entry); count++) {
        struct txs_address address;
        char one[TXS_ADDRESS_TEXT_MAX];
        if (named == 3 || !txs_addr_entry_address(&address, &entry))
            continue;
        txs_address_text(one, &address);
        snprintf(text + strlen(text), sizeof text - strlen(text), " %s", one);
        named++;
    }
    if (reader.bytes.failed)
        fail(r, "a malformed list is handed out");
    did(r, "told %u%s", count, text);
}

/* Events */

static void step(struct run *r, struct txs_peer_event event)
{
    if (r->actions.finished)
        fail(r, "the machine has finished already");
    event.now_ms = r->now_ms;
    event.clogged = r->clogged;
    r->actions = txs_peer_step(r->peer, &event);
    take_sent(r, r->actions.send);
    for (size_t i = 0; i < r->actions.served_count; i++)
        take_served(r, &r->actions.served[i]);
    if (r->actions.told != NULL)
        take_told(r, r->actions.told);
    const struct txs_peer_result *result = txs_peer_result(r->peer);
    if (r->actions.finished)
        did(r, "finish %s %s %s", txs_outcome_name(result->outcome), txs_stage_name(result->stage),
            result->error == TXS_ERROR_NONE ? "-" : txs_error_name(result->error));
    if (r->actions.finished != (r->actions.deadline_ms == TXS_NEVER) && r->actions.finished)
        fail(r, "a deadline after the end");
    if (result->bytes_sent != r->sent_bytes)
        fail(r, "bytes_sent is %llu", (unsigned long long)result->bytes_sent);
}

static void hand_in(struct run *r, struct txs_span piece)
{
    uint8_t *copy = malloc(piece.len);
    if (copy == NULL)
        abort();
    memcpy(copy, piece.data, piece.len);
    struct txs_span rest = {copy, piece.len};
    while (rest.len > 0 && !r->actions.finished) {
        size_t before = rest.len, deeds = r->deeds.count;
        step(r, (struct txs_peer_event){.kind = TXS_PEER_BYTES, .bytes = rest});
        if (r->actions.rest.data + r->actions.rest.len != copy + piece.len)
            fail(r, "the rest is not the end of what was handed in");
        rest = r->actions.rest;
        if (rest.len == before && r->deeds.count == deeds)
            fail(r, "no progress");
    }
    r->fed_bytes += piece.len;
    if (txs_peer_result(r->peer)->bytes_received != r->fed_bytes)
        fail(r, "bytes_received is %llu",
             (unsigned long long)txs_peer_result(r->peer)->bytes_received);
    free(copy);
}

static size_t next_piece(struct run *r, size_t at, size_t left)
{
    size_t piece = left;
    switch (r->manner->mode) {
    case MODE_WHOLE:
        return left;
    case MODE_BYTES:
        if (at < SINGLE_BYTES_FRONT || left <= SINGLE_BYTES_BACK)
            return 1;
        return left - SINGLE_BYTES_BACK < 1009 ? left - SINGLE_BYTES_BACK : 1009;
    case MODE_RANDOM:
        piece = 1 + (size_t)txs_random_below(&r->random, left < 20000 ? 100 : 20000);
        return piece < left ? piece : left;
    }
    return piece;
}

static void flush_segment(struct run *r)
{
    if (r->segment.len == 0)
        return;
    r->now_ms = r->segment_ms;
    for (size_t at = 0; at < r->segment.len && (at == 0 || !r->actions.finished);) {
        size_t len = next_piece(r, at, r->segment.len - at);
        hand_in(r, (struct txs_span){r->segment.data + at, len});
        at += len;
    }
    r->segment.len = 0;
}

/* Lines */

static void setup(struct run *r, const struct words *w)
{
    const char *value = w->count > 1 ? w->word[1] : "";
    uint64_t number = strtoull(value, NULL, 10);
    if (strcmp(w->word[0], "ids") == 0) {
        r->names[0] = '\0';
        for (size_t i = 1; i < w->count && i <= IDS_MAX && strcmp(value, "-") != 0; i++)
            strncat(r->names, w->word[i], 1);
    } else if (strcmp(w->word[0], "anchors") == 0) {
        r->config.anchor_count = number;
    } else if (strcmp(w->word[0], "by") == 0 && strcmp(value, "wtxid") == 0) {
        r->context.by_wtxid = true;
    } else if (strcmp(w->word[0], "chain") == 0) {
        r->context.chain = txs_chain_by_name(value);
    } else if (strcmp(w->word[0], "handshake") == 0) {
        r->config.handshake_timeout_ms = number;
    } else if (strcmp(w->word[0], "response") == 0) {
        r->config.response_timeout_ms = number;
    } else if (strcmp(w->word[0], "patience") == 0) {
        r->config.patience_ms = number;
    } else if (strcmp(w->word[0], "pool") == 0) {
        r->pool_bytes = number;
        r->copies_none = true; /* what is known takes no room */
    } else if (strcmp(w->word[0], "gossip") == 0) {
        r->gossip_bytes = number;
    } else if (strcmp(w->word[0], "control") == 0) {
        r->config.control = true;
    } else if (strcmp(w->word[0], "block") == 0) {
        block_make(&r->context.block, w);
        r->config.hunt = &r->hunt;
        r->hunt_is_read = words_number(w, "read", 0);
        r->hunt.whole_left = (uint32_t)words_number(w, "left", 20);
        r->hunt.reading = (uint32_t)words_number(w, "reading", 0);
    } else if (strcmp(w->word[0], "keep_asking") == 0) {
        r->config.keep_asking = true;
    } else if (strcmp(w->word[0], "crawl") == 0) {
        r->config.crawl = true;
    } else if (strcmp(w->word[0], "eager") == 0) {
        r->config.eager = true;
    } else {
        fail(r, "unknown word '%s'", w->word[0]);
    }
}

/* As it stands before the first whole block, or after it. */
static void begin_hunt(struct run *r)
{
    r->hunt.read = r->hunt_is_read;
    r->hunt.height = r->hunt.read ? (int32_t)r->context.block.height : -1;
    r->hunt.positions = r->positions;
    memcpy(r->hunt.hash, r->context.block.hash, sizeof r->hunt.hash);
    for (size_t i = 0; r->names[i] != '\0'; i++)
        r->positions[i] = r->hunt.read ? block_position(&r->context.block, r->names[i]) : -1;
}

static void begin(struct run *r)
{
    static struct txs_address remote;
    struct txs_message message;
    if (!txs_address_parse(&remote, "1.2.3.4:8333", 8333) || r->context.chain == NULL)
        abort();
    for (size_t i = 0; r->names[i] != '\0'; i++) {
        uint8_t id[32];
        char hex[65];
        build_id(id, &r->context, r->names[i]);
        txs_hash_to_hex(hex, id);
        if (txs_plan_add_id(&r->plan, hex, &message) != TXS_OK)
            fail(r, "%s", message.text);
    }
    if (txs_plan_complete(&r->plan) != TXS_OK)
        abort();
    r->pool.left_bytes = r->pool.block_left_bytes = r->pool_bytes;
    r->pool.gossip_left_bytes = r->gossip_bytes;
    r->config.chain = r->context.chain;
    r->config.user_agent = (struct txs_span){(const uint8_t *)AGENT, strlen(AGENT)};
    r->config.id_type = r->context.by_wtxid ? TXS_ID_TYPE_WTXID : TXS_ID_TYPE_TXID;
    r->config.ids = (const uint8_t(*)[32])r->plan.ids;
    r->config.id_count = r->plan.id_count;
    r->config.id_order = r->plan.id_order;
    r->config.epoch_unix_ms = EPOCH_UNIX_MS;
    r->config.pool = &r->pool;
    r->config.checksums = &r->shared->checksums;
    if (r->shared->copies.of_id == NULL && !txs_copies_init(&r->shared->copies, IDS_MAX, 1000000))
        abort();
    r->config.copies = r->copies_none ? NULL : &r->shared->copies;
    for (unsigned i = 0; i < TXS_ANCHORS_MAX; i++) {
        uint8_t header[HEADER_LONG_BYTES];
        build_header(header, i + 1);
        txs_sha256d(r->anchors[i], header, TXS_BLOCK_HEADER_BYTES);
    }
    r->config.anchors = (const uint8_t(*)[32])r->anchors;
    begin_hunt(r);
    txs_splitter_init(&r->sent, r->context.chain->magic);
    r->config.out = &r->out;
    if (!txs_peer_out_init(&r->out, &r->config))
        abort();
    r->peer = txs_peer_new(&r->config, &remote, r->context.nonce);
    if (r->peer == NULL)
        abort();
}

static enum txs_error error_by_name(const struct run *r, const char *name)
{
    for (unsigned e = 0; e < TXS_ERROR_COUNT; e++)
        if (strcmp(txs_error_name(e), name) == 0)
            return e;
    fail(r, "no error is called '%s'", name);
}

static void say(struct run *r, uint64_t now_ms, char *messages)
{
    struct words w;
    const char *why = "the words cannot be read";
    if (r->segment.len > 0 && r->segment_ms != now_ms)
        flush_segment(r);
    for (char *part; (part = words_next_part(&messages)) != NULL;) {
        if (strstr(part, " fence") != NULL)
            flush_segment(r);
        r->segment_ms = now_ms;
        if (!words_split(&w, part) || !build_message(&r->segment, &r->context, &w, &why))
            fail(r, "'%s': %s", part, why);
    }
}

static void hear(struct run *r, const char *time, char *messages)
{
    char wanted[300];
    for (char *part; (part = words_next_part(&messages)) != NULL;) {
        snprintf(wanted, sizeof wanted, "%s > %s", time, part);
        expect_deed(r, wanted);
    }
}

static void happen(struct run *r, uint64_t now_ms, const struct words *w)
{
    static const struct {
        const char *word;
        enum txs_peer_event_kind kind;
    } events[] = {{"connected", TXS_PEER_CONNECTED}, {"closed", TXS_PEER_CLOSED},
                  {"deadline", TXS_PEER_DEADLINE},   {"writable", TXS_PEER_WRITABLE},
                  {"stalled", TXS_PEER_STALLED},     {"stop", TXS_PEER_STOP}};
    expect_no_more_deeds(r);
    r->now_ms = now_ms;
    if (strcmp(w->word[1], "clogged") == 0 || strcmp(w->word[1], "unclogged") == 0) {
        r->clogged = w->word[1][0] == 'c';
        return;
    }
    if (strcmp(w->word[1], "returned") == 0 && w->count > 2) {
        r->pool.left_bytes += strtoull(w->word[2], NULL, 10);
        r->pool.block_left_bytes += strtoull(w->word[2], NULL, 10);
        r->pool_bytes += strtoull(w->word[2], NULL, 10);
        return;
    }
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (strcmp(events[i].word, w->word[1]) != 0)
            continue;
        struct txs_peer_event event = {.kind = events[i].kind};
        if (event.kind == TXS_PEER_STALLED)
            event.stalled_ms = w->count > 2 ? strtoull(w->word[2], NULL, 10) : 0;
        else if (w->count > 2)
            event.error = error_by_name(r, w->word[2]);
        step(r, event);
        return;
    }
    fail(r, "unknown event '%s'", w->word[1]);
}

/* What must hold */

static void check(const struct run *r, const char *what, uint64_t got, uint64_t wanted)
{
    if (got != wanted)
        fail(r, "%s is %lld, not %lld", what, (long long)got, (long long)wanted);
}

static void check_name(const struct run *r, const char *what, const char *got, const char *wanted)
{
    if (strcmp(*got == '\0' ? "-" : got, wanted) != 0)
        fail(r, "%s is '%s', not '%s'", what, got, wanted);
}

static void check_id(const struct run *r, const struct words *w)
{
    const char *name = w->count > 4 - 1 ? strchr(r->names, w->word[2][0]) : NULL;
    if (name == NULL || w->count < 5)
        fail(r, "= id NAME STATUS STRENGTH ...");
    const struct txs_answer *a = &txs_peer_result(r->peer)->answers[name - r->names];
    check_name(r, "status", txs_id_status_name(a->status), w->word[3]);
    check_name(r, "strength", txs_strength_name(a->strength), w->word[4]);
    const char *via = words_value(w, "via");
    check_name(r, "via", txs_via_name(a->via),
               a->status != TXS_ID_SERVED ? "-"
               : via == NULL              ? "tx"
                                          : via);
    check(r, "position", a->has_position ? a->position : TXS_NEVER,
          words_number(w, "position", TXS_NEVER));
    check(r, "confirmed", a->confirmed, words_number(w, "confirmed", a->confirmed));
    check(r, "requests", a->requests, words_number(w, "requests", a->requests));
    check(r, "announced", a->announced, words_number(w, "announced", a->announced));
    check(r, "announced_at", a->announced_ms, words_number(w, "announced_at", a->announced_ms));
    check(r, "bytes", a->bytes, words_number(w, "bytes", a->bytes));
    check(r, "answered", a->answered_ms, words_number(w, "answered", a->answered_ms));
    check(r, "first", a->first_request_ms, words_number(w, "first", a->first_request_ms));
    const char *wtxid = words_value(w, "wtxid");
    if (wtxid != NULL) {
        uint8_t hash[32];
        transaction_wtxid(hash, name[0]);
        check_name(r, "wtxid",
                   !a->has_wtxid                     ? "none"
                   : memcmp(hash, a->wtxid, 32) == 0 ? "own"
                                                     : "another",
                   wtxid);
    }
}

static void check_subver(const struct run *r, const char *wanted)
{
    const struct txs_peer_result *p = txs_peer_result(r->peer);
    uint8_t bytes[4096];
    int len = words_unquote(bytes, sizeof bytes, wanted);
    if (len < 0 || (size_t)len != p->subver.len ||
        (len > 0 && memcmp(bytes, p->subver.data, (size_t)len) != 0))
        fail(r, "subver is '%.*s'", (int)p->subver.len, (const char *)p->subver.data);
}

static void check_features(const struct run *r, const char *wanted)
{
    char text[200] = "";
    for (unsigned f = 0; f < TXS_FEATURE_COUNT; f++)
        if (txs_peer_result(r->peer)->features & (1u << f))
            snprintf(text + strlen(text), 20, "%s%s", *text == '\0' ? "" : "+",
                     txs_feature_command(f));
    check_name(r, "features", text, wanted);
}

static void check_control(const struct run *r, const struct words *w)
{
    const struct txs_peer_result *p = txs_peer_result(r->peer);
    const char *random = words_value(w, "random"), *announced = words_value(w, "announced");
    if (random != NULL)
        check_name(r, "random", txs_control_name(p->control_random), random);
    if (announced != NULL)
        check_name(r, "announced", txs_control_name(p->control_announced), announced);
    check(r, "passed", (uint64_t)(int64_t)txs_control_passed(p),
          words_number(w, "passed", (uint64_t)(int64_t)txs_control_passed(p)));
}

static void check_anchors(const struct run *r, const struct txs_peer_result *p, const char *wanted)
{
    char text[200] = "";
    for (size_t i = 0; i < r->config.anchor_count; i++) {
        const char *name = txs_anchor_name(p->anchors[i]);
        snprintf(text + strlen(text), 20, "%s%s", i > 0 ? "," : "", name[0] != '\0' ? name : "-");
    }
    if (wanted != NULL)
        check_name(r, "anchors", text, wanted);
}

static void check_peer(const struct run *r, const struct words *w)
{
    const struct txs_peer_result *p = txs_peer_result(r->peer);
    check(r, "known", p->has_version, words_number(w, "known", 1));
    check(r, "version", (uint64_t)p->version, words_number(w, "version", (uint64_t)p->version));
    check(r, "services", p->services, words_number(w, "services", p->services));
    check(r, "height", (uint64_t)p->start_height,
          words_number(w, "height", (uint64_t)p->start_height));
    check(r, "relay", p->relaytxes, words_number(w, "relay", p->relaytxes));
    check(r, "timeoffset", (uint64_t)p->timeoffset_s,
          words_number(w, "timeoffset", (uint64_t)p->timeoffset_s));
    check(r, "handshake", p->handshake_ms, words_number(w, "handshake", p->handshake_ms));
    check(r, "feefilter", (uint64_t)p->feefilter_sat_kvb,
          words_number(w, "feefilter", (uint64_t)p->feefilter_sat_kvb));
    check(r, "addresses", p->asked_addresses ? p->addresses : UINT64_MAX,
          words_number(w, "addresses", p->asked_addresses ? p->addresses : UINT64_MAX));
    check(r, "has_feefilter", p->has_feefilter, words_number(w, "has_feefilter", p->has_feefilter));
    check_anchors(r, p, words_value(w, "anchors"));
    if (words_value(w, "block_asked") != NULL)
        check_name(r, "block_asked", txs_block_way_name(p->block_asked),
                   words_value(w, "block_asked"));
    if (words_value(w, "subver") != NULL)
        check_subver(r, words_value(w, "subver"));
    if (words_value(w, "features") != NULL)
        check_features(r, words_value(w, "features"));
}

static void check_hunt(const struct run *r, const struct words *w)
{
    const struct txs_block_hunt *h = &r->hunt;
    check(r, "left", h->whole_left, words_number(w, "left", h->whole_left));
    check(r, "read", h->read, words_number(w, "read", h->read));
    check(r, "height", (uint64_t)h->height, words_number(w, "height", (uint64_t)h->height));
    for (size_t i = 0; r->names[i] != '\0'; i++) {
        char name[2] = {r->names[i], '\0'};
        check(r, "a position", (uint64_t)h->positions[i],
              words_number(w, name, (uint64_t)h->positions[i]));
    }
}

static void hold(struct run *r, const struct words *w, const char *rest)
{
    char wanted[300];
    if (w->count < 2)
        fail(r, "= what?");
    if (strcmp(w->word[1], "id") == 0) {
        check_id(r, w);
    } else if (strcmp(w->word[1], "peer") == 0) {
        check_peer(r, w);
    } else if (strcmp(w->word[1], "control") == 0) {
        check_control(r, w);
    } else if (strcmp(w->word[1], "hunt") == 0) {
        check_hunt(r, w);
    } else if (strcmp(w->word[1], "pool") == 0) {
        size_t left = r->pool.left_bytes, blocks = r->pool.block_left_bytes;
        check(r, "the pool", left < blocks ? left : blocks, strtoull(w->word[2], NULL, 10));
    } else if (strcmp(w->word[1], "gossip") == 0) {
        check(r, "the gossip's pool", r->pool.gossip_left_bytes, strtoull(w->word[2], NULL, 10));
    } else if (strcmp(w->word[1], "deadline") == 0) {
        uint64_t none = strcmp(w->word[2], "never") == 0;
        check(r, "the deadline", r->actions.deadline_ms,
              none ? TXS_NEVER : strtoull(w->word[2], NULL, 10));
    } else {
        snprintf(wanted, sizeof wanted, "%llu %s", (unsigned long long)r->now_ms, rest);
        expect_deed(r, wanted);
        r->finish_named |= strcmp(w->word[1], "finish") == 0;
    }
}

static void take_line(struct run *r, char *line)
{
    struct words w;
    line[strcspn(line, "\n")] = '\0';
    line += strspn(line, " ");
    if (*line == '\0' || *line == '#')
        return;
    if (!words_split(&w, line))
        fail(r, "too many words");
    bool timed = *line >= '0' && *line <= '9';
    if (!timed && *line != '=') {
        setup(r, &w);
        return;
    }
    if (r->peer == NULL)
        begin(r);
    bool speaks = timed && w.count > 1 && strcmp(w.word[1], "<") == 0;
    if (!speaks)
        flush_segment(r);
    if (*line == '=') {
        hold(r, &w, line + 1 + strspn(line + 1, " "));
        return;
    }
    uint64_t now_ms = strtoull(w.word[0], NULL, 10);
    if (now_ms < r->now_ms || w.count < 2)
        fail(r, "time runs backwards, or nothing happens");
    if (speaks) {
        expect_no_more_deeds(r);
        say(r, now_ms, strchr(line, '<') + 1);
    } else if (strcmp(w.word[1], ">") == 0) {
        hear(r, w.word[0], strchr(line, '>') + 1);
    } else {
        happen(r, now_ms, &w);
    }
}

/* The record as it would be written, with the bytes received left out: a peer that is finished with
 * is not read to the end of what it said. */
static void log_record(struct run *r)
{
    static const struct txs_wall_clock wall = {EPOCH_UNIX_MS};
    char path[] = "/tmp/scenario-XXXXXX", line[8192];
    struct txs_address address;
    struct txs_output *output;
    struct txs_message message;
    struct txs_peer_result result = *txs_peer_result(r->peer);
    result.bytes_received = 0;
    close(mkstemp(path));
    if (!txs_address_parse(&address, "1.2.3.4", 8333) ||
        txs_output_open(&output, path, &message) != TXS_OK)
        fail(r, "no record");
    struct txs_records *records =
        txs_records_new(output, &r->plan, (const uint8_t[TXS_RECORDS_RANDOM_BYTES]){0}, &wall);
    txs_records_peer(records, &(struct txs_peer_record){.address = &address,
                                                        .source = "connect",
                                                        .ended_ms = r->now_ms,
                                                        .attempts = 1,
                                                        .result = &result});
    txs_records_free(records);
    if (!txs_output_close(output, &message))
        fail(r, "%s", message.text);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL)
        fail(r, "no record");
    fclose(file);
    unlink(path);
    bytes_add(&r->log, line, strlen(line));
}

static void end(struct run *r)
{
    flush_segment(r);
    expect_no_more_deeds(r);
    if (!r->finish_named)
        fail(r, "a dialogue must say how it finishes");
    log_record(r);
    txs_peer_free(r->peer);
    free(r->out.data);
    if (r->pool.left_bytes != r->pool_bytes)
        fail(r, "the pool has %zu bytes of %zu", r->pool.left_bytes, r->pool_bytes);
    if (r->pool.block_left_bytes != r->pool_bytes)
        fail(r, "the blocks' pool has %zu bytes of %zu", r->pool.block_left_bytes, r->pool_bytes);
    if (r->pool.gossip_left_bytes != r->gossip_bytes)
        fail(r, "the gossip's pool has %zu bytes of %zu", r->pool.gossip_left_bytes,
             r->gossip_bytes);
    txs_plan_free(&r->plan);
    free(r->segment.data);
    free(r->sent_payload.data);
}

/* Returns the log. */
static struct bytes replay(const char *path, const struct manner *manner, struct shared *shared)
{
    static struct run r;
    char line[4096];
    r = (struct run){
        .path = path,
        .manner = manner,
        .shared = shared,
        .names = "A",
        .pool_bytes = 1000000,
        .gossip_bytes = 1000000,
        .random = {manner->seed},
        .config = {.handshake_timeout_ms = 10000, .response_timeout_ms = 15000, .patience_ms = 0}};
    r.context.chain = txs_chain_by_name("main");
    r.context.nonce = txs_random_next(&r.random);
    r.actions.deadline_ms = TXS_NEVER;
    txs_plan_init(&r.plan);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail(&r, "cannot be read");
    for (r.line = 1; fgets(line, sizeof line, file) != NULL; r.line++)
        take_line(&r, line);
    fclose(file);
    if (r.peer == NULL)
        fail(&r, "says nothing");
    end(&r);
    return r.log;
}

/* In one piece, and then in all other manners: every other one by a peer that shares with the one
 * before what all of a survey share. */
static void replay_all(const char *path)
{
    struct shared *shared = calloc(1, sizeof *shared);
    struct bytes first = replay(path, &manners[0], shared);
    for (size_t m = 1; m < sizeof manners / sizeof *manners; m++) {
        if (m % 2 == 1)
            forget(shared);
        struct bytes other = replay(path, &manners[m], shared);
        if (other.len != first.len || memcmp(other.data, first.data, first.len) != 0) {
            fprintf(stderr, "%s: %s: not the same as in one piece:\n%.*s\n%.*s\n", path,
                    manners[m].name, (int)first.len, first.data, (int)other.len, other.data);
            exit(1);
        }
        free(other.data);
    }
    forget(shared);
    free(shared);
    free(first.data);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        replay_all(argv[i]);
    return argc > 1 ? 0 : 2;
}
