/* A record type is a table of fields: a name, what it says, and how its value is made. */
#ifndef TXSURVEY_JSONL_FIELDS_H
#define TXSURVEY_JSONL_FIELDS_H

#include "forms.h"
#include "line.h"
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
    void (*value)(struct line *line, const struct field_source *source); /* writes exactly one */
};

/* Writes an object with one member a field. */
void fields_object(struct line *line, const struct field *fields, size_t count,
                   const struct field_source *source);
/* A whole line: the same, with `type` and `survey` in front. */
void fields_record(struct txs_output *output, const char *type, const struct field *fields,
                   size_t count, const struct field_source *source);

/* TXS_NEVER: null. */
void field_time(struct line *line, const struct field_source *source, uint64_t monotonic_ms);

/* The addresses as a list of `ADDR:PORT`. */
void field_addresses(struct line *line, const struct txs_address *list, size_t count);

#endif
