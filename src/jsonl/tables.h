/* The tables of fields, a record each. Each is defined beside the functions that make its values.
 */
#ifndef TXSURVEY_JSONL_TABLES_H
#define TXSURVEY_JSONL_TABLES_H

#include "fields.h"

extern const struct fields survey_record, seed_record, peer_record, transaction_record,
    summary_record, trace_line;

/* All of them, in the order of the dictionary. */
extern const struct fields *const all_records[];
extern const size_t all_records_count;

#endif
