#include "gossip.h"

#include "node.h"
#include "place.h"

#define ADDRMAN_PERCENT 23 /* of what it knows a node tells (Core: MAX_PCT_ADDR_TO_SEND) */
#define RING_MAX 32

const struct sim_gossip_info sim_gossips[SIM_GOSSIP_COUNT] = {
#define X(id, name, weight, truth, inventions, on_handshake, on_getaddr) \
    {SIM_TRUTH_##truth, inventions},
    SIM_GOSSIP_TABLE(X)
#undef X
};

const char *const sim_gossip_names[SIM_GOSSIP_COUNT + 1] = {
#define X(id, name, ...) name,
    SIM_GOSSIP_TABLE(X)
#undef X
};

const char *const sim_topology_names[SIM_TOPOLOGY_COUNT + 1] = {
#define X(id, name) name,
    SIM_TOPOLOGY_TABLE(X)
#undef X
};

void sim_gossip_mix_default(struct sim_mix *mix)
{
    *mix = (struct sim_mix){.total = 0};
#define X(id, name, weight, ...) sim_mix_set(mix, SIM_GOSSIP_##id, weight);
    SIM_GOSSIP_TABLE(X)
#undef X
}

uint32_t sim_gossip_dead(const struct sim_settings *settings)
{
    uint64_t dead = (uint64_t)settings->nodes * settings->dead_percent;
    return (uint32_t)(dead / (100 - settings->dead_percent));
}

/* --- samples without repetition ------------------------------------------------------------ */

/* The first, the second, ... of all numbers below `modulus`, each once. */
struct walk {
    uint64_t at, step, modulus;
};

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static struct walk walk_of(const struct sim_settings *settings, uint32_t index, uint64_t modulus)
{
    struct walk walk = {
        .at = sim_random(settings, index, SIM_SALT_KNOWN, modulus) % modulus,
        .step = sim_random(settings, index, SIM_SALT_KNOWN_STEP, modulus) % modulus,
        .modulus = modulus,
    };
    while (common_divisor(walk.step, modulus) != 1)
        walk.step++;
    return walk;
}

static uint32_t walk_next(struct walk *walk)
{
    walk->at = (walk->at + walk->step) % walk->modulus;
    return (uint32_t)walk->at;
}

/* --- the lists ----------------------------------------------------------------------------- */

struct list {
    struct sim_told *told;
    size_t count, most;
};

static void add(struct list *list, enum sim_told_kind kind, uint32_t index)
{
    if (list->count < list->most)
        list->told[list->count++] = (struct sim_told){index, kind};
}

/* The next node, so that none is unknown to all, and up to 31 others. */
static void know_ring(struct list *list, const struct sim_settings *settings, uint32_t index)
{
    size_t count = 8 + sim_random(settings, index, SIM_SALT_KNOWN, 0) % (RING_MAX - 8 + 1);
    add(list, SIM_TOLD_NODE, (index + 1) % settings->nodes);
    for (size_t i = 1; i < count; i++)
        add(list, SIM_TOLD_NODE,
            (uint32_t)(sim_random(settings, index, SIM_SALT_KNOWN, i) % settings->nodes));
}

static void know_chain(struct list *list, const struct sim_settings *settings, uint32_t index)
{
    if (index + 1 < settings->nodes)
        add(list, SIM_TOLD_NODE, index + 1);
}

/* Everybody of its island; the last one also the first of the next island, the first one the last
 * of the one before. */
static void know_island(struct list *list, const struct sim_settings *settings, uint32_t index)
{
    uint32_t size = (settings->nodes + settings->islands - 1) / settings->islands;
    uint32_t first = index / size * size;
    uint32_t end = first + size < settings->nodes ? first + size : settings->nodes;

    if (index == first && first > 0)
        add(list, SIM_TOLD_NODE, first - 1);
    if (index + 1 == end && end < settings->nodes)
        add(list, SIM_TOLD_NODE, end);
    for (uint32_t i = 1; i < end - first; i++)
        add(list, SIM_TOLD_NODE, first + (index - first + i) % (end - first));
}

/* A sample of all addresses, the dead ones among them, as a node's address manager gives it. */
static void know_sample(struct list *list, const struct sim_settings *settings, uint32_t index)
{
    uint64_t all = (uint64_t)settings->nodes + sim_gossip_dead(settings);
    uint64_t count = all * ADDRMAN_PERCENT / 100;
    struct walk walk = walk_of(settings, index, all);

    do {
        uint32_t at = walk_next(&walk);
        if (at < settings->nodes)
            add(list, SIM_TOLD_NODE, at);
        else
            add(list, SIM_TOLD_DEAD, at - settings->nodes);
    } while (list->count < count && list->count < list->most);
}

/* So many dead ones that they are the share that was asked for. */
static void add_dead(struct list *list, const struct sim_settings *settings, uint32_t index)
{
    uint32_t dead = sim_gossip_dead(settings), alive_percent = 100 - settings->dead_percent;
    size_t count = (list->count * settings->dead_percent + alive_percent / 2) / alive_percent;
    if (dead == 0)
        return;
    struct walk walk = walk_of(settings, index, dead);
    for (size_t i = 0; i < count && i < dead; i++)
        add(list, SIM_TOLD_DEAD, walk_next(&walk));
}

/* `addr` has no room for them. */
static void leave_out_names(struct list *list, const struct sim_settings *settings, uint32_t index)
{
    struct sim_node node;
    size_t kept = 0;
    sim_node_make(&node, settings, index);
    if (node.sendaddrv2)
        return;
    for (size_t i = 0; i < list->count; i++)
        if (sim_told_address(settings, list->told[i]).network == TXS_NETWORK_IPV4)
            list->told[kept++] = list->told[i];
    list->count = kept;
}

size_t sim_gossip_known(struct sim_told told[SIM_TOLD_MAX], const struct sim_settings *settings,
                        uint32_t index)
{
    static void (*const know[SIM_TOPOLOGY_COUNT])(struct list *, const struct sim_settings *,
                                                  uint32_t) = {
        [SIM_TOPOLOGY_RING] = know_ring,
        [SIM_TOPOLOGY_CHAIN] = know_chain,
        [SIM_TOPOLOGY_ISLANDS] = know_island,
        [SIM_TOPOLOGY_RANDOM] = know_sample,
    };
    bool mixed = settings->topology == SIM_TOPOLOGY_RANDOM; /* the dead are in the sample */
    uint32_t room = SIM_TOLD_MAX;
    if (sim_node_gossip(settings, index) == SIM_GOSSIP_ODD)
        room -= SIM_ODD_ENTRIES_MAX;
    struct list list = {told, 0, mixed ? room : room * (100 - settings->dead_percent) / 100};

    know[settings->topology](&list, settings, index);
    list.most = room;
    if (!mixed)
        add_dead(&list, settings, index);
    leave_out_names(&list, settings, index);
    return list.count;
}

struct txs_address sim_told_address(const struct sim_settings *settings, struct sim_told told)
{
    return told.kind == SIM_TOLD_NODE ? sim_node_address(settings, told.index)
                                      : sim_place_of_dead(settings, told.index);
}

struct txs_address sim_gossip_invention(const struct sim_settings *settings, uint32_t index,
                                        uint32_t n)
{
    return sim_place_of_invented(settings, sim_random(settings, index, SIM_SALT_INVENTION, n));
}
