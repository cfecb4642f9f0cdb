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
    surveying_done(&f);
    f.answer.status = TXS_ID_UNASKED;
    f.result.outcome = TXS_OUTCOME_CLOSED;
    surveying_done(&f);
    surveying_done(&f);
    const struct txs_tally *t = txs_survey_tally(f.survey);
    assert_int_equal(t->peers, 3);
    assert_int_equal(t->by_outcome[TXS_OUTCOME_ANSWERED], 1);
    assert_int_equal(t->by_outcome[TXS_OUTCOME_CLOSED], 2);
    assert_int_equal(t->ids[0].by_status[TXS_ID_NOTFOUND], 1);
    assert_int_equal(t->ids[0].by_status[TXS_ID_UNASKED], 2);
    assert_int_equal(txs_survey_in_progress(f.survey), 0);
    surveying_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counts_are_those_of_the_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
