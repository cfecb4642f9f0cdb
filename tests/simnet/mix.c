#include "mix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEIGHT_MAX 1000000

void sim_mix_set(struct sim_mix *mix, unsigned kind, unsigned weight)
{
    mix->total += weight - mix->weights[kind];
    mix->weights[kind] = weight;
}

/* The place of NULL where there is no such kind. */
static unsigned kind_by_name(const char *const *names, const char *name, size_t len)
{
    unsigned i = 0;
    while (names[i] && (strlen(names[i]) != len || memcmp(names[i], name, len)))
        i++;
    return i;
}

bool sim_mix_parse(struct sim_mix *mix, const char *const *names, const char *real,
                   const char *option, const char *text)
{
    if (real && !strcmp(text, "real"))
        text = real;
    memset(mix, 0, sizeof(*mix));
    while (*text) {
        size_t name_len = strcspn(text, "=,");
        unsigned kind = kind_by_name(names, text, name_len);
        if (!names[kind] || text[name_len] != '=') {
            fprintf(stderr, "simnet: %s: no `%.*s`\n", option, (int)name_len, text);
            return false;
        }
        char *end;
        errno = 0;
        unsigned long weight = strtoul(text + name_len + 1, &end, 10);
        if (errno || end == text + name_len + 1 || weight > WEIGHT_MAX ||
            (*end != ',' && *end != '\0')) {
            fprintf(stderr, "simnet: %s: bad weight of `%.*s`\n", option, (int)name_len, text);
            return false;
        }
        sim_mix_set(mix, kind, (unsigned)weight);
        text = *end ? end + 1 : end;
    }
    if (mix->total == 0)
        fprintf(stderr, "simnet: %s: the weights sum to zero\n", option);
    return mix->total != 0;
}

unsigned sim_mix_draw(const struct sim_mix *mix, uint64_t random)
{
    unsigned at = (unsigned)(random % mix->total);
    unsigned i = 0;
    while (at >= mix->weights[i])
        at -= mix->weights[i++];
    return i;
}
