/* What came of it: the counts behind the summary, and hints. */
#include "state.h"

#include <assert.h>

void count_ignored(struct txs_survey *s, enum txs_ignored reason)
{
    s->ignored_now[reason]++;
    if (s->tally.ignored[reason] < s->ignored_now[reason])
        s->tally.ignored[reason] = s->ignored_now[reason];
}

static enum txs_peer_worth worth_of(const struct txs_peer_result *result)
{
    if (result->outcome == TXS_OUTCOME_ANSWERED)
        return TXS_WORTH_ANSWERED;
    if (result->handshake_ms != TXS_NEVER)
        return TXS_WORTH_REACHED;
    bool judged =
        result->outcome != TXS_OUTCOME_INTERRUPTED && result->outcome != TXS_OUTCOME_LOCAL_ERROR;
    return judged ? TXS_WORTH_NONE : TXS_WORTH_UNKNOWN;
}

static void count_anchors(struct txs_tally *t, const struct txs_peer_result *result)
{
    for (size_t i = 0; i < TXS_ANCHORS_MAX; i++) {
        t->anchors[i].has += result->anchors[i] == TXS_ANCHOR_HAS;
        t->anchors[i].lacks += result->anchors[i] == TXS_ANCHOR_LACKS;
        t->anchors[i].unknown +=
            result->anchors[i] != TXS_ANCHOR_HAS && result->anchors[i] != TXS_ANCHOR_LACKS;
    }
}

static void count_notfound(struct txs_notfound_tally *t, const struct txs_answer *answer)
{
    if (answer->status != TXS_ID_NOTFOUND)
        return;
    t->strong += answer->strength == TXS_STRENGTH_STRONG;
    t->by_hint[answer->hint]++;
}

static void count_ids(struct txs_tally *t, const struct txs_peer_result *result)
{
    bool passed = txs_control_passed(result) != 0;
    bool anchored = result->anchors[0] == TXS_ANCHOR_HAS;
    for (size_t i = 0; i < result->answer_count; i++) {
        enum txs_id_status status = result->answers[i].status;
        t->ids[i].by_status[status]++;
        t->controlled[i].by_status[status] += passed;
        t->anchored[i].by_status[status] += anchored;
        count_notfound(&t->notfounds[i], &result->answers[i]);
    }
}

void count_peer(struct txs_survey *s, uint32_t peer, const struct txs_peer_result *result)
{
    struct txs_tally *t = &s->tally;
    heights_note(&s->heights, result);
    txs_book_judge(s->book, peer, worth_of(result));
    t->peers++;
    t->by_outcome[result->outcome]++;
    t->handshakes += result->handshake_ms != TXS_NEVER;
    t->spoke += result->has_version || result->outcome == TXS_OUTCOME_PROTOCOL_ERROR;
    t->bytes_sent += result->bytes_sent;
    t->bytes_received += result->bytes_received;
    t->unmet[result->outcome][result->error] += result->handshake_ms == TXS_NEVER;
    t->control_passed += txs_control_passed(result) == 1;
    t->control_failed += txs_control_passed(result) == 0;
    count_anchors(t, result);
    count_ids(t, result);
    if (s->plan->block_given)
        txs_block_tally_add(&t->block, result);
}

void txs_survey_done(struct txs_survey *s, const struct txs_attempt *attempt,
                     struct txs_peer_result *result)
{
    assert(!attempt->lingers);
    s->in_progress--;
    for (size_t i = 0; i < result->answer_count; i++)
        result->answers[i].hint = hint_of(s->plan, &s->heights, result, &result->answers[i]);
    count_peer(s, attempt->peer, result);
    quota_give_back(s, attempt->peer, result);
}

static bool become_suspect(struct txs_survey *s, bool why)
{
    bool becomes = why && !s->tally.vantage_suspect;
    s->tally.vantage_suspect |= why;
    return becomes;
}

bool txs_survey_dialled(struct txs_survey *s, uint64_t now_ms, uint64_t began_ms, bool heard)
{
    return become_suspect(s, link_note(&s->link, now_ms, began_ms, heard));
}

bool txs_survey_stalled(struct txs_survey *s, uint64_t ms)
{
    return become_suspect(s, ms >= TXS_STALL_SUSPECT_MS);
}

/* Not one peer said a word, though some had their time; or the seeds, of which not one named
 * anybody, had theirs. */
static bool heard_nobody(const struct txs_survey *s, bool complete)
{
    const struct txs_tally *t = &s->tally;
    if (t->peers == 0)
        return complete && s->plan->seed_count > 0 && !s->seed_named;
    return t->spoke == 0 && t->peers > t->by_outcome[TXS_OUTCOME_INTERRUPTED];
}

void txs_survey_over(struct txs_survey *s, bool complete)
{
    become_suspect(s, heard_nobody(s, complete));
}

/* What the peer said, or who refuses to speak, is there and could be reached. */
static bool may_be_ours(enum txs_outcome outcome)
{
    return outcome != TXS_OUTCOME_ANSWERED && outcome != TXS_OUTCOME_PROTOCOL_ERROR &&
           outcome != TXS_OUTCOME_CONNECT_REFUSED && outcome != TXS_OUTCOME_INTERRUPTED;
}

bool txs_survey_doubts(struct txs_survey *s, uint64_t now_ms, const struct txs_attempt *attempt,
                       enum txs_outcome outcome)
{
    uint64_t since_ms = attempt->started_ms;
    if (now_ms - since_ms > s->longest_attempt_ms)
        since_ms = now_ms - s->longest_attempt_ms;
    return may_be_ours(outcome) &&
           (attempt->stood_still || link_is_silent(&s->link, now_ms, since_ms));
}

const struct txs_tally *txs_survey_tally(const struct txs_survey *s)
{
    return &s->tally;
}
