#include "clocks.h"

#include <stdlib.h>
#include <time.h>

/* Two clocks are never read in the same moment; a clock that is put right little by little (NTP) is
 * followed in steps of this. */
#define NO_STEP_MS 100

static int64_t epoch_unix_ms(void)
{
    struct timespec t;
    int64_t monotonic_ms = (int64_t)(uv_hrtime() / 1000000);
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 - monotonic_ms;
}

static void set_wall_clock(struct txs_engine *e, int64_t epoch_unix_ms)
{
    e->wall.epoch_unix_ms = epoch_unix_ms;
    e->peer_config.epoch_unix_ms = e->proxied_config.epoch_unix_ms = epoch_unix_ms;
    e->seed_config.epoch_unix_ms = epoch_unix_ms;
}

static void note_still(struct txs_engine *e, uint64_t ms, const char *warning)
{
    if (ms >= TXS_STALL_SUSPECT_MS)
        for (struct conn *c = e->conns; c != NULL; c = c->next)
            c->attempt.stood_still = true;
    if (txs_survey_stalled(e->survey, ms))
        run_warn(e, warning);
}

/* The monotonic clock does not count a suspension, the wall clock does; of one that went unseen by
 * both (a virtual machine's) it is told when somebody sets it right. */
static void on_woke(struct conn_host *host)
{
    struct txs_engine *e = host->context;
    int64_t epoch = epoch_unix_ms(), step = epoch - e->wall.epoch_unix_ms;
    if (llabs(step) < NO_STEP_MS)
        return;
    set_wall_clock(e, epoch);
    note_still(e, (uint64_t)llabs(step),
               "this machine was suspended, or its clock was set, by 10 s or more: times that were "
               "recorded before may be wrong, and peers may have given up on it");
}

static void on_stalled(struct conn_host *host, uint64_t ms)
{
    struct txs_engine *e = host->context;
    note_still(e, ms, "this machine stood still for 10 s or more: peers may have given up on it");
    for (struct conn *c = e->conns; c != NULL; c = c->next)
        conn_stalled(c, ms);
    resolver_stalled(e->resolver, ms);
    ways_stalled(&e->ways, ms);
}

void clocks_prepare(struct txs_engine *e)
{
    e->host.woke = on_woke;
    e->host.stalled = on_stalled;
    set_wall_clock(e, epoch_unix_ms());
}

void clocks_start(struct txs_engine *e)
{
    set_wall_clock(e, epoch_unix_ms());
    turn_start(&e->host.turn);
}
