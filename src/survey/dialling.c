/* Whom to dial, and when. A peer goes: known (book) -> in progress -> done, or back into the queue
 * for another attempt and in progress again. One that seeds and gossip name waits for a place. */
#include "state.h"

#include <assert.h>

#define AGAIN_AFTER_MS 500
#define LOOKS_MAX 64 /* at those who may have no place, before the loop goes on */

static bool has_place(const struct txs_survey *s)
{
    uint64_t beside = s->lingering < s->half_open ? s->lingering : s->half_open;
    return s->in_progress - beside < s->window;
}

static bool may_start_another(const struct txs_survey *s)
{
    bool somebody = s->all_busy ? !txs_book_all_put_off(s->book) : txs_book_untaken(s->book) > 0;
    return somebody && s->attempted < s->plan->max_peers;
}

static enum places_verdict find_place(struct txs_survey *s, uint32_t peer)
{
    enum places_verdict verdict = quota_take(s, peer);
    if (verdict == PLACES_BUSY) {
        txs_book_put_off(s->book, peer);
    } else if (verdict == PLACES_FULL) {
        txs_book_turn_away(s->book, peer);
        count_ignored(s, TXS_IGNORED_QUOTA);
    }
    return verdict;
}

/* Somebody who has a place. */
static bool take_another(struct txs_survey *s, uint32_t *peer)
{
    unsigned busy = 0;
    for (unsigned i = 0; i < LOOKS_MAX && txs_book_take(s->book, peer); i++) {
        enum places_verdict verdict = find_place(s, *peer);
        if (verdict == PLACES_TAKEN)
            return true;
        busy += verdict == PLACES_BUSY;
    }
    s->all_busy = busy == LOOKS_MAX && txs_book_all_put_off(s->book);
    return false;
}

bool txs_survey_pace(struct txs_survey *s, uint64_t now_ms)
{
    return pace_take(&s->pace, now_ms);
}

/* Those that wait for another attempt go first once they are due: they are few, and their time
 * runs. */
bool txs_survey_next(struct txs_survey *s, uint64_t now_ms, struct txs_attempt *attempt)
{
    if (s->stopped || !has_place(s))
        return false;
    const struct waiting *w = retries_first(&s->retries);
    bool again = w != NULL && w->due_ms <= now_ms;
    if ((!again && !may_start_another(s)) || pace_next_ms(&s->pace, now_ms) > now_ms)
        return false;
    uint32_t peer;
    if (again) {
        *attempt = retries_pop(&s->retries);
    } else if (take_another(s, &peer)) {
        *attempt = (struct txs_attempt){.peer = peer, .started_ms = now_ms};
        s->attempted++;
        link_dialled(&s->link, now_ms);
    } else {
        return false;
    }
    bool paced = pace_take(&s->pace, now_ms);
    assert(paced);
    (void)paced;
    attempt->attempts++;
    s->in_progress++;
    return true;
}

uint64_t txs_survey_next_ms(const struct txs_survey *s, uint64_t now_ms)
{
    if (s->stopped || !has_place(s))
        return TXS_NEVER;
    uint64_t pace = pace_next_ms(&s->pace, now_ms);
    if (may_start_another(s))
        return pace;
    const struct waiting *w = retries_first(&s->retries);
    if (w == NULL)
        return TXS_NEVER;
    return w->due_ms > pace ? w->due_ms : pace;
}

bool txs_survey_again(struct txs_survey *s, uint64_t now_ms, const struct txs_attempt *attempt)
{
    struct waiting waiting = {*attempt, now_ms + AGAIN_AFTER_MS};
    assert(!attempt->lingers);
    waiting.attempt.stood_still = false;
    if (!retries_push(&s->retries, waiting))
        return false;
    s->in_progress--;
    return true;
}

void txs_survey_lingers(struct txs_survey *s, struct txs_attempt *attempt)
{
    s->lingering += !attempt->lingers;
    attempt->lingers = true;
}

void txs_survey_settled(struct txs_survey *s, struct txs_attempt *attempt)
{
    s->lingering -= attempt->lingers;
    attempt->lingers = false;
}

void txs_survey_narrow(struct txs_survey *s)
{
    s->half_open = 0;
    uint64_t window = s->in_progress > 1 ? s->in_progress - 1 : 1;
    if (window < s->window)
        s->window = (uint32_t)window;
}

void txs_survey_lose(struct txs_survey *s)
{
    s->in_progress--;
}

void txs_survey_stop(struct txs_survey *s)
{
    s->stopped = true;
}

bool txs_survey_waiting(struct txs_survey *s, struct txs_attempt *attempt)
{
    if (retries_first(&s->retries) == NULL)
        return false;
    *attempt = retries_pop(&s->retries);
    s->in_progress++;
    return true;
}

bool txs_survey_idle(const struct txs_survey *s)
{
    return s->in_progress == 0 && retries_first(&s->retries) == NULL &&
           (s->stopped || !may_start_another(s));
}

uint64_t txs_survey_in_progress(const struct txs_survey *s)
{
    return s->in_progress;
}

uint64_t txs_survey_not_attempted(const struct txs_survey *s)
{
    return txs_book_known(s->book) - s->attempted;
}

uint32_t txs_survey_window(const struct txs_survey *s)
{
    return s->window;
}
