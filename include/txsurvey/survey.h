/* The survey's bookkeeping: who is known, whom to dial next and when, what came of it. It knows
 * neither sockets nor clocks: times come in as monotonic milliseconds. */
#ifndef TXSURVEY_SURVEY_H
#define TXSURVEY_SURVEY_H

#include "txsurvey/book.h"
#include "txsurvey/plan.h"
#include "txsurvey/tally.h"

/* A peer on its way through connection attempts. */
struct txs_attempt {
    uint32_t peer;         /* in the book */
    uint32_t told;         /* the last batch of addresses that it told; 0 for none */
    uint32_t heard;        /* how many addresses it told */
    uint32_t attempts;     /* made, this one included */
    uint32_t local_faults; /* attempts that failed on this machine */
    uint32_t put_back;     /* attempts that failed, it seems, for the proxy's sake */
    uint64_t started_ms;   /* of the first attempt */
    bool stood_still;      /* this machine did for long, during this attempt */
    bool lingers;          /* its connection has been in the making for long */
};

/* After that, peers may have given up on us. */
#define TXS_STALL_SUSPECT_MS 10000

/* What the survey must know of this machine before it lets others aim it at an address. */
struct txs_vantage {
    bool (*has_route)(const struct txs_address *address); /* whether there is any way to it */
    const struct txs_address_set *own;                    /* addresses of this machine; borrowed */
};

struct txs_survey *txs_survey_new(const struct txs_plan *plan, struct txs_vantage vantage,
                                  struct txs_random random);
void txs_survey_free(struct txs_survey *survey);

/* Who is known. What others say of that: hearsay.h. */

/* The peers that the plan names. */
enum txs_status txs_survey_add_named(struct txs_survey *survey);
uint64_t txs_survey_known(const struct txs_survey *survey);
struct txs_address txs_survey_address(const struct txs_survey *survey, uint32_t peer);
void txs_survey_source(const struct txs_survey *survey, uint32_t peer,
                       char out[TXS_SOURCE_TEXT_MAX]);
/* See txs_engine_visit_good_peers(). */
size_t txs_survey_visit_good_peers(const struct txs_survey *survey,
                                   void (*visit)(void *context, const struct txs_address *address),
                                   void *context);

/* What an earlier part of the run recorded: see txs_engine_restore_peer(). */

enum txs_status txs_survey_restore_peer(struct txs_survey *survey,
                                        const struct txs_restored_peer *peer);
enum txs_status txs_survey_restore_seed(struct txs_survey *survey,
                                        const struct txs_restored_seed *seed);
void txs_survey_restore_summary(struct txs_survey *survey,
                                const struct txs_restored_summary *summary);

/* Whom to dial, and when. */

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
/* A peer in progress that will have no record, for want of memory. */
void txs_survey_lose(struct txs_survey *survey);
/* Its connection has been in the making for long: it needs no place of those in progress until
 * txs_survey_settled(), as long as no more than the plan's `half_open` do so. */
void txs_survey_lingers(struct txs_survey *survey, struct txs_attempt *attempt);
/* It has come about, or failed. */
void txs_survey_settled(struct txs_survey *survey, struct txs_attempt *attempt);
/* Out of descriptors: from now on no more at once than are in progress, but at least one, and none
 * without a place. */
void txs_survey_narrow(struct txs_survey *survey);
/* The window, after any narrowing. */
uint32_t txs_survey_window(const struct txs_survey *survey);
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

/* What came of it. */

/* The peer's result is complete: it is counted, and its notfounds get their hints. */
void txs_survey_done(struct txs_survey *survey, const struct txs_attempt *attempt,
                     struct txs_peer_result *result);
/* A peer's first attempt to connect has ended; `heard`: by a word from over there, a connection or
 * a refusal. True when it has become suspect by that, and was not before, that this machine's link
 * is broken rather than the network. */
bool txs_survey_dialled(struct txs_survey *survey, uint64_t now_ms, uint64_t began_ms, bool heard);
/* This machine stood still for so long, or its clock was set by so much. As above. */
bool txs_survey_stalled(struct txs_survey *survey, uint64_t ms);
/* The survey is over, `complete` or because it was stopped. Where nobody was heard, our machine or
 * its link is suspect from now on. */
void txs_survey_over(struct txs_survey *survey, bool complete);
/* Whether this outcome may be the doing of this machine or its link: the peer had no proper chance.
 */
bool txs_survey_doubts(struct txs_survey *survey, uint64_t now_ms,
                       const struct txs_attempt *attempt, enum txs_outcome outcome);
const struct txs_tally *txs_survey_tally(const struct txs_survey *survey);

#endif
