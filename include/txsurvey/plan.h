/* What a run is to do, checked and complete before anything is contacted. */
#ifndef TXSURVEY_PLAN_H
#define TXSURVEY_PLAN_H

#include "txsurvey/peer.h"
#include "txsurvey/status.h"

/* Where a peer of the plan was named. */
enum txs_named_by { TXS_NAMED_CONNECT, TXS_NAMED_FILE };

struct txs_named_peer {
    struct txs_address address;
    uint8_t named_by; /* enum txs_named_by */
};

struct txs_plan {
    const struct txs_chain *chain;
    enum txs_id_type id_type;
    uint8_t (*ids)[32]; /* wire order, each once, in the order they were given */
    uint16_t *id_order; /* txs_id_order() of them */
    size_t id_count;

    struct txs_named_peer *peers; /* surveyed whatever their range */
    size_t peer_count;
    const char **seeds; /* DNS names to ask */
    size_t seed_count;
    uint64_t max_peers; /* UINT64_MAX without a limit */
    uint32_t networks;  /* bits by enum txs_network that may be surveyed */
    bool allow_local;

    uint32_t concurrency;
    uint32_t rate; /* connections a second */
    uint64_t connect_timeout_ms, handshake_timeout_ms, response_timeout_ms, patience_ms;
    uint64_t deadline_ms; /* of the whole survey, from its start; TXS_NEVER without one */
    uint32_t retries;
    uint64_t require_served; /* 0: not required */
    bool raw;
    const char *user_agent;
};

/* The defaults; `chain` is main. The plan owns ids, peers and the array of seeds, and borrows
 * strings. */
void txs_plan_init(struct txs_plan *plan);
void txs_plan_free(struct txs_plan *plan);

/* Adds an id of 64 hex digits in display order; one that is there already is left out. TXS_E_USAGE
 * with a message for a wrong one, and for more than TXS_GETDATA_MAX. */
enum txs_status txs_plan_add_id(struct txs_plan *plan, const char *text,
                                struct txs_message *message);
/* Adds a peer; its default port is the chain's, so the chain must be set. */
enum txs_status txs_plan_add_peer(struct txs_plan *plan, const char *text,
                                  enum txs_named_by named_by, struct txs_message *message);
enum txs_status txs_plan_add_seed(struct txs_plan *plan, const char *host,
                                  struct txs_message *message);
/* After the last id. TXS_E_NOMEM or TXS_OK. */
enum txs_status txs_plan_complete(struct txs_plan *plan);

#endif
