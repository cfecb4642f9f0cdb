/* Whom a node tells of when it is asked for addresses: like the node, a pure function of the
 * settings and the index. */
#ifndef SIMNET_GOSSIP_H
#define SIMNET_GOSSIP_H

#include "mix.h"
#include "txsurvey/address.h"

struct sim_settings;

#define SIM_TOLD_MAX 1000u      /* entries of one message (Core: MAX_ADDR_TO_SEND) */
#define SIM_FLOOD_MESSAGES 3u   /* of SIM_TOLD_MAX entries each */
#define SIM_ODD_ENTRIES_MAX 20u /* room that a node of odd entries keeps for them */

/* X(enum, name): who is known to whom */
#define SIM_TOPOLOGY_TABLE(X) \
    X(RING, "ring")           \
    X(CHAIN, "chain")         \
    X(ISLANDS, "islands")     \
    X(RANDOM, "random")

enum sim_topology {
#define X(id, name) SIM_TOPOLOGY_##id,
    SIM_TOPOLOGY_TABLE(X)
#undef X
        SIM_TOPOLOGY_COUNT
};

/* X(enum, name, default weight, truth, inventions, on handshake, on getaddr): how a node gossips.
 *
 * truth       whether its honest list must reach the surveyor: SURE, POSSIBLE (nothing may be
 *             built on it) or NEVER.
 * inventions  how many addresses it makes up that a surveyor may believe.
 * on ...      suffixes of the functions in tell.c. */
/* clang-format off */
#define SIM_GOSSIP_TABLE(X) \
    X(HONEST, "honest", 100, SURE, 0, nothing, answer) \
    X(LATE, "late", 10, SURE, 0, nothing, answer_late) \
    X(SELF_FIRST, "self_first", 10, SURE, 0, nothing, answer_late) \
    X(CHATTY, "chatty", 5, SURE, 0, few, answer_late) \
    X(ODD, "odd", 10, SURE, 0, nothing, odd) \
    X(MALFORMED, "malformed", 5, SURE, 0, nothing, malformed) \
    X(TOO_MANY, "too_many", 3, SURE, 0, nothing, too_many) \
    X(BAD_CHECKSUM, "bad_checksum", 5, SURE, 0, nothing, bad_checksum) \
    X(FLOOD, "flood", 1, POSSIBLE, SIM_FLOOD_MESSAGES * SIM_TOLD_MAX, flood, answer) \
    X(MUTE, "mute", 10, NEVER, 0, nothing, nothing) \
    X(LIAR, "liar", 1, NEVER, SIM_TOLD_MAX, nothing, lie)
/* clang-format on */

enum sim_gossip {
#define X(id, ...) SIM_GOSSIP_##id,
    SIM_GOSSIP_TABLE(X)
#undef X
        SIM_GOSSIP_COUNT
};

enum sim_truth { SIM_TRUTH_SURE, SIM_TRUTH_POSSIBLE, SIM_TRUTH_NEVER };

struct sim_gossip_info {
    enum sim_truth truth;
    uint32_t inventions;
};

extern const struct sim_gossip_info sim_gossips[SIM_GOSSIP_COUNT];
/* As --gossip and --topology take them; NULL at the end. */
extern const char *const sim_gossip_names[SIM_GOSSIP_COUNT + 1];
extern const char *const sim_topology_names[SIM_TOPOLOGY_COUNT + 1];

void sim_gossip_mix_default(struct sim_mix *mix);

enum sim_told_kind { SIM_TOLD_NODE, SIM_TOLD_DEAD };

struct sim_told {
    uint32_t index;
    enum sim_told_kind kind;
};

/* How many dead addresses the network has heard of. */
uint32_t sim_gossip_dead(const struct sim_settings *settings);
/* The honest list of a node; returns its length. */
size_t sim_gossip_known(struct sim_told told[SIM_TOLD_MAX], const struct sim_settings *settings,
                        uint32_t index);
struct txs_address sim_told_address(const struct sim_settings *settings, struct sim_told told);
/* The n-th address that this node makes up. */
struct txs_address sim_gossip_invention(const struct sim_settings *settings, uint32_t index,
                                        uint32_t n);

#endif
