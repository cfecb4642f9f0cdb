/* The likeliest reason of a notfound, and what controls do to the counts. */
#include "txsurvey/survey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the three above first */
#include <cmocka.h>

#define ID "aeeae4e9104deb3897ca76a1723148601cee9106880ce5ac70868f631bc47da4"
#define HEIGHT 900000

struct fixture {
    struct txs_plan plan;
    struct txs_address_set own;
    struct txs_survey *survey;
};

static bool any_route(const struct txs_address *address)
{
    (void)address;
    return true;
}

static void begin(struct fixture *f)
{
    struct txs_message message;
    memset(f, 0, sizeof *f);
    txs_plan_init(&f->plan);
    assert_int_equal(txs_plan_add_id(&f->plan, ID, &message), TXS_OK);
    for (unsigned i = 0; i < 3000; i++) {
        struct txs_named_peer peer = {
            .address = {.port = 8333, .bytes = {127, 0, (uint8_t)(1 + i / 256), (uint8_t)i}}};
        assert_int_equal(txs_plan_add_address(&f->plan, &peer, &message), TXS_OK);
    }
    f->survey =
        txs_survey_new(&f->plan, (struct txs_vantage){any_route, &f->own}, (struct txs_random){1});
    assert_non_null(f->survey);
    assert_int_equal(txs_survey_add_named(f->survey), TXS_OK);
}

static void end(struct fixture *f)
{
    txs_survey_free(f->survey);
    txs_plan_free(&f->plan);
}

/* A peer that says notfound, as it would be recorded but for `change`. */
struct peer {
    struct txs_answer answer;
    struct txs_peer_result result;
};

static void ordinary(struct peer *p)
{
    memset(p, 0, sizeof *p);
    p->answer.status = TXS_ID_NOTFOUND;
    p->result = (struct txs_peer_result){.outcome = TXS_OUTCOME_ANSWERED,
                                         .has_version = true,
                                         .start_height = HEIGHT,
                                         .relaytxes = true,
                                         .has_feefilter = true,
                                         .feefilter_sat_kvb = 1000,
                                         .answer_count = 1,
                                         .answers = &p->answer};
}

static enum txs_hint done(struct fixture *f, struct peer *p)
{
    static uint64_t now_ms;
    struct txs_attempt attempt;
    while (!txs_survey_next(f->survey, now_ms, &attempt))
        now_ms++;
    txs_survey_done(f->survey, &attempt, &p->result);
    return p->answer.hint;
}

static void nothing_is_known_of_an_ordinary_peer(void **state)
{
    (void)state;
    struct fixture f;
    struct peer p;
    begin(&f);
    ordinary(&p);
    assert_int_equal(done(&f, &p), TXS_HINT_NONE);
    ordinary(&p);
    p.answer.status = TXS_ID_SERVED;
    p.result.relaytxes = false;
    assert_int_equal(done(&f, &p), TXS_HINT_NONE);
    end(&f);
}

static void what_the_peer_says_of_itself(void **state)
{
    (void)state;
    struct fixture f;
    struct peer p;
    begin(&f);
    ordinary(&p);
    p.result.relaytxes = false;
    assert_int_equal(done(&f, &p), TXS_HINT_BLOCKSONLY);
    ordinary(&p);
    p.result.feefilter_sat_kvb = 9170997;
    assert_int_equal(done(&f, &p), TXS_HINT_IBD);
    ordinary(&p);
    p.result.feefilter_sat_kvb = 9936506;
    assert_int_equal(done(&f, &p), TXS_HINT_IBD);
    ordinary(&p);
    p.answer.withheld = true;
    assert_int_equal(done(&f, &p), TXS_HINT_RELAY_RULE);
    p.answer.confirmed = true; /* before all others */
    p.result.relaytxes = false;
    assert_int_equal(done(&f, &p), TXS_HINT_CONFIRMED);
    end(&f);
}

static void fee_filters_need_a_fee_rate(void **state)
{
    (void)state;
    struct fixture f;
    struct peer p;
    begin(&f);
    ordinary(&p);
    p.result.feefilter_sat_kvb = 5001;
    assert_int_equal(done(&f, &p), TXS_HINT_NONE);
    f.plan.has_fee_rate = true;
    f.plan.fee_rate_sat_kvb = 5000;
    assert_int_equal(done(&f, &p), TXS_HINT_BELOW_FEEFILTER);
    p.result.feefilter_sat_kvb = 5000;
    assert_int_equal(done(&f, &p), TXS_HINT_NONE);
    p.result.has_feefilter = false;
    p.result.feefilter_sat_kvb = 5001;
    assert_int_equal(done(&f, &p), TXS_HINT_NONE);
    end(&f);
}

/* A day behind the median, whatever some claim. */
static void heights_are_compared_with_the_median(void **state)
{
    (void)state;
    struct fixture f;
    struct peer p;
    begin(&f);
    ordinary(&p);
    p.result.start_height = 0;
    assert_int_equal(done(&f, &p), TXS_HINT_NONE); /* nobody to compare with */
    for (unsigned i = 0; i < 160; i++) {
        ordinary(&p);
        p.result.start_height = i % 3 == 0 ? INT32_MAX : HEIGHT;
        done(&f, &p);
    }
    ordinary(&p);
    p.result.start_height = HEIGHT - 145;
    assert_int_equal(done(&f, &p), TXS_HINT_BEHIND);
    p.result.start_height = HEIGHT - 144;
    assert_int_equal(done(&f, &p), TXS_HINT_NONE);
    p.result.start_height = -1; /* not said: nothing is concluded */
    assert_int_equal(done(&f, &p), TXS_HINT_NONE);
    p.result.start_height = 0;
    assert_int_equal(done(&f, &p), TXS_HINT_BEHIND);
    p.result.on_fork = true;
    assert_int_equal(done(&f, &p), TXS_HINT_OTHER_CHAIN);
    p.result.on_fork = false;
    p.result.anchors[0] = TXS_ANCHOR_LACKS;
    assert_int_equal(done(&f, &p), TXS_HINT_OTHER_CHAIN);
    p.result.anchors[0] = TXS_ANCHOR_HAS;
    assert_int_equal(done(&f, &p), TXS_HINT_BEHIND);
    end(&f);
}

/* The median is that of the last 127, as it moves. */
static void the_chain_grows_while_we_ask(void **state)
{
    (void)state;
    struct fixture f;
    struct peer p;
    begin(&f);
    for (int32_t i = 0; i < 1000; i++) {
        ordinary(&p);
        p.result.start_height = HEIGHT + (i * 389) % 1000; /* each of a thousand heights once */
        int32_t last[127], median = 0;
        unsigned count = 0;
        done(&f, &p);
        for (int32_t j = i; j >= 0 && count < 127; j--)
            last[count++] = HEIGHT + (j * 389) % 1000;
        for (unsigned a = 0; a < count; a++) {
            unsigned below = 0;
            for (unsigned b = 0; b < count; b++)
                below += last[b] < last[a];
            if (below == count / 2)
                median = last[a];
        }
        if (count < 126)
            continue;
        p.result.handshake_ms = TXS_NEVER; /* and so is not among them */
        p.result.start_height = median - 145;
        assert_int_equal(done(&f, &p), TXS_HINT_BEHIND);
        p.result.start_height = median - 144;
        assert_int_equal(done(&f, &p), TXS_HINT_NONE);
    }
    end(&f);
}

static void those_that_failed_their_control_are_left_out(void **state)
{
    (void)state;
    struct fixture f;
    struct peer p;
    begin(&f);
    ordinary(&p);
    p.result.control_random = TXS_CONTROL_NOTFOUND;
    done(&f, &p);
    p.result.control_random = TXS_CONTROL_ANNOUNCED;
    done(&f, &p);
    p.result.control_random = TXS_CONTROL_UNASKED;
    done(&f, &p);
    const struct txs_tally *t = txs_survey_tally(f.survey);
    assert_int_equal(t->ids[0].by_status[TXS_ID_NOTFOUND], 3);
    assert_int_equal(t->controlled[0].by_status[TXS_ID_NOTFOUND], 2);
    assert_int_equal(t->control_passed, 1);
    assert_int_equal(t->control_failed, 1);
    end(&f);
}

static void a_control_is_passed_failed_or_not_known(void **state)
{
    (void)state;
    static const struct {
        enum txs_control random, announced;
        enum txs_outcome outcome;
        int passed;
    } table[] = {
        {TXS_CONTROL_UNASKED, TXS_CONTROL_UNASKED, TXS_OUTCOME_ANSWERED, -1},
        {TXS_CONTROL_UNANSWERED, TXS_CONTROL_UNASKED, TXS_OUTCOME_ANSWERED, -1},
        {TXS_CONTROL_NOTFOUND, TXS_CONTROL_UNASKED, TXS_OUTCOME_ANSWERED, 1},
        {TXS_CONTROL_SERVED, TXS_CONTROL_UNASKED, TXS_OUTCOME_ANSWERED, 0},
        {TXS_CONTROL_ANNOUNCED, TXS_CONTROL_SERVED, TXS_OUTCOME_ANSWERED, 0},
        {TXS_CONTROL_NOTFOUND, TXS_CONTROL_SERVED, TXS_OUTCOME_ANSWERED, 1},
        {TXS_CONTROL_NOTFOUND, TXS_CONTROL_NOTFOUND, TXS_OUTCOME_ANSWERED, 0},
        {TXS_CONTROL_NOTFOUND, TXS_CONTROL_UNANSWERED, TXS_OUTCOME_ANSWERED, 0},
        {TXS_CONTROL_NOTFOUND, TXS_CONTROL_UNANSWERED, TXS_OUTCOME_INTERRUPTED, 1},
        {TXS_CONTROL_UNANSWERED, TXS_CONTROL_UNANSWERED, TXS_OUTCOME_CLOSED, -1},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct txs_peer_result result = {.outcome = table[i].outcome,
                                         .control_random = table[i].random,
                                         .control_announced = table[i].announced};
        if (txs_control_passed(&result) != table[i].passed)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_of_an_ordinary_peer),
        cmocka_unit_test(what_the_peer_says_of_itself),
        cmocka_unit_test(fee_filters_need_a_fee_rate),
        cmocka_unit_test(heights_are_compared_with_the_median),
        cmocka_unit_test(the_chain_grows_while_we_ask),
        cmocka_unit_test(those_that_failed_their_control_are_left_out),
        cmocka_unit_test(a_control_is_passed_failed_or_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
