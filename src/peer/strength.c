/* How far a notfound can be relied on, by the rules of the version that said it. A strong one means
 * that the transaction was not there when the session began; what enters a mempool in the session's
 * last seconds may be withheld until the next tick.
 *
 * What a node serves (Core: FindTxForGetData, ProcessGetData) depends on its version; the table
 * says when a notfound means that the transaction is not there:
 *
 *   at once   whatever is in the mempool is served: Core to 0.12, btcd
 *   delay     only what was in the mempool for so long, or was announced: once the session is that
 *             old, whatever was there when it began has been there long enough, and whatever came
 *             since has been announced. Core 0.21 to 25 wait two minutes
 *             (UNCONDITIONAL_RELAY_DELAY), 0.20 a quarter of an hour (RELAY_TX_CACHE_TIME)
 *   tick      what entered the mempool before the connection's last announcement tick. Ticks come
 *             5 s apart in the mean, so 30 s leave out one in 400, and an announcement proves one.
 *             Core 26 to 31, and Knots, which keeps Core's numbers
 *   seen      the same, but a tick counts only when something was queued for us: an announcement
 *             must have been seen. Core's development branch of 2026, which becomes 32
 *   never     only what was announced to somebody within a quarter of an hour: Core 0.13 to 0.19.
 *             bcoin: one that is set to be selfish says notfound to everything
 *
 * Any other agent may be anything: never. So is a node without a mempool of its own (blocksonly),
 * and one whose protocol version is older than the software that it claims to be.
 */
#include "txsurvey/peer.h"

#include <string.h>

enum rule { RULE_AT_ONCE, RULE_DELAY, RULE_TICK, RULE_SEEN, RULE_NEVER };

#define TWO_MINUTES 125000u /* and a little for the way */
#define QUARTER_OF_AN_HOUR 905000u
#define TICK_ALMOST_SURE 30000u

/* `first` and `last` are the agent's first two numbers, the first one times 100: 0.21 is 21, 25.1
 * is 2501, the development branch after 31 is 3199. Behind the first part, which may end with a
 * comment in parentheses (BIP14), nothing may follow but `then` with its version: whoever builds on
 * Core or on btcd's library names that too, and serves as it likes. */
struct version_rule {
    const char *agent, *then;
    bool alone; /* it may also end before that */
    unsigned first, last;
    int32_t least_version; /* protocol version that all of them speak */
    enum rule rule;
    uint64_t enough_ms; /* for DELAY and TICK: from the handshake to the request */
};

static const struct version_rule rules[] = {
    {"/Satoshi:", "Knots:", true, 0, 12, TXS_NOTFOUND_VERSION, RULE_AT_ONCE, 0},
    {"/Satoshi:", "Knots:", true, 13, 19, 70014, RULE_NEVER, 0},
    {"/Satoshi:", "Knots:", true, 20, 20, 70015, RULE_DELAY, QUARTER_OF_AN_HOUR},
    {"/Satoshi:", "Knots:", true, 21, 2599, 70016, RULE_DELAY, TWO_MINUTES},
    {"/Satoshi:", "Knots:", true, 2600, 3198, 70016, RULE_TICK, TICK_ALMOST_SURE},
    {"/Satoshi:", "Knots:", true, 3199, 9999, 70016, RULE_SEEN, 0},
    {"/btcwire:", "btcd:", false, 0, 9999, TXS_NOTFOUND_VERSION, RULE_AT_ONCE, 0},
    {"/bcoin:", "bcoin:", true, 0, 9999, TXS_NOTFOUND_VERSION, RULE_NEVER, 0},
};

/* A number of at most two digits, which is taken off the text. */
static bool take_number(struct txs_span *text, unsigned *out)
{
    size_t digits = 0;
    *out = 0;
    for (; digits < text->len && text->data[digits] >= '0' && text->data[digits] <= '9'; digits++) {
        if (digits == 2)
            return false;
        *out = *out * 10 + text->data[digits] - '0';
    }
    text->data += digits;
    text->len -= digits;
    return digits > 0;
}

static bool take_prefix(struct txs_span *text, const char *prefix)
{
    size_t len = strlen(prefix);
    if (text->len < len || memcmp(text->data, prefix, len) != 0)
        return false;
    text->data += len;
    text->len -= len;
    return true;
}

/* The rest of the first part of an agent, with the slash that ends it. */
static bool take_part(struct txs_span *text)
{
    const uint8_t *slash = text->len > 0 ? memchr(text->data, '/', text->len) : NULL;
    if (slash == NULL)
        return false;
    text->len -= (size_t)(slash + 1 - text->data);
    text->data = slash + 1;
    return true;
}

/* A build on the way from 0.12 to 0.13 has the new rule already, by its third number. */
static bool agent_number(struct txs_span text, const struct version_rule *rule, unsigned *out)
{
    unsigned major, minor = 0;
    if (!take_prefix(&text, rule->agent) || !take_number(&text, &major))
        return false;
    if (take_prefix(&text, ".") && !take_number(&text, &minor))
        return false;
    *out = major * 100 + minor;
    if (*out == 12 && take_prefix(&text, ".99"))
        *out = 13;
    if (!take_part(&text))
        return false;
    if (text.len == 0)
        return rule->alone;
    return take_prefix(&text, rule->then) && take_part(&text) && text.len == 0;
}

static const struct version_rule *rule_of(const struct txs_evidence *e)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        unsigned number;
        if (agent_number(e->subver, &rules[i], &number) && number >= rules[i].first &&
            number <= rules[i].last)
            return e->version >= rules[i].least_version ? &rules[i] : NULL;
    }
    return NULL;
}

static bool is_final(const struct version_rule *rule, const struct txs_evidence *e)
{
    switch (rule->rule) {
    case RULE_AT_ONCE:
        return true;
    case RULE_DELAY:
        return e->since_handshake_ms >= rule->enough_ms;
    case RULE_TICK:
        return e->tick_before_request || e->since_handshake_ms >= rule->enough_ms;
    case RULE_SEEN:
        return e->tick_before_request;
    case RULE_NEVER:
        break;
    }
    return false;
}

enum txs_strength txs_notfound_strength(const struct txs_evidence *e, bool *withheld)
{
    const struct version_rule *rule = e->relaytxes ? rule_of(e) : NULL;
    bool final = rule != NULL && is_final(rule, e);
    *withheld = rule != NULL && !final;
    return final ? TXS_STRENGTH_STRONG : TXS_STRENGTH_WEAK;
}
