/* What all records consist of, for the manual. */
#include "tables.h"

void txs_records_describe(void (*visit)(void *context, const char *type, const char *field,
                                        const char *text),
                          void *context)
{
    const struct {
        const char *type;
        const struct field *fields;
        size_t count;
    } tables[] = {
        {"survey", survey_fields, survey_field_count},
        {"seed", seed_fields, seed_field_count},
        {"peer", peer_fields, peer_field_count},
        {"peer.transactions", answer_fields, answer_field_count},
        {"transaction", transaction_fields, transaction_field_count},
        {"summary", summary_fields, summary_field_count},
        {"summary.shares", share_fields, share_field_count},
        {"summary.block", block_fields, block_field_count},
    };
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (size_t i = 0; i < tables[t].count; i++)
            visit(context, tables[t].type, tables[t].fields[i].name, tables[t].fields[i].text);
}
