#include "survey_line.h"

static void name_of(char out[OPTION_NAME_MAX + 1], const char *option)
{
    size_t len = 0;
    for (; option[len] != '\0' && len < OPTION_NAME_MAX; len++)
        out[len] = option[len] == '-' ? '_' : option[len];
    out[len] = '\0';
}

void survey_line_fill(struct survey_line *line, const struct options *options)
{
    line->count = 0;
    for (size_t i = 0; i < option_spec_count; i++) {
        const struct option_spec *spec = &option_specs[i];
        struct txs_option_value value = {.name = line->names[i]};
        if (!spec->show(&value, line->texts[i], (const char *)options + spec->shown))
            continue;
        name_of(line->names[i], spec->name);
        line->values[line->count++] = value;
    }
}
