/* Whom quotas bind: whoever is named by seeds and gossip alone, and is routable. */
#include "state.h"

static bool is_bound(const struct txs_survey *s, uint32_t peer, struct txs_address *address)
{
    if (txs_book_is_named(s->book, peer))
        return false;
    *address = txs_book_address(s->book, peer);
    return txs_address_is_routable(address);
}

static bool is_alive(const struct txs_peer_result *result)
{
    return result->handshake_ms != TXS_NEVER;
}

enum places_verdict quota_take(struct txs_survey *s, uint32_t peer)
{
    struct txs_address address;
    if (!is_bound(s, peer, &address))
        return PLACES_TAKEN;
    return places_take(&s->places, &address, txs_book_tellers(s->book, peer));
}

void quota_give_back(struct txs_survey *s, uint32_t peer, const struct txs_peer_result *result)
{
    struct txs_address address;
    s->all_busy = false;
    if (is_bound(s, peer, &address))
        places_give_back(&s->places, &address, is_alive(result));
}

void quota_restore(struct txs_survey *s, uint32_t peer, const struct txs_peer_result *result)
{
    struct txs_address address;
    if (is_bound(s, peer, &address))
        places_restore(&s->places, &address, is_alive(result));
}
