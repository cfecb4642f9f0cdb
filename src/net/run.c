#include "run.h"

#include "txsurvey/engine.h"

struct txs_engine *engine_of(void *handle)
{
    return ((uv_handle_t *)handle)->data;
}

uint64_t txs_engine_now_ms(const struct txs_engine *e)
{
    return uv_now(&e->loop);
}

const struct txs_wall_clock *txs_engine_wall_clock(const struct txs_engine *e)
{
    return &e->wall;
}

void run_warn(struct txs_engine *e, const char *text)
{
    e->sink->warn(e->sink->context, text);
}

static void on_output_writable(uv_poll_t *poll, int status, int events)
{
    (void)poll; /* it woke the loop; before_wait writes */
    (void)status;
    (void)events;
}

static void poll_output(struct txs_engine *e, bool wanted)
{
    if (wanted == e->output_polled || !e->output_open)
        return;
    e->output_polled = wanted;
    if (wanted)
        uv_poll_start(&e->output, UV_WRITABLE | UV_DISCONNECT, on_output_writable);
    else
        uv_poll_stop(&e->output);
}

void run_flush(struct txs_engine *e)
{
    if (e->flushed != TXS_BROKEN)
        e->flushed = e->sink->flush(e->sink->context);
    poll_output(e, e->flushed == TXS_WAITING || e->flushed == TXS_FULL);
}
