/* What seeds and gossip say: filtered, capped, united with what is known. */
#include "txsurvey/hearsay.h"

#include "groups.h"
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED_MAX_ADDRESSES 512
#define GROUP_MAX_OF_A_SOURCE 64
#define HOST_MAX_OF_A_SOURCE 4 /* its ports */

/* I2P has no ports, and Core's bridge opens none (Session::Connect). */
static bool port_is_closed(const struct txs_survey *s, const struct txs_address *a)
{
    if (a->network == TXS_NETWORK_I2P)
        return a->port != 0;
    return a->port == 0 || (!s->plan->any_port && txs_port_is_foreign(a->port));
}

/* What others name may be aimed at somebody. */
static enum txs_ignored closed_to_hearsay(const struct txs_survey *s, const struct txs_address *a)
{
    if (txs_address_wraps_name(a))
        return TXS_IGNORED_NETWORK;
    if (!s->plan->allow_local && !txs_address_is_routable(a))
        return TXS_IGNORED_UNROUTABLE;
    if (port_is_closed(s, a))
        return TXS_IGNORED_PORT;
    if (txs_address_set_has(s->vantage.own, a))
        return TXS_IGNORED_OWN;
    enum txs_ignored why = known_closed_to_all(s, a);
    if (why == NOT_IGNORED && !s->vantage.has_route(a))
        return TXS_IGNORED_NETWORK;
    return why;
}

#define DAY_S 86400

uint8_t txs_gossip_tier(uint32_t time_s, int64_t now_s, size_t place)
{
    int64_t age_s = now_s - (int64_t)time_s;
    if (age_s < -600) /* Core takes a time in the future for five days ago */
        age_s = 5 * DAY_S;
    unsigned age = age_s < DAY_S ? 0 : age_s < 7 * DAY_S ? 1 : age_s < 30 * DAY_S ? 2 : 3;
    unsigned depth = place < 16 ? 0 : place < 64 ? 1 : place < 256 ? 2 : 3;
    return (uint8_t)(TXS_TIER_LAST - 6 + age + depth);
}

/* Ports last, so that a host's, and a group's, stand side by side. */
static int by_address(const void *a, const void *b)
{
    const struct txs_address *x = &((const struct txs_heard *)a)->address;
    const struct txs_address *y = &((const struct txs_heard *)b)->address;
    if (x->network != y->network)
        return x->network < y->network ? -1 : 1;
    int order = memcmp(x->bytes, y->bytes, sizeof x->bytes);
    return order != 0 ? order : (x->port > y->port) - (x->port < y->port);
}

static size_t unite(struct txs_heard *heard, size_t count)
{
    size_t distinct = 0;
    if (count > 0)
        qsort(heard, count, sizeof *heard, by_address);
    for (size_t i = 0; i < count; i++)
        if (distinct == 0 || by_address(&heard[distinct - 1], &heard[i]) != 0)
            heard[distinct++] = heard[i];
    return distinct;
}

/* What a source may add, `before` included: its last batch until now. */
struct allowance {
    size_t addresses;
    size_t of_a_group, of_a_host;
    uint32_t before;
};

static bool same_host(const struct txs_address *a, const struct txs_address *b)
{
    return a->network == b->network && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* Of the addresses that a source names, sorted, how many are alike up to the i-th one; those that
 * it has added before are counted in. */
static size_t run_of(const struct txs_survey *s, const struct txs_heard *heard, size_t i,
                     size_t run, uint32_t before,
                     bool (*alike)(const struct txs_address *, const struct txs_address *))
{
    const struct txs_address *a = &heard[i].address;
    if (i > 0 && alike(a, &heard[i - 1].address))
        return run + 1;
    return 1 + txs_book_batch_alike(s->book, before, a, alike);
}

/* Sorted addresses of one group stand side by side, which makes the count of a group a run's
 * length. */
static enum txs_status add_heard(struct txs_survey *s, struct txs_heard *heard, size_t count,
                                 struct allowance left)
{
    size_t run = 0, host_run = 0;
    enum txs_status status = TXS_OK;
    for (size_t i = 0; i < count && status == TXS_OK; i++) {
        const struct txs_address *a = &heard[i].address;
        run = run_of(s, heard, i, run, left.before, groups_same);
        host_run = run_of(s, heard, i, host_run, left.before, same_host);
        if (txs_book_hear_again(s->book, a, heard[i].tier))
            continue;
        enum txs_ignored why = closed_to_hearsay(s, a);
        bool grouped = txs_address_is_routable(a);
        if (why != NOT_IGNORED) {
            status = known_leave_out(s, a, why);
        } else if (left.addresses == 0 ||
                   (grouped && (run > left.of_a_group || host_run > left.of_a_host))) {
            count_ignored(s, TXS_IGNORED_QUOTA); /* of this source: another one may name it */
        } else {
            status = known_add(s, a, heard[i].tier);
            left.addresses--;
        }
    }
    return status;
}

/* Most of what peers tell has been told before: that is settled without any sorting. */
static size_t only_new(struct txs_survey *s, struct txs_heard *heard, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!txs_book_hear_again(s->book, &heard[i].address, heard[i].tier))
            heard[kept++] = heard[i];
    return kept;
}

uint32_t hearsay_batch_of_seed(struct txs_survey *s, const char *host, uint32_t previous)
{
    char text[TXS_SOURCE_TEXT_MAX];
    snprintf(text, sizeof text, "dns:%.255s", host);
    return txs_book_batch(s->book, text, previous);
}

uint32_t hearsay_batch_of_peer(struct txs_survey *s, uint32_t peer, uint32_t previous)
{
    struct txs_address teller = txs_book_address(s->book, peer);
    uint64_t group = groups_of_teller(&teller);
    return txs_book_batch_of_peer(s->book, peer, previous, group);
}

/* `heard` is united; the seed may add `max` addresses by it. */
static void add_of_seed(struct txs_survey *s, const char *host, struct txs_heard *heard,
                        size_t count, size_t max, uint32_t *batch)
{
    uint32_t before = *batch;
    *batch = hearsay_batch_of_seed(s, host, before);
    if (*batch != 0)
        add_heard(s, heard, count,
                  (struct allowance){max, GROUP_MAX_OF_A_SOURCE, HOST_MAX_OF_A_SOURCE, before});
}

size_t txs_survey_add_seed(struct txs_survey *s, const char *host, struct txs_heard *heard,
                           size_t count, uint32_t *batch)
{
    size_t distinct = unite(heard, count);
    s->seed_named |= distinct > 0;
    for (size_t i = 0; i < distinct; i++)
        heard[i].tier = TXS_TIER_SEED;
    add_of_seed(s, host, heard, distinct, SEED_MAX_ADDRESSES, batch);
    return distinct;
}

size_t txs_survey_add_seed_gossip(struct txs_survey *s, const char *host, struct txs_heard *heard,
                                  size_t count, uint32_t *batch)
{
    size_t distinct = unite(heard, count);
    s->seed_named |= distinct > 0;
    add_of_seed(s, host, heard, distinct, SIZE_MAX, batch);
    return distinct;
}

void txs_survey_add_gossip(struct txs_survey *s, struct txs_attempt *attempt,
                           struct txs_heard *heard, size_t count)
{
    uint32_t before = attempt->told, batch = hearsay_batch_of_peer(s, attempt->peer, before);
    if (batch == 0)
        return;
    attempt->told = batch;
    count = unite(heard, only_new(s, heard, count));
    add_heard(s, heard, count,
              (struct allowance){SIZE_MAX, GROUP_MAX_OF_A_SOURCE, HOST_MAX_OF_A_SOURCE, before});
}

size_t txs_survey_told(const struct txs_survey *s, uint32_t batch, struct txs_address *out,
                       size_t max)
{
    return txs_book_batch_addresses(s->book, batch, out, max);
}

enum txs_status hearsay_restore(struct txs_survey *s, const struct txs_address *told, size_t count,
                                uint8_t tier)
{
    struct txs_heard *heard = malloc((count + 1) * sizeof *heard);
    if (heard == NULL)
        return TXS_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        heard[i] = (struct txs_heard){told[i], tier};
    txs_book_many_tell(s->book);
    enum txs_status status = add_heard(s, heard, unite(heard, count),
                                       (struct allowance){SIZE_MAX, SIZE_MAX, SIZE_MAX, 0});
    free(heard);
    return status;
}
