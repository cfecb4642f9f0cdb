#include "fields.h"

json_t *fields_object(const struct field *fields, size_t count, const struct field_source *source)
{
    json_t *object = json_object();
    for (size_t i = 0; object != NULL && i < count; i++) {
        if (!json_put(object, fields[i].name, fields[i].value(source))) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

json_t *fields_record(const char *type, const struct field *fields, size_t count,
                      const struct field_source *source)
{
    json_t *head = json_object();
    json_t *rest = fields_object(fields, count, source);
    bool whole = head != NULL && rest != NULL && json_put(head, "type", json_string(type)) &&
                 json_put(head, "survey", json_string(source->records->uuid)) &&
                 json_object_update(head, rest) == 0;
    json_decref(rest);
    if (whole)
        return head;
    json_decref(head);
    return NULL;
}

json_t *field_time(const struct field_source *source, uint64_t monotonic_ms)
{
    if (monotonic_ms == TXS_NEVER)
        return json_null();
    return json_time(source->records->epoch_unix_ms + (int64_t)monotonic_ms);
}

json_t *field_addresses(const struct txs_address *addresses, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count && list != NULL; i++) {
        char text[TXS_ADDRESS_TEXT_MAX];
        txs_address_text(text, &addresses[i]);
        list = json_append(list, json_string_nocheck(text));
    }
    return list;
}

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
        {"summary.transactions", share_fields, share_field_count},
        {"summary.block", block_fields, block_field_count},
    };
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (size_t i = 0; i < tables[t].count; i++)
            visit(context, tables[t].type, tables[t].fields[i].name, tables[t].fields[i].text);
}
