/* Whom to dial next. A peer goes: known (book) -> in progress -> done, or back into the queue for
 * another attempt and in progress again. */
#include "txsurvey/survey.h"

#include "groups.h"
#include "hint.h"
#include "pace.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_AFTER_MS 500

struct waiting {
    struct txs_attempt attempt;
    uint64_t due_ms;
};

struct txs_survey {
    const struct txs_plan *plan;
    struct txs_vantage vantage;
    struct txs_book *book;
    struct groups groups;
    struct heights heights;
    struct pace pace;
    struct txs_link link;
    struct txs_tally tally;
    /* Left out by this part of the run. The tally has the greater figure of this and of the part
     * that it continues: most addresses are heard of again, so that is nearer to the truth than the
     * sum. */
    uint64_t ignored_now[TXS_IGNORED_COUNT];
    uint32_t window;
    uint64_t in_progress;
    uint64_t attempted; /* peers, whatever the number of attempts */
    bool stopped;
    struct waiting *queue; /* a ring: due times rise, since each waits equally long */
    size_t queue_head, queue_len, queue_cap;
};

static uint64_t longest_attempt_ms(const struct txs_plan *plan)
{
    bool proxies = plan->proxy.given || plan->onion.given || plan->i2psam.given;
    return proxies && plan->proxy_timeout_ms > plan->connect_timeout_ms ? plan->proxy_timeout_ms
                                                                        : plan->connect_timeout_ms;
}

struct txs_survey *txs_survey_new(const struct txs_plan *plan, struct txs_vantage vantage,
                                  struct txs_random random)
{
    struct txs_survey *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->plan = plan;
    s->vantage = vantage;
    s->window = plan->concurrency;
    s->pace.rate = plan->rate;
    txs_link_init(&s->link, longest_attempt_ms(plan));
    s->tally.id_count = plan->id_count;
    s->tally.ids = calloc(plan->id_count, sizeof *s->tally.ids);
    s->tally.controlled = calloc(plan->id_count, sizeof *s->tally.controlled);
    s->groups.key = txs_random_next(&random);
    s->book = txs_book_new(random);
    if (s->tally.ids == NULL || s->tally.controlled == NULL || s->book == NULL) {
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
    free(s->tally.controlled);
    free(s->tally.block.candidates);
    free(s->queue);
    free(s);
}

/* Who is known */

uint32_t txs_networks_with_a_way(const struct txs_plan *plan)
{
    uint32_t networks = 1u << TXS_NETWORK_IPV4 | 1u << TXS_NETWORK_IPV6;
    if (plan->proxy.given || plan->onion.given)
        networks |= 1u << TXS_NETWORK_ONION;
    if (plan->i2psam.given)
        networks |= 1u << TXS_NETWORK_I2P;
    if (plan->cjdns_reachable)
        networks |= 1u << TXS_NETWORK_CJDNS;
    return networks;
}

#define NOT_IGNORED TXS_IGNORED_COUNT

/* What keeps any peer out, whoever names it. */
static enum txs_ignored closed_to_all(const struct txs_survey *s, const struct txs_address *a)
{
    if (!(s->plan->networks & txs_networks_with_a_way(s->plan) & (1u << a->network)))
        return TXS_IGNORED_NETWORK;
    if (txs_address_set_has(&s->plan->exclude, a))
        return TXS_IGNORED_EXCLUDED;
    if (txs_shard_of(a, s->plan->shard_count) != s->plan->shard_index)
        return TXS_IGNORED_SHARD;
    return NOT_IGNORED;
}

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
    if (!s->plan->allow_local && !txs_address_is_routable(a))
        return TXS_IGNORED_UNROUTABLE;
    if (port_is_closed(s, a))
        return TXS_IGNORED_PORT;
    if (txs_address_set_has(s->vantage.own, a))
        return TXS_IGNORED_OWN;
    enum txs_ignored why = closed_to_all(s, a);
    if (why == NOT_IGNORED && !s->vantage.has_route(a))
        return TXS_IGNORED_NETWORK;
    return why;
}

static void count_ignored(struct txs_survey *s, enum txs_ignored reason)
{
    s->ignored_now[reason]++;
    if (s->tally.ignored[reason] < s->ignored_now[reason])
        s->tally.ignored[reason] = s->ignored_now[reason];
}

/* An address that is left out counts once, however often it is named. */
static enum txs_status leave_out(struct txs_survey *s, const struct txs_address *address,
                                 enum txs_ignored reason)
{
    enum txs_book_add added = txs_book_leave_out(s->book, address);
    if (added == TXS_BOOK_ADDED || added == TXS_BOOK_FULL)
        count_ignored(s, reason);
    return added == TXS_BOOK_NO_MEMORY ? TXS_E_NOMEM : TXS_OK;
}

static unsigned named_tier(const struct txs_named_peer *peer)
{
    static const unsigned tiers[] = {[TXS_EXPECT_ANSWER] = TXS_TIER_NAMED,
                                     [TXS_EXPECT_CONNECTION] = TXS_TIER_SEED,
                                     [TXS_EXPECT_NOTHING] = TXS_TIER_LAST};
    return tiers[peer->expect];
}

static enum txs_status add_one(struct txs_survey *s, const struct txs_address *address,
                               unsigned tier)
{
    switch (txs_book_add(s->book, address, tier)) {
    case TXS_BOOK_ADDED:
    case TXS_BOOK_KNOWN:
        return TXS_OK;
    case TXS_BOOK_FULL:
        count_ignored(s, TXS_IGNORED_QUOTA);
        return TXS_OK;
    case TXS_BOOK_NO_MEMORY:
        break;
    }
    return TXS_E_NOMEM;
}

static enum txs_status add_named(struct txs_survey *s, const struct txs_named_peer *peer)
{
    enum txs_ignored why = closed_to_all(s, &peer->address);
    if (why == NOT_IGNORED)
        return add_one(s, &peer->address, named_tier(peer));
    enum txs_status status = leave_out(s, &peer->address, why);
    if (why != TXS_IGNORED_EXCLUDED)
        txs_book_judge_unknown(s->book, &peer->address);
    return status;
}

enum txs_status txs_survey_add_named(struct txs_survey *s)
{
    static const char *const sources[] = {
        [TXS_NAMED_CONNECT] = "connect", [TXS_NAMED_FILE] = "file"};
    enum txs_status status = TXS_OK;
    for (size_t i = 0; i < s->plan->peer_count && status == TXS_OK; i++) {
        const struct txs_named_peer *peer = &s->plan->peers[i];
        bool another = i == 0 || peer->named_by != (peer - 1)->named_by;
        if (another && txs_book_batch(s->book, sources[peer->named_by]) == 0)
            return TXS_E_NOMEM;
        status = add_named(s, peer);
    }
    return status;
}

/* Hearsay */

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

static size_t unite(const struct txs_survey *s, struct txs_heard *heard, size_t count)
{
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++)
        txs_plan_name_network(s->plan, &heard[i].address);
    if (count > 0)
        qsort(heard, count, sizeof *heard, by_address);
    for (size_t i = 0; i < count; i++)
        if (distinct == 0 || by_address(&heard[distinct - 1], &heard[i]) != 0)
            heard[distinct++] = heard[i];
    return distinct;
}

/* What a source may add at a time. */
struct allowance {
    size_t addresses;
    size_t of_a_group, of_a_host;
    bool of_all_peers; /* counts against what all peers' gossip may fill of a group */
};

/* Sorted addresses of one group stand side by side, which makes the count of a group a run's
 * length. */
static enum txs_status add_heard(struct txs_survey *s, struct txs_heard *heard, size_t count,
                                 struct allowance left)
{
    size_t run = 0, host_run = 0;
    enum txs_status status = TXS_OK;
    for (size_t i = 0; i < count && status == TXS_OK; i++) {
        const struct txs_address *a = &heard[i].address;
        run = i > 0 && groups_same(a, &heard[i - 1].address) ? run + 1 : 1;
        host_run =
            i > 0 && memcmp(a->bytes, heard[i - 1].address.bytes, 32) == 0 ? host_run + 1 : 1;
        if (txs_book_hear_again(s->book, a, heard[i].tier))
            continue;
        enum txs_ignored why = closed_to_hearsay(s, a);
        bool grouped = txs_address_is_routable(a);
        if (why != NOT_IGNORED) {
            status = leave_out(s, a, why);
        } else if (left.addresses == 0 || (grouped && run > left.of_a_group) ||
                   (grouped && host_run > left.of_a_host) ||
                   (grouped && left.of_all_peers && !groups_take(&s->groups, a))) {
            count_ignored(s, TXS_IGNORED_QUOTA); /* of this source: another one may name it */
        } else {
            status = add_one(s, a, heard[i].tier);
            left.addresses--;
        }
    }
    return status;
}

/* Most of what peers tell has been told before: that is settled without any sorting. */
static size_t only_new(struct txs_survey *s, struct txs_heard *heard, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        txs_plan_name_network(s->plan, &heard[i].address);
        if (!txs_book_hear_again(s->book, &heard[i].address, heard[i].tier))
            heard[kept++] = heard[i];
    }
    return kept;
}

size_t txs_survey_add_seed(struct txs_survey *s, const char *host, struct txs_heard *heard,
                           size_t count, uint32_t *batch)
{
    char text[TXS_SOURCE_TEXT_MAX];
    snprintf(text, sizeof text, "dns:%.255s", host);
    size_t distinct = unite(s, heard, count);
    for (size_t i = 0; i < distinct; i++)
        heard[i].tier = TXS_TIER_SEED;
    *batch = txs_book_batch(s->book, text);
    if (*batch != 0)
        add_heard(
            s, heard, distinct,
            (struct allowance){SEED_MAX_ADDRESSES, GROUP_MAX_AT_A_TIME, HOST_MAX_AT_A_TIME, false});
    return distinct;
}

void txs_survey_add_gossip(struct txs_survey *s, struct txs_attempt *attempt,
                           struct txs_heard *heard, size_t count)
{
    uint32_t batch = txs_book_batch_of_peer(s->book, attempt->peer, attempt->told);
    if (batch == 0)
        return;
    attempt->told = batch;
    count = unite(s, heard, only_new(s, heard, count));
    add_heard(s, heard, count,
              (struct allowance){SIZE_MAX, GROUP_MAX_AT_A_TIME, HOST_MAX_AT_A_TIME, true});
}

size_t txs_survey_told(const struct txs_survey *s, uint32_t batch, struct txs_address *out,
                       size_t max)
{
    return txs_book_batch_addresses(s->book, batch, out, max);
}

/* Counting */

static enum txs_peer_worth worth_of(const struct txs_peer_result *result)
{
    if (result->outcome == TXS_OUTCOME_ANSWERED)
        return TXS_WORTH_ANSWERED;
    if (result->outcome == TXS_OUTCOME_INTERRUPTED || result->outcome == TXS_OUTCOME_LOCAL_ERROR)
        return TXS_WORTH_UNKNOWN;
    return result->handshake_ms != TXS_NEVER ? TXS_WORTH_REACHED : TXS_WORTH_NONE;
}

static void tally(struct txs_survey *s, uint32_t peer, const struct txs_peer_result *result)
{
    txs_book_judge(s->book, peer, worth_of(result));
    s->tally.peers++;
    s->tally.by_outcome[result->outcome]++;
    int passed = txs_control_passed(result);
    s->tally.control_passed += passed == 1;
    s->tally.control_failed += passed == 0;
    for (size_t i = 0; i < result->answer_count; i++) {
        enum txs_id_status status = result->answers[i].status;
        s->tally.ids[i].by_status[status]++;
        s->tally.controlled[i].by_status[status] += passed != 0;
    }
    if (s->plan->block_given)
        txs_block_tally_add(&s->tally.block, result);
}

/* What an earlier part of this run recorded */

/* Its times are not known any more. */
#define RESTORED_TIER (TXS_TIER_LAST - 3)

/* It passed its own limits then. */
static enum txs_status restore_told(struct txs_survey *s, const struct txs_address *told,
                                    size_t told_count, uint8_t tier)
{
    bool of_peers = tier != TXS_TIER_SEED;
    struct txs_heard *heard = malloc((told_count + 1) * sizeof *heard);
    if (heard == NULL)
        return TXS_E_NOMEM;
    for (size_t i = 0; i < told_count; i++)
        heard[i] = (struct txs_heard){told[i], tier};
    enum txs_status status = add_heard(s, heard, unite(s, heard, told_count),
                                       (struct allowance){SIZE_MAX, SIZE_MAX, SIZE_MAX, of_peers});
    free(heard);
    return status;
}

enum txs_status txs_survey_restore_peer(struct txs_survey *s, const struct txs_restored_peer *peer)
{
    uint32_t index = 0;
    struct txs_address address = peer->address;
    if (address.network == TXS_NETWORK_CJDNS) /* unless that can be reached this time, too */
        address.network = TXS_NETWORK_IPV6;
    txs_plan_name_network(s->plan, &address);
    if (txs_book_batch(s->book, "resumed") == 0)
        return TXS_E_NOMEM;
    bool taken = txs_book_take_address(s->book, &address, &index);
    if (!taken && !txs_book_hear_again(s->book, &address, TXS_TIER_LAST))
        return TXS_E_NOMEM; /* or more addresses than the book holds */
    s->attempted += taken;
    heights_note(&s->heights, peer->result);
    tally(s, index, peer->result);
    if (peer->told_count == 0)
        return TXS_OK;
    if (txs_book_batch_of_peer(s->book, index, 0) == 0)
        return TXS_E_NOMEM;
    return restore_told(s, peer->told, peer->told_count, RESTORED_TIER);
}

enum txs_status txs_survey_restore_seed(struct txs_survey *s, const struct txs_restored_seed *seed)
{
    char text[TXS_SOURCE_TEXT_MAX];
    snprintf(text, sizeof text, "dns:%.255s", seed->host);
    if (txs_book_batch(s->book, text) == 0)
        return TXS_E_NOMEM;
    return restore_told(s, seed->told, seed->told_count, TXS_TIER_SEED);
}

void txs_survey_restore_summary(struct txs_survey *s, const struct txs_restored_summary *summary)
{
    for (unsigned i = 0; i < TXS_IGNORED_COUNT; i++)
        if (s->tally.ignored[i] < summary->ignored[i])
            s->tally.ignored[i] = summary->ignored[i];
    s->tally.vantage_suspect |= summary->vantage_suspect;
}

/* What makes the whole survey suspect */

#define STALL_SUSPECT_MS 10000

static bool become_suspect(struct txs_survey *s, bool why)
{
    bool becomes = why && !s->tally.vantage_suspect;
    s->tally.vantage_suspect |= why;
    return becomes;
}

bool txs_survey_dialled(struct txs_survey *s, uint64_t now_ms, uint64_t began_ms, bool heard)
{
    return become_suspect(s, txs_link_note(&s->link, now_ms, began_ms, heard));
}

bool txs_survey_stalled(struct txs_survey *s, uint64_t ms)
{
    return become_suspect(s, ms >= STALL_SUSPECT_MS);
}

size_t txs_survey_visit_good_peers(const struct txs_survey *s,
                                   void (*visit)(void *context, const struct txs_address *address),
                                   void *context)
{
    size_t reached = txs_book_visit(s->book, TXS_WORTH_ANSWERED, visit, context);
    reached += txs_book_visit(s->book, TXS_WORTH_REACHED, visit, context);
    txs_book_visit(s->book, TXS_WORTH_UNKNOWN, visit, context);
    return reached;
}

/* Whom to dial */

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
bool txs_survey_pace(struct txs_survey *s, uint64_t now_ms)
{
    return pace_take(&s->pace, now_ms);
}

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

void txs_survey_done(struct txs_survey *s, const struct txs_attempt *attempt,
                     struct txs_peer_result *result)
{
    s->in_progress--;
    for (size_t i = 0; i < result->answer_count; i++)
        result->answers[i].hint = hint_of(s->plan, &s->heights, result, &result->answers[i]);
    heights_note(&s->heights, result);
    tally(s, attempt->peer, result);
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

void txs_survey_source(const struct txs_survey *s, uint32_t peer, char out[TXS_SOURCE_TEXT_MAX])
{
    txs_book_source_text(s->book, peer, out);
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
