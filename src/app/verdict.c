#include "verdict.h"

#include "causes.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define IDS_NAMED 10

static const char *why_no_peer(const struct console *c, const struct txs_tally *tally)
{
    const struct txs_plan *plan = &c->options->plan;
    uint64_t ignored = txs_tally_ignored(tally);
    if (ignored > 0 && tally->ignored[TXS_IGNORED_NETWORK] == ignored)
        return "no way leads to the networks of the addresses (see --onlynet, --onion, --proxy, "
               "--i2psam, --cjdnsreachable)";
    if (ignored > 0)
        return "all addresses were left out";
    if (plan->seed_count > 0 && plan->proxy.given)
        return c->seeds_resolved > 0 ? "the nodes behind the DNS seeds named nobody"
                                     : "no DNS seed answered through the proxy (is it in "
                                       "order? -v tells what came of each)";
    if (plan->seed_count > 0)
        return c->seeds_resolved > 0 ? "the DNS seeds named nobody"
                                     : "no DNS seed answered (is there a network? -v tells what "
                                       "each said)";
    if (!txs_plan_may_ask_seeds(plan))
        return "none was named, and the DNS seeds know IPv4 and IPv6 alone (see --connect, "
               "--peers)";
    return "none was named (see --connect, --peers)";
}

static void say_why_no_peer(struct console *c, const struct txs_ending *ending)
{
    char text[400];
    bool early = ending->known > 0 || ending->reason != TXS_REASON_FINISHED;
    snprintf(text, sizeof text, "nobody could be asked, there was no node to survey: %s",
             early ? "the deadline came first" : why_no_peer(c, ending->tally));
    console_error(c, text);
}

static bool is_the_proxys(const struct txs_tally *tally)
{
    uint64_t failed = tally->by_outcome[TXS_OUTCOME_PROXY_FAILED];
    return failed > 0 && failed + tally->by_outcome[TXS_OUTCOME_INTERRUPTED] == tally->peers;
}

static void say_why_no_handshake(struct console *c, const struct txs_tally *tally)
{
    char text[400];
    struct ranking *causes = causes_of_unmet(tally);
    if (causes == NULL) {
        console_error(c, "nobody could be asked");
        return;
    }
    const struct ranked *most = &causes->list[0];
    snprintf(text, sizeof text, "nobody could be asked: %s %s%s",
             tally->peers == 1             ? "the one node"
             : most->count == tally->peers ? "all nodes"
                                           : "most nodes",
             most->text,
             !tally->vantage_suspect ? ""
             : is_the_proxys(tally)  ? " (is the proxy in order?)"
                                     : " (is this machine's own link in order?)");
    console_error(c, text);
    free(causes);
}

void verdict_nobody_asked(struct console *c, const struct txs_ending *ending)
{
    if (ending->tally->peers > 0)
        say_why_no_handshake(c, ending->tally);
    else
        say_why_no_peer(c, ending);
}

void verdict_too_few_served(struct console *c, const struct txs_tally *tally)
{
    const struct txs_plan *plan = &c->options->plan;
    size_t few = 0;
    for (size_t i = 0; i < plan->id_count; i++) {
        char text[200], hex[65];
        uint64_t served = tally->ids[i].by_status[TXS_ID_SERVED];
        if (served >= plan->require_served || few++ >= IDS_NAMED)
            continue;
        txs_hash_to_hex(hex, plan->ids[i]);
        snprintf(text, sizeof text, "%s ha%s it, %s required: %s", words_count(served).text,
                 words_of(served, "s", "ve"), words_count(plan->require_served).text, hex);
        console_error(c, text);
    }
    if (few > IDS_NAMED) {
        char text[80];
        snprintf(text, sizeof text, "and %zu transactions more", few - IDS_NAMED);
        console_error(c, text);
    }
}
