/* Whom a survey dials, when, and what it counts. */
#include "txsurvey/hearsay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define ID "aeeae4e9104deb3897ca76a1723148601cee9106880ce5ac70868f631bc47da4"

struct fixture {
    struct txs_plan plan;
    struct txs_survey *survey;
    struct txs_answer answer;
    struct txs_peer_result result;
    struct txs_address_set own;
};

static bool any_route(const struct txs_address *address)
{
    (void)address;
    return true;
}

static bool ipv4_route(const struct txs_address *address)
{
    return address->network == TXS_NETWORK_IPV4;
}

static void begin(struct fixture *f)
{
    struct txs_message message;
    memset(f, 0, sizeof *f);
    txs_plan_init(&f->plan);
    assert_int_equal(txs_plan_add_id(&f->plan, ID, &message), TXS_OK);
    f->answer.status = TXS_ID_NOTFOUND;
    f->result = (struct txs_peer_result){
        .outcome = TXS_OUTCOME_ANSWERED, .answer_count = 1, .answers = &f->answer};
}

static void name_peers(struct fixture *f, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char text[30];
        struct txs_message message;
        snprintf(text, sizeof text, "127.0.%u.%u", i / 250, i % 250 + 1);
        assert_int_equal(txs_plan_add_peer(&f->plan, text, TXS_NAMED_CONNECT, &message), TXS_OK);
    }
}

static void start_with(struct fixture *f, bool (*route)(const struct txs_address *address))
{
    struct txs_vantage vantage = {route, &f->own};
    f->survey = txs_survey_new(&f->plan, vantage, (struct txs_random){1});
    assert_non_null(f->survey);
    assert_int_equal(txs_survey_add_named(f->survey), TXS_OK);
}

static void start(struct fixture *f)
{
    start_with(f, any_route);
}

static void end(struct fixture *f)
{
    txs_survey_free(f->survey);
    txs_plan_free(&f->plan);
}

/* Attempts that can begin at this moment. */
static unsigned begun_at(struct fixture *f, uint64_t now_ms)
{
    struct txs_attempt attempt;
    unsigned count = 0;
    while (txs_survey_next(f->survey, now_ms, &attempt))
        count++;
    return count;
}

static struct txs_attempt next(struct fixture *f, uint64_t now_ms)
{
    struct txs_attempt attempt;
    assert_true(txs_survey_next(f->survey, now_ms, &attempt));
    return attempt;
}

/* One of those in progress: which one plays no part in what is counted. */
static void done(struct fixture *f)
{
    txs_survey_done(f->survey, &(struct txs_attempt){.peer = 0}, &f->result);
}

static void no_more_at_once_than_the_window(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 20);
    f.plan.concurrency = 3;
    f.plan.rate = 1000;
    start(&f);
    unsigned begun = 0;
    for (uint64_t now = 0; now < 100; now++)
        begun += begun_at(&f, now);
    assert_int_equal(begun, 3);
    assert_true(txs_survey_next_ms(f.survey, 100) == TXS_NEVER);
    done(&f);
    assert_int_equal(txs_survey_next_ms(f.survey, 100), 100);
    assert_int_equal(begun_at(&f, 100), 1);
    end(&f);
}

static void the_rate_bounds_new_attempts(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 200);
    f.plan.rate = 10;
    start(&f);
    unsigned begun = 0;
    for (uint64_t now = 0; now <= 5000; now++)
        begun += begun_at(&f, now);
    assert_int_equal(begun, 51);
    assert_int_equal(txs_survey_next_ms(f.survey, 5000), 5100);
    end(&f);
}

static void each_peer_is_attempted_once(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 50);
    name_peers(&f, 50);
    start(&f);
    unsigned begun = 0;
    for (uint64_t now = 0; now < 1000; now++)
        begun += begun_at(&f, now);
    assert_int_equal(begun, 50);
    assert_int_equal(txs_survey_known(f.survey), 50);
    assert_int_equal(txs_survey_not_attempted(f.survey), 0);
    end(&f);
}

static void another_attempt_waits_half_a_second(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 1);
    start(&f);
    struct txs_attempt first = next(&f, 100);
    assert_int_equal(first.attempts, 1);
    assert_true(txs_survey_again(f.survey, 1000, &first));
    assert_int_equal(txs_survey_in_progress(f.survey), 0);
    assert_false(txs_survey_idle(f.survey));
    assert_int_equal(txs_survey_next_ms(f.survey, 1000), 1500);
    assert_int_equal(begun_at(&f, 1499), 0);
    struct txs_attempt second = next(&f, 1500);
    assert_int_equal(second.peer, first.peer);
    assert_int_equal(second.attempts, 2);
    assert_int_equal(second.started_ms, 100);
    assert_int_equal(txs_survey_in_progress(f.survey), 1);
    end(&f);
}

static void attempts_that_are_due_go_before_new_ones(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 10);
    start(&f);
    struct txs_attempt first = next(&f, 0);
    assert_true(txs_survey_again(f.survey, 0, &first));
    assert_int_not_equal(next(&f, 400).peer, first.peer);
    assert_int_equal(next(&f, 600).peer, first.peer);
    end(&f);
}

static void many_wait_in_their_order(void **state)
{
    (void)state;
    struct fixture f;
    struct txs_attempt attempts[300];
    begin(&f);
    name_peers(&f, 300);
    start(&f);
    for (unsigned i = 0; i < 300; i++)
        attempts[i] = next(&f, i * 10);
    for (unsigned i = 0; i < 300; i++)
        assert_true(txs_survey_again(f.survey, 3000 + i, &attempts[i]));
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(next(&f, 10000 + i * 10).peer, attempts[i].peer);
    end(&f);
}

static void max_peers_counts_peers_not_attempts(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 10);
    f.plan.max_peers = 2;
    start(&f);
    struct txs_attempt first = next(&f, 0);
    next(&f, 100);
    assert_int_equal(begun_at(&f, 200), 0);
    assert_true(txs_survey_again(f.survey, 200, &first));
    assert_int_equal(begun_at(&f, 1000), 1);
    assert_int_equal(txs_survey_not_attempted(f.survey), 8);
    done(&f);
    done(&f);
    assert_true(txs_survey_idle(f.survey));
    end(&f);
}

static void narrowing_leaves_one_at_least(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 10);
    start(&f);
    for (unsigned i = 0; i < 5; i++)
        next(&f, i * 10);
    txs_survey_narrow(f.survey); /* the attempt that found no descriptor is in progress itself */
    assert_int_equal(txs_survey_window(f.survey), 4);
    assert_int_equal(begun_at(&f, 1000), 0);
    for (unsigned i = 0; i < 5; i++)
        done(&f);
    txs_survey_narrow(f.survey);
    assert_int_equal(txs_survey_window(f.survey), 1);
    assert_int_equal(begun_at(&f, 2000), 1);
    txs_survey_narrow(f.survey);
    assert_int_equal(txs_survey_window(f.survey), 1);
    end(&f);
}

static void after_stop_only_those_that_wait_are_left(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 5);
    start(&f);
    struct txs_attempt first = next(&f, 0), waiting;
    next(&f, 10);
    assert_true(txs_survey_again(f.survey, 20, &first));
    txs_survey_stop(f.survey);
    assert_int_equal(begun_at(&f, 10000), 0);
    assert_true(txs_survey_next_ms(f.survey, 10000) == TXS_NEVER);
    assert_false(txs_survey_idle(f.survey));
    assert_true(txs_survey_waiting(f.survey, &waiting));
    assert_int_equal(waiting.peer, first.peer);
    assert_int_equal(waiting.attempts, 1);
    assert_false(txs_survey_waiting(f.survey, &waiting));
    done(&f);
    done(&f);
    assert_true(txs_survey_idle(f.survey));
    assert_int_equal(txs_survey_not_attempted(f.survey), 3);
    end(&f);
}

static void the_counts_are_those_of_the_results(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 3);
    start(&f);
    for (unsigned i = 0; i < 3; i++)
        next(&f, i * 10);
    done(&f);
    f.answer.status = TXS_ID_UNASKED;
    f.result.outcome = TXS_OUTCOME_CLOSED;
    done(&f);
    done(&f);
    const struct txs_tally *t = txs_survey_tally(f.survey);
    assert_int_equal(t->peers, 3);
    assert_int_equal(t->by_outcome[TXS_OUTCOME_ANSWERED], 1);
    assert_int_equal(t->by_outcome[TXS_OUTCOME_CLOSED], 2);
    assert_int_equal(t->ids[0].by_status[TXS_ID_NOTFOUND], 1);
    assert_int_equal(t->ids[0].by_status[TXS_ID_UNASKED], 2);
    assert_int_equal(txs_survey_in_progress(f.survey), 0);
    end(&f);
}

static void a_peer_that_is_lost_is_no_longer_in_progress(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 1);
    start(&f);
    next(&f, 0);
    assert_false(txs_survey_idle(f.survey));
    txs_survey_lose(f.survey);
    assert_int_equal(txs_survey_in_progress(f.survey), 0);
    assert_true(txs_survey_idle(f.survey));
    assert_int_equal(txs_survey_tally(f.survey)->peers, 0);
    end(&f);
}

/* Seeds */

static size_t seed(struct fixture *f, const char *host, const char *const *texts, size_t count)
{
    struct txs_heard heard[10];
    uint32_t batch;
    for (size_t i = 0; i < count; i++)
        assert_true(txs_address_parse(&heard[i].address, texts[i], 8333));
    return txs_survey_add_seed(f->survey, host, heard, count, &batch);
}

static void assert_source(const struct fixture *f, uint32_t peer, const char *wanted)
{
    char text[TXS_SOURCE_TEXT_MAX];
    txs_survey_source(f->survey, peer, text);
    assert_string_equal(text, wanted);
}

static uint64_t left_out(const struct fixture *f, enum txs_ignored reason)
{
    return txs_survey_tally(f->survey)->ignored[reason];
}

static void a_seed_counts_each_address_once(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    start(&f);
    static const char *const texts[] = {"1.2.3.4", "5.6.7.8", "1.2.3.4", "[::ffff:5.6.7.8]:8333"};
    assert_int_equal(seed(&f, "seed.example", texts, 4), 2);
    assert_int_equal(txs_survey_known(f.survey), 2);
    assert_source(&f, next(&f, 0).peer, "dns:seed.example");
    assert_int_equal(seed(&f, "other.example", NULL, 0), 0);
    end(&f);
}

static void what_a_seed_says_is_filtered_and_counted_once(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    f.plan.networks = 1u << TXS_NETWORK_IPV4;
    start(&f);
    static const char *const texts[] = {"127.0.0.1", "10.1.2.3", "[2a01::1]:8333", "1.2.3.4"};
    assert_int_equal(seed(&f, "one.example", texts, 4), 4);
    assert_int_equal(seed(&f, "two.example", texts, 4), 4);
    assert_int_equal(txs_survey_known(f.survey), 1);
    assert_int_equal(left_out(&f, TXS_IGNORED_UNROUTABLE), 2);
    assert_int_equal(left_out(&f, TXS_IGNORED_NETWORK), 1);
    assert_int_equal(txs_survey_not_attempted(f.survey), 1);
    end(&f);
}

static void what_this_machine_has_no_way_to_is_left_out(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    start_with(&f, ipv4_route);
    static const char *const texts[] = {"[2a01::1]:8333", "1.2.3.4"};
    seed(&f, "one.example", texts, 2);
    assert_int_equal(txs_survey_known(f.survey), 1);
    assert_int_equal(left_out(&f, TXS_IGNORED_NETWORK), 1);
    end(&f);
}

static void named_peers_are_taken_whatever_their_range(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 1);
    start(&f);
    assert_int_equal(txs_survey_known(f.survey), 1);
    assert_source(&f, next(&f, 0).peer, "connect");
    end(&f);
}

static void named_peers_of_other_networks_are_left_out(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 2);
    f.plan.networks = 1u << TXS_NETWORK_IPV6;
    start(&f);
    assert_int_equal(txs_survey_known(f.survey), 0);
    assert_int_equal(left_out(&f, TXS_IGNORED_NETWORK), 2);
    assert_true(txs_survey_idle(f.survey));
    end(&f);
}

static struct txs_address numbered(uint8_t first, unsigned group, unsigned member)
{
    return (struct txs_address){
        .network = TXS_NETWORK_IPV4,
        .port = 8333,
        .bytes = {first, (uint8_t)group, (uint8_t)(member / 200), (uint8_t)(1 + member % 200)}};
}

/* `count` addresses that begin with `first`, `a_group` of each /16. */
static void seed_many(struct fixture *f, uint8_t first, unsigned count, unsigned a_group)
{
    struct txs_heard *heard = calloc(count, sizeof *heard);
    uint32_t batch;
    assert_non_null(heard);
    for (unsigned i = 0; i < count; i++) {
        unsigned group = i / a_group, member = i % a_group;
        heard[i].address = numbered(first, group, member);
    }
    assert_int_equal(txs_survey_add_seed(f->survey, "x.example", heard, count, &batch), count);
    free(heard);
}

static void of_one_seed_512_addresses_are_taken(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    start(&f);
    seed_many(&f, 8, 600, 10);
    assert_int_equal(txs_survey_known(f.survey), 512);
    assert_int_equal(left_out(&f, TXS_IGNORED_QUOTA), 88);
    end(&f);
}

static void of_one_group_64_addresses_are_taken(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    start(&f);
    seed_many(&f, 8, 200, 100);
    assert_int_equal(txs_survey_known(f.survey), 128);
    assert_int_equal(left_out(&f, TXS_IGNORED_QUOTA), 72);
    end(&f);
}

static void groups_count_for_routable_addresses_alone(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    f.plan.allow_local = true;
    start(&f);
    seed_many(&f, 127, 200, 200);
    assert_int_equal(txs_survey_known(f.survey), 200);
    seed_many(&f, 8, 200, 200);
    assert_int_equal(txs_survey_known(f.survey), 264);
    end(&f);
}

/* Gossip */

static void tell(struct fixture *f, struct txs_attempt *teller, const char *const *texts,
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
    struct fixture f;
    struct txs_message message;
    begin(&f);
    name_peers(&f, 1);
    assert_int_equal(txs_address_set_add(&f.own, "5.5.5.5", &message), TXS_OK);
    txs_address_set_complete(&f.own);
    assert_int_equal(txs_address_set_add(&f.plan.exclude, "9.9.0.0/16", &message), TXS_OK);
    txs_address_set_complete(&f.plan.exclude);
    start(&f);
    struct txs_attempt teller = next(&f, 0);
    static const char *const texts[] = {
        "1.2.3.4",     "127.0.0.9",
        "5.5.5.5",     "9.9.1.2",
        "1.2.3.4:22",  "[2a01::1]:8333",
        "10.0.0.1:22", "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:8333"};
    tell(&f, &teller, texts, 8);
    tell(&f, &teller, texts, 8); /* each counts once */
    assert_int_equal(txs_survey_known(f.survey), 3);
    assert_int_equal(left_out(&f, TXS_IGNORED_UNROUTABLE), 2);
    assert_int_equal(left_out(&f, TXS_IGNORED_OWN), 1);
    assert_int_equal(left_out(&f, TXS_IGNORED_EXCLUDED), 1);
    assert_int_equal(left_out(&f, TXS_IGNORED_PORT), 1);
    assert_int_equal(left_out(&f, TXS_IGNORED_NETWORK), 1);
    assert_source(&f, next(&f, 100).peer, "gossip:127.0.0.1:8333");
    txs_address_set_free(&f.own);
    end(&f);
}

static void i2p_peers_have_no_ports(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 1);
    f.plan.i2psam.given = true;
    start(&f);
    struct txs_attempt teller = next(&f, 0);
    static const char *const texts[] = {
        "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p",
        "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p:8333"};
    tell(&f, &teller, texts, 2);
    assert_int_equal(txs_survey_known(f.survey), 2);
    assert_int_equal(left_out(&f, TXS_IGNORED_PORT), 1);
    end(&f);
}

static void what_was_new_from_a_peer_is_told_once(void **state)
{
    (void)state;
    struct fixture f;
    struct txs_address told[10];
    begin(&f);
    name_peers(&f, 2);
    start(&f);
    struct txs_attempt one = next(&f, 0), two = next(&f, 100);
    static const char *const texts[] = {"1.2.3.4", "1.2.3.5", "1.2.3.6", "10.0.0.1"};
    tell(&f, &one, texts, 1);
    tell(&f, &two, texts, 2);
    tell(&f, &one, texts, 4);
    assert_int_equal(txs_survey_told(f.survey, one.told, told, 10), 2);
    assert_int_equal(txs_survey_told(f.survey, two.told, told, 10), 1);
    assert_int_equal(told[0].bytes[3], 5);
    assert_int_equal(txs_survey_told(f.survey, 0, told, 10), 0);
    end(&f);
}

static void gossip_fills_no_more_of_a_group_than_its_share(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 50);
    start(&f);
    for (unsigned p = 0; p < 50; p++) {
        struct txs_attempt teller = next(&f, p * 100);
        struct txs_heard heard[100];
        for (unsigned i = 0; i < 100; i++)
            heard[i] = (struct txs_heard){numbered(8, 1, p * 100 + i), TXS_TIER_LAST};
        txs_survey_add_gossip(f.survey, &teller, heard, 100);
    }
    assert_int_equal(txs_survey_known(f.survey), 50 + 2048); /* of 50 times 64 */
    assert_int_equal(left_out(&f, TXS_IGNORED_QUOTA), 50 * 100 - 2048);
    end(&f);
}

/* One peer invents a thousand fresh addresses; two hundred others tell the same ten. */
static void one_that_invents_cannot_fill_the_head(void **state)
{
    (void)state;
    struct fixture f;
    struct txs_heard heard[1000];
    begin(&f);
    name_peers(&f, 21);
    start(&f);
    struct txs_attempt liar = next(&f, 0);
    for (unsigned i = 0; i < 1000; i++)
        heard[i] = (struct txs_heard){numbered(66, i / 50, i % 50),
                                      txs_gossip_tier(1000000000, 1000000000, i)};
    txs_survey_add_gossip(f.survey, &liar, heard, 1000);
    for (unsigned p = 0; p < 20; p++) {
        struct txs_attempt honest = next(&f, 100 + p * 10);
        for (unsigned i = 0; i < 10; i++)
            heard[i] = (struct txs_heard){numbered(8, i, p % 4),
                                          txs_gossip_tier(1000000000, 1000400000, i)};
        txs_survey_add_gossip(f.survey, &honest, heard, 10);
    }
    unsigned honest_among = 0;
    for (unsigned i = 0; i < 50; i++)
        honest_among += txs_survey_address(f.survey, next(&f, 1000 + i * 10).peer)->bytes[0] == 8;
    assert_in_range(honest_among, 30, 40); /* of the liar's, 16 stand beside them */
    end(&f);
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
    struct fixture f;
    struct txs_heard heard[20];
    begin(&f);
    name_peers(&f, 1);
    start(&f);
    struct txs_attempt teller = next(&f, 0);
    for (unsigned i = 0; i < 20; i++) {
        heard[i] = (struct txs_heard){numbered(8, 1, i % 2), TXS_TIER_LAST};
        heard[i].address.port = (uint16_t)(9000 + i);
    }
    txs_survey_add_gossip(f.survey, &teller, heard, 20);
    assert_int_equal(txs_survey_known(f.survey), 1 + 2 * 4);
    end(&f);
}

/* Its network is named by an option, which may be another one this time. */
static void a_restored_cjdns_peer_is_the_same_peer(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags < 4; flags++) {
        struct fixture f;
        struct txs_message message;
        begin(&f);
        f.plan.cjdns_reachable = flags & 1;
        assert_int_equal(txs_plan_add_peer(&f.plan, "[fc00::1]:8333", TXS_NAMED_CONNECT, &message),
                         TXS_OK);
        assert_int_equal(txs_plan_complete(&f.plan), TXS_OK);
        start(&f);
        struct txs_restored_peer peer = {.result = &f.result};
        peer.address = f.plan.peers[0].address;
        peer.address.network = flags & 2 ? TXS_NETWORK_CJDNS : TXS_NETWORK_IPV6;
        assert_int_equal(txs_survey_restore_peer(f.survey, &peer), TXS_OK);
        assert_int_equal(begun_at(&f, 1000), 0);
        assert_int_equal(txs_survey_known(f.survey), 1);
        end(&f);
    }
}

/* What an earlier part of the run recorded */

static void restored_peers_are_not_attempted_and_count(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    name_peers(&f, 3);
    start(&f);
    struct txs_address told[2] = {numbered(8, 1, 1), numbered(127, 0, 9)};
    struct txs_restored_peer peer = {.told = told, .told_count = 2, .result = &f.result};
    assert_true(txs_address_parse(&peer.address, "127.0.0.2", 8333));
    assert_int_equal(txs_survey_restore_peer(f.survey, &peer), TXS_OK);
    assert_int_equal(txs_survey_known(f.survey), 4);
    assert_int_equal(txs_survey_not_attempted(f.survey), 3);
    assert_int_equal(txs_survey_tally(f.survey)->by_outcome[TXS_OUTCOME_ANSWERED], 1);
    assert_int_equal(left_out(&f, TXS_IGNORED_UNROUTABLE), 1);
    next(&f, 0);
    next(&f, 10);
    assert_source(&f, next(&f, 20).peer, "gossip:127.0.0.2:8333");
    assert_int_equal(begun_at(&f, 1000), 0);
    end(&f);
}

/* So that who comes next is judged as if nothing had interrupted the run. */
static void restored_heights_are_compared_with(void **state)
{
    (void)state;
    for (unsigned shaken = 0; shaken < 2; shaken++) {
        struct fixture f;
        begin(&f);
        name_peers(&f, 1);
        start(&f);
        f.result.handshake_ms = shaken ? 0 : TXS_NEVER;
        f.result.start_height = 900000;
        for (unsigned i = 1; i < 10; i++) {
            struct txs_restored_peer peer = {.address = numbered(8, 1, i), .result = &f.result};
            assert_int_equal(txs_survey_restore_peer(f.survey, &peer), TXS_OK);
        }
        f.result.handshake_ms = 0;
        f.result.start_height = 899000;
        f.result.relaytxes = f.answer.withheld = true;
        struct txs_attempt a = next(&f, 0);
        txs_survey_done(f.survey, &a, &f.result);
        assert_int_equal(f.answer.hint, shaken ? TXS_HINT_BEHIND : TXS_HINT_RELAY_RULE);
        end(&f);
    }
}

static void restored_seeds_tell_again(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    start(&f);
    struct txs_address told = numbered(8, 1, 1);
    struct txs_restored_seed seed = {.host = "seed.example", .told = &told, .told_count = 1};
    assert_int_equal(txs_survey_restore_seed(f.survey, &seed), TXS_OK);
    assert_source(&f, next(&f, 0).peer, "dns:seed.example");
    end(&f);
}

static void count_visit(void *context, const struct txs_address *address)
{
    unsigned *last = context;
    *last = *last * 10 + address->bytes[3];
}

static void good_peers_are_the_reached_and_the_named(void **state)
{
    (void)state;
    struct fixture f;
    unsigned order = 0;
    begin(&f);
    name_peers(&f, 4);
    f.plan.max_peers = 3;
    start(&f);
    for (unsigned i = 0; i < 3; i++) {
        struct txs_attempt a = next(&f, i * 10);
        f.result.outcome = i == 0   ? TXS_OUTCOME_SILENT
                           : i == 1 ? TXS_OUTCOME_CONNECT_REFUSED
                                    : TXS_OUTCOME_LOCAL_ERROR;
        f.result.handshake_ms = i == 0 ? 5 : TXS_NEVER;
        txs_survey_done(f.survey, &a, &f.result);
    }
    assert_int_equal(txs_survey_visit_good_peers(f.survey, count_visit, &order), 1);
    /* the one that was reached; the one not tried, and the one that our own fault kept us from */
    assert_in_range(order, 111, 499);
    end(&f);
}

/* A network that has no way out today, or another machine's shard: that says nothing of the peer.
 */
static void good_peers_include_those_left_out_this_time(void **state)
{
    (void)state;
    struct fixture f;
    struct txs_message message;
    unsigned order = 0;
    begin(&f);
    name_peers(&f, 3);
    f.plan.networks = 1u << TXS_NETWORK_IPV6;
    assert_int_equal(txs_address_set_add(&f.plan.exclude, "127.0.0.2", &message), TXS_OK);
    txs_address_set_complete(&f.plan.exclude);
    start(&f);
    assert_int_equal(txs_survey_visit_good_peers(f.survey, count_visit, &order), 0);
    assert_int_equal(order, 123); /* left out for its network first */
    f.plan.networks = 1u << TXS_NETWORK_IPV4;
    txs_survey_free(f.survey);
    start(&f);
    order = 0;
    txs_survey_visit_good_peers(f.survey, count_visit, &order);
    assert_int_equal(order, 13);
    end(&f);
}

/* Shards */

static void a_shard_is_a_part_of_all_sources(void **state)
{
    (void)state;
    unsigned known = 0;
    for (uint32_t shard = 1; shard <= 3; shard++) {
        struct fixture f;
        begin(&f);
        name_peers(&f, 100);
        f.plan.shard_index = shard;
        f.plan.shard_count = 3;
        start(&f);
        seed_many(&f, 8, 100, 10);
        known += (unsigned)txs_survey_known(f.survey);
        assert_int_equal(left_out(&f, TXS_IGNORED_SHARD), 200 - txs_survey_known(f.survey));
        end(&f);
    }
    assert_int_equal(known, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_at_once_than_the_window),
        cmocka_unit_test(the_rate_bounds_new_attempts),
        cmocka_unit_test(each_peer_is_attempted_once),
        cmocka_unit_test(another_attempt_waits_half_a_second),
        cmocka_unit_test(attempts_that_are_due_go_before_new_ones),
        cmocka_unit_test(many_wait_in_their_order),
        cmocka_unit_test(max_peers_counts_peers_not_attempts),
        cmocka_unit_test(narrowing_leaves_one_at_least),
        cmocka_unit_test(after_stop_only_those_that_wait_are_left),
        cmocka_unit_test(the_counts_are_those_of_the_results),
        cmocka_unit_test(a_peer_that_is_lost_is_no_longer_in_progress),
        cmocka_unit_test(a_seed_counts_each_address_once),
        cmocka_unit_test(what_a_seed_says_is_filtered_and_counted_once),
        cmocka_unit_test(what_this_machine_has_no_way_to_is_left_out),
        cmocka_unit_test(named_peers_are_taken_whatever_their_range),
        cmocka_unit_test(named_peers_of_other_networks_are_left_out),
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
        cmocka_unit_test(a_restored_cjdns_peer_is_the_same_peer),
        cmocka_unit_test(restored_peers_are_not_attempted_and_count),
        cmocka_unit_test(restored_heights_are_compared_with),
        cmocka_unit_test(restored_seeds_tell_again),
        cmocka_unit_test(good_peers_are_the_reached_and_the_named),
        cmocka_unit_test(good_peers_include_those_left_out_this_time),
        cmocka_unit_test(a_shard_is_a_part_of_all_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
