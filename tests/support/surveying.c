#include "surveying.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define ID "aeeae4e9104deb3897ca76a1723148601cee9106880ce5ac70868f631bc47da4"

static bool any_route(const struct txs_address *address)
{
    (void)address;
    return true;
}

void surveying_begin(struct surveying *f)
{
    struct txs_message message;
    memset(f, 0, sizeof *f);
    txs_plan_init(&f->plan);
    assert_int_equal(txs_plan_add_id(&f->plan, ID, &message), TXS_OK);
    f->answer.status = TXS_ID_NOTFOUND;
    f->result = (struct txs_peer_result){
        .outcome = TXS_OUTCOME_ANSWERED, .answer_count = 1, .answers = &f->answer};
}

void surveying_name_peers(struct surveying *f, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char text[30];
        struct txs_message message;
        snprintf(text, sizeof text, "127.0.%u.%u", i / 250, i % 250 + 1);
        assert_int_equal(txs_plan_add_peer(&f->plan, text, TXS_NAMED_CONNECT, &message), TXS_OK);
    }
}

void surveying_start_with(struct surveying *f, bool (*route)(const struct txs_address *address))
{
    struct txs_vantage vantage = {route, &f->own};
    f->survey = txs_survey_new(&f->plan, vantage, (struct txs_random){1});
    assert_non_null(f->survey);
    assert_int_equal(txs_survey_add_named(f->survey), TXS_OK);
}

void surveying_start(struct surveying *f)
{
    surveying_start_with(f, any_route);
}

void surveying_end(struct surveying *f)
{
    txs_survey_free(f->survey);
    txs_plan_free(&f->plan);
}

unsigned surveying_begun_at(struct surveying *f, uint64_t now_ms)
{
    struct txs_attempt attempt;
    unsigned count = 0;
    while (txs_survey_next(f->survey, now_ms, &attempt))
        count++;
    return count;
}

struct txs_attempt surveying_next(struct surveying *f, uint64_t now_ms)
{
    struct txs_attempt attempt;
    assert_true(txs_survey_next(f->survey, now_ms, &attempt));
    return attempt;
}

void surveying_done(struct surveying *f)
{
    txs_survey_done(f->survey, &(struct txs_attempt){.peer = 0}, &f->result);
}

uint64_t surveying_left_out(const struct surveying *f, enum txs_ignored reason)
{
    return txs_survey_tally(f->survey)->ignored[reason];
}

void surveying_assert_source(const struct surveying *f, uint32_t peer, const char *wanted)
{
    char text[TXS_SOURCE_TEXT_MAX];
    txs_survey_source(f->survey, peer, text);
    assert_string_equal(text, wanted);
}

struct txs_address surveying_address(uint8_t first, unsigned group, unsigned member)
{
    return (struct txs_address){
        .network = TXS_NETWORK_IPV4,
        .port = 8333,
        .bytes = {first, (uint8_t)group, (uint8_t)(member / 200), (uint8_t)(1 + member % 200)}};
}

void surveying_seed_many(struct surveying *f, uint8_t first, unsigned count, unsigned a_group)
{
    struct txs_heard *heard = calloc(count, sizeof *heard);
    uint32_t batch = 0;
    assert_non_null(heard);
    for (unsigned i = 0; i < count; i++) {
        unsigned group = i / a_group, member = i % a_group;
        heard[i].address = surveying_address(first, group, member);
    }
    assert_int_equal(txs_survey_add_seed(f->survey, "x.example", heard, count, &batch), count);
    free(heard);
}
