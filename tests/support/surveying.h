/* A survey for one id, whose peers are played by the test. */
#ifndef TXSURVEY_TEST_SURVEYING_H
#define TXSURVEY_TEST_SURVEYING_H

#include "txsurvey/hearsay.h"

struct surveying {
    struct txs_plan plan;
    struct txs_survey *survey;
    struct txs_answer answer;      /* notfound at first */
    struct txs_peer_result result; /* an answered peer with that answer at first */
    struct txs_address_set own;
    uint64_t now_ms; /* for tests that let time pass by steps */
};

/* The plan may be changed between these. */
void surveying_begin(struct surveying *f);
void surveying_start(struct surveying *f); /* there is a way to every address */
void surveying_start_with(struct surveying *f, bool (*route)(const struct txs_address *address));
void surveying_end(struct surveying *f);

/* The plan names 127.0.0.1 and so many of those that follow. */
void surveying_name_peers(struct surveying *f, unsigned count);
/* Attempts that can begin at this moment. */
unsigned surveying_begun_at(struct surveying *f, uint64_t now_ms);
/* Requires that one can. */
struct txs_attempt surveying_next(struct surveying *f, uint64_t now_ms);
/* One of those in progress: which one plays no part in what is counted. */
void surveying_done(struct surveying *f);
uint64_t surveying_left_out(const struct surveying *f, enum txs_ignored reason);
void surveying_assert_source(const struct surveying *f, uint32_t peer, const char *wanted);

/* An address of the group `first`.`group`. */
struct txs_address surveying_address(uint8_t first, unsigned group, unsigned member);
/* A seed names `count` addresses that begin with `first`, `a_group` of each /16. */
void surveying_seed_many(struct surveying *f, uint8_t first, unsigned count, unsigned a_group);

#endif
