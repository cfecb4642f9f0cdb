#include "survey_line.h"

#include <stddef.h>

static void name_of(char out[OPTION_NAME_MAX + 1], const char *option)
{
    size_t len = 0;
    for (; option[len] != '\0' && len < OPTION_NAME_MAX; len++)
        out[len] = option[len] == '-' ? '_' : option[len];
    out[len] = '\0';
}

/* The limits in force for peers behind a proxy or a bridge, where there is one: the options' rows
 * show those for the others. */
static const struct {
    const char *name, *about;
    size_t shown;
} of_proxied[] = {
    {"proxy-connect-timeout", "--connect-timeout as it is in force for peers behind a proxy",
     offsetof(struct options, plan.proxy_connect_timeout_ms)},
    {"proxy-handshake-timeout", "--handshake-timeout as it is in force for peers behind a proxy",
     offsetof(struct options, plan.proxy_handshake_timeout_ms)},
};

static void fill_proxied(struct survey_line *line, const struct options *options)
{
    static const uint64_t none = TXS_NEVER;
    bool any = txs_plan_has_proxies(&options->plan);
    for (size_t i = 0; i < sizeof of_proxied / sizeof *of_proxied; i++) {
        size_t at = option_spec_count + i;
        struct txs_option_value value = {.name = line->names[at], .about = of_proxied[i].about};
        const void *member = (const char *)options + of_proxied[i].shown;
        show_seconds(&value, line->texts[at], any ? member : &none);
        name_of(line->names[at], of_proxied[i].name);
        line->values[line->count++] = value;
    }
}

void survey_line_fill(struct survey_line *line, const struct options *options)
{
    line->count = 0;
    for (size_t i = 0; i < option_spec_count; i++) {
        const struct option_spec *spec = &option_specs[i];
        struct txs_option_value value = {.name = line->names[i], .about = spec->text};
        if (!spec->show(&value, line->texts[i], (const char *)options + spec->shown))
            continue;
        name_of(line->names[i], spec->name);
        line->values[line->count++] = value;
    }
    fill_proxied(line, options);
}
