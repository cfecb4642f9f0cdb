/* Small words for building JSON: a NULL from jansson (no memory) is carried on and met once, at the
 * end, since jansson's own setters refuse NULL values silently. */
#ifndef TXSURVEY_JSONL_JSON_H
#define TXSURVEY_JSONL_JSON_H

#include "txsurvey/bytes.h"
#include "txsurvey/output.h"

#include <jansson.h>

/* Sets a member; false, and the object marked by its caller as broken, when `value` is NULL.
 * Steals. */
bool json_put(json_t *object, const char *key, json_t *value);
/* The same for a list: both `list` and `value` may be NULL, and are released when it fails, with
 * NULL. */
json_t *json_append(json_t *list, json_t *value);
/* Other programs keep numbers as doubles: null beyond 2^53. */
json_t *json_number(uint64_t value);
json_t *json_signed(int64_t value);
/* Coins, as the node prints them: always with eight decimals, and exact. */
json_t *json_amount(int64_t sat);
json_t *json_text(const char *text); /* null where NULL or "" */
json_t *json_hex(struct txs_span bytes);
json_t *json_hash(const uint8_t hash_wire[32]);
json_t *json_time(int64_t unix_ms);
/* Writes `line` as one line of printable ASCII and releases it; numbers with a fraction have at
 * most `real_digits`. A NULL line, or no memory, breaks the output. */
void json_write_line(struct txs_output *output, json_t *line, int real_digits);

#endif
