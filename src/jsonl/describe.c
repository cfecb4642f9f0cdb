/* The dictionary: what all records consist of, for the manual. */
#include "kinds.h"
#include "tables.h"

#include <stdio.h>

#define PATH_MAX_BYTES 64
#define KIND_MAX_BYTES 64

const struct fields *const all_records[] = {&survey_record,      &seed_record,    &peer_record,
                                            &transaction_record, &summary_record, &trace_line};
const size_t all_records_count = sizeof all_records / sizeof *all_records;

struct dictionary {
    const struct txs_option_value *options;
    size_t option_count;
    txs_about_fn *visit;
    void *context;
};

static void kind_in_words(char out[KIND_MAX_BYTES], const struct field *field)
{
    const struct kind_spec *spec = &kind_specs[field->kind & KIND_MASK];
    const char *held = field->kind & LIST       ? "list, each: "
                       : field->kind & PAIR     ? "list of two, each: "
                       : field->kind & BY_LABEL ? "object, for each label: "
                       : field->kind & BY_CODE  ? "object, for each: "
                                                : "";
    snprintf(out, KIND_MAX_BYTES, "%s%s%s%s%s%s%s", held, spec->word, spec->unit ? ", " : "",
             spec->unit ? spec->unit : "", field->kind & EACH_OR_NULL ? " or null" : "",
             field->kind & OR_NULL ? (*held != '\0' ? "; or null" : ", or null") : "",
             field->present != NULL ? ", not always there" : "");
}

static void describe_field(const struct dictionary *d, const char *path, const struct field *field)
{
    char kind[KIND_MAX_BYTES];
    kind_in_words(kind, field);
    d->visit(d->context,
             &(struct txs_about){path, field->name, kind,
                                 field->codes != NULL ? field->codes->title : NULL, field->text});
}

static void describe_options(const struct dictionary *d, const char *path)
{
    d->visit(
        d->context,
        &(struct txs_about){
            path, NULL, NULL, NULL,
            "the options in force, by their names with _ for -; the text is that of the option"});
    for (size_t i = 0; i < d->option_count; i++) {
        struct field field = field_of_option(&d->options[i]);
        describe_field(d, path, &field);
    }
}

static void describe_fields(const struct dictionary *d, const char *path,
                            const struct fields *fields)
{
    d->visit(d->context, &(struct txs_about){path, NULL, NULL, NULL, fields->text});
    for (size_t i = 0; i < fields->count; i++)
        describe_field(d, path, &fields->list[i]);
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *field = &fields->list[i];
        char inner[PATH_MAX_BYTES];
        snprintf(inner, sizeof inner, "%s.%s", path, field->name);
        if (field->members != NULL)
            describe_fields(d, inner, field->members);
        if ((field->kind & KIND_MASK) == OPTIONS)
            describe_options(d, inner);
    }
}

void txs_records_describe(const struct txs_option_value *options, size_t option_count,
                          txs_about_fn *visit, void *context)
{
    const struct dictionary d = {options, option_count, visit, context};
    for (size_t i = 0; i < all_records_count; i++)
        describe_fields(&d, all_records[i]->name, all_records[i]);
}

void txs_codes_describe(txs_about_fn *visit, void *context)
{
    for (size_t i = 0; i < all_codes_count; i++) {
        const struct codes *codes = all_codes[i];
        visit(context, &(struct txs_about){codes->title, NULL, NULL, NULL, ""});
        for (size_t k = 0; k < codes->count; k++)
            if (codes->list[k].name[0] != '\0')
                visit(context, &(struct txs_about){codes->title, codes->list[k].name, NULL, NULL,
                                                   codes->list[k].text});
    }
}
