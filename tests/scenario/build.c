#include "build.h"

#include "transactions.h"
#include "txsurvey/frame.h"
#include "txsurvey/message.h"
#include "txsurvey/random.h"

#include <stdlib.h>
#include <string.h>

#define PAYLOAD_ROOM 4100000u
#define HEADER_LENGTH_AT 16
#define HEADER_CHECKSUM_AT 20

void bytes_add(struct bytes *b, const void *data, size_t len)
{
    if (b->len + len > b->cap) {
        b->cap = 2 * b->cap + len;
        b->data = realloc(b->data, b->cap);
        if (b->data == NULL)
            abort();
    }
    if (len > 0)
        memcpy(b->data + b->len, data, len);
    b->len += len;
}

void build_id(uint8_t out[32], const struct build_context *c, char name)
{
    if (name == CONTROL_NAME)
        memcpy(out, c->control_id, 32);
    else if (c->by_wtxid)
        transaction_wtxid(out, name);
    else
        transaction_txid(out, name);
}

static bool is_name(const char *word)
{
    return word[0] >= 'A' && word[0] <= 'Z' && word[1] == '\0';
}

static bool has_word(const struct words *w, const char *word)
{
    for (size_t i = 1; i < w->count; i++)
        if (strcmp(w->word[i], word) == 0)
            return true;
    return false;
}

static void put_zeros(struct txs_writer *w, uint64_t count)
{
    while (count-- > 0)
        txs_put_u8(w, 0);
}

/* version NUMBER "AGENT" services= time= height= relay=0|1|none nonce=own|N agent=LENGTH */
static bool put_version(struct txs_writer *out, const struct build_context *c,
                        const struct words *w)
{
    static uint8_t agent[TXS_PAYLOAD_MAX_BYTES];
    if (w->count < 3)
        return false;
    int len = words_unquote(agent, sizeof agent, w->word[2]);
    if (len < 0)
        return false;
    if (words_value(w, "agent") != NULL) {
        len = (int)words_number(w, "agent", 0);
        memset(agent, 'a', (size_t)len);
    }
    const char *nonce = words_value(w, "nonce"), *relay = words_value(w, "relay");
    struct txs_version v = {
        .version = (int32_t)strtol(w->word[1], NULL, 0),
        .services = words_number(w, "services", 0x409),
        .timestamp = (int64_t)words_number(w, "time", 1700000000),
        .nonce =
            nonce != NULL && strcmp(nonce, "own") == 0 ? c->nonce : words_number(w, "nonce", 4711),
        .subver = {agent, (size_t)len},
        .start_height = (int32_t)words_number(w, "height", 900000),
        .relay = relay == NULL || strcmp(relay, "1") == 0,
        .has_relay = relay == NULL || strcmp(relay, "none") != 0,
    };
    txs_version_encode(out, &v);
    return true;
}

static bool put_tx(struct txs_writer *out, const struct words *w)
{
    if (w->count < 2 || !is_name(w->word[1]))
        return false;
    enum transaction_form form = has_word(w, "stripped")  ? FORM_STRIPPED
                                 : has_word(w, "altered") ? FORM_ALTERED
                                                          : FORM_WHOLE;
    transaction_put(out, w->word[1][0], form);
    return true;
}

static bool put_block_message(struct txs_writer *out, const struct build_context *c,
                              const struct words *w)
{
    if (strcmp(w->word[0], "block") == 0)
        block_put(out, &c->block, w);
    else if (strcmp(w->word[0], "merkleblock") == 0)
        block_put_merkleblock(out, &c->block, w);
    else
        block_put_blocktxn(out, &c->block, w);
    return true;
}

static uint32_t item_type(const struct build_context *c, const struct words *w)
{
    const char *type = words_value(w, "type");
    if (type == NULL)
        return c->by_wtxid                           ? TXS_INV_WTX
               : strcmp(w->word[0], "notfound") == 0 ? TXS_INV_WITNESS_TX
                                                     : TXS_INV_TX;
    return (uint32_t)strtoul(type, NULL, 0);
}

/* By the kind of the item, where the line says that, whatever is asked for. */
static void listed_id(uint8_t id[32], const struct build_context *c, const struct words *w,
                      char name)
{
    if (name != CONTROL_NAME && item_type(c, w) == TXS_INV_WTX)
        transaction_wtxid(id, name);
    else if (name != CONTROL_NAME && words_value(w, "type") != NULL)
        transaction_txid(id, name);
    else
        build_id(id, c, name);
}

/* inv|notfound NAMES... type=N count=CLAIMED items=OTHERS */
static bool put_list(struct txs_writer *out, const struct build_context *c, const struct words *w)
{
    uint64_t names = 0, others = words_number(w, "items", 0);
    for (size_t i = 1; i < w->count; i++)
        names += is_name(w->word[i]);
    bool block = has_word(w, "block");
    txs_put_compact(out, words_number(w, "count", names + others + block));
    if (block) {
        txs_put_u32le(out, TXS_INV_WITNESS_BLOCK);
        txs_put_bytes(out, c->block.hash, 32);
    }
    for (size_t i = 1; i < w->count; i++) {
        if (!is_name(w->word[i]))
            continue;
        uint8_t id[32];
        listed_id(id, c, w, w->word[i][0]);
        txs_put_u32le(out, item_type(c, w));
        txs_put_bytes(out, id, 32);
    }
    struct txs_random random = {others};
    for (uint64_t i = 0; i < others; i++) {
        txs_put_u32le(out, item_type(c, w));
        for (int k = 0; k < 4; k++)
            txs_put_u64le(out, txs_random_next(&random));
    }
    return true;
}

/* The header of that number; `long`: as long as another chain's. */
void build_header(uint8_t out[HEADER_LONG_BYTES], unsigned number)
{
    struct txs_writer w = txs_writer_to(out, HEADER_LONG_BYTES);
    memset(out, 0, HEADER_LONG_BYTES);
    txs_put_u32le(&w, 0x20000000);
    txs_put_u32le(&w, number);
}

/* headers NUMBER [long], or none */
static bool put_headers(struct txs_writer *out, const struct words *w)
{
    uint8_t header[HEADER_LONG_BYTES];
    bool none = has_word(w, "none");
    txs_put_compact(out, !none);
    if (none)
        return true;
    build_header(header, (unsigned)strtoul(w->word[1], NULL, 10));
    txs_put_bytes(out, header, has_word(w, "long") ? sizeof header : TXS_BLOCK_HEADER_BYTES);
    txs_put_u8(out, 0);
    return true;
}

static bool put_nonce(struct txs_writer *out, const struct build_context *c, const struct words *w)
{
    if (w->count < 2)
        return false;
    /* fence-1 is that before the last one */
    bool fence = strncmp(w->word[1], "fence", 5) == 0;
    uint64_t before = fence && w->word[1][5] == '-' ? strtoull(w->word[1] + 6, NULL, 10) : 0;
    txs_u64_encode(out, fence ? c->fence - before * 0x9e3779b97f4a7c15ull
                              : strtoull(w->word[1], NULL, 0));
    return true;
}

/* One entry, without the count in front of a list. */
static void put_entry(struct txs_writer *out, const struct txs_addr_entry *entry, bool v2)
{
    uint8_t room[700];
    struct txs_writer list = txs_writer_to(room, sizeof room);
    if (v2)
        txs_addrv2_encode(&list, entry, 1);
    else
        txs_addr_encode(&list, entry, 1);
    txs_put_bytes(out, room + 1, list.len - 1);
}

/* addr|addrv2 ADDRESS... items=OTHERS count=CLAIMED id=BIP155 bytes=LENGTH (of one more entry) */
static bool put_addresses(struct txs_writer *out, const struct words *w, bool v2)
{
    uint8_t strange[600] = {0x77};
    uint64_t others = words_number(w, "items", 0), strange_len = words_number(w, "bytes", 0);
    struct txs_addr_entry entry = {.time = 1699999000, .services = 9};
    struct txs_address a;
    uint64_t named = 0;
    for (size_t i = 1; i < w->count; i++)
        named += txs_address_parse(&a, w->word[i], 8333);
    txs_put_compact(out, words_number(w, "count", named + others + (strange_len > 0)));
    struct txs_writer list = txs_writer_to(out->data + out->len, out->cap - out->len);
    for (size_t i = 1; i < w->count + others; i++) {
        uint8_t ip[16];
        uint64_t n = i - w->count + 1;
        a = (struct txs_address){.network = TXS_NETWORK_IPV4,
                                 .port = 8333,
                                 .bytes = {8, (uint8_t)(n >> 8), (uint8_t)n, 1}};
        if (i < w->count && !txs_address_parse(&a, w->word[i], 8333))
            continue;
        struct txs_writer one = txs_writer_to(list.data + list.len, list.cap - list.len);
        entry.network_id = (uint8_t[]){1, 2, 4, 5, 6}[a.network];
        entry.port = a.port;
        entry.bytes = (struct txs_span){a.bytes, txs_network_address_len(a.network)};
        if (!v2) {
            txs_address_to_ip16(ip, &a);
            entry.bytes = (struct txs_span){ip, sizeof ip};
        }
        put_entry(&one, &entry, v2);
        list.len += one.len;
    }
    if (strange_len > 0) {
        struct txs_writer one = txs_writer_to(list.data + list.len, list.cap - list.len);
        entry.network_id = (uint8_t)words_number(w, "id", 99);
        entry.bytes = (struct txs_span){strange, (size_t)strange_len};
        put_entry(&one, &entry, true);
        list.len += one.len;
    }
    out->len += list.len;
    return !list.failed;
}

static bool put_hex(struct txs_writer *out, const char *hex)
{
    size_t len = strlen(hex) / 2;
    if (out->cap - out->len < len || !txs_hex_decode(out->data + out->len, len, hex, 2 * len))
        return false;
    out->len += len;
    return true;
}

static bool put_payload(struct txs_writer *out, const struct build_context *c,
                        const struct words *w)
{
    const char *command = w->word[0], *hex = words_value(w, "hex");
    bool ok = true;
    if (hex != NULL)
        ok = put_hex(out, hex);
    else if (strcmp(command, "version") == 0)
        ok = put_version(out, c, w);
    else if (strcmp(command, "tx") == 0)
        ok = put_tx(out, w);
    else if (strcmp(command, "headers") == 0 && w->count > 1)
        ok = put_headers(out, w);
    else if (strcmp(command, "inv") == 0 || strcmp(command, "notfound") == 0)
        ok = put_list(out, c, w);
    else if (strncmp(command, "addr", 4) == 0 && w->count > 1)
        ok = put_addresses(out, w, strcmp(command, "addrv2") == 0);
    else if (c->block.height > 0 && strstr(command, "block") != NULL)
        ok = put_block_message(out, c, w);
    else if (strcmp(command, "ping") == 0 || strcmp(command, "pong") == 0 ||
             strcmp(command, "feefilter") == 0)
        ok = w->count > 1 && strchr(w->word[1], '=') != NULL ? true : put_nonce(out, c, w);
    put_zeros(out, words_number(w, "zeros", 0));
    out->len = (size_t)words_number(w, "payload", out->len);
    return ok && !out->failed;
}

static bool put_magic(uint8_t magic[4], const struct build_context *c, const char *value)
{
    memcpy(magic, c->chain->magic, 4);
    if (value == NULL)
        return true;
    const struct txs_chain *other = txs_chain_by_name(value);
    if (other != NULL)
        memcpy(magic, other->magic, 4);
    return other != NULL || txs_hex_decode(magic, 4, value, strlen(value));
}

static void overwrite_u32(uint8_t *at, uint64_t value)
{
    struct txs_writer w = txs_writer_to(at, 4);
    txs_put_u32le(&w, (uint32_t)value);
}

/* What is wrong with the frame on purpose. */
static bool spoil(struct txs_writer *frame, const struct words *w)
{
    const char *claims = words_value(w, "claims"), *command = words_value(w, "command");
    const char *checksum = words_value(w, "checksum");
    if (checksum != NULL)
        frame->data[HEADER_CHECKSUM_AT] ^= 0xff;
    if (claims != NULL)
        overwrite_u32(frame->data + HEADER_LENGTH_AT, words_number(w, "claims", 0));
    if (command != NULL && !txs_hex_decode(frame->data + 4, 12, command, strlen(command)))
        return false;
    frame->len = (size_t)words_number(w, "cut", frame->len);
    size_t skip = (size_t)words_number(w, "skip", 0);
    frame->data += skip;
    frame->len -= skip;
    return true;
}

static bool build_frame(struct bytes *out, const struct build_context *c, const struct words *w,
                        uint8_t *room)
{
    uint8_t magic[4];
    struct txs_writer frame = txs_writer_to(room, PAYLOAD_ROOM);
    if (strlen(w->word[0]) > TXS_COMMAND_BYTES || !put_magic(magic, c, words_value(w, "magic")))
        return false;
    txs_frame_begin(&frame, magic, w->word[0]);
    struct txs_writer payload = txs_writer_to(frame.data + frame.len, frame.cap - frame.len);
    if (!put_payload(&payload, c, w))
        return false;
    frame.len += payload.len;
    txs_frame_end(&frame, 0);
    if (!spoil(&frame, w))
        return false;
    for (uint64_t times = words_number(w, "times", 1); times > 0; times--)
        bytes_add(out, frame.data, frame.len);
    return true;
}

static bool build_raw(struct bytes *out, const struct words *w)
{
    uint8_t text[4096];
    if (strcmp(w->word[0], "random") == 0) {
        struct txs_random random = {words_number(w, "seed", 1)};
        for (uint64_t left = words_number(w, "bytes", 64); left > 0; left--)
            bytes_add(out, &(uint8_t){(uint8_t)txs_random_next(&random)}, 1);
        return true;
    }
    if (w->count < 2)
        return false;
    struct txs_writer hex = txs_writer_to(text, sizeof text);
    int len = words_unquote(text, sizeof text, w->word[1]);
    if (len < 0 && !put_hex(&hex, w->word[1]))
        return false;
    bytes_add(out, text, len < 0 ? hex.len : (size_t)len);
    return true;
}

bool build_message(struct bytes *out, const struct build_context *c, const struct words *w,
                   const char **why)
{
    *why = "this message cannot be built";
    if (w->count == 0)
        return false;
    if (strcmp(w->word[0], "raw") == 0 || strcmp(w->word[0], "random") == 0)
        return build_raw(out, w);
    uint8_t *room = malloc(PAYLOAD_ROOM);
    if (room == NULL)
        abort();
    bool ok = build_frame(out, c, w, room);
    free(room);
    return ok;
}
