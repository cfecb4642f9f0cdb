/* How a survey ends: nothing is left to do, its deadline has come, a signal, or the output broke.
 * In each case everything in progress is recorded, the summary follows, and the sink is emptied. */
#include "ending.h"
#include "dial.h"
#include "fetch.h"

#include <signal.h>
#include <unistd.h>

/* A signal ends the run in this time even where nobody reads the records. */
#define DRAIN_AFTER_SIGNAL_MS 1500

static const int stop_signals[STOP_SIGNALS] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT,
                                               SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM};

void ending_begin(struct txs_engine *e, enum txs_reason reason, enum txs_error why)
{
    if (e->stopping)
        return;
    e->stopping = true;
    e->reason = reason;
    dial_stop(e, why);
    fetch_stop(e);
    resolver_stop(e->resolver);
}

static void on_survey_deadline(uv_timer_t *timer)
{
    ending_begin(engine_of(timer), TXS_REASON_DEADLINE, TXS_ERROR_DEADLINE);
}

static void on_drain_deadline(uv_timer_t *timer)
{
    struct txs_engine *e = engine_of(timer);
    e->flushed = TXS_BROKEN;
    e->reason = TXS_REASON_OUTPUT;
    e->over = true;
}

struct txs_ending ending_of(const struct txs_engine *e)
{
    uint64_t now = e->ended ? e->ended_ms : txs_engine_now_ms(e);
    return (struct txs_ending){
        .reason = e->reason,
        .signal_number = e->signal_number,
        .duration_ms = now - e->started_ms,
        .finished_ms = now,
        .known = txs_survey_known(e->survey),
        .not_attempted = txs_survey_not_attempted(e->survey),
        .tally = txs_survey_tally(e->survey),
        .hunt = e->peer_config.hunt,
    };
}

static void end(struct txs_engine *e)
{
    txs_survey_over(e->survey, !e->stopping);
    e->ended_ms = txs_engine_now_ms(e);
    e->ended = true;
    struct txs_ending ending = ending_of(e);
    uv_timer_stop(&e->progress);
    e->sink->ended(e->sink->context, &ending);
}

void ending_complete(struct txs_engine *e)
{
    if (!e->ended && txs_survey_idle(e->survey) && e->seeds.outstanding == 0)
        end(e);
}

/* The first ends the survey in order, the second at once: what the sink holds is still written as
 * far as its reader takes it. */
static void on_signal(uv_signal_t *handle, int number)
{
    struct txs_engine *e = engine_of(handle);
    if (e->signal_number != 0) {
        dial_write_records(e);
        ending_complete(e);
        e->sink->flush(e->sink->context);
        _exit(128 + number);
    }
    e->signal_number = number;
    ending_begin(e, TXS_REASON_SIGNAL, TXS_ERROR_SIGNAL);
    uv_timer_start(&e->drain, on_drain_deadline, DRAIN_AFTER_SIGNAL_MS, 0);
}

/* What was ignored stays so (nohup), but for the two that ask for an end. */
void ending_start(struct txs_engine *e)
{
    for (size_t i = 0; i < STOP_SIGNALS; i++) {
        struct sigaction old;
        int number = stop_signals[i];
        bool asks = number == SIGINT || number == SIGTERM;
        if (!asks && sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
            continue;
        uv_signal_start(&e->signals[i], on_signal, number);
    }
    if (e->plan->deadline_ms != TXS_NEVER)
        uv_timer_start(&e->deadline, on_survey_deadline, e->plan->deadline_ms, 0);
}
