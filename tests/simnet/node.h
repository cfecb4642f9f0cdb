/* A node of the simulated network: a pure function of the settings and its index. */
#ifndef SIMNET_NODE_H
#define SIMNET_NODE_H

#include "settings.h"
#include "txsurvey/address.h"

#define SIM_TICK_NEVER UINT32_MAX

struct sim_node {
    uint32_t index;
    enum sim_behaviour behaviour;
    int32_t version;
    struct txs_span agent; /* static bytes */
    uint64_t services;
    int32_t height;
    int64_t feefilter; /* -1: it sends none */
    bool relay;
    bool wtxidrelay; /* it sends these two to whom speaks 70016 */
    bool sendaddrv2;
    bool sendheaders;
    uint8_t sendcmpct; /* how many, from version `sendcmpct` downwards */
    enum sim_gossip gossip;
    bool self_first;  /* it names itself in an addr message of its own (Core 31) */
    uint64_t holds;   /* bit k: transaction k */
    uint32_t tick_ms; /* after accept: when it begins to serve what it holds */
    bool ruled;       /* it serves by the rule of its version, not by the two above */
    enum sim_rule rule;
};

enum sim_salt {
    SIM_SALT_BEHAVIOUR,
    SIM_SALT_PROFILE,
    SIM_SALT_SERVICES,
    SIM_SALT_HEIGHT,
    SIM_SALT_RELAY,
    SIM_SALT_HOLDS,
    SIM_SALT_TICK,
    SIM_SALT_AGENT,
    SIM_SALT_KNOWN,
    SIM_SALT_KNOWN_STEP,
    SIM_SALT_GOSSIP,
    SIM_SALT_INVENTION,
    SIM_SALT_AGE,
    SIM_SALT_NONCE,
    SIM_SALT_VARIANT,
    SIM_SALT_LATENCY,
    SIM_SALT_RULE,
    SIM_SALT_ENTER,
    SIM_SALT_RULE_TICK,
    SIM_SALT_RULE_OTHERS,
    SIM_SALT_BACKGROUND,
    SIM_SALT_RULE_EVICTED,
    SIM_SALT_OVERLAY,
};

/* The only source of chance: the same for the same arguments, on every machine. */
uint64_t sim_random(const struct sim_settings *settings, uint32_t index, enum sim_salt salt,
                    uint64_t n);

void sim_node_make(struct sim_node *out, const struct sim_settings *settings, uint32_t index);
/* The honest answer for transaction `k`, this long after the connection was accepted. */
bool sim_node_serves(const struct sim_node *node, size_t k, uint64_t elapsed_ms);

enum sim_gossip sim_node_gossip(const struct sim_settings *settings, uint32_t index);
/* It lives long enough to answer a `getaddr`, if its gossip lets it. */
bool sim_node_tells(const struct sim_node *node);

/* Where the node is: 127.x.y.z and the port that suits its behaviour. */
struct txs_address sim_node_place(const struct sim_settings *settings, uint32_t index);
/* What it is listed as: its place, or a name in Tor or I2P whose first bytes are that. */
struct txs_address sim_node_address(const struct sim_settings *settings, uint32_t index);

#endif
