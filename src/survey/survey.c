/* Whom to dial next. A peer goes: known (book) -> in progress -> done, or back into the queue for
 * another attempt and in progress again. */
#include "txsurvey/survey.h"

#include "pace.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_AFTER_MS 500
#define SEED_MAX_ADDRESSES 512
#define SEED_MAX_A_GROUP 64

struct waiting {
    struct txs_attempt attempt;
    uint64_t due_ms;
};

struct txs_survey {
    const struct txs_plan *plan;
    txs_has_route_fn *has_route;
    struct txs_book *book;
    struct pace pace;
    struct txs_tally tally;
    uint32_t window;
    uint64_t in_progress;
    uint64_t attempted; /* peers, whatever the number of attempts */
    bool stopped;
    struct waiting *queue; /* a ring: due times rise, since each waits equally long */
    size_t queue_head, queue_len, queue_cap;
};

struct txs_survey *txs_survey_new(const struct txs_plan *plan, txs_has_route_fn *has_route,
                                  struct txs_random random)
{
    struct txs_survey *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->plan = plan;
    s->has_route = has_route;
    s->window = plan->concurrency;
    s->pace.rate = plan->rate;
    s->tally.id_count = plan->id_count;
    s->tally.ids = calloc(plan->id_count, sizeof *s->tally.ids);
    s->book = txs_book_new(random);
    if (s->tally.ids == NULL || s->book == NULL) {
        txs_survey_free(s);
        return NULL;
    }
    return s;
}

void txs_survey_free(struct txs_survey *s)
{
    if (s == NULL)
        return;
    txs_book_free(s->book);
    free(s->tally.ids);
    free(s->queue);
    free(s);
}

/* An address that is left out counts once, however often it is named. */
static void ignore(struct txs_survey *s, const struct txs_address *address, enum txs_ignored reason)
{
    if (txs_book_leave_out(s->book, address) == TXS_BOOK_ADDED)
        s->tally.ignored[reason]++;
}

/* Onion, I2P and CJDNS have no way out: there is no proxy yet that would lead to them. */
#define DIALLABLE (1u << TXS_NETWORK_IPV4 | 1u << TXS_NETWORK_IPV6)

static bool network_allowed(const struct txs_survey *s, const struct txs_address *address)
{
    return s->plan->networks & DIALLABLE & (1u << address->network);
}

enum txs_status txs_survey_add_named(struct txs_survey *s)
{
    const int sources[] = {[TXS_NAMED_CONNECT] = txs_book_source(s->book, "connect"),
                           [TXS_NAMED_FILE] = txs_book_source(s->book, "file")};
    if (sources[0] < 0 || sources[1] < 0)
        return TXS_E_NOMEM;
    for (size_t i = 0; i < s->plan->peer_count; i++) {
        const struct txs_named_peer *peer = &s->plan->peers[i];
        if (!network_allowed(s, &peer->address))
            ignore(s, &peer->address, TXS_IGNORED_NETWORK);
        else if (txs_book_add(s->book, &peer->address, sources[peer->named_by]) ==
                 TXS_BOOK_NO_MEMORY)
            return TXS_E_NOMEM;
    }
    return TXS_OK;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct txs_address));
}

static size_t unite(struct txs_address *addresses, size_t count)
{
    size_t distinct = 0;
    if (count > 0)
        qsort(addresses, count, sizeof *addresses, by_bytes);
    for (size_t i = 0; i < count; i++)
        if (distinct == 0 || !txs_address_equal(&addresses[distinct - 1], &addresses[i]))
            addresses[distinct++] = addresses[i];
    return distinct;
}

static bool same_group(const struct txs_address *a, const struct txs_address *b)
{
    size_t bytes = a->network == TXS_NETWORK_IPV4 ? 2 : 4;
    return a->network == b->network && memcmp(a->bytes, b->bytes, bytes) == 0;
}

/* Sorted addresses of one group stand side by side, which makes the count of a group a run's
 * length. */
size_t txs_survey_add_seed(struct txs_survey *s, const char *host, struct txs_address *addresses,
                           size_t count)
{
    char text[300];
    snprintf(text, sizeof text, "dns:%.255s", host);
    int source = txs_book_source(s->book, text);
    size_t distinct = unite(addresses, count), taken = 0, run = 0;
    for (size_t i = 0; i < distinct && source >= 0; i++) {
        const struct txs_address *a = &addresses[i];
        run = i > 0 && same_group(a, a - 1) ? run + 1 : 1;
        if (!s->plan->allow_local && !txs_address_is_routable(a))
            ignore(s, a, TXS_IGNORED_UNROUTABLE);
        else if (!network_allowed(s, a) || !s->has_route(a))
            ignore(s, a, TXS_IGNORED_NETWORK);
        else if (taken == SEED_MAX_ADDRESSES || (run > SEED_MAX_A_GROUP && !s->plan->allow_local))
            s->tally.ignored[TXS_IGNORED_QUOTA]++; /* of this answer: another one may name it */
        else if (txs_book_add(s->book, a, source) != TXS_BOOK_NO_MEMORY)
            taken++;
    }
    return distinct;
}

static bool may_start_another(const struct txs_survey *s)
{
    return txs_book_untaken(s->book) > 0 && s->attempted < s->plan->max_peers;
}

static const struct waiting *first_waiting(const struct txs_survey *s)
{
    return s->queue_len > 0 ? &s->queue[s->queue_head] : NULL;
}

static void pop_waiting(struct txs_survey *s, struct txs_attempt *attempt)
{
    *attempt = s->queue[s->queue_head].attempt;
    s->queue_head = (s->queue_head + 1) % s->queue_cap;
    s->queue_len--;
}

/* Those that wait for another attempt go first once they are due: they are few, and their time
 * runs. */
bool txs_survey_next(struct txs_survey *s, uint64_t now_ms, struct txs_attempt *attempt)
{
    if (s->stopped || s->in_progress >= s->window)
        return false;
    const struct waiting *w = first_waiting(s);
    bool again = w != NULL && w->due_ms <= now_ms;
    if ((!again && !may_start_another(s)) || !pace_take(&s->pace, now_ms))
        return false;
    if (again) {
        pop_waiting(s, attempt);
    } else {
        *attempt = (struct txs_attempt){.started_ms = now_ms};
        bool taken = txs_book_take(s->book, &attempt->peer);
        assert(taken);
        (void)taken;
        s->attempted++;
    }
    attempt->attempts++;
    s->in_progress++;
    return true;
}

uint64_t txs_survey_next_ms(const struct txs_survey *s, uint64_t now_ms)
{
    if (s->stopped || s->in_progress >= s->window)
        return TXS_NEVER;
    uint64_t pace = pace_next_ms(&s->pace, now_ms);
    if (may_start_another(s))
        return pace;
    const struct waiting *w = first_waiting(s);
    if (w == NULL)
        return TXS_NEVER;
    return w->due_ms > pace ? w->due_ms : pace;
}

static bool queue_grow(struct txs_survey *s)
{
    size_t cap = s->queue_cap ? s->queue_cap * 2 : 64;
    struct waiting *queue = malloc(cap * sizeof *queue);
    if (queue == NULL)
        return false;
    for (size_t i = 0; i < s->queue_len; i++)
        queue[i] = s->queue[(s->queue_head + i) % s->queue_cap];
    free(s->queue);
    s->queue = queue;
    s->queue_cap = cap;
    s->queue_head = 0;
    return true;
}

bool txs_survey_again(struct txs_survey *s, uint64_t now_ms, const struct txs_attempt *attempt)
{
    if (s->queue_len == s->queue_cap && !queue_grow(s))
        return false;
    s->queue[(s->queue_head + s->queue_len++) % s->queue_cap] =
        (struct waiting){*attempt, now_ms + AGAIN_AFTER_MS};
    s->in_progress--;
    return true;
}

void txs_survey_narrow(struct txs_survey *s)
{
    uint64_t window = s->in_progress > 1 ? s->in_progress - 1 : 1;
    if (window < s->window)
        s->window = (uint32_t)window;
}

void txs_survey_done(struct txs_survey *s, const struct txs_peer_result *result)
{
    s->in_progress--;
    s->tally.peers++;
    s->tally.by_outcome[result->outcome]++;
    for (size_t i = 0; i < result->answer_count; i++)
        s->tally.ids[i].by_status[result->answers[i].status]++;
}

void txs_survey_lose(struct txs_survey *s)
{
    s->in_progress--;
}

void txs_survey_stop(struct txs_survey *s)
{
    s->stopped = true;
}

bool txs_survey_waiting(struct txs_survey *s, struct txs_attempt *attempt)
{
    if (s->queue_len == 0)
        return false;
    pop_waiting(s, attempt);
    s->in_progress++;
    return true;
}

bool txs_survey_idle(const struct txs_survey *s)
{
    return s->in_progress == 0 && s->queue_len == 0 && (s->stopped || !may_start_another(s));
}

uint64_t txs_survey_in_progress(const struct txs_survey *s)
{
    return s->in_progress;
}

uint64_t txs_survey_not_attempted(const struct txs_survey *s)
{
    return txs_book_known(s->book) - s->attempted;
}

const struct txs_address *txs_survey_address(const struct txs_survey *s, uint32_t peer)
{
    return txs_book_address(s->book, peer);
}

const char *txs_survey_source(const struct txs_survey *s, uint32_t peer)
{
    return txs_book_source_text(s->book, peer);
}

uint64_t txs_survey_known(const struct txs_survey *s)
{
    return txs_book_known(s->book);
}

const struct txs_tally *txs_survey_tally(const struct txs_survey *s)
{
    return &s->tally;
}

uint32_t txs_survey_window(const struct txs_survey *s)
{
    return s->window;
}
