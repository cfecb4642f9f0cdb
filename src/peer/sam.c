/* SAM 3.1, I2P's bridge for applications, as far as Core's src/i2p.cpp speaks it: one line goes
 * out, one comes back, of words and KEY=VALUE pairs. */
#include "tunnel.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The line that is answered. */
enum request { REQUEST_HELLO, REQUEST_SESSION, REQUEST_LOOKUP, REQUEST_STREAM };

#define STREAM_FORMAT "STREAM CONNECT ID=%s DESTINATION="
#define STREAM_HEAD_LEN (sizeof STREAM_FORMAT - 1 - 2 + TXS_SAM_ID_LEN)
#define STREAM_TAIL " SILENT=false\n"

#define RESULT_MAX 24

/* Where in a line we are. */
enum place { PLACE_WORD, PLACE_VALUE, PLACE_QUOTED, PLACE_ESCAPED };
/* Whose value it is. */
enum key { KEY_OTHER, KEY_RESULT, KEY_DESTINATION };

/* The reply in hand: no more is kept of it than what it is read for. */
struct reply {
    size_t len;
    enum place place;
    char word[sizeof "RESULT"]; /* its first letters */
    size_t word_len;
    enum key key;
    bool has_result, malformed;
    char result[RESULT_MAX]; /* with a NUL; a longer one is none that we know */
    size_t result_len;
};

struct sam {
    struct txs_tunnel tunnel;
    char id[TXS_SAM_ID_LEN + 1];
    bool is_session;
    struct txs_address to;
    enum request request;
    struct reply reply;
    size_t destination_len;
    /* The request that goes out. The destination is written where the last one has it. */
    char line[STREAM_HEAD_LEN + TXS_SAM_DESTINATION_MAX + sizeof STREAM_TAIL];
};

static const struct {
    const char *name;
    enum txs_error error;
} results[] = {
    {"OK", TXS_ERROR_NONE},
    {"NOVERSION", TXS_ERROR_SAM_NO_VERSION},
    {"CANT_REACH_PEER", TXS_ERROR_SAM_CANT_REACH_PEER},
    {"PEER_NOT_FOUND", TXS_ERROR_SAM_PEER_NOT_FOUND},
    {"KEY_NOT_FOUND", TXS_ERROR_SAM_KEY_NOT_FOUND},
    {"LEASESET_NOT_FOUND", TXS_ERROR_SAM_LEASESET_NOT_FOUND},
    {"INVALID_KEY", TXS_ERROR_SAM_INVALID_KEY},
    {"INVALID_ID", TXS_ERROR_SAM_INVALID_ID},
    {"TIMEOUT", TXS_ERROR_SAM_TIMEOUT},
    {"I2P_ERROR", TXS_ERROR_SAM_I2P_ERROR},
    {"DUPLICATED_ID", TXS_ERROR_SAM_DUPLICATED_ID},
    {"DUPLICATED_DEST", TXS_ERROR_SAM_DUPLICATED_DEST},
};

static enum txs_error error_of(const char *result)
{
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        if (strcmp(results[i].name, result) == 0)
            return results[i].error;
    return TXS_ERROR_SAM_UNKNOWN_RESULT;
}

/* What goes out */

static void say(struct sam *s, enum request request, int len)
{
    assert(len > 0 && (size_t)len < sizeof s->line);
    s->request = request;
    s->reply = (struct reply){0};
    s->tunnel.send = (struct txs_span){(const uint8_t *)s->line, (size_t)len};
}

static void say_hello(struct txs_tunnel *t)
{
    struct sam *s = (struct sam *)t;
    say(s, REQUEST_HELLO, snprintf(s->line, sizeof s->line, "HELLO VERSION MIN=3.1 MAX=3.1\n"));
}

/* What Core asks for with a transient session: an Ed25519 key (by number: i2pd before 2.24 does not
 * know the name), lease sets of ECIES with ElGamal as the fallback, one tunnel each way. */
static void say_session(struct sam *s)
{
    s->tunnel.asked = true;
    say(s, REQUEST_SESSION,
        snprintf(s->line, sizeof s->line,
                 "SESSION CREATE STYLE=STREAM ID=%s DESTINATION=TRANSIENT SIGNATURE_TYPE=7 "
                 "i2cp.leaseSetEncType=4,0 inbound.quantity=1 outbound.quantity=1\n",
                 s->id));
}

static void say_lookup(struct sam *s)
{
    char name[TXS_ADDRESS_TEXT_MAX];
    txs_address_host(name, &s->to);
    s->tunnel.asked = true;
    say(s, REQUEST_LOOKUP, snprintf(s->line, sizeof s->line, "NAMING LOOKUP NAME=%s\n", name));
}

static void say_stream(struct sam *s)
{
    char head[STREAM_HEAD_LEN + 1];
    snprintf(head, sizeof head, STREAM_FORMAT, s->id);
    memcpy(s->line, head, STREAM_HEAD_LEN);
    size_t len = STREAM_HEAD_LEN + s->destination_len;
    memcpy(s->line + len, STREAM_TAIL, sizeof STREAM_TAIL);
    say(s, REQUEST_STREAM, (int)(len + sizeof STREAM_TAIL - 1));
}

/* What comes back */

static void take_result(struct reply *r, char c)
{
    if (r->result_len < RESULT_MAX - 1)
        r->result[r->result_len++] = c;
    else
        r->result[0] = '\0';
}

static bool is_base64(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '~' || c == '=';
}

/* What the bridge says will be sent back to it in a line of ours: nothing may end that. */
static void take_destination(struct sam *s, char c)
{
    if (is_base64(c) && s->destination_len < TXS_SAM_DESTINATION_MAX)
        s->line[STREAM_HEAD_LEN + s->destination_len++] = c;
    else
        s->reply.malformed = true;
}

static void take_value(struct sam *s, char c)
{
    switch (s->reply.key) {
    case KEY_RESULT:
        take_result(&s->reply, c);
        break;
    case KEY_DESTINATION:
        take_destination(s, c);
        break;
    case KEY_OTHER:
        break;
    }
}

/* Of a key that comes twice the first counts, as in Core. */
static void begin_value(struct sam *s)
{
    struct reply *r = &s->reply;
    r->place = PLACE_VALUE;
    r->key = KEY_OTHER;
    if (r->word_len == 6 && memcmp(r->word, "RESULT", 6) == 0 && !r->has_result) {
        r->key = KEY_RESULT;
        r->has_result = true;
    } else if (r->word_len == 5 && memcmp(r->word, "VALUE", 5) == 0 &&
               s->request == REQUEST_LOOKUP && s->destination_len == 0) {
        r->key = KEY_DESTINATION;
    }
    r->word_len = 0;
}

static void take_word(struct sam *s, char c)
{
    struct reply *r = &s->reply;
    if (c == ' ') {
        r->word_len = 0;
    } else if (c == '=') {
        begin_value(s);
    } else if (r->word_len < sizeof r->word) {
        r->word[r->word_len++] = c;
    }
}

/* Only a MESSAGE=, for people, stands in quotes; it may hold anything, such as RESULT=OK. */
static void take_letter(struct sam *s, char c)
{
    struct reply *r = &s->reply;
    switch (r->place) {
    case PLACE_WORD:
        take_word(s, c);
        break;
    case PLACE_VALUE:
        if (c == ' ')
            r->place = PLACE_WORD;
        else if (c == '"')
            r->place = PLACE_QUOTED;
        else
            take_value(s, c);
        break;
    case PLACE_QUOTED:
        if (c == '"')
            r->place = PLACE_VALUE;
        else if (c == '\\')
            r->place = PLACE_ESCAPED;
        else
            take_value(s, c);
        break;
    case PLACE_ESCAPED:
        r->place = PLACE_QUOTED;
        take_value(s, c);
        break;
    }
}

static void go_on(struct sam *s)
{
    switch (s->request) {
    case REQUEST_HELLO:
        if (s->is_session)
            say_session(s);
        else
            say_lookup(s);
        break;
    case REQUEST_LOOKUP:
        if (s->destination_len == 0)
            tunnel_fail(&s->tunnel, TXS_ERROR_SAM_MALFORMED);
        else
            say_stream(s);
        break;
    case REQUEST_SESSION:
    case REQUEST_STREAM:
        s->tunnel.state = TXS_TUNNEL_OPEN;
        break;
    }
}

static void end_line(struct sam *s)
{
    const struct reply *r = &s->reply;
    enum txs_error error = error_of(r->result);
    if (!r->has_result || r->malformed)
        tunnel_fail(&s->tunnel, TXS_ERROR_SAM_MALFORMED);
    else if (error != TXS_ERROR_NONE)
        tunnel_fail(&s->tunnel, error);
    else
        go_on(s);
}

static void take(struct txs_tunnel *t, struct txs_span *in)
{
    struct sam *s = (struct sam *)t;
    char c = (char)*in->data;
    in->data++;
    in->len--;
    if (c == '\n')
        end_line(s);
    else if (++s->reply.len > TXS_SAM_LINE_MAX)
        tunnel_fail(t, TXS_ERROR_SAM_MALFORMED);
    else
        take_letter(s, c == '\r' ? ' ' : c);
}

static struct sam *sam_new(const char *id)
{
    struct sam *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->tunnel.greet = say_hello;
    s->tunnel.take = take;
    assert(strlen(id) == TXS_SAM_ID_LEN);
    memcpy(s->id, id, sizeof s->id);
    return s;
}

void txs_sam_id(char out[TXS_SAM_ID_LEN + 1], uint64_t random)
{
    uint8_t bytes[TXS_SAM_ID_LEN / 2];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(random >> (8 * i));
    txs_hex_encode(out, bytes, sizeof bytes);
}

struct txs_tunnel *txs_tunnel_sam_session(const char *id)
{
    struct sam *s = sam_new(id);
    if (s == NULL)
        return NULL;
    s->is_session = true;
    return &s->tunnel;
}

struct txs_tunnel *txs_tunnel_sam_stream(const char *id, const struct txs_address *to)
{
    assert(to->network == TXS_NETWORK_I2P && to->port == 0);
    struct sam *s = sam_new(id);
    if (s == NULL)
        return NULL;
    s->to = *to;
    return &s->tunnel;
}
