/* What the command line says; read-only once the network runs. */
#ifndef SIMNET_SETTINGS_H
#define SIMNET_SETTINGS_H

#include "behaviour.h"
#include "gossip.h"
#include "rules.h"
#include "txsurvey/chain.h"
#include "txsurvey/tx.h"

#define SIM_TX_MAX 64 /* a node's holdings are bits of one word */

struct sim_frame {
    uint8_t *data;
    size_t len;
};

/* A transaction that the network may hold, ready to be sent. */
struct sim_tx {
    struct txs_tx_ids ids;
    struct sim_frame full;     /* a `tx` message with the witness */
    struct sim_frame stripped; /* and one without */
};

/* What answers for the block, as whole messages. */
struct sim_block {
    bool given;
    uint8_t hash[32];
    struct sim_frame full, stripped; /* `block` with the witnesses and without */
    struct sim_frame filtered;       /* `merkleblock` and the `tx`s behind it */
};

struct sim_settings {
    uint16_t port;        /* the first of the whole network: place.h */
    uint32_t part, parts; /* this process plays the nodes whose index is `part`, modulo `parts` */
    uint32_t nodes;
    uint64_t seed;
    const struct txs_chain *chain;
    uint32_t min_latency_ms, max_latency_ms; /* of a reply; the larger is the most */
    uint32_t patience_ms;                    /* what the truth assumes of the surveyor */
    bool by_wtxid;                           /* the surveyor asks by wtxid */
    bool strict;
    bool localhost; /* node 0 is at 127.0.0.1, so that the name localhost is a DNS seed */
    bool crawl;     /* the surveyor is expected to ask for addresses */
    bool eager;     /* it may ask before it has heard anything */
    uint32_t start; /* so many nodes are listed; the others are known from gossip alone */
    enum sim_topology topology;
    uint32_t islands;
    uint32_t dead_percent;               /* of the addresses that honest nodes tell of */
    uint32_t onion_percent, i2p_percent; /* of the nodes that answer */
    struct sim_mix gossip;
    struct sim_mix mix;
    struct sim_mix rules, enter; /* of the nodes whose behaviour is `rule` */
    struct sim_tx txs[SIM_TX_MAX];
    size_t tx_count;
    struct sim_block block;
    const char *truth_path, *list_path, *ready_path, *stats_path,
        *played_path; /* NULL: not wanted */
};

/* Reads the command line. False when the program is to exit with *exit_code. */
bool sim_options_parse(struct sim_settings *settings, int argc, char **argv, int *exit_code);

/* Builds the frames of a transaction from its hex; false when it is none. */
bool sim_tx_load(struct sim_tx *tx, const struct txs_chain *chain, const char *hex);
void sim_tx_free(struct sim_tx *tx);

extern const char *const sim_default_txs[2];

#endif
