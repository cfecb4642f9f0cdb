#include "json.h"

#include "txsurvey/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define EXACT_MAX (1ll << 53)
#define COIN 100000000u

bool json_put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new_nocheck(object, key, value) == 0;
}

json_t *json_append(json_t *list, json_t *value)
{
    if (json_array_append_new(list, value) == 0)
        return list;
    json_decref(list);
    return NULL;
}

json_t *json_number(uint64_t value)
{
    return value > EXACT_MAX ? json_null() : json_integer((json_int_t)value);
}

json_t *json_signed(int64_t value)
{
    return value > EXACT_MAX || value < -EXACT_MAX ? json_null() : json_integer(value);
}

json_t *json_text(const char *text)
{
    return text == NULL || *text == '\0' ? json_null() : json_string(text);
}

json_t *json_hex(struct txs_span bytes)
{
    char *hex = malloc(2 * bytes.len + 1);
    if (hex == NULL)
        return NULL;
    txs_hex_encode(hex, bytes.data, bytes.len);
    json_t *text = json_stringn_nocheck(hex, 2 * bytes.len);
    free(hex);
    return text;
}

json_t *json_hash(const uint8_t hash_wire[32])
{
    char hex[65];
    txs_hash_to_hex(hex, hash_wire);
    return json_stringn_nocheck(hex, 64);
}

json_t *json_time(int64_t unix_ms)
{
    char text[TXS_TIME_TEXT_MAX];
    txs_time_text(text, unix_ms);
    return json_string_nocheck(text);
}

/* Numbers of jansson's are doubles, which it prints as it likes. One of our own spelling is a
 * string that begins with this control, which no other string holds, since those of others are
 * escaped; it loses that and its quotes as it is written. */
#define OWN_SPELLING "\x01"
static const char mark[] = "\"\\u0001";

json_t *json_amount(int64_t sat)
{
    char text[32];
    uint64_t amount = sat < 0 ? -(uint64_t)sat : (uint64_t)sat;
    snprintf(text, sizeof text, OWN_SPELLING "%s%" PRIu64 ".%08" PRIu64, sat < 0 ? "-" : "",
             amount / COIN, amount % COIN);
    return json_string(text);
}

struct dump {
    struct txs_output *output;
    bool whole;
    size_t matched; /* of the mark, which are not yet written */
    bool own;       /* within a number of our own spelling */
};

static void write_piece(struct dump *d, const char *bytes, size_t len)
{
    d->whole = d->whole && (len == 0 || txs_output_piece(d->output, bytes, len));
}

/* The mark may arrive in pieces. */
static int take_piece(const char *bytes, size_t len, void *context)
{
    struct dump *d = context;
    size_t written = 0;
    for (size_t i = 0; i < len; i++) {
        bool ends = d->own && bytes[i] == '"';
        if (ends || (!d->own && bytes[i] == mark[d->matched])) {
            if (d->matched == 0)
                write_piece(d, bytes + written, i - written);
            written = i + 1;
            d->matched = ends ? 0 : d->matched + 1;
            d->own = !ends && mark[d->matched] == '\0';
            d->matched = d->own ? 0 : d->matched;
        } else if (d->matched > 0) {
            write_piece(d, mark, d->matched);
            d->matched = 0;
        }
    }
    write_piece(d, bytes + written, len - written);
    return d->whole ? 0 : -1;
}

/* Not by json_dumps(): that of jansson 2.14 gives a text with a hole where memory was short within
 * a key. */
void json_write_line(struct txs_output *output, json_t *line, int real_digits)
{
    size_t style = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION((size_t)real_digits);
    struct dump dump = {.output = output, .whole = line != NULL};
    if (dump.whole && json_dump_callback(line, take_piece, &dump, style) != 0)
        dump.whole = false;
    txs_output_end_line(output, dump.whole);
    json_decref(line);
}
