/* The tables of fields. Each is defined beside the functions that make its values. */
#ifndef TXSURVEY_JSONL_TABLES_H
#define TXSURVEY_JSONL_TABLES_H

#include "fields.h"

extern const struct field survey_fields[], seed_fields[], peer_fields[], answer_fields[],
    transaction_fields[], summary_fields[], share_fields[], block_fields[];
extern const size_t survey_field_count, seed_field_count, peer_field_count, answer_field_count,
    transaction_field_count, summary_field_count, share_field_count, block_field_count;

#endif
