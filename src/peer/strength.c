/* How far a notfound can be relied on, by the rules of the version that said it.
 *
 * What a node serves (FindTxForGetData) depends on its version:
 *   to 0.19     only what it announced to anybody within 15 minutes: a notfound says little
 *   0.20        also what is older than 15 minutes
 *   0.21 to 25  what is in the mempool for two minutes, or was announced on this connection
 *   26 to 31    what entered the mempool before the connection's last announcement tick
 *   32 on       the same, but a tick counts only when something was queued for us
 *   btcd        whatever is in the mempool
 *
 * Ticks come 5 s apart in the mean: 30 s leave out one in 400, and an announcement proves one.
 * Knots follows Core's numbers. A node without a mempool of its own (blocksonly) never has it.
 */
#include "txsurvey/peer.h"

#include <string.h>

enum rule { RULE_DELAY, RULE_TICK, RULE_TICK_SEEN, RULE_ALWAYS };

struct version_rule {
    const char *agent;
    unsigned first, last; /* of the first number after the agent's name */
    enum rule rule;
    uint64_t enough_ms; /* time since the handshake after which a notfound is strong */
};

/* Core 0.20 and 0.21 have their number in second place: they are 0 here, and so count as never. */
static const struct version_rule rules[] = {
    {"/Satoshi:", 22, 25, RULE_DELAY, 125000},
    {"/Satoshi:", 26, 31, RULE_TICK, 30000},
    {"/Satoshi:", 32, 99, RULE_TICK_SEEN, 0},
    {"/btcwire:", 0, 99, RULE_ALWAYS, 0},
};

static bool agent_major(struct txs_span subver, const char *agent, unsigned *major)
{
    size_t len = strlen(agent);
    if (subver.len <= len || memcmp(subver.data, agent, len) != 0)
        return false;
    *major = 0;
    size_t digits = 0;
    while (len + digits < subver.len && digits < 3 && subver.data[len + digits] >= '0' &&
           subver.data[len + digits] <= '9')
        *major = *major * 10 + subver.data[len + digits++] - '0';
    return digits > 0;
}

static const struct version_rule *rule_of(struct txs_span subver)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        unsigned major;
        if (agent_major(subver, rules[i].agent, &major) && major >= rules[i].first &&
            major <= rules[i].last)
            return &rules[i];
    }
    return NULL;
}

static bool is_strong(const struct version_rule *rule, const struct txs_evidence *e)
{
    switch (rule->rule) {
    case RULE_DELAY:
        return e->since_handshake_ms >= rule->enough_ms;
    case RULE_TICK:
        return e->tick_before_request || e->since_handshake_ms >= rule->enough_ms;
    case RULE_TICK_SEEN:
        return e->tick_before_request;
    case RULE_ALWAYS:
        return true;
    }
    return false;
}

enum txs_strength txs_notfound_strength(const struct txs_evidence *e)
{
    const struct version_rule *rule = rule_of(e->subver);
    if (rule == NULL || !e->relaytxes || !is_strong(rule, e))
        return TXS_STRENGTH_WEAK;
    return TXS_STRENGTH_STRONG;
}
