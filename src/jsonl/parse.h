/* Records read in again: one line, one object, and what both readers of them (--peers, --resume)
 * take out of it. */
#ifndef TXSURVEY_JSONL_PARSE_H
#define TXSURVEY_JSONL_PARSE_H

#include "txsurvey/address.h"
#include "txsurvey/lines.h"

#include <jansson.h>

/* The longest record but that of a transaction, a peer's of a thousand ids, has half of it. */
#define PARSE_LINE_MAX_BYTES (1024u * 1024)

/* The object of a line that is not cut. TXS_E_USAGE with the reason, or TXS_E_NOMEM. */
enum txs_status parse_line(json_t **out, const struct txs_line *line, struct txs_message *reason);
/* The same of its first `count` members alone, whose values hold neither commas nor objects: of a
 * line of any length. */
enum txs_status parse_head(json_t **out, const struct txs_line *line, unsigned count,
                           struct txs_message *reason);

const char *parse_text(const json_t *object, const char *name); /* NULL: not there, or no text */
bool parse_hash(uint8_t out[32], const json_t *object, const char *name); /* false: no hash */
bool parse_is_type(const json_t *record, const char *type);

/* The address of a peer's record: its members `address`, `port` and `network`. */
bool parse_peer_address(struct txs_address *out, const json_t *record);
/* An address as `new_addresses` holds it. */
bool parse_told_address(struct txs_address *out, const json_t *text);

#endif
