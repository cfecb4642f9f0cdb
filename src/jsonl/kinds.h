/* What is said of kinds of values in general. */
#ifndef TXSURVEY_JSONL_KINDS_H
#define TXSURVEY_JSONL_KINDS_H

#include "fields.h"

struct kind_spec {
    const char *json;    /* the type of JSON */
    const char *word;    /* a kind of value for people; several here may be one there */
    const char *unit;    /* NULL: none */
    const char *format;  /* of JSON Schema; NULL: none */
    const char *pattern; /* of text; NULL: any */
    bool bounded;        /* a number from `least` to `most` */
    int64_t least, most;
};

extern const struct kind_spec kind_specs[KIND_COUNT];

/* An option of the run, as a member of the `survey` record's `options`. */
struct field field_of_option(const struct txs_option_value *option);

#endif
