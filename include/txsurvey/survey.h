/* The survey's bookkeeping: whom to dial next and when, what came of it. It knows neither sockets
 * nor clocks: times come in as monotonic milliseconds.
 */
#ifndef TXSURVEY_SURVEY_H
#define TXSURVEY_SURVEY_H

#include "txsurvey/book.h"
#include "txsurvey/plan.h"
#include "txsurvey/record.h"

/* The counts behind the summary. They are made of the records, one by one, as those are written. */
struct txs_id_tally {
    uint64_t by_status[TXS_ID_STATUS_COUNT];
};
/* What a peer said of itself that decides whether it has a block. */
struct txs_block_candidate {
    int32_t start_height;
    bool full; /* NETWORK: has all blocks, rather than the last ones alone */
};
struct txs_block_tally {
    uint64_t asked;                         /* for the block, in whatever way */
    uint64_t served;                        /* of them, those that served an id from it */
    struct txs_block_candidate *candidates; /* peers that completed a handshake and may have it */
    size_t count;
    bool incomplete; /* memory was short: some candidates are missing */
};
struct txs_tally {
    uint64_t by_outcome[TXS_OUTCOME_COUNT];
    uint64_t peers;
    bool vantage_suspect; /* for some time it was this machine or its link that failed */
    uint64_t ignored[TXS_IGNORED_COUNT];
    struct txs_id_tally *ids; /* in the plan's order */
    size_t id_count;
    struct txs_id_tally *controlled; /* the same, without the peers that failed their control */
    uint64_t control_failed, control_passed;
    struct txs_block_tally block; /* with a block to look into */
};

uint64_t txs_id_tally_asked(const struct txs_id_tally *tally); /* all but unasked */
/* Served of those that were asked; -1 where nobody was. */
double txs_id_tally_share(const struct txs_id_tally *tally);
/* How many peers can serve a block of this height; -1 while that is not known. */
uint64_t txs_block_tally_can_serve(const struct txs_block_tally *tally, int32_t height);
/* Takes one peer into account. */
void txs_block_tally_add(struct txs_block_tally *tally, const struct txs_peer_result *result);
/* The 95 % confidence interval of that share after Wilson (1927); false where nobody was asked. */
bool txs_id_tally_ci95(const struct txs_id_tally *tally, double *low, double *high);

/* What first attempts to connect came to. */
#define TXS_LINK_SLOTS 50
struct txs_link_slot {
    uint64_t number;
    uint32_t ended, heard;
};
struct txs_link {
    uint64_t slot_ms;
    struct txs_link_slot ended[TXS_LINK_SLOTS]; /* by the time at which they ended; a ring */
    struct txs_link_slot begun[TXS_LINK_SLOTS]; /* the same by that at which they began */
};
/* `timeout_ms` is the longest that an attempt takes. */
void txs_link_init(struct txs_link *link, uint64_t timeout_ms);
/* One attempt has ended; `heard`: by a word from over there, a connection or a refusal. True where
 * this machine's link seems to be broken rather than the network: for ten seconds, or twice the
 * timeout if that is more, nearly all failed, and by what came just before at least ten were to
 * succeed. */
bool txs_link_note(struct txs_link *link, uint64_t now_ms, uint64_t began_ms, bool heard);

/* A peer on its way through connection attempts. */
struct txs_attempt {
    uint32_t peer;         /* in the book */
    uint32_t told;         /* the last batch of addresses that it told; 0 for none */
    uint32_t heard;        /* how many addresses it told */
    uint32_t attempts;     /* made, this one included */
    uint32_t local_faults; /* attempts that failed on this machine */
    uint64_t started_ms;   /* of the first attempt */
};

/* Which of `count` shards an address belongs to, 1..count. It is the same on every machine and in
 * every release (shard.c tells how to work it out elsewhere). */
uint32_t txs_shard_of(const struct txs_address *address, uint32_t count);

/* What the survey must know of this machine before it lets others aim it at an address. */
struct txs_vantage {
    bool (*has_route)(const struct txs_address *address); /* whether there is any way to it */
    const struct txs_address_set *own;                    /* addresses of this machine; borrowed */
};

/* The networks to which a way leads, bits by enum txs_network: IPv4 and IPv6, the others as far as
 * the plan names a proxy for them. */
uint32_t txs_networks_with_a_way(const struct txs_plan *plan);

struct txs_survey *txs_survey_new(const struct txs_plan *plan, struct txs_vantage vantage,
                                  struct txs_random random);
void txs_survey_free(struct txs_survey *survey);

/* The peers that the plan names. */
enum txs_status txs_survey_add_named(struct txs_survey *survey);

/* An address that somebody named, and what it promises. */
struct txs_heard {
    struct txs_address address;
    uint8_t tier; /* TXS_TIER_... */
};
/* Of gossip: by the time that goes with the address (Unix seconds) and by its place among those
 * that the same peer told. The first ones of each peer come before the many of one, so that nobody
 * can fill the head of the order. */
uint8_t txs_gossip_tier(uint32_t time_s, int64_t now_s, size_t place);

/* What one source may add: at most 512 addresses of a seed's answer, of what it names at a time 64
 * of one group (IPv4 /16, IPv6 /32) and 4 ports of one host, and all peers together 2048 of a
 * group. Groups and hosts count for routable addresses alone.
 *
 * One answer of a seed: filtered, capped, united with what is known. Returns the number of distinct
 * addresses in it, and their batch (0: none); the list's order and tiers are lost. */
size_t txs_survey_add_seed(struct txs_survey *survey, const char *host, struct txs_heard *heard,
                           size_t count, uint32_t *batch);
/* The same for what the peer of an attempt told; its batch goes into the attempt. */
void txs_survey_add_gossip(struct txs_survey *survey, struct txs_attempt *attempt,
                           struct txs_heard *heard, size_t count);
/* The addresses that were first heard of with a batch, and with those before it of the same source:
 * at most `max`. Returns their number. */
size_t txs_survey_told(const struct txs_survey *survey, uint32_t batch, struct txs_address *out,
                       size_t max);

/* See txs_engine_restore_peer(). */
enum txs_status txs_survey_restore_peer(struct txs_survey *survey,
                                        const struct txs_restored_peer *peer);
enum txs_status txs_survey_restore_seed(struct txs_survey *survey,
                                        const struct txs_restored_seed *seed);
void txs_survey_restore_summary(struct txs_survey *survey,
                                const struct txs_restored_summary *summary);
/* See txs_engine_visit_good_peers(). */
size_t txs_survey_visit_good_peers(const struct txs_survey *survey,
                                   void (*visit)(void *context, const struct txs_address *address),
                                   void *context);

/* The next attempt, if the window and the rate allow one now. */
bool txs_survey_next(struct txs_survey *survey, uint64_t now_ms, struct txs_attempt *attempt);
/* True, and charged, when the rate allows a connection now that was put off before. */
bool txs_survey_pace(struct txs_survey *survey, uint64_t now_ms);
/* When txs_survey_next() may give one: `now_ms` at once, TXS_NEVER not before something else
 * happens. */
uint64_t txs_survey_next_ms(const struct txs_survey *survey, uint64_t now_ms);
/* The attempt was not made, or failed and may be made again: another time, at least half a second
 * from now. It no longer counts as in progress. False when out of memory. */
bool txs_survey_again(struct txs_survey *survey, uint64_t now_ms,
                      const struct txs_attempt *attempt);
/* Out of descriptors: from now on no more at once than are in progress, but at least one. */
void txs_survey_narrow(struct txs_survey *survey);
/* The peer's result is complete: it is counted, and its notfounds get their hints. */
void txs_survey_done(struct txs_survey *survey, const struct txs_attempt *attempt,
                     struct txs_peer_result *result);
/* A peer's first attempt to connect has ended: see txs_link_note(). True when the survey has become
 * suspect by that, and was not before. */
bool txs_survey_dialled(struct txs_survey *survey, uint64_t now_ms, uint64_t began_ms, bool heard);
/* This machine stood still so long that peers may have given up on it. As above. */
bool txs_survey_stalled(struct txs_survey *survey, uint64_t ms);
/* A peer in progress that will have no record, for want of memory. */
void txs_survey_lose(struct txs_survey *survey);
/* No more attempts from now on; those waiting for another one are handed out by
 * txs_survey_waiting(). */
void txs_survey_stop(struct txs_survey *survey);
/* Peers that were attempted and wait for another attempt: they need a record when the survey stops.
 */
bool txs_survey_waiting(struct txs_survey *survey, struct txs_attempt *attempt);

/* Nothing is in progress and nothing is left to be tried. */
bool txs_survey_idle(const struct txs_survey *survey);
uint64_t txs_survey_in_progress(const struct txs_survey *survey);
uint64_t txs_survey_not_attempted(const struct txs_survey *survey);
const struct txs_address *txs_survey_address(const struct txs_survey *survey, uint32_t peer);
void txs_survey_source(const struct txs_survey *survey, uint32_t peer,
                       char out[TXS_SOURCE_TEXT_MAX]);
uint64_t txs_survey_known(const struct txs_survey *survey);
const struct txs_tally *txs_survey_tally(const struct txs_survey *survey);
/* The window, after any narrowing. */
uint32_t txs_survey_window(const struct txs_survey *survey);

#endif
