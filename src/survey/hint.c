#include "hint.h"

#include <string.h>

#define BLOCKS_A_DAY 144
#define HEIGHTS_ENOUGH 9

/* The place of the first height that is not below `height`. */
static size_t place_of(const struct heights *h, size_t count, int32_t height)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (h->sorted[middle] < height)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

void heights_note(struct heights *h, const struct txs_peer_result *r)
{
    if (r->handshake_ms == TXS_NEVER || r->start_height < 0 || txs_on_other_chain(r))
        return;
    int32_t *last = &h->last[h->count % HEIGHTS_KEPT];
    size_t kept = h->count < HEIGHTS_KEPT ? h->count : HEIGHTS_KEPT - 1;
    if (h->count >= HEIGHTS_KEPT) {
        size_t gone = place_of(h, HEIGHTS_KEPT, *last);
        memmove(h->sorted + gone, h->sorted + gone + 1, (kept - gone) * sizeof *h->sorted);
    }
    size_t place = place_of(h, kept, r->start_height);
    memmove(h->sorted + place + 1, h->sorted + place, (kept - place) * sizeof *h->sorted);
    h->sorted[place] = *last = r->start_height;
    h->count++;
}

static bool is_behind(const struct heights *h, int32_t height)
{
    size_t count = h->count < HEIGHTS_KEPT ? h->count : HEIGHTS_KEPT;
    return count >= HEIGHTS_ENOUGH && height >= 0 &&
           (int64_t)height + BLOCKS_A_DAY < h->sorted[count / 2];
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
    if (txs_loads_the_chain(r))
        return TXS_HINT_IBD;
    if (is_behind(heights, r->start_height))
        return TXS_HINT_BEHIND;
    if (plan->has_fee_rate && r->has_feefilter && plan->fee_rate_sat_kvb < r->feefilter_sat_kvb)
        return TXS_HINT_BELOW_FEEFILTER;
    return a->withheld ? TXS_HINT_RELAY_RULE : TXS_HINT_NONE;
}
