/* Who is known, and what nobody may name. */
#include "state.h"

#include "shard.h"

enum txs_ignored known_closed_to_all(const struct txs_survey *s, const struct txs_address *a)
{
    if (!(s->plan->networks & (1u << a->network)) || !txs_plan_reaches(s->plan, a))
        return TXS_IGNORED_NETWORK;
    if (txs_address_set_has(&s->plan->exclude, a))
        return TXS_IGNORED_EXCLUDED;
    if (shard_of(a, s->plan->shard_count) != s->plan->shard_index)
        return TXS_IGNORED_SHARD;
    return NOT_IGNORED;
}

enum txs_status known_leave_out(struct txs_survey *s, const struct txs_address *address,
                                enum txs_ignored reason)
{
    enum txs_book_add added = txs_book_leave_out(s->book, address);
    if (added == TXS_BOOK_ADDED || added == TXS_BOOK_FULL)
        count_ignored(s, reason);
    return added == TXS_BOOK_NO_MEMORY ? TXS_E_NOMEM : TXS_OK;
}

enum txs_status known_add(struct txs_survey *s, const struct txs_address *address, unsigned tier)
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

static unsigned named_tier(const struct txs_named_peer *peer)
{
    static const unsigned tiers[] = {[TXS_EXPECT_ANSWER] = TXS_TIER_NAMED,
                                     [TXS_EXPECT_CONNECTION] = TXS_TIER_SEED,
                                     [TXS_EXPECT_NOTHING] = TXS_TIER_LAST};
    return tiers[peer->expect];
}

static enum txs_status add_named(struct txs_survey *s, const struct txs_named_peer *peer)
{
    enum txs_ignored why = known_closed_to_all(s, &peer->address);
    if (why == NOT_IGNORED)
        return known_add(s, &peer->address, named_tier(peer));
    return known_leave_out(s, &peer->address, why);
}

enum txs_status txs_survey_add_named(struct txs_survey *s)
{
    static const char *const sources[] = {
        [TXS_NAMED_CONNECT] = "connect", [TXS_NAMED_FILE] = "file"};
    enum txs_status status = TXS_OK;
    for (size_t i = 0; i < s->plan->peer_count && status == TXS_OK; i++) {
        struct txs_named_peer peer = txs_plan_peer(s->plan, i);
        bool another = i == 0 || peer.named_by != s->plan->peers[i - 1].named_by;
        if (another && txs_book_batch(s->book, sources[peer.named_by], 0) == 0)
            return TXS_E_NOMEM;
        status = add_named(s, &peer);
    }
    return status;
}

struct txs_address txs_survey_address(const struct txs_survey *s, uint32_t peer)
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

size_t txs_survey_visit_good_peers(const struct txs_survey *s,
                                   void (*visit)(void *context, const struct txs_address *address),
                                   void *context)
{
    size_t reached = txs_book_visit(s->book, TXS_WORTH_ANSWERED, visit, context);
    reached += txs_book_visit(s->book, TXS_WORTH_REACHED, visit, context);
    txs_book_visit(s->book, TXS_WORTH_UNKNOWN, visit, context);
    return reached;
}
