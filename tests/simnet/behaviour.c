#include "behaviour.h"

#include <assert.h>
#include <stddef.h>

static_assert(SIM_BEHAVIOUR_COUNT <= SIM_MIX_KINDS_MAX, "a mix has room for all behaviours");

const struct sim_behaviour_info sim_behaviours[SIM_BEHAVIOUR_COUNT] = {
#define X(id, name, weight, phase, identity, outcome, error, status, least, a, g, d) \
    {name, weight, SIM_PHASE_##phase, SIM_IDENTITY_##identity, outcome, error, status, least},
    SIM_BEHAVIOUR_TABLE(X)
#undef X
};

const char *const sim_behaviour_names[SIM_BEHAVIOUR_COUNT + 1] = {
#define X(id, name, ...) name,
    SIM_BEHAVIOUR_TABLE(X)
#undef X
};

void sim_behaviour_mix_default(struct sim_mix *mix)
{
    *mix = (struct sim_mix){.total = 0};
    for (unsigned i = 0; i < SIM_BEHAVIOUR_COUNT; i++)
        sim_mix_set(mix, i, sim_behaviours[i].weight);
}
