/* The words that fields may hold, as the schema and the dictionary tell them. */
#ifndef TXSURVEY_JSONL_CODES_H
#define TXSURVEY_JSONL_CODES_H

#include <stddef.h>

struct code {
    const char *name; /* "": null in the records */
    const char *text; /* "": the name says it */
};
struct codes {
    const char *title;
    const struct code *list;
    size_t count;
};

extern const struct codes stage_codes, outcome_codes, error_codes, status_codes, via_codes,
    strength_codes, hint_codes, way_codes, control_codes, anchor_codes, feature_codes,
    seed_outcome_codes, reason_codes, ignored_codes, network_codes, chain_codes, script_codes,
    id_type_codes, fork_codes, direction_codes;

/* All of them, in the order of the dictionary. */
extern const struct codes *const all_codes[];
extern const size_t all_codes_count;

#endif
