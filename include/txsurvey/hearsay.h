/* What others say of who is there: the answers of DNS seeds, and the gossip of peers. It is taken
 * into the survey as far as it may aim it at anybody. */
#ifndef TXSURVEY_HEARSAY_H
#define TXSURVEY_HEARSAY_H

#include "txsurvey/survey.h"

/* An address that somebody named, and what it promises. */
struct txs_heard {
    struct txs_address address;
    uint8_t tier; /* TXS_TIER_... */
};
/* Of gossip: by the time that goes with the address (Unix seconds) and by its place among those
 * that the same peer told. The first ones of each peer come before the many of one, so that nobody
 * can fill the head of the order. */
uint8_t txs_gossip_tier(uint32_t time_s, int64_t now_s, size_t place);

/* What one source may add: at most 512 addresses of a seed's answer, and of all that it names 64 of
 * one group (IPv4 /16, IPv6 /32) and 4 ports of one host. How many of a group and of a host are
 * attempted, whoever names them, is another matter (survey/places.h). Groups and hosts count for
 * routable addresses alone.
 *
 * One answer of a seed: filtered, capped, united with what is known. Returns the number of distinct
 * addresses in it; the list's order and tiers are lost. `batch` is that of the seed's answer
 * before, 0 for none, and then that of this one. */
size_t txs_survey_add_seed(struct txs_survey *survey, const char *host, struct txs_heard *heard,
                           size_t count, uint32_t *batch);
/* The same for what a node behind a seed's name told: it is gossip, with tiers as that has, and is
 * not capped as a whole. */
size_t txs_survey_add_seed_gossip(struct txs_survey *survey, const char *host,
                                  struct txs_heard *heard, size_t count, uint32_t *batch);
/* The same for what the peer of an attempt told; its batch goes into the attempt. */
void txs_survey_add_gossip(struct txs_survey *survey, struct txs_attempt *attempt,
                           struct txs_heard *heard, size_t count);
/* The addresses that were first heard of with a batch, and with those before it of the same source:
 * at most `max`. Returns their number. */
size_t txs_survey_told(const struct txs_survey *survey, uint32_t batch, struct txs_address *out,
                       size_t max);

#endif
