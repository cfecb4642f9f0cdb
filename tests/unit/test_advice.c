#include "../../src/app/advice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define ID "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
#define BLOCK "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
#define OTHER_BLOCK "00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048"
#define SEVEN_ZEROS "0000000f839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048"

struct fixture {
    struct txs_plan plan;
    struct txs_tally tally;
    struct txs_id_tally ids[4];
    struct advice advice;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    txs_plan_init(&f->plan);
    f->tally.ids = f->ids;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    txs_plan_free(&f->plan);
    free(f);
    return 0;
}

static void ask(struct fixture *f, const char *id, uint64_t served, uint64_t notfound)
{
    struct txs_message message;
    struct txs_id_tally *tally = &f->ids[f->tally.id_count++];
    assert_int_equal(txs_plan_add_id(&f->plan, id, &message), TXS_OK);
    tally->by_status[TXS_ID_SERVED] = served;
    tally->by_status[TXS_ID_NOTFOUND] = notfound;
    tally->by_status[TXS_ID_TIMEOUT] = 2;
}

static void assert_names(struct fixture *f, size_t at, const char *word)
{
    assert_in_range(at + 1, 1, f->advice.count);
    if (strstr(f->advice.text[at], word) == NULL)
        fail_msg("no %s in: %s", word, f->advice.text[at]);
}

static void unserved(struct fixture *f)
{
    advice_for_unserved(&f->advice, &f->plan, &f->tally);
}

static void none_where_all_were_served(void **state)
{
    struct fixture *f = *state;
    ask(f, ID, 1, 100);
    ask(f, BLOCK, 1, 0);
    unserved(f);
    assert_int_equal(f->advice.count, 0);
}

static void none_where_nobody_answered(void **state)
{
    struct fixture *f = *state;
    ask(f, ID, 0, 0);
    ask(f, BLOCK, 0, 0);
    unserved(f);
    assert_int_equal(f->advice.count, 0);
}

static void a_txid_may_be_confirmed_or_a_wtxid(void **state)
{
    struct fixture *f = *state;
    ask(f, ID, 0, 1);
    ask(f, SEVEN_ZEROS, 0, 1);
    unserved(f);
    assert_int_equal(f->advice.count, 2);
    assert_names(f, 0, "--block HASH");
    assert_names(f, 1, "--wtxid asks");
}

static void a_wtxid_may_be_a_txid(void **state)
{
    struct fixture *f = *state;
    f->plan.id_type = TXS_ID_TYPE_WTXID;
    ask(f, ID, 0, 1);
    unserved(f);
    assert_names(f, 1, "without --wtxid");
}

static void a_block_that_is_given_is_not_asked_for(void **state)
{
    struct fixture *f = *state;
    f->plan.block_given = true;
    ask(f, ID, 0, 1);
    unserved(f);
    assert_int_equal(f->advice.count, 1);
    assert_names(f, 0, "--wtxid asks");
}

static void eight_zeros_look_like_a_block(void **state)
{
    struct fixture *f = *state;
    ask(f, BLOCK, 0, 1);
    unserved(f);
    assert_int_equal(f->advice.count, 1);
    assert_names(f, 0, BLOCK " begins with eight zeros: ");
    assert_names(f, 0, "--block " BLOCK " TXID)");
    ask(f, OTHER_BLOCK, 0, 1);
    ask(f, ID, 0, 1);
    unserved(f);
    assert_int_equal(f->advice.count, 3);
    assert_names(f, 0, BLOCK " begins with eight zeros, and so does 1 more: ");
    assert_names(f, 0, "--block " BLOCK " TXID)");
}

static void blocks_are_told_before(void **state)
{
    struct fixture *f = *state;
    ask(f, ID, 0, 0);
    ask(f, SEVEN_ZEROS, 0, 0);
    advice_for_ids(&f->advice, &f->plan);
    assert_int_equal(f->advice.count, 0);
    ask(f, OTHER_BLOCK, 0, 0);
    advice_for_ids(&f->advice, &f->plan);
    assert_int_equal(f->advice.count, 1);
    assert_names(f, 0, OTHER_BLOCK " begins");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(none_where_all_were_served),
        TEST(none_where_nobody_answered),
        TEST(a_txid_may_be_confirmed_or_a_wtxid),
        TEST(a_wtxid_may_be_a_txid),
        TEST(a_block_that_is_given_is_not_asked_for),
        TEST(eight_zeros_look_like_a_block),
        TEST(blocks_are_told_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
