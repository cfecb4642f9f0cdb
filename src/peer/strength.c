/* How far a notfound can be relied on, by the rules of the version that said it. A strong one means
 * that at its deciding answer the node did not have the transaction, but for what came since the
 * session began. (One that was there then, and was replaced or mined before the answer, is rightly
 * not found.)
 *
 * What a node serves (Core: FindTxForGetData, ProcessGetData) depends on its version; the table
 * says when a notfound means that the transaction is not there:
 *
 * - at once: whatever is in the mempool is served, or was announced lately and has since been
 *   dropped: Core to 0.12; btcd serves the mempool. Core 26 to 31, and Knots, which keeps Core's
 *   numbers, serve what was there at the connection's last announcement tick; the first tick
 *   comes on the first pass after our verack, and the request behind that is handled on a later
 *   one (ThreadMessageHandler, SendMessages): the first answer is final.
 * - delay: only what was in the mempool for so long, or was announced: once the session is that
 *   old, whatever was there when it began has been there long enough, and whatever came since
 *   has been announced. Core 0.21 to 25 wait two minutes (UNCONDITIONAL_RELAY_DELAY), 0.20 a
 *   quarter of an hour (RELAY_TX_CACHE_TIME).
 * - seen: what was there at the last tick, but one counts only when something was queued for us:
 *   an announcement must have been seen. Core's development branch of 2026, which becomes 32.
 * - never: only what was announced to somebody within a quarter of an hour: Core 0.13 to 0.19.
 *   bcoin: one that is set to be selfish says notfound to everything.
 *
 * Any other agent may be anything: never. So is a node without a mempool of its own (blocksonly),
 * and one whose protocol version is older than the software that it claims to be.
 */
#include "txsurvey/client.h"
#include "txsurvey/peer.h"

#include <string.h>

enum rule { RULE_AT_ONCE, RULE_DELAY, RULE_SEEN, RULE_NEVER };

#define TWO_MINUTES 125000u /* and a little for the way */
#define QUARTER_OF_AN_HOUR 905000u

/* Of what serves as a client, by that one's numbers: see client.h. */
struct version_rule {
    const char *client;
    unsigned first, last;
    int32_t least_version; /* protocol version that all of them speak */
    enum rule rule;
    bool ripens;        /* a notfound that is weak may become a strong one, or the transaction */
    uint64_t enough_ms; /* for DELAY: from the handshake to the request */
};

static const struct version_rule rules[] = {
    {"Core", 0, 12, TXS_NOTFOUND_VERSION, RULE_AT_ONCE, true, 0},
    {"Core", 13, 19, 70014, RULE_NEVER, true, 0},
    {"Core", 20, 20, 70015, RULE_DELAY, true, QUARTER_OF_AN_HOUR},
    {"Core", 21, 2599, 70016, RULE_DELAY, true, TWO_MINUTES},
    {"Core", 2600, 3198, 70016, RULE_AT_ONCE, true, 0},
    {"Core", 3199, 9999, 70016, RULE_SEEN, true, 0},
    {"btcd", 0, 9999, TXS_NOTFOUND_VERSION, RULE_AT_ONCE, true, 0},
    {"bcoin", 0, 9999, TXS_NOTFOUND_VERSION, RULE_NEVER, false, 0},
};

static const struct version_rule *rule_of(const struct txs_evidence *e)
{
    struct txs_client client = txs_client_of(e->subver);
    for (size_t i = 0; i < sizeof rules / sizeof *rules && client.serves_as != NULL; i++)
        if (strcmp(client.serves_as, rules[i].client) == 0 && client.number >= rules[i].first &&
            client.number <= rules[i].last)
            return e->version >= rules[i].least_version ? &rules[i] : NULL;
    return NULL;
}

static bool is_final(const struct version_rule *rule, const struct txs_evidence *e)
{
    switch (rule->rule) {
    case RULE_AT_ONCE:
        return true;
    case RULE_DELAY:
        return e->since_handshake_ms >= rule->enough_ms;
    case RULE_SEEN:
        return e->tick_before_request;
    case RULE_NEVER:
        break;
    }
    return false;
}

/* A node without a mempool of its own will not get one. An agent that we do not know may be built
 * on any of the others. */
struct txs_notfound txs_notfound_judge(const struct txs_evidence *e)
{
    const struct version_rule *rule = e->relaytxes ? rule_of(e) : NULL;
    bool final = rule != NULL && is_final(rule, e);
    return (struct txs_notfound){
        .strength = final ? TXS_STRENGTH_STRONG : TXS_STRENGTH_WEAK,
        .withheld = rule != NULL && !final,
        .may_change = !final && e->relaytxes && (rule == NULL || rule->ripens),
    };
}

bool txs_keeps_slots_for_relay(struct txs_span subver)
{
    struct txs_client client = txs_client_of(subver);
    return client.serves_as != NULL && strcmp(client.serves_as, "Core") == 0 &&
           client.number >= 3199;
}
