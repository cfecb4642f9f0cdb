#include "json.h"

#include "txsurvey/time.h"

#include <stdlib.h>

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
    return value > INT64_MAX ? json_null() : json_integer((json_int_t)value);
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

struct dump {
    struct txs_output *output;
    bool whole;
};

static int take_piece(const char *bytes, size_t len, void *context)
{
    struct dump *dump = context;
    dump->whole = dump->whole && txs_output_piece(dump->output, bytes, len);
    return dump->whole ? 0 : -1;
}

/* Not by json_dumps(): that of jansson 2.14 gives a text with a hole where memory was short within
 * a key. */
void json_write_line(struct txs_output *output, json_t *line, int real_digits)
{
    size_t style = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION((size_t)real_digits);
    struct dump dump = {output, line != NULL};
    if (dump.whole && json_dump_callback(line, take_piece, &dump, style) != 0)
        dump.whole = false;
    txs_output_end_line(output, dump.whole);
    json_decref(line);
}
