/* How far a notfound can be relied on, by version, user agent and evidence. */
#include "txsurvey/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define NO_TICK false
#define TICK true

static const struct {
    const char *agent;
    uint64_t since_ms;
    bool tick;
    enum txs_strength strength;
} table[] = {
    /* to 0.12 whatever is in the mempool */
    {"/Satoshi:0.12.1/", 0, NO_TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:0.12.99/", 3600000, TICK, TXS_STRENGTH_WEAK}, /* 0.13 to be */
    {"/Satoshi:0.9.5/", 0, NO_TICK, TXS_STRENGTH_STRONG},
    /* to 0.19 only what was announced lately: nothing makes it strong */
    {"/Satoshi:0.13.0/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:0.19.1/", 3600000, TICK, TXS_STRENGTH_WEAK},
    /* 0.20 a quarter of an hour */
    {"/Satoshi:0.20.1/", 904999, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:0.20.1/", 905000, NO_TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:0.20.99/", 905000, NO_TICK, TXS_STRENGTH_STRONG},
    /* 0.21 to 25 two minutes, and a little for the way */
    {"/Satoshi:0.21.0/", 124999, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:0.21.2/", 125000, NO_TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:22.0.0/", 124999, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:22.0.0/", 125000, NO_TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:25.1.0/", 125000, NO_TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:25.1.0/", 30000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:25.99.0/", 30000, TICK, TXS_STRENGTH_WEAK},
    /* 26 to 31 whatever was there at the first tick, which comes before the first answer */
    {"/Satoshi:26.0.0/", 0, NO_TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:26.0.0/", 1000, TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:31.0.0/", 0, NO_TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:31.1/", 0, NO_TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:29.3.0/Knots:20260210/", 0, NO_TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:27.0.0(comment)/", 0, NO_TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:28/", 0, NO_TICK, TXS_STRENGTH_STRONG},
    /* with what its users add to it, and with comments (BIP14) */
    {"/Satoshi:29.3.0/Knots:20260210+bip110-v0.4.1/UASF-BIP110:0.4/", 0, NO_TICK,
     TXS_STRENGTH_STRONG},
    {"/Satoshi:27.0.0/(a comment)/", 0, NO_TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:27.0.0/(a comment)/UASF-BIP110:0.4(b)/(c)/", 0, NO_TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:27.0.0/(a comment", 0, NO_TICK, TXS_STRENGTH_WEAK},
    /* from 32 on, and on the way there, a tick must have been seen */
    {"/Satoshi:31.99.0/", 3600000, NO_TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:31.99.0/", 1000, TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:32.0.0/", 3600000, NO_TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:32.0.0/", 1000, TICK, TXS_STRENGTH_STRONG},
    {"/Satoshi:99.0.0/", 1000, TICK, TXS_STRENGTH_STRONG},
    /* btcd serves whatever it has; bcoin too, unless it is selfish */
    {"/btcwire:0.5.0/btcd:0.24.2/", 0, NO_TICK, TXS_STRENGTH_STRONG},
    {"/btcwire:0.5.0/btcd:0.24.2(a comment)/", 0, NO_TICK, TXS_STRENGTH_STRONG},
    {"/bcoin:2.2.0/", 3600000, TICK, TXS_STRENGTH_WEAK},
    /* what is not known, or only looks like it */
    {"", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:x29.0.0/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:-29.0.0/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:29.100.0/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:100.0.0/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:4294967322.0.0/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/satoshi:29.0.0/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {" /Satoshi:29.0.0/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:29.0.0", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:29.", 3600000, TICK, TXS_STRENGTH_WEAK},
    /* what builds on one that is known, and may serve as it likes */
    {"/Satoshi:29.0.0/Other:1/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:29.0.0(Knots:1)/Other:1/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:29.0.0(Knots:1)/Knots:20260210/Other:1/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Satoshi:0.12.1/Other:1/", 0, NO_TICK, TXS_STRENGTH_WEAK},
    {"/btcwire:0.5.0/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/btcwire:0.5.0/utreexod:0.4.1/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/btcwire:0.5.0/neutrino:0.12.0/", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/btcwire:0.5.0/btc", 3600000, TICK, TXS_STRENGTH_WEAK},
    {"/Other:1/Satoshi:29.0.0/", 3600000, TICK, TXS_STRENGTH_WEAK},
};

static enum txs_strength judge(size_t row, bool relaytxes)
{
    size_t len = strlen(table[row].agent);
    uint8_t *agent = malloc(len > 0 ? len : 1);
    assert_non_null(agent);
    memcpy(agent, table[row].agent, len);
    struct txs_evidence e = {.version = 70016,
                             .subver = {agent, len},
                             .relaytxes = relaytxes,
                             .since_handshake_ms = table[row].since_ms,
                             .tick_before_request = table[row].tick};
    struct txs_notfound notfound = txs_notfound_judge(&e);
    assert_false(notfound.withheld && notfound.strength == TXS_STRENGTH_STRONG);
    assert_false(notfound.may_change && notfound.strength == TXS_STRENGTH_STRONG);
    free(agent);
    return notfound.strength;
}

static void each_version_has_its_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (judge(i, true) != table[i].strength)
            fail_msg("row %zu: %s", i, table[i].agent);
    }
}

static void a_node_without_a_mempool_is_never_strong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(judge(i, false), TXS_STRENGTH_WEAK);
}

static struct txs_evidence evidence(const char *agent, int32_t version)
{
    return (struct txs_evidence){.version = version,
                                 .subver = {(const uint8_t *)agent, strlen(agent)},
                                 .relaytxes = true,
                                 .since_handshake_ms = 3600000,
                                 .tick_before_request = true};
}

/* Software of a year speaks that year's protocol: another number is a made-up agent. */
static void an_agent_that_its_version_belies_is_weak(void **state)
{
    (void)state;
    struct txs_evidence e = evidence("/Satoshi:29.0.0/", 70015);
    assert_int_equal(txs_notfound_judge(&e).strength, TXS_STRENGTH_WEAK);
    assert_false(txs_notfound_judge(&e).withheld);
    e = evidence("/Satoshi:0.20.1/", 70015);
    assert_int_equal(txs_notfound_judge(&e).strength, TXS_STRENGTH_STRONG);
}

static void what_is_withheld_follows_from_a_known_rule(void **state)
{
    (void)state;
    struct txs_evidence e = evidence("/Satoshi:0.19.1/", 70015);
    assert_true(txs_notfound_judge(&e).withheld);
    e = evidence("/unheard-of:1.0/", 70016);
    assert_false(txs_notfound_judge(&e).withheld);
    e = evidence("/Satoshi:0.19.1/", 70015);
    e.relaytxes = false;
    assert_false(txs_notfound_judge(&e).withheld);
}

/* What nothing can change is not waited for. */
static void waiting_may_change_what_ripens(void **state)
{
    (void)state;
    struct txs_evidence e = evidence("/Satoshi:0.19.1/", 70015);
    assert_true(txs_notfound_judge(&e).may_change);
    e = evidence("/unheard-of:1.0/", 70016);
    assert_true(txs_notfound_judge(&e).may_change);
    e = evidence("/bcoin:2.2.0/", 70015);
    assert_false(txs_notfound_judge(&e).may_change);
    e = evidence("/Satoshi:22.0.0/", 70016);
    e.since_handshake_ms = 0;
    assert_true(txs_notfound_judge(&e).may_change);
    e.relaytxes = false;
    assert_false(txs_notfound_judge(&e).may_change);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_version_has_its_rule),
        cmocka_unit_test(a_node_without_a_mempool_is_never_strong),
        cmocka_unit_test(an_agent_that_its_version_belies_is_weak),
        cmocka_unit_test(what_is_withheld_follows_from_a_known_rule),
        cmocka_unit_test(waiting_may_change_what_ripens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
