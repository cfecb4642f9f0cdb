/* Inside the survey. known.c has who is known and who is left out, hearsay.c takes what seeds and
 * gossip say, restore.c what an earlier part of the run recorded, dialling.c says whom to dial and
 * when, as far as quota.c lets it, counting.c counts what came of it; survey.c makes and frees what
 * they share. */
#ifndef TXSURVEY_SURVEY_STATE_H
#define TXSURVEY_SURVEY_STATE_H

#include "txsurvey/survey.h"

#include "hint.h"
#include "link.h"
#include "pace.h"
#include "places.h"
#include "retries.h"

struct txs_survey {
    const struct txs_plan *plan;
    struct txs_vantage vantage;
    struct txs_book *book;
    struct places places;
    struct heights heights;
    struct pace pace;
    struct link link;
    uint64_t longest_attempt_ms;
    struct txs_tally tally;
    /* Left out by this part of the run. The tally has the greater figure of this and of the part
     * that it continues: most addresses are heard of again, so that is nearer to the truth than the
     * sum. */
    uint64_t ignored_now[TXS_IGNORED_COUNT];
    uint32_t window, half_open;
    uint64_t in_progress, lingering; /* the second among the first */
    uint64_t attempted;              /* peers, whatever the number of attempts */
    bool stopped;
    bool seed_named; /* a seed named somebody, this time or earlier */
    bool all_busy;   /* those that were put off have no place before another peer is done with */
    struct retries retries;
};

#define NOT_IGNORED TXS_IGNORED_COUNT

/* What keeps any peer out, whoever names it. */
enum txs_ignored known_closed_to_all(const struct txs_survey *s, const struct txs_address *address);
/* An address that is left out counts once, however often it is named. */
enum txs_status known_leave_out(struct txs_survey *s, const struct txs_address *address,
                                enum txs_ignored reason);
enum txs_status known_add(struct txs_survey *s, const struct txs_address *address, unsigned tier);

/* What a peer takes of the places of its host and group. */
enum places_verdict quota_take(struct txs_survey *s, uint32_t peer);
/* What came of it: of an attempt of this part of the run, or of an earlier one. */
void quota_give_back(struct txs_survey *s, uint32_t peer, const struct txs_peer_result *result);
void quota_restore(struct txs_survey *s, uint32_t peer, const struct txs_peer_result *result);

/* Begins a batch of what a seed tells; 0 when out of memory. */
uint32_t hearsay_batch_of_seed(struct txs_survey *s, const char *host, uint32_t previous);
uint32_t hearsay_batch_of_peer(struct txs_survey *s, uint32_t peer, uint32_t previous);
/* What was told then passed the limits of its source then. */
enum txs_status hearsay_restore(struct txs_survey *s, const struct txs_address *told, size_t count,
                                uint8_t tier);

void count_ignored(struct txs_survey *s, enum txs_ignored reason);
void count_peer(struct txs_survey *s, uint32_t peer, const struct txs_peer_result *result);

#endif
