#include "hint.h"

#include <stdlib.h>
#include <string.h>

/* What a node that is still loading the chain asks for: the highest step of its fee filter's
 * rounding (Core: FeeFilterRounder, MaybeSendFeefilter), by its incremental relay fee. */
#define IBD_FEEFILTER_1000 9170997
#define IBD_FEEFILTER_100 9936506
#define BLOCKS_A_DAY 144
#define HEIGHTS_ENOUGH 9

void heights_note(struct heights *h, const struct txs_peer_result *r)
{
    if (r->handshake_ms != TXS_NEVER && r->start_height >= 0 && !txs_on_other_chain(r))
        h->last[h->count++ % HEIGHTS_KEPT] = r->start_height;
}

static int by_height(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static bool is_behind(const struct heights *h, int32_t height)
{
    int32_t sorted[HEIGHTS_KEPT];
    size_t count = h->count < HEIGHTS_KEPT ? h->count : HEIGHTS_KEPT;
    if (count < HEIGHTS_ENOUGH || height < 0)
        return false;
    memcpy(sorted, h->last, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_height);
    return (int64_t)height + BLOCKS_A_DAY < sorted[count / 2];
}

static bool loads_the_chain(const struct txs_peer_result *r)
{
    return r->has_feefilter && (r->feefilter_sat_kvb == IBD_FEEFILTER_1000 ||
                                r->feefilter_sat_kvb == IBD_FEEFILTER_100);
}

enum txs_hint hint_of(const struct txs_plan *plan, const struct heights *heights,
                      const struct txs_peer_result *r, const struct txs_answer *a)
{
    if (a->status != TXS_ID_NOTFOUND)
        return TXS_HINT_NONE;
    if (txs_on_other_chain(r))
        return TXS_HINT_OTHER_CHAIN;
    if (a->confirmed)
        return TXS_HINT_CONFIRMED;
    if (!r->relaytxes)
        return TXS_HINT_BLOCKSONLY;
    if (loads_the_chain(r))
        return TXS_HINT_IBD;
    if (is_behind(heights, r->start_height))
        return TXS_HINT_BEHIND;
    if (plan->has_fee_rate && r->has_feefilter && plan->fee_rate_sat_kvb < r->feefilter_sat_kvb)
        return TXS_HINT_BELOW_FEEFILTER;
    return a->withheld ? TXS_HINT_RELAY_RULE : TXS_HINT_NONE;
}
