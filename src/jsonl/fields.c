#include "fields.h"

static void write_fields(struct line *l, const struct fields *fields,
                         const struct field_source *source)
{
    for (const struct field *f = fields->list; f < fields->list + fields->count; f++) {
        if (f->present != NULL && !f->present(source))
            continue;
        line_name(l, f->name);
        f->value(l, source);
    }
}

void fields_object(struct line *l, const struct fields *fields, const struct field_source *source)
{
    line_open(l, '{');
    write_fields(l, fields, source);
    line_close(l, '}');
}

void fields_record(const struct fields *fields, const struct field_source *source)
{
    struct line l;
    line_begin(&l, source->records->output);
    line_name(&l, "type");
    line_string(&l, fields->name);
    line_name(&l, "survey");
    line_string(&l, source->records->uuid);
    write_fields(&l, fields, source);
    line_end(&l);
}

void fields_line(struct txs_output *output, const struct fields *fields,
                 const struct field_source *source)
{
    struct line l;
    line_begin(&l, output);
    write_fields(&l, fields, source);
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
