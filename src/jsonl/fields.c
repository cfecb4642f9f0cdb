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
    return json_time(txs_wall_clock_ms(source->records->wall, monotonic_ms));
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
