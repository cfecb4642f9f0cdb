/* What an earlier part of this run recorded. */
#include "state.h"

/* Its times are not known any more. */
#define RESTORED_TIER (TXS_TIER_LAST - 3)

enum txs_status txs_survey_restore_peer(struct txs_survey *s, const struct txs_restored_peer *peer)
{
    uint32_t index = 0;
    if (txs_book_batch(s->book, "resumed", 0) == 0)
        return TXS_E_NOMEM;
    bool taken = txs_book_take_address(s->book, &peer->address, &index);
    if (!taken && !txs_book_hear_again(s->book, &peer->address, TXS_TIER_LAST))
        return TXS_E_NOMEM; /* or more addresses than the book holds */
    s->attempted += taken;
    count_peer(s, index, peer->result);
    if (taken)
        quota_restore(s, index, peer->result);
    s->tally.restored++;
    if (peer->told_count == 0)
        return TXS_OK;
    if (hearsay_batch_of_peer(s, index, 0) == 0)
        return TXS_E_NOMEM;
    return hearsay_restore(s, peer->told, peer->told_count, RESTORED_TIER);
}

enum txs_status txs_survey_restore_seed(struct txs_survey *s, const struct txs_restored_seed *seed)
{
    s->seed_named |= seed->told_count > 0;
    if (hearsay_batch_of_seed(s, seed->host, 0) == 0)
        return TXS_E_NOMEM;
    return hearsay_restore(s, seed->told, seed->told_count, TXS_TIER_SEED);
}

void txs_survey_restore_summary(struct txs_survey *s, const struct txs_restored_summary *summary)
{
    for (unsigned i = 0; i < TXS_IGNORED_COUNT; i++)
        if (s->tally.ignored[i] < summary->ignored[i])
            s->tally.ignored[i] = summary->ignored[i];
    s->tally.vantage_suspect |= summary->vantage_suspect;
}
