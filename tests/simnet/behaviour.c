#include "behaviour.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEIGHT_MAX 1000000

const struct sim_behaviour_info sim_behaviours[SIM_BEHAVIOUR_COUNT] = {
#define X(id, name, weight, phase, identity, outcome, error, status, least, a, g, d) \
    {name, weight, SIM_PHASE_##phase, SIM_IDENTITY_##identity, outcome, error, status, least},
    SIM_BEHAVIOUR_TABLE(X)
#undef X
};

void sim_mix_default(struct sim_mix *mix)
{
    mix->total = 0;
    for (int i = 0; i < SIM_BEHAVIOUR_COUNT; i++) {
        mix->weights[i] = sim_behaviours[i].weight;
        mix->total += mix->weights[i];
    }
}

static int behaviour_by_name(const char *name, size_t len)
{
    for (int i = 0; i < SIM_BEHAVIOUR_COUNT; i++) {
        if (strlen(sim_behaviours[i].name) == len && !memcmp(sim_behaviours[i].name, name, len))
            return i;
    }
    return -1;
}

bool sim_mix_parse(struct sim_mix *mix, const char *text)
{
    memset(mix, 0, sizeof(*mix));
    while (*text) {
        size_t name_len = strcspn(text, "=,");
        int behaviour = behaviour_by_name(text, name_len);
        if (behaviour < 0 || text[name_len] != '=') {
            fprintf(stderr, "simnet: --mix: no behaviour `%.*s`\n", (int)name_len, text);
            return false;
        }
        char *end;
        errno = 0;
        unsigned long weight = strtoul(text + name_len + 1, &end, 10);
        if (errno || end == text + name_len + 1 || weight > WEIGHT_MAX ||
            (*end != ',' && *end != '\0')) {
            fprintf(stderr, "simnet: --mix: bad weight of `%.*s`\n", (int)name_len, text);
            return false;
        }
        mix->total += (unsigned)weight - mix->weights[behaviour];
        mix->weights[behaviour] = (unsigned)weight;
        text = *end ? end + 1 : end;
    }
    if (mix->total == 0)
        fprintf(stderr, "simnet: --mix: the weights sum to zero\n");
    return mix->total != 0;
}

enum sim_behaviour sim_mix_draw(const struct sim_mix *mix, uint64_t random)
{
    unsigned at = (unsigned)(random % mix->total);
    unsigned i = 0;
    while (at >= mix->weights[i])
        at -= mix->weights[i++];
    return (enum sim_behaviour)i;
}
