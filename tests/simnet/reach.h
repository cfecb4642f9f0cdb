/* Which addresses a crawl must come by, and which it may. */
#ifndef SIMNET_REACH_H
#define SIMNET_REACH_H

#include "settings.h"

/* SURE: told, through a chain of nodes that certainly answer, from a listed node on. POSSIBLE: told
 * by somebody whom a surveyor may believe. What is neither must have no record. */
struct sim_reach {
    uint8_t *nodes; /* enum sim_truth of each */
    uint8_t *dead;
};

bool sim_reach_find(struct sim_reach *reach, const struct sim_settings *settings);
void sim_reach_free(struct sim_reach *reach);

#endif
