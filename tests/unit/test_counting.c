/* What a survey counts. Hints, and what controls do to the counts: test_hint.c. */
#include "surveying.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants three of the above first */
#include <cmocka.h>

static void the_counts_are_those_of_the_results(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 3);
    surveying_start(&f);
    for (unsigned i = 0; i < 3; i++)
        surveying_next(&f, i * 10);
    f.answer.strength = TXS_STRENGTH_STRONG;
    f.result.relaytxes = true;
    f.result.bytes_sent = 100;
    f.result.bytes_received = 1000;
    f.answer.withheld = true; /* which is what its hint says then */
    surveying_done(&f);
    f.answer.status = TXS_ID_UNASKED;
    f.result.outcome = TXS_OUTCOME_CLOSED;
    surveying_done(&f);
    surveying_done(&f);
    const struct txs_tally *t = txs_survey_tally(f.survey);
    assert_int_equal(t->peers, 3);
    assert_int_equal(t->bytes_sent, 300);
    assert_int_equal(t->bytes_received, 3000);
    assert_int_equal(t->by_outcome[TXS_OUTCOME_ANSWERED], 1);
    assert_int_equal(t->by_outcome[TXS_OUTCOME_CLOSED], 2);
    assert_int_equal(t->ids[0].by_status[TXS_ID_NOTFOUND], 1);
    assert_int_equal(t->ids[0].by_status[TXS_ID_UNASKED], 2);
    assert_int_equal(t->notfounds[0].strong, 1);
    assert_int_equal(t->notfounds[0].by_hint[TXS_HINT_RELAY_RULE], 1);
    assert_int_equal(t->notfounds[0].by_hint[TXS_HINT_NONE], 0);
    assert_int_equal(txs_survey_in_progress(f.survey), 0);
    surveying_end(&f);
}

static void who_hears_nobody_suspects_this_machine(void **state)
{
    (void)state;
    static const struct {
        enum txs_outcome outcomes[2];
        bool has_version, suspect;
    } surveys[] = {
        {{TXS_OUTCOME_CONNECT_TIMEOUT, TXS_OUTCOME_CONNECT_TIMEOUT}, false, true},
        {{TXS_OUTCOME_CONNECT_REFUSED, TXS_OUTCOME_PROXY_FAILED}, false, true},
        {{TXS_OUTCOME_INTERRUPTED, TXS_OUTCOME_CONNECT_TIMEOUT}, false, true},
        {{TXS_OUTCOME_INTERRUPTED, TXS_OUTCOME_INTERRUPTED}, false, false},
        {{TXS_OUTCOME_PROTOCOL_ERROR, TXS_OUTCOME_CONNECT_TIMEOUT}, false, false},
        {{TXS_OUTCOME_CONNECT_TIMEOUT, TXS_OUTCOME_CLOSED}, true, false},
    };
    for (size_t i = 0; i < sizeof surveys / sizeof *surveys; i++) {
        struct surveying f;
        surveying_begin(&f);
        surveying_name_peers(&f, 2);
        surveying_start(&f);
        f.result.handshake_ms = TXS_NEVER;
        for (unsigned p = 0; p < 2; p++) {
            surveying_next(&f, p * 10);
            f.result.outcome = surveys[i].outcomes[p];
            f.result.has_version = surveys[i].has_version && p == 1;
            surveying_done(&f);
        }
        assert_false(txs_survey_tally(f.survey)->vantage_suspect);
        txs_survey_over(f.survey, true);
        assert_int_equal(txs_survey_tally(f.survey)->vantage_suspect, surveys[i].suspect);
        surveying_end(&f);
    }
}

static void so_does_whom_seeds_name_nobody(void **state)
{
    (void)state;
    static const char *const seeds[] = {"seed.example"};
    for (unsigned complete = 0; complete < 2; complete++)
        for (unsigned named = 0; named < 2; named++) {
            struct surveying f;
            surveying_begin(&f);
            f.plan.seeds = (const char **)seeds;
            f.plan.seed_count = 1;
            surveying_start(&f);
            if (named)
                surveying_seed_many(&f, 10, 2, 1); /* of a private range: left out */
            txs_survey_over(f.survey, complete);
            assert_int_equal(txs_survey_tally(f.survey)->vantage_suspect, complete && !named);
            f.plan.seeds = NULL;
            surveying_end(&f);
        }
}

static void anchors_are_counted_and_so_are_those_without_a_place_for_us(void **state)
{
    (void)state;
    static const struct {
        enum txs_anchor_verdict said;
        enum txs_outcome outcome;
        enum txs_error error;
    } peers[] = {
        {TXS_ANCHOR_HAS, TXS_OUTCOME_ANSWERED, TXS_ERROR_NONE},
        {TXS_ANCHOR_LACKS, TXS_OUTCOME_ANSWERED, TXS_ERROR_NONE},
        {TXS_ANCHOR_UNKNOWN, TXS_OUTCOME_CLOSED, TXS_ERROR_NO_TX_SLOT},
        {TXS_ANCHOR_CLAIMS, TXS_OUTCOME_CLOSED, TXS_ERROR_EOF},
        {TXS_ANCHOR_UNKNOWN, TXS_OUTCOME_CLOSED, TXS_ERROR_REFUSED},
        {TXS_ANCHOR_UNKNOWN, TXS_OUTCOME_CONNECT_REFUSED, TXS_ERROR_REFUSED},
    };
    const size_t count = sizeof peers / sizeof *peers;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, (unsigned)count);
    surveying_start(&f);
    for (size_t i = 0; i < count; i++) {
        surveying_next(&f, i * 10);
        f.result.anchors[0] = (uint8_t)peers[i].said;
        f.result.outcome = peers[i].outcome;
        f.result.error = peers[i].error;
        f.result.handshake_ms = peers[i].said != TXS_ANCHOR_UNKNOWN ? 1 : TXS_NEVER;
        surveying_done(&f);
    }
    const struct txs_tally *t = txs_survey_tally(f.survey);
    assert_int_equal(t->anchors[0].has, 1);
    assert_int_equal(t->anchors[0].lacks, 1);
    assert_int_equal(t->anchors[0].unknown, 4);
    assert_int_equal(t->anchored[0].by_status[TXS_ID_NOTFOUND], 1);
    assert_int_equal(t->handshakes, 3);
    assert_int_equal(t->unmet[TXS_OUTCOME_CLOSED][TXS_ERROR_NO_TX_SLOT], 1);
    assert_int_equal(t->unmet[TXS_OUTCOME_CLOSED][TXS_ERROR_REFUSED], 1);
    assert_int_equal(t->unmet[TXS_OUTCOME_CLOSED][TXS_ERROR_EOF], 0);
    assert_int_equal(t->unmet[TXS_OUTCOME_CONNECT_REFUSED][TXS_ERROR_REFUSED], 1);
    surveying_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counts_are_those_of_the_results),
        cmocka_unit_test(who_hears_nobody_suspects_this_machine),
        cmocka_unit_test(so_does_whom_seeds_name_nobody),
        cmocka_unit_test(anchors_are_counted_and_so_are_those_without_a_place_for_us),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
