/* Shares of several kinds, drawn by chance. */
#ifndef SIMNET_MIX_H
#define SIMNET_MIX_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_MIX_KINDS_MAX 48

struct sim_mix {
    unsigned weights[SIM_MIX_KINDS_MAX];
    unsigned total;
};

/* Reads `name=weight,...`; a kind that is not named gets none. The word `real` stands for the text
 * `real` (NULL: it is no such word). `names` ends with NULL, `option` is named in messages. False,
 * with a message on standard error, for an unknown name, a weight that is no number, or a sum of
 * zero. */
bool sim_mix_parse(struct sim_mix *mix, const char *const *names, const char *real,
                   const char *option, const char *text);
void sim_mix_set(struct sim_mix *mix, unsigned kind, unsigned weight);
unsigned sim_mix_draw(const struct sim_mix *mix, uint64_t random);

#endif
