#include "reach.h"

#include "node.h"

#include <stdlib.h>
#include <string.h>

struct search {
    const struct sim_settings *settings;
    enum sim_truth truth; /* how far a word must be relied on */
    struct sim_reach *reach;
    uint32_t *queue; /* nodes, in the order in which they were found */
    uint32_t found;
};

static void find(struct search *search, struct sim_told told)
{
    uint8_t *mark = told.kind == SIM_TOLD_NODE ? &search->reach->nodes[told.index]
                                               : &search->reach->dead[told.index];
    if (*mark <= search->truth)
        return;
    *mark = (uint8_t)search->truth;
    if (told.kind == SIM_TOLD_NODE)
        search->queue[search->found++] = told.index;
}

/* The unasked flood names the first nodes (shared.c). Whether the surveyor then still waits for the
 * answer is its own business. */
static void listen_to_addr_flood(struct search *search)
{
    for (uint32_t i = 0; i < SIM_TOLD_MAX && i < search->settings->nodes; i++)
        find(search, (struct sim_told){i, SIM_TOLD_NODE});
}

static void listen_to(struct search *search, uint32_t index)
{
    static struct sim_told told[SIM_TOLD_MAX];
    struct sim_node node;
    sim_node_make(&node, search->settings, index);
    enum sim_truth truth = sim_gossips[node.gossip].truth;

    if (!sim_node_tells(&node))
        return;
    if (node.behaviour == SIM_ADDR_FLOOD) {
        truth = truth == SIM_TRUTH_SURE ? SIM_TRUTH_POSSIBLE : truth;
        if (search->truth == SIM_TRUTH_POSSIBLE)
            listen_to_addr_flood(search);
    }
    if (truth > search->truth)
        return;
    size_t count = sim_gossip_known(told, search->settings, index);
    for (size_t i = 0; i < count; i++)
        find(search, told[i]);
}

/* A search of its own for each degree, because a node that is sure may know a possible one. */
static void run(struct search *search, enum sim_truth truth)
{
    search->truth = truth;
    search->found = 0;
    for (uint32_t i = 0; i < search->settings->start; i++)
        find(search, (struct sim_told){i, SIM_TOLD_NODE});
    for (uint32_t i = 0; i < search->settings->nodes && truth == SIM_TRUTH_POSSIBLE; i++) {
        if (search->reach->nodes[i] == SIM_TRUTH_SURE)
            search->queue[search->found++] = i;
    }
    for (uint32_t i = 0; i < search->found; i++)
        listen_to(search, search->queue[i]);
}

bool sim_reach_find(struct sim_reach *reach, const struct sim_settings *settings)
{
    uint32_t dead = sim_gossip_dead(settings);
    struct search search = {.settings = settings, .reach = reach};

    reach->nodes = malloc(settings->nodes);
    reach->dead = malloc(dead + 1);
    search.queue = malloc(settings->nodes * sizeof(*search.queue));
    bool ok = reach->nodes && reach->dead && search.queue;
    if (ok) {
        memset(reach->nodes, SIM_TRUTH_NEVER, settings->nodes);
        memset(reach->dead, SIM_TRUTH_NEVER, dead);
        run(&search, SIM_TRUTH_SURE);
        run(&search, SIM_TRUTH_POSSIBLE);
    }
    free(search.queue);
    return ok;
}

void sim_reach_free(struct sim_reach *reach)
{
    free(reach->nodes);
    free(reach->dead);
}
