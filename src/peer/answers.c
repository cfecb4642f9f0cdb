/* What has been said of each id: noted as it comes, judged in the end. */
#include "answers.h"

#include <string.h>

bool answers_any(const struct txs_peer *p, enum txs_id_status status)
{
    for (size_t i = 0; i < p->config->id_count; i++)
        if (p->result.answers[i].status == status)
            return true;
    return false;
}

bool answers_complete(const struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count; i++) {
        enum txs_id_status status = p->result.answers[i].status;
        if (status != TXS_ID_SERVED && status != TXS_ID_NOTFOUND)
            return false;
    }
    return p->config->id_count > 0 || p->fenced;
}

bool answers_any_pending(const struct txs_peer *p)
{
    for (size_t i = 0; i < p->config->id_count; i++)
        if (p->id_states[i].pending)
            return true;
    return false;
}

void answers_note(struct txs_peer *p, size_t id, enum txs_id_status status)
{
    p->id_states[id].pending = false;
    p->result.answers[id].status = status;
    p->result.answers[id].answered_ms = p->now_ms;
}

void answers_announced(struct txs_peer *p, size_t id)
{
    struct txs_answer *a = &p->result.answers[id];
    a->announced = true;
    a->announced_ms = earlier(a->announced_ms, p->now_ms);
}

/* Served */

/* A peer without WITNESS was asked for the form without: then its wtxid is known only where the
 * inputs show that there is no other form. */
static bool witness_known(const struct txs_peer *p, const struct txs_served *s)
{
    if (s->ids->has_witness || p->config->id_type == TXS_ID_TYPE_WTXID ||
        (p->result.services & TXS_SERVICE_WITNESS))
        return true;
    struct txs_tx tx;
    if (s->parts > TXS_TX_PARTS_MAX || !txs_tx_parse(&tx, s->bytes))
        return false; /* its bytes could not be kept, or are not taken apart */
    bool known = !txs_tx_may_lack_witness(&tx);
    txs_tx_free(&tx);
    return known;
}

/* What follows a merkleblock comes without its witness: BIP144 has no filtered form. */
void answers_served(struct txs_peer *p, size_t id, enum txs_via via, struct txs_served *s)
{
    struct txs_answer *a = &p->result.answers[id];
    s->witness_known = via != TXS_VIA_MERKLEBLOCK && witness_known(p, s);
    a->via = via;
    a->bytes = s->ids->size_bytes;
    a->has_wtxid = s->witness_known;
    memcpy(a->wtxid, s->ids->wtxid, 32);
    answers_note(p, id, TXS_ID_SERVED);
}

/* What they are worth */

/* The peer's announcement ticks begin with our verack, which left with the first request or before
 * it: its own verack may well come some milliseconds later. */
struct txs_notfound answers_notfound(const struct txs_peer *p)
{
    return txs_notfound_judge(&(struct txs_evidence){
        .version = p->result.version,
        .subver = p->result.subver,
        .relaytxes = p->result.relaytxes,
        .since_handshake_ms = p->settled_since_ms,
        .tick_before_request = p->settled_after_tick,
    });
}

/* Whoever announced the transaction had it, whatever it says, and the word of one that failed its
 * control is worth little. */
static void judge_notfound(const struct txs_peer *p, struct txs_notfound notfound,
                           struct txs_answer *a)
{
    bool doubted = a->announced || txs_control_passed(&p->result) == 0;
    a->strength = notfound.strength;
    if (doubted)
        a->strength = TXS_STRENGTH_WEAK;
    a->withheld = notfound.withheld;
}

void answers_judge(struct txs_peer *p)
{
    struct txs_notfound notfound = answers_notfound(p);
    for (size_t i = 0; i < p->config->id_count; i++) {
        struct txs_answer *a = &p->result.answers[i];
        if (a->status == TXS_ID_SERVED)
            a->strength = TXS_STRENGTH_PROVEN;
        if (a->status == TXS_ID_NOTFOUND)
            judge_notfound(p, notfound, a);
    }
}

static enum txs_error silence_error(const struct txs_peer *p)
{
    if (!may_ask_now(p))
        return TXS_ERROR_WTXID_UNSUPPORTED;
    if (is_arriving(p, MESSAGE_TX))
        return TXS_ERROR_PARTIAL_TX;
    if (p->unsolicited_tx)
        return TXS_ERROR_UNSOLICITED_TX;
    return p->awaiting ? TXS_ERROR_NO_ANSWER : TXS_ERROR_NONE;
}

enum txs_outcome answers_outcome(const struct txs_peer *p, enum txs_error *error)
{
    bool complete = answers_complete(p);
    *error = complete ? TXS_ERROR_NONE : silence_error(p);
    return complete ? TXS_OUTCOME_ANSWERED : TXS_OUTCOME_SILENT;
}
