#include "txsurvey/tally.h"

#include "txsurvey/peer.h"

#include <math.h>
#include <stdlib.h>

uint64_t txs_tally_ignored(const struct txs_tally *tally)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < TXS_IGNORED_COUNT; i++)
        sum += tally->ignored[i];
    return sum;
}

uint64_t txs_id_tally_asked(const struct txs_id_tally *tally)
{
    uint64_t asked = 0;
    for (unsigned s = 0; s < TXS_ID_STATUS_COUNT; s++)
        if (s != TXS_ID_UNASKED)
            asked += tally->by_status[s];
    return asked;
}

double txs_id_tally_share(const struct txs_id_tally *tally)
{
    uint64_t asked = txs_id_tally_asked(tally);
    return asked == 0 ? -1 : (double)tally->by_status[TXS_ID_SERVED] / (double)asked;
}

bool txs_id_tally_ci95(const struct txs_id_tally *tally, double *low, double *high)
{
    const double z = 1.959963984540054; /* the normal distribution's 97.5 % quantile */
    double n = (double)txs_id_tally_asked(tally), p = txs_id_tally_share(tally);
    if (n == 0)
        return false;
    double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *low = centre - half > 0 ? centre - half : 0;
    *high = centre + half < 1 ? centre + half : 1;
    return true;
}

uint64_t txs_block_tally_can_serve(const struct txs_block_tally *tally, int32_t height)
{
    uint64_t count = 0;
    for (size_t i = 0; i < tally->count; i++) {
        const struct txs_block_candidate *c = &tally->candidates[i];
        count += txs_can_serve_block(
            height, c->full ? TXS_SERVICE_NETWORK : TXS_SERVICE_NETWORK_LIMITED, c->start_height);
    }
    return count;
}

static void add_candidate(struct txs_block_tally *tally, struct txs_block_candidate candidate)
{
    if ((tally->count & (tally->count - 1)) == 0) {
        size_t cap = tally->count ? tally->count * 2 : 1;
        void *grown = realloc(tally->candidates, cap * sizeof *tally->candidates);
        if (grown == NULL) {
            tally->incomplete = true;
            return;
        }
        tally->candidates = grown;
    }
    tally->candidates[tally->count++] = candidate;
}

static bool served_from_block(const struct txs_peer_result *result)
{
    for (size_t i = 0; i < result->answer_count; i++)
        if (result->answers[i].via == TXS_VIA_MERKLEBLOCK ||
            result->answers[i].via == TXS_VIA_BLOCK)
            return true;
    return false;
}

/* The height becomes known on the way, so what decides is kept of each peer. */
void txs_block_tally_add(struct txs_block_tally *tally, const struct txs_peer_result *result)
{
    const uint64_t either = TXS_SERVICE_NETWORK | TXS_SERVICE_NETWORK_LIMITED;
    tally->asked += result->block_asked != TXS_BLOCK_WAY_NONE;
    tally->served += served_from_block(result);
    if (result->handshake_ms != TXS_NEVER && result->services & either &&
        !txs_on_other_chain(result))
        add_candidate(tally, (struct txs_block_candidate){result->start_height,
                                                          result->services & TXS_SERVICE_NETWORK});
}
