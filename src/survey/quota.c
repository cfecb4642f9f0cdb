/* Whom quotas bind: whoever is named by seeds and gossip alone, and is routable. */
#include "state.h"

static bool is_bound(const struct txs_survey *s, uint32_t peer)
{
    return txs_address_is_routable(txs_book_address(s->book, peer)) &&
           !txs_book_is_named(s->book, peer);
}

static bool is_alive(const struct txs_peer_result *result)
{
    return result->handshake_ms != TXS_NEVER;
}

enum places_verdict quota_take(struct txs_survey *s, uint32_t peer)
{
    if (!is_bound(s, peer))
        return PLACES_TAKEN;
    return places_take(&s->places, txs_book_address(s->book, peer),
                       txs_book_tellers(s->book, peer));
}

void quota_give_back(struct txs_survey *s, uint32_t peer, const struct txs_peer_result *result)
{
    s->all_busy = false;
    if (is_bound(s, peer))
        places_give_back(&s->places, txs_book_address(s->book, peer), is_alive(result));
}

void quota_restore(struct txs_survey *s, uint32_t peer, const struct txs_peer_result *result)
{
    if (is_bound(s, peer))
        places_restore(&s->places, txs_book_address(s->book, peer), is_alive(result));
}
