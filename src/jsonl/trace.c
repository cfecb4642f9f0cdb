/* The trace: every message in both directions. It splits the streams once more, on its own, since
 * the peer machine keeps only what it needs. */
#include "tables.h"

#include "txsurvey/escape.h"
#include "txsurvey/frame.h"
#include "txsurvey/jsonl.h"

#include <stdlib.h>
#include <string.h>

/* For messages that are still arriving, of all peers together. What goes beyond is counted in
 * `length` but missing from `hex`. */
#define TRACE_MEMORY_BYTES (64u * 1024 * 1024)

/* Of lines that their reader has not taken. What would go beyond ends the trace, since the survey
 * waits for the records' reader alone. */
#define QUEUE_MAX_BYTES (16u * 1024 * 1024)

struct txs_trace {
    struct txs_output *output;
    const struct txs_chain *chain;
    const struct txs_wall_clock *wall;
    size_t memory_left;
};

/* A message as far as it has come. */
struct stream {
    struct txs_splitter splitter;
    uint8_t *bytes;
    size_t len, cap;
    bool strange; /* no longer Bitcoin messages: what comes is written as it is */
};

/* A buffer larger than this is given back after its message. */
#define KEPT_BYTES 4096

struct traced {
    struct stream streams[2]; /* by enum txs_tap_event */
};

struct txs_trace *txs_trace_new(struct txs_output *output, const struct txs_chain *chain,
                                const struct txs_wall_clock *wall)
{
    struct txs_trace *t = calloc(1, sizeof *t);
    if (t != NULL)
        *t = (struct txs_trace){output, chain, wall, TRACE_MEMORY_BYTES};
    return t;
}

void txs_trace_free(struct txs_trace *t)
{
    free(t);
}

struct moment {
    const struct txs_tapped *peer;
    enum txs_tap_event event;
    uint64_t now_ms;
};

/* A line of the trace. NULL and 0 for what is no message; what is missing of one counts in `length`
 * alone. */
struct traced_message {
    const struct moment *moment;
    int64_t unix_ms;
    const char *command;
    uint32_t length;
    struct txs_span bytes;
};

static const struct traced_message *message_of(const struct field_source *s)
{
    return s->thing;
}

static void m_time(struct line *l, const struct field_source *s)
{
    line_time(l, message_of(s)->unix_ms);
}

static void m_address(struct line *l, const struct field_source *s)
{
    const struct txs_tapped *peer = message_of(s)->moment->peer;
    char address[TXS_ADDRESS_TEXT_MAX];
    txs_address_host(address, peer->address);
    line_string(l, peer->name != NULL ? peer->name : address);
}

static void m_port(struct line *l, const struct field_source *s)
{
    line_number(l, message_of(s)->moment->peer->address->port);
}

static void m_direction(struct line *l, const struct field_source *s)
{
    line_string(l, message_of(s)->moment->event == TXS_TAP_SENT ? "sent" : "received");
}

static void m_command(struct line *l, const struct field_source *s)
{
    if (message_of(s)->command == NULL)
        line_null(l);
    else
        line_string(l, message_of(s)->command);
}

static void m_length(struct line *l, const struct field_source *s)
{
    line_known(l, message_of(s)->command != NULL, message_of(s)->length);
}

static void m_hex(struct line *l, const struct field_source *s)
{
    line_hex(l, message_of(s)->bytes);
}

static const struct field message_fields[] = {
    FIELD("time", TIME, "when it was sent, or had come", m_time),
    FIELD("address", TEXT, "the peer's, as in its record, or the name of a seed behind a proxy",
          m_address),
    FIELD("port", PORT, "its port", m_port),
    FIELD("direction", WORD, "which way it went", m_direction, .codes = &direction_codes),
    FIELD("command", OR_NULL | TEXT, "what message it is; null for bytes that are none", m_command),
    FIELD("length", OR_NULL | BYTES, "of its payload, as its header says", m_length),
    FIELD("hex", HEX, "its bytes, header and payload, as far as there was room for them", m_hex),
};
const struct fields trace_line = FIELDS(
    "trace", "one a message, in the file of --trace; without type and survey", message_fields);

static void write_message(struct txs_trace *t, const struct moment *m, const char *command,
                          uint32_t length, struct txs_span bytes)
{
    if (txs_output_queued_bytes(t->output) > QUEUE_MAX_BYTES)
        txs_output_end_line(t->output, false);
    else
        fields_line(t->output, &trace_line,
                    &(struct field_source){
                        NULL, &(struct traced_message){m, txs_wall_clock_ms(t->wall, m->now_ms),
                                                       command, length, bytes}});
    txs_output_flush(t->output);
}

static void release(struct txs_trace *t, struct stream *s)
{
    t->memory_left += s->cap;
    free(s->bytes);
    s->bytes = NULL;
    s->len = s->cap = 0;
}

static void write_frame(struct txs_trace *t, const struct moment *m, struct stream *s)
{
    char text[4 * TXS_COMMAND_BYTES + 1];
    const char *command = (const char *)s->splitter.header + 4;
    txs_escape_text(text, (const uint8_t *)command, strnlen(command, TXS_COMMAND_BYTES));
    write_message(t, m, text, s->splitter.length, (struct txs_span){s->bytes, s->len});
    if (s->cap > KEPT_BYTES)
        release(t, s);
    s->len = 0;
}

/* Bytes that are no message: without command and length. */
static void write_rest(struct txs_trace *t, const struct moment *m, struct txs_span bytes)
{
    if (bytes.len > 0)
        write_message(t, m, NULL, 0, bytes);
}

static bool grow(struct txs_trace *t, struct stream *s, size_t need)
{
    size_t cap = need > 2 * s->cap ? need : 2 * s->cap;
    if (cap - s->cap > t->memory_left)
        return false;
    uint8_t *grown = realloc(s->bytes, cap);
    if (grown == NULL)
        return false;
    t->memory_left -= cap - s->cap;
    s->bytes = grown;
    s->cap = cap;
    return true;
}

static void append(struct txs_trace *t, struct stream *s, struct txs_span bytes)
{
    if (bytes.len == 0 || (s->len + bytes.len > s->cap && !grow(t, s, s->len + bytes.len)))
        return;
    memcpy(s->bytes + s->len, bytes.data, bytes.len);
    s->len += bytes.len;
}

static void follow(struct txs_trace *t, const struct moment *m, struct stream *s,
                   struct txs_span in)
{
    enum txs_frame_event event = TXS_FRAME_HEADER;
    while (!s->strange && event != TXS_FRAME_NEED) {
        struct txs_span before = in;
        event = txs_splitter_next(&s->splitter, &in);
        append(t, s, (struct txs_span){before.data, before.len - in.len});
        if (event == TXS_FRAME_END)
            write_frame(t, m, s);
        s->strange = event == TXS_FRAME_BAD_MAGIC || event == TXS_FRAME_OVERSIZED;
    }
    if (!s->strange)
        return;
    write_rest(t, m, (struct txs_span){s->bytes, s->len});
    release(t, s);
    write_rest(t, m, in);
}

static void end(struct txs_trace *t, struct moment *m, struct traced *traced)
{
    for (unsigned direction = TXS_TAP_SENT; direction <= TXS_TAP_RECEIVED; direction++) {
        struct stream *s = &traced->streams[direction];
        m->event = direction;
        write_rest(t, m, (struct txs_span){s->bytes, s->len});
        release(t, s);
    }
    free(traced);
}

void txs_trace_tap(struct txs_trace *t, void **slot, const struct txs_tapped *peer,
                   enum txs_tap_event event, uint64_t now_ms, struct txs_span bytes)
{
    struct moment m = {peer, event, now_ms};
    struct traced *traced = *slot;
    if (event == TXS_TAP_END) {
        end(t, &m, traced);
        *slot = NULL;
        return;
    }
    if (traced == NULL) {
        traced = calloc(1, sizeof *traced);
        if (traced == NULL)
            return;
        txs_splitter_init(&traced->streams[0].splitter, t->chain->magic);
        txs_splitter_init(&traced->streams[1].splitter, t->chain->magic);
        *slot = traced;
    }
    follow(t, &m, &traced->streams[event], bytes);
}
