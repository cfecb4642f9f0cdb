#include "fields.h"

static void write_fields(struct line *l, const struct field *fields, size_t count,
                         const struct field_source *source)
{
    for (size_t i = 0; i < count; i++) {
        line_name(l, fields[i].name);
        fields[i].value(l, source);
    }
}

void fields_object(struct line *l, const struct field *fields, size_t count,
                   const struct field_source *source)
{
    line_open(l, '{');
    write_fields(l, fields, count, source);
    line_close(l, '}');
}

void fields_record(struct txs_output *output, const char *type, const struct field *fields,
                   size_t count, const struct field_source *source)
{
    struct line l;
    line_begin(&l, output);
    line_name(&l, "type");
    line_string(&l, type);
    line_name(&l, "survey");
    line_string(&l, source->records->uuid);
    write_fields(&l, fields, count, source);
    line_end(&l);
}

void field_time(struct line *l, const struct field_source *source, uint64_t monotonic_ms)
{
    if (monotonic_ms == TXS_NEVER)
        line_null(l);
    else
        line_time(l, txs_wall_clock_ms(source->records->wall, monotonic_ms));
}

void field_addresses(struct line *l, const struct txs_address *addresses, size_t count)
{
    line_open(l, '[');
    for (size_t i = 0; i < count; i++) {
        char text[TXS_ADDRESS_TEXT_MAX];
        txs_address_text(text, &addresses[i]);
        line_string(l, text);
    }
    line_close(l, ']');
}
