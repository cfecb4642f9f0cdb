/* Whom to dial, and when. A peer goes: known (book) -> in progress -> done, or back into the queue
 * for another attempt and in progress again. */
#include "state.h"

#include <assert.h>

#define AGAIN_AFTER_MS 500

static bool may_start_another(const struct txs_survey *s)
{
    return txs_book_untaken(s->book) > 0 && s->attempted < s->plan->max_peers;
}

bool txs_survey_pace(struct txs_survey *s, uint64_t now_ms)
{
    return pace_take(&s->pace, now_ms);
}

/* Those that wait for another attempt go first once they are due: they are few, and their time
 * runs. */
bool txs_survey_next(struct txs_survey *s, uint64_t now_ms, struct txs_attempt *attempt)
{
    if (s->stopped || s->in_progress >= s->window)
        return false;
    const struct waiting *w = retries_first(&s->retries);
    bool again = w != NULL && w->due_ms <= now_ms;
    if ((!again && !may_start_another(s)) || !pace_take(&s->pace, now_ms))
        return false;
    if (again) {
        *attempt = retries_pop(&s->retries);
    } else {
        *attempt = (struct txs_attempt){.started_ms = now_ms};
        bool taken = txs_book_take(s->book, &attempt->peer);
        assert(taken);
        (void)taken;
        s->attempted++;
        link_dialled(&s->link, now_ms);
    }
    attempt->attempts++;
    s->in_progress++;
    return true;
}

uint64_t txs_survey_next_ms(const struct txs_survey *s, uint64_t now_ms)
{
    if (s->stopped || s->in_progress >= s->window)
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
    waiting.attempt.stood_still = false;
    if (!retries_push(&s->retries, waiting))
        return false;
    s->in_progress--;
    return true;
}

void txs_survey_narrow(struct txs_survey *s)
{
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
