/* What of the word of seeds and peers is taken. */
#include "surveying.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
/* cmocka wants three of the above first */
#include <cmocka.h>

static bool ipv4_route(const struct txs_address *address)
{
    return address->network == TXS_NETWORK_IPV4;
}

static size_t seed(struct surveying *f, const char *host, const char *const *texts, size_t count)
{
    struct txs_heard heard[10];
    uint32_t batch = 0;
    for (size_t i = 0; i < count; i++)
        assert_true(txs_address_parse(&heard[i].address, texts[i], 8333));
    return txs_survey_add_seed(f->survey, host, heard, count, &batch);
}

static void a_seed_counts_each_address_once(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_start(&f);
    static const char *const texts[] = {"1.2.3.4", "5.6.7.8", "1.2.3.4", "[::ffff:5.6.7.8]:8333"};
    assert_int_equal(seed(&f, "seed.example", texts, 4), 2);
    assert_int_equal(txs_survey_known(f.survey), 2);
    surveying_assert_source(&f, surveying_next(&f, 0).peer, "dns:seed.example");
    assert_int_equal(seed(&f, "other.example", NULL, 0), 0);
    surveying_end(&f);
}

/* An answer may come in parts: all of it is what that seed told, and its share of a group is one.
 */
static void the_parts_of_a_seeds_answer_are_one(void **state)
{
    (void)state;
    struct surveying f;
    struct txs_heard heard[60];
    struct txs_address told[128];
    uint32_t batch = 0, other = 0;
    surveying_begin(&f);
    surveying_start(&f);
    for (unsigned part = 0; part < 2; part++) {
        for (unsigned i = 0; i < 60; i++)
            heard[i].address = surveying_address(8, 0, 60 * part + i);
        assert_int_equal(txs_survey_add_seed(f.survey, "one.example", heard, 60, &batch), 60);
        heard[0].address = surveying_address(9, part, 0);
        assert_int_equal(txs_survey_add_seed(f.survey, "two.example", heard, 1, &other), 1);
    }
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_QUOTA), 120 - 64);
    assert_int_equal(txs_survey_told(f.survey, batch, told, 128), 64);
    assert_int_equal(txs_survey_told(f.survey, other, told, 128), 2);
    surveying_end(&f);
}

static void what_a_seed_says_is_filtered_and_counted_once(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    f.plan.networks = 1u << TXS_NETWORK_IPV4;
    surveying_start(&f);
    static const char *const texts[] = {"127.0.0.1", "10.1.2.3", "[2a01::1]:8333", "1.2.3.4"};
    assert_int_equal(seed(&f, "one.example", texts, 4), 4);
    assert_int_equal(seed(&f, "two.example", texts, 4), 4);
    assert_int_equal(txs_survey_known(f.survey), 1);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_UNROUTABLE), 2);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_NETWORK), 1);
    assert_int_equal(txs_survey_not_attempted(f.survey), 1);
    surveying_end(&f);
}

static void what_this_machine_has_no_way_to_is_left_out(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_start_with(&f, ipv4_route);
    static const char *const texts[] = {"[2a01::1]:8333", "1.2.3.4"};
    seed(&f, "one.example", texts, 2);
    assert_int_equal(txs_survey_known(f.survey), 1);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_NETWORK), 1);
    surveying_end(&f);
}

static void of_one_seed_512_addresses_are_taken(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_start(&f);
    surveying_seed_many(&f, 8, 600, 10);
    assert_int_equal(txs_survey_known(f.survey), 512);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_QUOTA), 88);
    surveying_end(&f);
}

static void of_one_group_64_addresses_are_taken(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_start(&f);
    surveying_seed_many(&f, 8, 200, 100);
    assert_int_equal(txs_survey_known(f.survey), 128);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_QUOTA), 72);
    surveying_end(&f);
}

static void groups_count_for_routable_addresses_alone(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    f.plan.allow_local = true;
    surveying_start(&f);
    surveying_seed_many(&f, 127, 200, 200);
    assert_int_equal(txs_survey_known(f.survey), 200);
    surveying_seed_many(&f, 8, 200, 200);
    assert_int_equal(txs_survey_known(f.survey), 264);
    surveying_end(&f);
}

static void tell(struct surveying *f, struct txs_attempt *teller, const char *const *texts,
                 size_t count)
{
    struct txs_heard heard[10];
    for (size_t i = 0; i < count; i++) {
        assert_true(txs_address_parse(&heard[i].address, texts[i], 8333));
        heard[i].tier = txs_gossip_tier(1000000000, 1000000000, i);
    }
    txs_survey_add_gossip(f->survey, teller, heard, count);
}

static void gossip_is_filtered_by_reason(void **state)
{
    (void)state;
    struct surveying f;
    struct txs_message message;
    surveying_begin(&f);
    surveying_name_peers(&f, 1);
    assert_int_equal(txs_address_set_add(&f.own, "5.5.5.5", &message), TXS_OK);
    txs_address_set_complete(&f.own);
    assert_int_equal(txs_address_set_add(&f.plan.exclude, "9.9.0.0/16", &message), TXS_OK);
    txs_address_set_complete(&f.plan.exclude);
    surveying_start(&f);
    struct txs_attempt teller = surveying_next(&f, 0);
    static const char *const texts[] = {
        "1.2.3.4",     "127.0.0.9",
        "5.5.5.5",     "9.9.1.2",
        "1.2.3.4:22",  "[2a01::1]:8333",
        "10.0.0.1:22", "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:8333"};
    tell(&f, &teller, texts, 8);
    tell(&f, &teller, texts, 8); /* each counts once */
    assert_int_equal(txs_survey_known(f.survey), 3);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_UNROUTABLE), 2);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_OWN), 1);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_EXCLUDED), 1);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_PORT), 1);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_NETWORK), 1);
    surveying_assert_source(&f, surveying_next(&f, 100).peer, "gossip:127.0.0.1:8333");
    txs_address_set_free(&f.own);
    surveying_end(&f);
}

static void i2p_peers_have_no_ports(void **state)
{
    (void)state;
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, 1);
    f.plan.i2psam.given = true;
    surveying_start(&f);
    struct txs_attempt teller = surveying_next(&f, 0);
    static const char *const texts[] = {
        "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p",
        "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p:8333"};
    tell(&f, &teller, texts, 2);
    assert_int_equal(txs_survey_known(f.survey), 2);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_PORT), 1);
    surveying_end(&f);
}

static void what_was_new_from_a_peer_is_told_once(void **state)
{
    (void)state;
    struct surveying f;
    struct txs_address told[10];
    surveying_begin(&f);
    surveying_name_peers(&f, 2);
    surveying_start(&f);
    struct txs_attempt one = surveying_next(&f, 0), two = surveying_next(&f, 100);
    static const char *const texts[] = {"1.2.3.4", "1.2.3.5", "1.2.3.6", "10.0.0.1"};
    tell(&f, &one, texts, 1);
    tell(&f, &two, texts, 2);
    tell(&f, &one, texts, 4);
    assert_int_equal(txs_survey_told(f.survey, one.told, told, 10), 2);
    assert_int_equal(txs_survey_told(f.survey, two.told, told, 10), 1);
    assert_int_equal(told[0].bytes[3], 5);
    assert_int_equal(txs_survey_told(f.survey, 0, told, 10), 0);
    surveying_end(&f);
}

/* Attempts that begin one by one and end at once, as long as any can: how many were at addresses
 * that begin with `first`. */
static unsigned visited(struct surveying *f, unsigned max, uint8_t first, bool alive)
{
    struct txs_attempt a;
    unsigned among = 0;
    f->result.outcome = alive ? TXS_OUTCOME_ANSWERED : TXS_OUTCOME_CONNECT_TIMEOUT;
    f->result.handshake_ms = alive ? 5 : TXS_NEVER;
    for (unsigned i = 0; i < max && txs_survey_next_ms(f->survey, f->now_ms) != TXS_NEVER;) {
        if (!txs_survey_next(f->survey, f->now_ms += 10, &a))
            continue;
        among += txs_survey_address(f->survey, a.peer).bytes[0] == first;
        txs_survey_done(f->survey, &a, &f->result);
        i++;
    }
    return among;
}

/* So many peers tell 100 addresses of one group each, `together` of them the same ones: how many of
 * them are visited. */
static unsigned visited_of_a_group(unsigned tellers, unsigned together, bool alive)
{
    struct surveying f;
    surveying_begin(&f);
    surveying_name_peers(&f, tellers);
    surveying_start(&f);
    for (unsigned p = 0; p < tellers; p++) {
        struct txs_attempt teller = surveying_next(&f, f.now_ms += 10);
        struct txs_heard heard[100];
        for (unsigned i = 0; i < 100; i++)
            heard[i] =
                (struct txs_heard){surveying_address(8, 1, p / together * 100 + i), TXS_TIER_LAST};
        txs_survey_add_gossip(f.survey, &teller, heard, 100);
        f.result.handshake_ms = 5;
        txs_survey_done(f.survey, &teller, &f.result);
    }
    unsigned sets = tellers / together, known = tellers + sets * (together == 1 ? 64 : 100);
    assert_int_equal(txs_survey_known(f.survey), known);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_QUOTA), sets * 36);
    unsigned count = visited(&f, UINT_MAX, 8, alive);
    assert_int_equal(txs_survey_known(f.survey), tellers + count);
    assert_int_equal(surveying_left_out(&f, TXS_IGNORED_QUOTA),
                     sets * 36 + known - tellers - count);
    surveying_end(&f);
    return count;
}

static void gossip_fills_no_more_of_a_group_than_its_share(void **state)
{
    (void)state;
    assert_int_equal(visited_of_a_group(50, 1, true), 512); /* of 3200, of one teller each */
    assert_int_equal(visited_of_a_group(50, 1, false), 2048);
    assert_int_equal(visited_of_a_group(400, 8, true), 2048); /* of 5000, of eight each */
}

/* One peer invents a thousand fresh addresses; two hundred others tell the same ten. */
static void one_that_invents_cannot_fill_the_head(void **state)
{
    (void)state;
    struct surveying f;
    struct txs_heard heard[1000];
    surveying_begin(&f);
    surveying_name_peers(&f, 21);
    surveying_start(&f);
    struct txs_attempt liar = surveying_next(&f, 0);
    for (unsigned i = 0; i < 1000; i++)
        heard[i] = (struct txs_heard){surveying_address(66, i / 50, i % 50),
                                      txs_gossip_tier(1000000000, 1000000000, i)};
    txs_survey_add_gossip(f.survey, &liar, heard, 1000);
    for (unsigned p = 0; p < 20; p++) {
        struct txs_attempt honest = surveying_next(&f, 100 + p * 10);
        for (unsigned i = 0; i < 10; i++)
            heard[i] = (struct txs_heard){surveying_address(8, i, p % 4),
                                          txs_gossip_tier(1000000000, 1000400000, i)};
        txs_survey_add_gossip(f.survey, &honest, heard, 10);
    }
    unsigned honest_among = 0;
    for (unsigned i = 0; i < 50; i++)
        honest_among +=
            txs_survey_address(f.survey, surveying_next(&f, 1000 + i * 10).peer).bytes[0] == 8;
    assert_in_range(honest_among, 30, 40); /* of the liar's, 16 stand beside them */
    surveying_end(&f);
}

/* Twenty fresh addresses of the group `first`.1 (66: invented), each `times` in one list, from
 * member `from` on. */
static void tell_twenty(struct surveying *f, struct txs_attempt *teller, uint8_t first,
                        unsigned from, unsigned times)
{
    struct txs_heard heard[320];
    for (unsigned i = 0; i < 20 * times; i++)
        heard[i] = (struct txs_heard){surveying_address(first, 1, from + i / times),
                                      txs_gossip_tier(1000000000, 1000000000, 0)};
    txs_survey_add_gossip(f->survey, teller, heard, 20 * times);
}

static void peers_of_one_group_count_once(void **state)
{
    (void)state;
    struct surveying f;
    struct txs_attempt tellers[18];
    surveying_begin(&f);
    for (unsigned i = 0; i < 18; i++) {
        char text[30];
        struct txs_message message;
        snprintf(text, sizeof text, i < 16 ? "66.2.0.%u" : "9.%u.0.1", i);
        assert_int_equal(txs_plan_add_peer(&f.plan, text, TXS_NAMED_CONNECT, &message), TXS_OK);
    }
    surveying_start(&f);
    for (unsigned i = 0; i < 18; i++)
        tellers[i] = surveying_next(&f, f.now_ms += 10);
    for (unsigned i = 0; i < 18; i++) {
        bool liar = txs_survey_address(f.survey, tellers[i].peer).bytes[0] == 66;
        tell_twenty(&f, &tellers[i], liar ? 66 : 8, 0, 1);
    }
    assert_in_range(visited(&f, 20, 66, false), 0, 4);
    surveying_end(&f);
}

/* Two agree on twenty inventions, the second in one list or in many; ten honest peers tell of
 * forty addresses, each of ten. */
static void a_teller_counts_once(void **state)
{
    (void)state;
    for (unsigned lists = 1; lists <= 16; lists += 15) {
        struct surveying f;
        surveying_begin(&f);
        surveying_name_peers(&f, 12);
        surveying_start(&f);
        struct txs_attempt liars[2] = {surveying_next(&f, 0), surveying_next(&f, 10)};
        tell_twenty(&f, &liars[0], 66, 0, 1);
        for (unsigned i = 0; i < lists; i++)
            tell_twenty(&f, &liars[1], 66, 0, 16 / lists);
        for (unsigned p = 0; p < 10; p++) {
            struct txs_attempt honest = surveying_next(&f, 100 + p * 10);
            tell_twenty(&f, &honest, 8, p % 2 * 20, 1);
        }
        f.now_ms = 1000;
        assert_in_range(visited(&f, 20, 66, false), 0, 5);
        surveying_end(&f);
    }
}

static void tiers_of_gossip(void **state)
{
    (void)state;
    const uint32_t now = 1000000000;
    const uint8_t best = txs_gossip_tier(now, now, 0);
    assert_true(best > TXS_TIER_GOSSIP);
    assert_int_equal(txs_gossip_tier(now - 3600, now, 15), best);
    assert_int_equal(txs_gossip_tier(now, now, 16), best + 1);
    assert_int_equal(txs_gossip_tier(now - 2 * 86400, now, 0), best + 1);
    assert_int_equal(txs_gossip_tier(UINT32_MAX, now, 0), best + 1); /* a clock that lies */
    assert_int_equal(txs_gossip_tier(0, now, 999), TXS_TIER_LAST);
}

static void of_one_host_four_ports_are_taken(void **state)
{
    (void)state;
    struct surveying f;
    struct txs_heard heard[20];
    surveying_begin(&f);
    surveying_name_peers(&f, 1);
    surveying_start(&f);
    struct txs_attempt teller = surveying_next(&f, 0);
    for (unsigned i = 0; i < 20; i++) {
        heard[i] = (struct txs_heard){surveying_address(8, 1, i % 2), TXS_TIER_LAST};
        heard[i].address.port = (uint16_t)(9000 + i);
    }
    txs_survey_add_gossip(f.survey, &teller, heard, 20);
    assert_int_equal(txs_survey_known(f.survey), 1 + 2 * 4);
    surveying_end(&f);
}

/* The next attempts are at peers that are named, each of which tells ports of one host. */
static void tell_ports(struct surveying *f, unsigned tellers, unsigned lists)
{
    unsigned port = 9000;
    for (unsigned p = 0; p < tellers; p++) {
        struct txs_attempt teller = surveying_next(f, f->now_ms += 10);
        for (unsigned list = 0; list < lists; list++) {
            struct txs_heard heard[4];
            for (unsigned i = 0; i < 4; i++) {
                heard[i] = (struct txs_heard){surveying_address(8, 1, 1), TXS_TIER_LAST};
                heard[i].address.port = (uint16_t)port++;
            }
            txs_survey_add_gossip(f->survey, &teller, heard, 4);
        }
    }
}

static void a_host_is_limited_over_all_tellers(void **state)
{
    (void)state;
    for (unsigned tellers = 1; tellers <= 40; tellers += 39) {
        struct surveying f;
        surveying_begin(&f);
        surveying_name_peers(&f, tellers);
        f.plan.concurrency = 100000;
        surveying_start(&f);
        tell_ports(&f, tellers, 16);
        struct txs_attempt begun[2048];
        unsigned at_once = 0;
        while (at_once < 2048 && txs_survey_next_ms(f.survey, f.now_ms) != TXS_NEVER)
            at_once += txs_survey_next(f.survey, f.now_ms += 10, &begun[at_once]);
        assert_in_range(at_once, 1, 4);
        f.result.outcome = TXS_OUTCOME_CONNECT_TIMEOUT;
        f.result.handshake_ms = TXS_NEVER;
        for (unsigned i = 0; i < at_once; i++)
            txs_survey_done(f.survey, &begun[i], &f.result);
        visited(&f, UINT_MAX, 8, false);
        assert_in_range(txs_survey_tally(f.survey)->peers, 1, 16);
        assert_int_not_equal(surveying_left_out(&f, TXS_IGNORED_QUOTA), 0);
        surveying_end(&f);
    }
}

/* Three peers fill a group with inventions, as many as they get in. */
static void invent(struct surveying *f)
{
    for (unsigned p = 0; p < 3; p++) {
        struct txs_attempt liar = surveying_next(f, f->now_ms += 10);
        for (unsigned list = 0; list < 16; list++) {
            struct txs_heard heard[64];
            for (unsigned i = 0; i < 64; i++)
                heard[i] = (struct txs_heard){
                    surveying_address(8, 1, 1000 + (p * 16 + list) * 64 + i), TXS_TIER_LAST};
            txs_survey_add_gossip(f->survey, &liar, heard, 64);
        }
    }
}

/* Fifteen name 50 real nodes of it, all of them. */
static void name_real_ones(struct surveying *f, struct txs_attempt honest[15])
{
    for (unsigned p = 0; p < 15; p++) {
        struct txs_heard heard[50];
        for (unsigned i = 0; i < 50; i++)
            heard[i] = (struct txs_heard){surveying_address(8, 1, i), TXS_TIER_LAST};
        txs_survey_add_gossip(f->survey, &honest[p], heard, 50);
    }
}

static unsigned real_ones(struct surveying *f)
{
    struct txs_attempt a;
    unsigned real = 0;
    while (txs_survey_next(f->survey, f->now_ms += 10, &a))
        real += txs_survey_address(f->survey, a.peer).bytes[0] == 8 &&
                txs_survey_address(f->survey, a.peer).bytes[2] == 0;
    return real;
}

enum { NOT_DIALLED, IN_PROGRESS, DEAD };

static void inventions_do_not_keep_real_nodes_out(void **state)
{
    (void)state;
    for (unsigned inventions = NOT_DIALLED; inventions <= DEAD; inventions++) {
        struct surveying f;
        surveying_begin(&f);
        surveying_name_peers(&f, 18);
        f.plan.concurrency = 100000;
        surveying_start(&f);
        struct txs_attempt honest[15];
        for (unsigned i = 0; i < 15; i++)
            honest[i] = surveying_next(&f, f.now_ms += 10);
        invent(&f);
        if (inventions == IN_PROGRESS)
            assert_int_equal(real_ones(&f), 0);
        if (inventions == DEAD)
            visited(&f, UINT_MAX, 8, false);
        name_real_ones(&f, honest);
        assert_int_equal(real_ones(&f), 50);
        surveying_end(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_counts_each_address_once),
        cmocka_unit_test(the_parts_of_a_seeds_answer_are_one),
        cmocka_unit_test(what_a_seed_says_is_filtered_and_counted_once),
        cmocka_unit_test(what_this_machine_has_no_way_to_is_left_out),
        cmocka_unit_test(of_one_seed_512_addresses_are_taken),
        cmocka_unit_test(of_one_group_64_addresses_are_taken),
        cmocka_unit_test(groups_count_for_routable_addresses_alone),
        cmocka_unit_test(gossip_is_filtered_by_reason),
        cmocka_unit_test(i2p_peers_have_no_ports),
        cmocka_unit_test(what_was_new_from_a_peer_is_told_once),
        cmocka_unit_test(gossip_fills_no_more_of_a_group_than_its_share),
        cmocka_unit_test(one_that_invents_cannot_fill_the_head),
        cmocka_unit_test(tiers_of_gossip),
        cmocka_unit_test(of_one_host_four_ports_are_taken),
        cmocka_unit_test(peers_of_one_group_count_once),
        cmocka_unit_test(a_teller_counts_once),
        cmocka_unit_test(a_host_is_limited_over_all_tellers),
        cmocka_unit_test(inventions_do_not_keep_real_nodes_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
