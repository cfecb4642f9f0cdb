#include "census.h"

#include "ranking.h"
#include "words.h"

#include "txsurvey/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 47
#define NAMES_MAX 1000 /* peers choose them: what comes beyond is counted without its name */
#define CLIENTS_SHOWN 10
#define FILTERS_SHOWN 5

struct census {
    struct ranking *clients, *filters;
    uint64_t forks;
};

struct census *census_new(void)
{
    struct census *census = calloc(1, sizeof *census);
    if (census == NULL)
        return NULL;
    census->clients = ranking_new(NAMES_MAX);
    census->filters = ranking_new(NAMES_MAX);
    if (census->clients != NULL && census->filters != NULL)
        return census;
    census_free(census);
    return NULL;
}

void census_free(struct census *census)
{
    if (census == NULL)
        return;
    free(census->clients);
    free(census->filters);
    free(census);
}

static void count_client(struct census *census, const struct txs_peer_result *r)
{
    char version[NAME_MAX_BYTES], text[NAME_MAX_BYTES + 1];
    struct txs_client c = txs_client_of(r->subver);
    if (c.name == NULL) {
        ranking_add_other(census->clients);
        return;
    }
    words_plain(version, sizeof version, c.version.data, c.version.len);
    snprintf(text, sizeof text, "%s %.*s", c.name, (int)(NAME_MAX_BYTES - strlen(c.name) - 1),
             version);
    ranking_add(census->clients, text, 1);
}

static void count_filter(struct census *census, const struct txs_peer_result *r)
{
    char text[NAME_MAX_BYTES + 1] = "none named";
    if (txs_loads_the_chain(r))
        snprintf(text, sizeof text, "still loading the chain");
    else if (r->has_feefilter)
        snprintf(text, sizeof text, "%g sat/vB", (double)r->feefilter_sat_kvb / 1000);
    ranking_add(census->filters, text, 1);
}

void census_add(struct census *census, const struct txs_peer_result *r)
{
    if (r->handshake_ms == TXS_NEVER)
        return;
    count_client(census, r);
    count_filter(census, r);
    census->forks += (r->services & TXS_SERVICE_BLAKE2B) != 0;
}

static void say_names(struct screen *s, const char *title, struct ranking *names, size_t shown)
{
    uint64_t others = names->others;
    if (names->total == 0)
        return;
    ranking_sort(names);
    screen_say(s, 2, "%s:", title);
    for (size_t i = 0; i < names->len; i++) {
        if (i < shown)
            screen_item(s, words_count(names->list[i].count).text, names->list[i].text);
        else
            others += names->list[i].count;
    }
    if (others > 0)
        screen_item(s, words_count(others).text, "others");
}

static void say_chains(struct screen *s, const struct census *census, const struct txs_plan *plan,
                       const struct txs_tally *tally)
{
    for (size_t i = 0; i < plan->anchor_count; i++)
        screen_say(
            s, 2, "Block '%s': %s ha%s it, %s lack%s it", plan->anchor_labels[i],
            words_count(tally->anchors[i].has).text, words_of(tally->anchors[i].has, "s", "ve"),
            words_count(tally->anchors[i].lacks).text, words_of(tally->anchors[i].lacks, "s", ""));
    if (census->forks > 0)
        screen_say(s, 2, "%s say%s by a service bit that %s the chain of BLAKE2b",
                   words_count(census->forks).text, words_of(census->forks, "s", ""),
                   words_of(census->forks, "it follows", "they follow"));
}

void census_report(struct screen *s, struct census *census, const struct txs_plan *plan,
                   const struct txs_tally *tally)
{
    if (tally->handshakes == 0)
        return;
    screen_say(s, 2, "%s of %s node%s told of %s:", words_count(tally->handshakes).text,
               words_count(tally->peers).text, words_of(tally->peers, "", "s"),
               words_of(tally->handshakes, "itself", "themselves"));
    say_names(s, "Software, as they claim", census->clients, CLIENTS_SHOWN);
    say_names(s, "The lowest fee that they relay", census->filters, FILTERS_SHOWN);
    say_chains(s, census, plan, tally);
}
