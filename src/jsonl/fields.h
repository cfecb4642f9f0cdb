/* A record type is a table of fields: a name, what it says, and how its value is made. */
#ifndef TXSURVEY_JSONL_FIELDS_H
#define TXSURVEY_JSONL_FIELDS_H

#include "forms.h"
#include "json.h"
#include "txsurvey/escape.h"
#include "txsurvey/jsonl.h"
#include "waiting.h"

struct txs_records {
    struct txs_output *output;
    const struct txs_plan *plan;
    const struct txs_wall_clock *wall;
    char uuid[37];
    bool resumed;           /* the run has an earlier part */
    struct forms forms;     /* of transactions, and which have a record */
    struct waiting waiting; /* of those, for room in the output */
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

#endif
