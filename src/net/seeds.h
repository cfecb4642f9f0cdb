/* The names of seeds: what each told, and its record. Who asks them, the resolver or, where all
 * goes through a proxy, fetch.c, tells it here. */
#ifndef TXSURVEY_NET_SEEDS_H
#define TXSURVEY_NET_SEEDS_H

#include "txsurvey/hearsay.h"
#include "txsurvey/record.h"

struct txs_engine;

struct seed {
    const char *host;
    bool settled;       /* it has its record */
    uint32_t told;      /* batch of the last addresses that it told; 0 for none */
    uint32_t addresses; /* that it told, each once */
    uint64_t asked_ms;
};
struct seeds {
    struct seed *list; /* those of the plan, in its order */
    size_t count, outstanding;
};

/* False when out of memory. */
bool seeds_open(struct txs_engine *engine);
void seeds_close(struct txs_engine *engine);
/* This name was settled, and recorded, by an earlier part of the run: it is not asked. */
void seeds_settle_before(struct txs_engine *engine, const char *host);
/* It is asked now. */
void seeds_ask(struct txs_engine *engine, struct seed *seed);
/* What a seed said, all of it or a part; the list may be changed, and stays the caller's. Returns
 * the number of distinct addresses in it. Gossip is what a node behind its name said. */
size_t seeds_hear(struct txs_engine *engine, struct seed *seed, struct txs_heard *list,
                  size_t count);
size_t seeds_hear_gossip(struct txs_engine *engine, struct seed *seed, struct txs_heard *list,
                         size_t count);
/* No more is awaited of it: its record is written, once. Who told something has resolved, whatever
 * else failed; of the others `otherwise` says what came of it. `error` may be NULL. */
void seeds_settle(struct txs_engine *engine, struct seed *seed, enum txs_seed_outcome otherwise,
                  const char *error);

#endif
