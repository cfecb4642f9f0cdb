#include "census.h"

#include "words.h"

#include "txsurvey/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 47
#define NAMES_MAX 1000 /* peers choose them: what comes beyond is counted without its name */
#define CLIENTS_SHOWN 10
#define FILTERS_SHOWN 5

struct name {
    char text[NAME_MAX_BYTES + 1];
    uint64_t count;
};
struct names {
    struct name list[NAMES_MAX];
    size_t len;
    uint64_t others;
};
struct census {
    struct names clients, filters;
    uint64_t forks;
};

struct census *census_new(void)
{
    return calloc(1, sizeof(struct census));
}

void census_free(struct census *census)
{
    free(census);
}

static void count_name(struct names *names, const char *text)
{
    size_t i = 0;
    while (i < names->len && strcmp(names->list[i].text, text) != 0)
        i++;
    if (i == NAMES_MAX) {
        names->others++;
        return;
    }
    if (i == names->len)
        snprintf(names->list[names->len++].text, sizeof names->list[i].text, "%s", text);
    names->list[i].count++;
}

static void count_client(struct census *census, const struct txs_peer_result *r)
{
    char version[NAME_MAX_BYTES], text[NAME_MAX_BYTES + 1];
    struct txs_client c =
        txs_client_of((struct txs_span){(const uint8_t *)r->subver, r->subver_len});
    if (c.name == NULL) {
        census->clients.others++;
        return;
    }
    words_plain(version, sizeof version, c.version.data, c.version.len);
    snprintf(text, sizeof text, "%s %.*s", c.name, (int)(NAME_MAX_BYTES - strlen(c.name) - 1),
             version);
    count_name(&census->clients, text);
}

static void count_filter(struct census *census, const struct txs_peer_result *r)
{
    char text[NAME_MAX_BYTES + 1] = "none named";
    if (txs_loads_the_chain(r))
        snprintf(text, sizeof text, "still loading the chain");
    else if (r->has_feefilter)
        snprintf(text, sizeof text, "%g sat/vB", (double)r->feefilter_sat_kvb / 1000);
    count_name(&census->filters, text);
}

void census_add(struct census *census, const struct txs_peer_result *r)
{
    if (r->handshake_ms == TXS_NEVER)
        return;
    count_client(census, r);
    count_filter(census, r);
    census->forks += (r->services & TXS_SERVICE_BLAKE2B) != 0;
}

static int most_first(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->text, y->text);
}

static void say_names(struct screen *s, const char *title, const struct names *names, size_t shown)
{
    struct names *sorted = malloc(sizeof *sorted);
    if (sorted == NULL || names->len + names->others == 0) {
        free(sorted);
        return;
    }
    *sorted = *names;
    qsort(sorted->list, sorted->len, sizeof *sorted->list, most_first);
    screen_say(s, 2, "%s:", title);
    for (size_t i = 0; i < sorted->len; i++) {
        if (i < shown)
            screen_item(s, words_count(sorted->list[i].count).text, sorted->list[i].text);
        else
            sorted->others += sorted->list[i].count;
    }
    if (sorted->others > 0)
        screen_item(s, words_count(sorted->others).text, "others");
    free(sorted);
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

void census_report(struct screen *s, const struct census *census, const struct txs_plan *plan,
                   const struct txs_tally *tally)
{
    if (tally->handshakes == 0)
        return;
    screen_say(s, 2, "%s of %s node%s told of %s:", words_count(tally->handshakes).text,
               words_count(tally->peers).text, words_of(tally->peers, "", "s"),
               words_of(tally->handshakes, "itself", "themselves"));
    say_names(s, "Software, as they claim", &census->clients, CLIENTS_SHOWN);
    say_names(s, "The lowest fee that they relay", &census->filters, FILTERS_SHOWN);
    say_chains(s, census, plan, tally);
}
