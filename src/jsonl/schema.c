/* JSON Schema of the records, made of their tables. `x-unit` and `x-values` (a text for each word)
 * are notes of ours, which validators skip. */
#include "kinds.h"
#include "tables.h"
#include "target.h"

#include <jansson.h>
#include <stdio.h>

struct schema {
    const struct txs_option_value *options;
    size_t option_count;
    bool whole; /* no memory was short so far */
};

static void put(struct schema *s, json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0)
        s->whole = false;
}

static void append(struct schema *s, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        s->whole = false;
}

static void put_type(struct schema *s, json_t *value, const char *type, bool or_null)
{
    put(s, value, "type", or_null ? json_pack("[ss]", type, "null") : json_string(type));
}

static void put_words(struct schema *s, json_t *value, const struct codes *codes, bool closed,
                      bool or_null)
{
    json_t *words = json_array(), *texts = json_object();
    for (size_t i = 0; i < codes->count; i++) {
        if (codes->list[i].name[0] == '\0')
            continue;
        append(s, words, json_string(codes->list[i].name));
        if (codes->list[i].text[0] != '\0')
            put(s, texts, codes->list[i].name, json_string(codes->list[i].text));
    }
    if (or_null)
        append(s, words, json_null());
    if (closed)
        put(s, value, "enum", json_incref(words));
    if (json_object_size(texts) > 0)
        put(s, value, "x-values", json_incref(texts));
    json_decref(words);
    json_decref(texts);
}

static void put_property(struct schema *s, json_t *object, const struct field *field);

static void put_options(struct schema *s, json_t *object)
{
    for (size_t i = 0; i < s->option_count; i++) {
        struct field field = field_of_option(&s->options[i]);
        put_property(s, object, &field);
    }
}

static void put_fields(struct schema *s, json_t *object, const struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        put_property(s, object, &fields->list[i]);
}

/* An object without members as yet. */
static void begin_object(struct schema *s, json_t *object)
{
    put(s, object, "properties", json_object());
    put(s, object, "required", json_array());
}

/* What a single value looks like, apart from what holds it. */
static json_t *value_of(struct schema *s, const struct field *field, bool or_null)
{
    unsigned kind = field->kind & KIND_MASK;
    const struct kind_spec *spec = &kind_specs[kind];
    json_t *value = json_object();
    put_type(s, value, spec->json, or_null);
    if (spec->format != NULL)
        put(s, value, "format", json_string(spec->format));
    if (spec->pattern != NULL)
        put(s, value, "pattern", json_string(spec->pattern));
    if (spec->bounded) {
        put(s, value, "minimum", json_integer(spec->least));
        put(s, value, "maximum", json_integer(spec->most));
    }
    if (spec->unit != NULL)
        put(s, value, "x-unit", json_string(spec->unit));
    if (kind == WORD || kind == CODE)
        put_words(s, value, field->codes, kind == WORD, or_null);
    if (kind == OBJECT || kind == OPTIONS)
        begin_object(s, value);
    if (kind == OBJECT)
        put_fields(s, value, field->members);
    if (kind == OPTIONS)
        put_options(s, value);
    return value;
}

static json_t *list_of(struct schema *s, const struct field *field, json_t *value)
{
    json_t *list = json_object();
    put_type(s, list, "array", field->kind & OR_NULL);
    put(s, list, "items", value);
    if (field->kind & PAIR) {
        put(s, list, "minItems", json_integer(2));
        put(s, list, "maxItems", json_integer(2));
    }
    return list;
}

static json_t *by_label(struct schema *s, const struct field *field, json_t *value)
{
    json_t *object = json_object();
    put_type(s, object, "object", field->kind & OR_NULL);
    put(s, object, "propertyNames", json_pack("{ss}", "pattern", "^[a-z0-9_]{1,32}$"));
    put(s, object, "additionalProperties", value);
    return object;
}

static json_t *by_code(struct schema *s, const struct field *field)
{
    json_t *object = json_object();
    put_type(s, object, "object", field->kind & OR_NULL);
    begin_object(s, object);
    for (size_t i = 0; i < field->codes->count; i++) {
        const struct code *code = &field->codes->list[i];
        struct field member = {
            .name = code->name, .text = code->text, .kind = field->kind & KIND_MASK};
        put_property(s, object, &member);
    }
    return object;
}

static json_t *property_of(struct schema *s, const struct field *field)
{
    const unsigned held = LIST | PAIR | BY_LABEL;
    if (field->kind & BY_CODE)
        return by_code(s, field);
    json_t *value = value_of(s, field, field->kind & (field->kind & held ? EACH_OR_NULL : OR_NULL));
    if (field->kind & BY_LABEL)
        return by_label(s, field, value);
    return field->kind & held ? list_of(s, field, value) : value;
}

static void put_property(struct schema *s, json_t *object, const struct field *field)
{
    json_t *property = property_of(s, field);
    put(s, property, "description", json_string(field->text));
    put(s, json_object_get(object, "properties"), field->name, property);
    if (field->present == NULL)
        append(s, json_object_get(object, "required"), json_string(field->name));
}

static json_t *record_of(struct schema *s, const struct fields *fields)
{
    static const struct field run = {
        .name = "survey", .kind = UUID, .text = "the run, the same in all its lines"};
    json_t *record = json_pack("{ssss}", "type", "object", "description", fields->text);
    begin_object(s, record);
    if (fields != &trace_line) {
        put(s, json_object_get(record, "properties"), "type",
            json_pack("{ssss}", "const", fields->name, "description", "what kind of line it is"));
        append(s, json_object_get(record, "required"), json_string("type"));
        put_property(s, record, &run);
    }
    put_fields(s, record, fields);
    return record;
}

/* A line of the trace is what has no `type`. */
static json_t *choice_of(const struct fields *fields)
{
    char ref[64];
    snprintf(ref, sizeof ref, "#/$defs/%s", fields->name);
    if (fields == &trace_line)
        return json_pack("{s{s{s[s]}}s{ss}}", "if", "not", "required", "type", "then", "$ref", ref);
    return json_pack("{s{s[s]s{s{ss}}}s{ss}}", "if", "required", "type", "properties", "type",
                     "const", fields->name, "then", "$ref", ref);
}

static json_t *lines(struct schema *s)
{
    char id[64];
    snprintf(id, sizeof id, "urn:txsurvey:records:%d", SCHEMA);
    json_t *root = json_pack(
        "{ssssssssss}", "$schema", "https://json-schema.org/draft/2020-12/schema", "$id", id,
        "title", "A line of txsurvey's records or trace", "description",
        "Later versions add fields, which are allowed here, and words: see txsurvey-records(5).",
        "type", "object");
    json_t *types = json_array(), *choices = json_array(), *records = json_object();
    for (size_t i = 0; i < all_records_count; i++) {
        const struct fields *fields = all_records[i];
        if (fields != &trace_line)
            append(s, types, json_string(fields->name));
        append(s, choices, choice_of(fields));
        put(s, records, fields->name, record_of(s, fields));
    }
    put(s, root, "properties", json_pack("{s{so}}", "type", "enum", types));
    put(s, root, "allOf", choices);
    put(s, root, "$defs", records);
    return root;
}

char *txs_records_schema(const struct txs_option_value *options, size_t option_count)
{
    struct schema s = {options, option_count, true};
    json_t *root = lines(&s);
    char *text = s.whole ? json_dumps(root, JSON_INDENT(2)) : NULL;
    json_decref(root);
    return text;
}
