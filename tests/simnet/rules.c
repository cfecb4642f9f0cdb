#include "rules.h"

#include "say.h"
#include "txsurvey/hash.h"

#include <math.h>
#include <string.h>

#define TICK_MEAN_MS 5000
#define OTHERS_MEAN_MS 2000 /* until it has announced a transaction to somebody */
#define TWO_MINUTES_MS 120000
#define QUARTER_OF_AN_HOUR_MS 900000
#define TOLD_MAX 35 /* transactions a tick */
#define OTHERS_KEPT (6 * TOLD_MAX)

struct news {
    struct txs_inv_item items[TOLD_MAX + 1 + SIM_TX_MAX];
    size_t count;
    bool by_wtxid;
};

const struct sim_rule_info sim_rules[SIM_RULE_COUNT] = {
#define X(id, name, weight, family, law, relay, background) \
    {SIM_FAMILY_##family, SIM_LAW_##law, relay, background},
    SIM_RULE_TABLE(X)
#undef X
};

const char *const sim_rule_names[SIM_RULE_COUNT + 1] = {
#define X(id, name, ...) name,
    SIM_RULE_TABLE(X)
#undef X
};

const char *const sim_enter_names[SIM_ENTER_COUNT + 1] = {
#define X(id, name, ...) name,
    SIM_ENTER_TABLE(X)
#undef X
};

void sim_rule_mix_default(struct sim_mix *mix)
{
    *mix = (struct sim_mix){.total = 0};
#define X(id, name, weight, ...) sim_mix_set(mix, SIM_RULE_##id, weight);
    SIM_RULE_TABLE(X)
#undef X
}

void sim_enter_mix_default(struct sim_mix *mix)
{
    *mix = (struct sim_mix){.total = 0};
#define X(id, name, weight, ...) sim_mix_set(mix, SIM_ENTER_##id, weight);
    SIM_ENTER_TABLE(X)
#undef X
}

/* In [0, 1). */
static double fraction(uint64_t random)
{
    return (double)(random >> 11) * 0x1p-53;
}

static double exponential(uint64_t random, double mean)
{
    return -log1p(-fraction(random)) * mean;
}

enum sim_enter sim_rule_enter(const struct sim_settings *settings, uint32_t index, size_t k)
{
    return sim_mix_draw(&settings->enter, sim_random(settings, index, SIM_SALT_ENTER, k));
}

int64_t sim_rule_enters_ms(const struct sim_settings *settings, uint32_t index, size_t k)
{
    static const int seconds[] = {
#define X(id, name, weight, s) s,
        SIM_ENTER_TABLE(X)
#undef X
    };
    enum sim_enter enter = sim_rule_enter(settings, index, k);
    double at = fraction(sim_random(settings, index, SIM_SALT_ENTER, SIM_TX_MAX + k));
    if (enter == SIM_ENTER_NEVER)
        return SIM_ENTERS_NEVER;
    if (enter == SIM_ENTER_DURING)
        return 1 + (int64_t)(at * settings->patience_ms);
    if (enter == SIM_ENTER_AFTER)
        return settings->patience_ms + 60000;
    return (int64_t)(seconds[enter] * (800 + 400 * at));
}

static int64_t elapsed_ms(const struct sim_session *s)
{
    return (int64_t)(uv_now(s->net->loop) - s->accepted_ms);
}

static int64_t enters_ms(const struct sim_session *s, size_t k)
{
    return sim_rule_enters_ms(s->net->settings, s->node.index, k);
}

/* Some nodes hear of a transaction every second or so, some rarely, some never. */
static double background_mean_ms(const struct sim_session *s)
{
    static const double means[] = {300, 1500, 12000, INFINITY};
    return means[sim_random(s->net->settings, s->node.index, SIM_SALT_BACKGROUND, 0) % 4];
}

static size_t background_count(const struct sim_session *s, double since_ms)
{
    if (!sim_rules[s->node.rule].background)
        return 0;
    double mean = background_mean_ms(s);
    uint64_t random =
        sim_random(s->net->settings, s->node.index, SIM_SALT_BACKGROUND, 1 + s->play.ticks);
    if (exponential(random, mean) > since_ms)
        return 0;
    double expected = since_ms / mean;
    return 1 + (size_t)(expected < TOLD_MAX ? expected : TOLD_MAX);
}

/* The n-th transaction that only this session knows: the network's first without its witness, with
 * a lock time that no other has. Good until the next call. */
static struct txs_span other_tx(const struct sim_session *s, uint32_t n)
{
    static uint8_t bytes[TXS_PAYLOAD_MAX_BYTES];
    const struct sim_frame *frame = &s->net->settings->txs[0].stripped;
    struct txs_span tx = {bytes, frame->len - TXS_FRAME_HEADER_BYTES};
    struct txs_writer w = txs_writer_to(bytes, tx.len);
    txs_put_bytes(&w, frame->data + TXS_FRAME_HEADER_BYTES, tx.len - 4);
    txs_put_u32le(&w, 0x80000000u | n);
    return tx;
}

static void put_background(struct news *news, const struct sim_session *s, size_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct txs_span tx = other_tx(s, s->play.told + i);
        txs_sha256d(news->items[news->count++].hash, tx.data, tx.len);
    }
}

bool sim_rule_sends_other(struct sim_session *s, const uint8_t hash[32])
{
    if (sim_rules[s->node.rule].law == SIM_LAW_NOTHING)
        return false;
    uint32_t n = s->play.told < OTHERS_KEPT ? 0 : s->play.told - OTHERS_KEPT;
    for (; n < s->play.told; n++) {
        uint8_t own[32];
        struct txs_span tx = other_tx(s, n);
        txs_sha256d(own, tx.data, tx.len);
        if (memcmp(own, hash, 32) == 0) {
            sim_say(s, "tx", tx);
            return true;
        }
    }
    return false;
}

/* Those of ours that came since the last tick. */
static void put_news(struct news *news, struct sim_session *s, int64_t now)
{
    const struct sim_settings *settings = s->net->settings;
    for (size_t k = 0; k < settings->tx_count; k++) {
        int64_t at = enters_ms(s, k);
        if (at <= s->play.tick_ms || at > now || sim_rules[s->node.rule].law == SIM_LAW_NOTHING)
            continue;
        const struct txs_tx_ids *ids = &settings->txs[k].ids;
        memcpy(news->items[news->count++].hash, news->by_wtxid ? ids->wtxid : ids->txid, 32);
        s->play.announced |= 1ull << k;
    }
}

static void next_tick(struct sim_session *s)
{
    uint64_t random =
        sim_random(s->net->settings, s->node.index, SIM_SALT_RULE_TICK, s->play.ticks++);
    s->play.due_ms = uv_now(s->net->loop) + 1 + (uint64_t)exponential(random, TICK_MEAN_MS);
    sim_session_wake_at(s, s->play.due_ms);
}

/* Nothing can be queued for us yet: of what was there before the handshake, nothing is announced.
 */
void sim_rule_begin(struct sim_session *s)
{
    s->play.tick_ms = elapsed_ms(s);
    s->play.counted_ms = INT64_MIN;
    next_tick(s);
}

/* With nothing on its way: what was said has been sent. */
static bool is_evicted(const struct sim_session *s)
{
    uint64_t random =
        sim_random(s->net->settings, s->node.index, SIM_SALT_RULE_EVICTED, s->play.ticks);
    return sim_rules[s->node.rule].law == SIM_LAW_EVICTED && s->play.requests && !s->head &&
           random % 4 == 0;
}

void sim_rule_tick(struct sim_session *s)
{
    if (is_evicted(s)) {
        sim_session_close(s);
        return;
    }
    static struct news news;
    int64_t now = elapsed_ms(s);
    news.count = 0;
    news.by_wtxid = s->node.wtxidrelay && s->got_wtxidrelay;
    put_background(&news, s, background_count(s, (double)(now - s->play.tick_ms)));
    s->play.told += (uint32_t)news.count;
    put_news(&news, s, now);
    for (size_t i = 0; i < news.count; i++)
        news.items[i].type = news.by_wtxid ? TXS_INV_WTX : TXS_INV_TX;
    if (news.count > 0) {
        sim_say_inv_list(s, "inv", news.items, news.count);
        s->play.counted_ms = now;
    }
    s->play.tick_ms = now;
    next_tick(s);
}

/* In the relay cache: announced to us, or to somebody else some time after it came. */
static bool is_cached(const struct sim_session *s, size_t k, int64_t entered, int64_t now)
{
    uint64_t random = sim_random(s->net->settings, s->node.index, SIM_SALT_RULE_OTHERS, k);
    int64_t told = entered + (int64_t)exponential(random, OTHERS_MEAN_MS);
    bool to_us = s->play.announced >> k & 1;
    return (to_us || told <= now) && now < told + QUARTER_OF_AN_HOUR_MS;
}

static bool serves(const struct sim_session *s, size_t k, int64_t entered, int64_t now)
{
    switch (sim_rules[s->node.rule].law) {
    case SIM_LAW_MEMPOOL:
        return true;
    case SIM_LAW_CACHE:
        return is_cached(s, k, entered, now);
    case SIM_LAW_CACHE_OLD:
        return is_cached(s, k, entered, now) || now - entered >= QUARTER_OF_AN_HOUR_MS;
    case SIM_LAW_DELAY:
        return (s->play.announced >> k & 1) || now - entered >= TWO_MINUTES_MS;
    case SIM_LAW_TICK:
        return entered <= s->play.tick_ms;
    case SIM_LAW_QUEUED:
    case SIM_LAW_EVICTED:
        return entered <= s->play.counted_ms;
    case SIM_LAW_NOTHING:
    case SIM_LAW_FULL:
        break;
    }
    return false;
}

bool sim_rule_asked(struct sim_session *s, size_t k)
{
    int64_t entered = enters_ms(s, k), now = elapsed_ms(s);
    if (entered == SIM_ENTERS_NEVER || entered > now)
        return false;
    bool served = serves(s, k, entered, now);
    *(served ? &s->play.served : &s->play.withheld) |= 1ull << k;
    return served;
}
