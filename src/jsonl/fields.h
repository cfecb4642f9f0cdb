/* A record is a table of fields: a name, what kind of value it is, what it says, and how the value
 * is made. Writer, schema (schema.c) and data dictionary (describe.c) read the same tables. */
#ifndef TXSURVEY_JSONL_FIELDS_H
#define TXSURVEY_JSONL_FIELDS_H

#include "codes.h"
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

/* Kinds of values; what is said of each stands in one table, in kinds.c. */
enum kind {
    BOOL,
    VERSION, /* of the records' form: SCHEMA */
    COUNT,
    INTEGER,
    PORT,
    MS,
    SECONDS,
    DURATION,
    BYTES,
    VBYTES,
    WEIGHT,
    BTC,
    SAT_KVB,
    SAT_VB,
    SHARE,
    TEXT,
    TIME,
    UUID,
    HASH,
    HEX,
    SERVICES,
    SHARD,
    SOURCE,
    ENDPOINT,
    WORD,    /* one of the field's codes */
    CODE,    /* the same, and there will be more */
    OBJECT,  /* with the field's members */
    OPTIONS, /* an object with a member an option of the run */
    KIND_COUNT
};
/* Or-ed to a kind. At most one of those that make a list or an object of values. */
#define KIND_MASK 0xffu
#define OR_NULL 0x100u
#define LIST 0x200u          /* of such values */
#define PAIR 0x400u          /* a list of two */
#define BY_LABEL 0x800u      /* an object, a member each label of --anchor */
#define BY_CODE 0x1000u      /* an object, a member each of the field's codes */
#define EACH_OR_NULL 0x2000u /* the values in it may be null */

/* What a field's value is made of: the records' own, and the thing recorded. */
struct field_source {
    const struct txs_records *records;
    const void *thing;
};

struct field {
    const char *name;
    unsigned kind;
    const char *text;
    void (*value)(struct line *line, const struct field_source *source); /* writes exactly one */
    const struct codes *codes;
    const struct fields *members;
    bool (*present)(const struct field_source *source); /* NULL: it always is */
};

/* All members of a record, or of an object in one. */
struct fields {
    const char *name;
    const char *text; /* what it is, for the dictionary */
    const struct field *list;
    size_t count;
};
/* A row: name, kind, text, value, and what else its kind needs by name, as `.codes = ...`. */
#define FIELD(name, kind, text, ...)           \
    {                                          \
        name, kind, text, .value = __VA_ARGS__ \
    }
#define FIELDS(name, text, list)                        \
    {                                                   \
        name, text, list, sizeof(list) / sizeof *(list) \
    }

/* Writes an object with one member a field. */
void fields_object(struct line *line, const struct fields *fields,
                   const struct field_source *source);
/* A whole line: the same, with `type`, which is the fields' name, and `survey` in front. */
void fields_record(const struct fields *fields, const struct field_source *source);
/* A whole line without these. */
void fields_line(struct txs_output *output, const struct fields *fields,
                 const struct field_source *source);

/* TXS_NEVER: null. */
void field_time(struct line *line, const struct field_source *source, uint64_t monotonic_ms);

/* The addresses as a list of `ADDR:PORT`. */
void field_addresses(struct line *line, const struct txs_address *list, size_t count);

#endif
