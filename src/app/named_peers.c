#include "named_peers.h"

#include <inttypes.h>
#include <stdio.h>

/* How a way to it is given; to the others there is always one. */
static const char *const ways[TXS_NETWORK_COUNT + 1] = {
    [TXS_NETWORK_ONION] = "through Tor, see --onion and --proxy",
    [TXS_NETWORK_I2P] = "through I2P, see --i2psam",
    [TXS_NETWORK_CJDNS] = "through CJDNS, see --cjdnsreachable",
    [TXS_NETWORK_COUNT] = "by nobody, for they stand for names of Tor's version 2 or the like",
};

/* Peers that no way leads to, by what would: that of their network, or nothing. */
struct unreached {
    size_t count;
    char first[TXS_ADDRESS_TEXT_MAX];
};

static void find_unreached(struct unreached by_way[TXS_NETWORK_COUNT + 1],
                           const struct txs_plan *plan)
{
    for (size_t i = 0; i < plan->peer_count; i++) {
        struct txs_address a = txs_plan_peer(plan, i).address;
        if (txs_plan_reaches(plan, &a) || !(plan->networks & 1u << a.network))
            continue;
        struct unreached *u = &by_way[txs_address_wraps_name(&a) ? TXS_NETWORK_COUNT : a.network];
        if (u->count++ == 0)
            txs_address_text(u->first, &a);
    }
}

/* How many can be reached alike, and the first of them. */
static void warn_of(struct console *console, const struct unreached *u, const char *way)
{
    char text[400];
    if (u->count == 0)
        return;
    snprintf(text, sizeof text, "%zu of the peers that were named %s left out, %s%s: reached %s",
             u->count, u->count == 1 ? "is" : "are", u->first, u->count == 1 ? "" : " the first",
             way);
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
    struct unreached by_way[TXS_NETWORK_COUNT + 1] = {{0}};
    warn_of_skipped(console, &options->list_notes);
    warn_of_missing(console, options);
    find_unreached(by_way, &options->plan);
    for (unsigned i = 0; i <= TXS_NETWORK_COUNT; i++)
        if (ways[i] != NULL)
            warn_of(console, &by_way[i], ways[i]);
}
