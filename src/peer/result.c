/* A peer's result: blank, and what follows from it. */
#include "txsurvey/peer.h"

void txs_peer_result_blank(struct txs_peer_result *result, struct txs_answer *answers, size_t count)
{
    *result = (struct txs_peer_result){
        .stage = TXS_STAGE_CONNECT,
        .handshake_ms = TXS_NEVER,
        .start_height = -1,
        .block_height = -1,
        .answer_count = count,
        .answers = answers,
    };
    for (size_t i = 0; i < count; i++)
        answers[i] = (struct txs_answer){
            .first_request_ms = TXS_NEVER,
            .answered_ms = TXS_NEVER,
            .announced_ms = TXS_NEVER,
        };
}

int txs_control_passed(const struct txs_peer_result *r)
{
    bool to_the_end = r->outcome == TXS_OUTCOME_ANSWERED || r->outcome == TXS_OUTCOME_SILENT;
    if (r->control_random == TXS_CONTROL_ANNOUNCED || r->control_random == TXS_CONTROL_SERVED ||
        r->control_announced == TXS_CONTROL_NOTFOUND ||
        (r->control_announced == TXS_CONTROL_UNANSWERED && to_the_end))
        return 0;
    if (r->control_random == TXS_CONTROL_NOTFOUND || r->control_announced == TXS_CONTROL_SERVED)
        return 1;
    return -1;
}

bool txs_on_other_chain(const struct txs_peer_result *r)
{
    return r->on_fork || r->anchors[0] == TXS_ANCHOR_LACKS || r->anchors[0] == TXS_ANCHOR_CLAIMS;
}

/* What a node that is still loading the chain asks for: the highest step of its fee filter's
 * rounding (Core: FeeFilterRounder, MaybeSendFeefilter), by its incremental relay fee. */
#define IBD_FEEFILTER_1000 9170997
#define IBD_FEEFILTER_100 9936506

bool txs_loads_the_chain(const struct txs_peer_result *r)
{
    return r->has_feefilter && (r->feefilter_sat_kvb == IBD_FEEFILTER_1000 ||
                                r->feefilter_sat_kvb == IBD_FEEFILTER_100);
}
