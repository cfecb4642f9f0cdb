/* The texts of record.h's tables. */
#include "txsurvey/record.h"

#define NAME(id, name, text) name,
#define TEXT(id, name, text) text,

#define TABLE_LOOKUP(function, type, table, column)         \
    const char *function(type value)                        \
    {                                                       \
        static const char *const texts[] = {table(column)}; \
        return texts[value];                                \
    }

TABLE_LOOKUP(txs_stage_name, enum txs_stage, TXS_STAGE_TABLE, NAME)
TABLE_LOOKUP(txs_outcome_name, enum txs_outcome, TXS_OUTCOME_TABLE, NAME)
TABLE_LOOKUP(txs_outcome_text, enum txs_outcome, TXS_OUTCOME_TABLE, TEXT)
TABLE_LOOKUP(txs_id_status_name, enum txs_id_status, TXS_ID_STATUS_TABLE, NAME)
TABLE_LOOKUP(txs_id_status_text, enum txs_id_status, TXS_ID_STATUS_TABLE, TEXT)
TABLE_LOOKUP(txs_via_name, enum txs_via, TXS_VIA_TABLE, NAME)
TABLE_LOOKUP(txs_block_way_name, enum txs_block_way, TXS_BLOCK_WAY_TABLE, NAME)
TABLE_LOOKUP(txs_strength_name, enum txs_strength, TXS_STRENGTH_TABLE, NAME)
TABLE_LOOKUP(txs_hint_name, enum txs_hint, TXS_HINT_TABLE, NAME)
TABLE_LOOKUP(txs_hint_text, enum txs_hint, TXS_HINT_TABLE, TEXT)
TABLE_LOOKUP(txs_control_name, enum txs_control, TXS_CONTROL_TABLE, NAME)
TABLE_LOOKUP(txs_anchor_name, enum txs_anchor_verdict, TXS_ANCHOR_TABLE, NAME)
TABLE_LOOKUP(txs_error_name, enum txs_error, TXS_ERROR_TABLE, NAME)
TABLE_LOOKUP(txs_error_text, enum txs_error, TXS_ERROR_TABLE, TEXT)
TABLE_LOOKUP(txs_feature_command, enum txs_feature, TXS_FEATURE_TABLE, NAME)
TABLE_LOOKUP(txs_seed_outcome_name, enum txs_seed_outcome, TXS_SEED_OUTCOME_TABLE, NAME)
TABLE_LOOKUP(txs_ignored_name, enum txs_ignored, TXS_IGNORED_TABLE, NAME)
TABLE_LOOKUP(txs_ignored_text, enum txs_ignored, TXS_IGNORED_TABLE, TEXT)
TABLE_LOOKUP(txs_reason_name, enum txs_reason, TXS_REASON_TABLE, NAME)
