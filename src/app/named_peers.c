#include "named_peers.h"

#include <inttypes.h>
#include <stdio.h>

/* How a way to it is given; to the others there is always one. */
static const char *const ways[TXS_NETWORK_COUNT] = {
    [TXS_NETWORK_ONION] = "through Tor, see --onion and --proxy",
    [TXS_NETWORK_I2P] = "through I2P, see --i2psam",
    [TXS_NETWORK_CJDNS] = "through CJDNS, see --cjdnsreachable",
};
static const char no_way[] = "by nobody, for they stand for names of Tor's version 2 or the like";

static const char *way_to(const struct txs_address *a)
{
    return txs_address_wraps_name(a) ? no_way : ways[a->network];
}

/* The first of those that no way leads to, and how many can be reached alike. */
static void warn_of(struct console *console, const struct txs_plan *plan, const char *way)
{
    char text[400], first[TXS_ADDRESS_TEXT_MAX] = "";
    size_t count = 0;
    for (size_t i = 0; i < plan->peer_count; i++) {
        struct txs_address a = txs_plan_peer(plan, i).address;
        if (txs_plan_reaches(plan, &a) || !(plan->networks & 1u << a.network) || way_to(&a) != way)
            continue;
        if (count++ == 0)
            txs_address_text(first, &a);
    }
    if (count == 0)
        return;
    snprintf(text, sizeof text, "%zu of the peers that were named %s left out, %s%s: reached %s",
             count, count == 1 ? "is" : "are", first, count == 1 ? "" : " the first", way);
    console_warn(console, text);
}

static void warn_of_skipped(struct console *console, const struct txs_list_notes *notes)
{
    char text[1200];
    snprintf(text, sizeof text, "--skip-bad-lines: %" PRIu64 " left out, the first: %s",
             notes->skipped, notes->first_skipped.text);
    if (notes->skipped > 0)
        console_warn(console, text);
    snprintf(text, sizeof text,
             "%" PRIu64 " inbound peers of getpeerinfo left out: nobody listens at their ports",
             notes->inbound);
    if (notes->inbound > 0)
        console_warn(console, text);
}

static void warn_of_missing(struct console *console, const struct options *options)
{
    char text[400];
    bool seeds = options->plan.seed_count > 0;
    if (options->missing_list == NULL)
        return;
    snprintf(text, sizeof text, "--peers: %.200s is not there yet, and is made at the end%s",
             options->missing_list, seeds ? "; the DNS seeds are asked" : "");
    console_warn(console, text);
}

void warn_of_named_peers(struct console *console, const struct options *options)
{
    const struct txs_plan *plan = &options->plan;
    warn_of_skipped(console, &options->list_notes);
    warn_of_missing(console, options);
    for (unsigned i = 0; i < TXS_NETWORK_COUNT; i++)
        if (ways[i] != NULL)
            warn_of(console, plan, ways[i]);
    warn_of(console, plan, no_way);
}
