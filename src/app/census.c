#include "census.h"

#include "txsurvey/client.h"
#include "txsurvey/escape.h"

#include <inttypes.h>
#include <stdarg.h>
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
    char version[4 * TXS_SUBVER_MAX_BYTES + 1], text[NAME_MAX_BYTES + 1];
    struct txs_client c =
        txs_client_of((struct txs_span){(const uint8_t *)r->subver, r->subver_len});
    if (c.name == NULL) {
        census->clients.others++;
        return;
    }
    txs_escape_text(version, c.version.data, c.version.len);
    snprintf(text, sizeof text, "%s %.*s", c.name, (int)(NAME_MAX_BYTES - strlen(c.name) - 1),
             version);
    for (char *at = text; *at != '\0'; at++)
        if (*at & 0x80)
            *at = '?'; /* a character may have been cut in two */
    count_name(&census->clients, text);
}

static void count_filter(struct census *census, const struct txs_peer_result *r)
{
    char text[NAME_MAX_BYTES + 1] = "none";
    if (r->has_feefilter)
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

/* Text */

struct text {
    char *out;
    size_t room, len;
};

static void say(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(t->out + t->len, t->room - t->len, format, args);
    va_end(args);
    if (len > 0)
        t->len += (size_t)len < t->room - t->len ? (size_t)len : t->room - t->len - 1;
}

static int most_first(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->text, y->text);
}

static void say_names(struct text *t, const char *title, const struct names *names, size_t shown)
{
    struct names *sorted = malloc(sizeof *sorted);
    if (sorted == NULL || names->len + names->others == 0) {
        free(sorted);
        return;
    }
    *sorted = *names;
    qsort(sorted->list, sorted->len, sizeof *sorted->list, most_first);
    say(t, "  %s:\n", title);
    for (size_t i = 0; i < sorted->len; i++) {
        if (i < shown)
            say(t, "    %6" PRIu64 " %s\n", sorted->list[i].count, sorted->list[i].text);
        else
            sorted->others += sorted->list[i].count;
    }
    if (sorted->others > 0)
        say(t, "    %6" PRIu64 " others\n", sorted->others);
    free(sorted);
}

static void say_chains(struct text *t, const struct census *census, const struct txs_plan *plan,
                       const struct txs_tally *tally)
{
    for (size_t i = 0; i < plan->anchor_count; i++)
        say(t, "  block '%s': %" PRIu64 " have it, %" PRIu64 " lack it\n", plan->anchor_labels[i],
            tally->anchors[i].has, tally->anchors[i].lacks);
    if (census->forks > 0)
        say(t, "  %" PRIu64 " say by a service bit that they follow the chain of BLAKE2b\n",
            census->forks);
}

void census_text(char *out, size_t room, const struct census *census, const struct txs_plan *plan,
                 const struct txs_tally *tally)
{
    struct text t = {out, room, 0};
    out[0] = '\0';
    say_names(&t, "nodes by software, as they claim", &census->clients, CLIENTS_SHOWN);
    say_names(&t, "their fee filters", &census->filters, FILTERS_SHOWN);
    say_chains(&t, census, plan, tally);
}
