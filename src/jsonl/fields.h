/* A record type is a table of fields: a name, what it says, and how its value is made. */
#ifndef TXSURVEY_JSONL_FIELDS_H
#define TXSURVEY_JSONL_FIELDS_H

#include "json.h"
#include "txsurvey/escape.h"
#include "txsurvey/jsonl.h"

struct txs_records {
    struct txs_output *output;
    const struct txs_plan *plan;
    int64_t epoch_unix_ms;
    char uuid[37];
    bool resumed;      /* the run has an earlier part */
    struct seen *seen; /* transactions that have a record */
    size_t seen_count;
};

/* What a field's value is made of: the records' own, and the thing recorded. */
struct field_source {
    const struct txs_records *records;
    const void *thing;
};
struct field {
    const char *name;
    const char *text;
    json_t *(*value)(const struct field_source *source); /* NULL when out of memory */
};

/* An object with one member a field; NULL when out of memory. */
json_t *fields_object(const struct field *fields, size_t count, const struct field_source *source);
/* The same as a whole record: `type` and `survey` in front. */
json_t *fields_record(const char *type, const struct field *fields, size_t count,
                      const struct field_source *source);

json_t *field_time(const struct field_source *source, uint64_t monotonic_ms); /* TXS_NEVER: null */

/* The addresses as a list of `ADDR:PORT`. */
json_t *field_addresses(const struct txs_address *list, size_t count);

/* What a `survey` line says of a plan. */
#define SCHEMA 1
#define SHARD_TEXT_MAX 24
const char *id_type_name(const struct txs_plan *plan);
void shard_text(char out[SHARD_TEXT_MAX], const struct txs_plan *plan);

/* Remembers a transaction that has a record, under its ids in wire order; `wtxid` is NULL where it
 * is not known. */
enum transaction_seen { SEEN_NEW, SEEN_BEFORE, SEEN_NO_MEMORY };
enum transaction_seen transaction_remember(struct txs_records *records, const uint8_t txid[32],
                                           const uint8_t *wtxid);

/* The tables, for the manual. */
extern const struct field survey_fields[], seed_fields[], peer_fields[], answer_fields[],
    transaction_fields[], summary_fields[], share_fields[], block_fields[];
extern const size_t survey_field_count, seed_field_count, peer_field_count, answer_field_count,
    transaction_field_count, summary_field_count, share_field_count, block_field_count;

#endif
