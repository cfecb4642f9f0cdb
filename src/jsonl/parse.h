/* JSON read in again: a record, one object a line, and what both readers of them (--peers,
 * --resume) take out of it; documents of other programs. */
#ifndef TXSURVEY_JSONL_PARSE_H
#define TXSURVEY_JSONL_PARSE_H

#include "txsurvey/address.h"
#include "txsurvey/lines.h"

#include <jansson.h>

/* The longest record but that of a transaction, a peer's of a thousand ids, has half of it. */
#define PARSE_LINE_MAX_BYTES (1024u * 1024)

/* An array or object; numbers are all reals, see parse_integer(). TXS_E_USAGE with the reason, or
 * TXS_E_NOMEM. */
enum txs_status parse_value(json_t **out, const char *text, size_t len, struct txs_message *reason);
enum txs_status parse_object(json_t **out, const char *text, size_t len,
                             struct txs_message *reason);
/* The same of a text of several lines: the reason names the line. */
enum txs_status parse_document(json_t **out, const char *text, size_t len,
                               struct txs_message *reason);
/* Of an object whose text may be cut, the members that are neither objects nor arrays, as far as
 * they are there. */
enum txs_status parse_head(json_t **out, const char *text, size_t len, struct txs_message *reason);

const char *parse_text(const json_t *object, const char *name); /* NULL: not there, or no text */
/* A whole number of the range, also where it is written as 1.0 or 1e3; at most 2^53. */
bool parse_integer(int64_t *out, const json_t *value, int64_t least, int64_t most);
bool parse_hash(uint8_t out[32], const json_t *object, const char *name); /* false: no hash */
bool parse_is_type(const json_t *record, const char *type);

/* The address of a peer's record: its members `address`, `port` and `network`. */
bool parse_peer_address(struct txs_address *out, const json_t *record);
/* An address as `new_addresses` holds it. */
bool parse_told_address(struct txs_address *out, const json_t *text);

#endif
