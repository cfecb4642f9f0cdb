/* When a node serves what it holds: the rules of versions, as tables, and how they are played.
 *
 * X(enum, name, default weight, family, law, relay, background)
 *
 * family      the software that the node claims to be: one of the profiles of that family in node.c
 * law         when a transaction of its mempool is served:
 *             MEMPOOL    always
 *             CACHE      within a quarter of an hour of its announcement to anybody
 *             CACHE_OLD  the same, or once it has been there for a quarter of an hour
 *             DELAY      once it has been there for two minutes, or was announced to us
 *             TICK       what came before this connection's last announcement tick
 *             QUEUED     the same, where a tick with nothing to announce to us does not count
 *             EVICTED    as QUEUED, until at some tick its slot goes to another peer
 *             NOTHING    never, nor others
 *             FULL       there is no slot for a peer that wants transactions: it is dropped as soon
 *                        as its version says so
 * relay       the relay byte of its version message
 * background  it announces other transactions
 *
 * Times are real ones. Core's: ticks at exponential distances of 5 s in the mean, the first right
 * after our verack (INBOUND_INVENTORY_BROADCAST_INTERVAL, NextInvToInbounds), two minutes
 * (UNCONDITIONAL_RELAY_DELAY), a quarter of an hour (RELAY_TX_CACHE_TIME).
 */
#ifndef SIMNET_RULES_H
#define SIMNET_RULES_H

#include "mix.h"

#include <stddef.h>
#include <stdint.h>

/* clang-format off */
#define SIM_RULE_TABLE(X) \
    X(CORE_0_12, "core_0_12", 10, CORE_0_12, MEMPOOL, true, true) \
    X(CORE_0_13, "core_0_13", 10, CORE_0_13, CACHE, true, true) \
    X(CORE_0_20, "core_0_20", 10, CORE_0_20, CACHE_OLD, true, true) \
    X(CORE_0_21, "core_0_21", 10, CORE_0_21, DELAY, true, true) \
    X(CORE_26, "core_26", 10, CORE_26, TICK, true, true) \
    X(CORE_31_99, "core_31_99", 10, CORE_31_99, QUEUED, true, true) \
    X(CORE_32, "core_32", 10, CORE_32, QUEUED, true, true) \
    X(CORE_32_FULL, "core_32_full", 5, CORE_32, FULL, true, false) \
    X(CORE_32_EVICTS, "core_32_evicts", 5, CORE_32, EVICTED, true, true) \
    X(KNOTS, "knots", 10, KNOTS, TICK, true, true) \
    X(BTCD, "btcd", 10, BTCD, MEMPOOL, true, true) \
    X(BCOIN, "bcoin", 10, BCOIN, MEMPOOL, true, true) \
    X(BCOIN_SELFISH, "bcoin_selfish", 5, BCOIN, NOTHING, true, false) \
    X(BLOCKSONLY, "blocksonly", 10, CORE_26, TICK, false, false) \
    X(SELFISH, "selfish", 5, CORE_26, NOTHING, true, true)

/* When a transaction enters a node's mempool, in seconds after the connection: within a fifth of
 * the time before it. X(enum, name, default weight, seconds)
 * DURING is at a time drawn from the surveyor's patience, AFTER a minute later than its end. */
#define SIM_ENTER_TABLE(X) \
    X(NEVER, "never", 30, 0) \
    X(HOURS, "hours", 20, -20000) \
    X(MINUTES_5, "5min", 10, -300) \
    X(SECONDS_90, "90s", 10, -90) \
    X(SECONDS_10, "10s", 10, -10) \
    X(DURING, "during", 15, 0) \
    X(AFTER, "after", 5, 0)
/* clang-format on */

enum sim_rule {
#define X(id, ...) SIM_RULE_##id,
    SIM_RULE_TABLE(X)
#undef X
        SIM_RULE_COUNT
};

enum sim_enter {
#define X(id, ...) SIM_ENTER_##id,
    SIM_ENTER_TABLE(X)
#undef X
        SIM_ENTER_COUNT
};

enum sim_family {
    SIM_FAMILY_OTHER,
    SIM_FAMILY_CORE_0_12,
    SIM_FAMILY_CORE_0_13,
    SIM_FAMILY_CORE_0_20,
    SIM_FAMILY_CORE_0_21,
    SIM_FAMILY_CORE_26,
    SIM_FAMILY_CORE_31_99,
    SIM_FAMILY_CORE_32,
    SIM_FAMILY_KNOTS,
    SIM_FAMILY_BTCD,
    SIM_FAMILY_BCOIN,
};

enum sim_law {
    SIM_LAW_MEMPOOL,
    SIM_LAW_CACHE,
    SIM_LAW_CACHE_OLD,
    SIM_LAW_DELAY,
    SIM_LAW_TICK,
    SIM_LAW_QUEUED,
    SIM_LAW_EVICTED,
    SIM_LAW_NOTHING,
    SIM_LAW_FULL,
};

struct sim_rule_info {
    enum sim_family family;
    enum sim_law law;
    bool relay, background;
};

extern const struct sim_rule_info sim_rules[SIM_RULE_COUNT];
/* Their names, as --rule and --enter take them; NULL at the end. */
extern const char *const sim_rule_names[SIM_RULE_COUNT + 1];
extern const char *const sim_enter_names[SIM_ENTER_COUNT + 1];

void sim_rule_mix_default(struct sim_mix *mix);
void sim_enter_mix_default(struct sim_mix *mix);

#define SIM_ENTERS_NEVER INT64_MAX

/* What became of the rule on one connection. Times are milliseconds after it was accepted. */
struct sim_play {
    int64_t tick_ms;    /* of the last tick */
    int64_t counted_ms; /* of the last that counts by QUEUED; before it, INT64_MIN */
    uint64_t due_ms;    /* of the next, on the loop's clock; 0: none */
    unsigned ticks, requests;
    uint32_t told;                        /* how many other transactions it has announced */
    uint64_t announced, served, withheld; /* bit k: transaction k */
};

struct sim_settings;
struct sim_session;

enum sim_enter sim_rule_enter(const struct sim_settings *settings, uint32_t index, size_t k);
/* When it enters the mempool of this node, after the connection; SIM_ENTERS_NEVER. */
int64_t sim_rule_enters_ms(const struct sim_settings *settings, uint32_t index, size_t k);

/* The handshake is done. */
void sim_rule_begin(struct sim_session *s);
/* The next tick has come. */
void sim_rule_tick(struct sim_session *s);
/* Whether it serves transaction `k` now, which it is asked for: noted. */
bool sim_rule_asked(struct sim_session *s, size_t k);
/* Sends the transaction of this hash if it is one of the others, lately announced. */
bool sim_rule_sends_other(struct sim_session *s, const uint8_t hash[32]);

#endif
