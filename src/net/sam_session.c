#include "sam_session.h"

#include "connect_error.h"

#include <stdlib.h>

#define TRIES 3 /* in a row */

/* Before each of them. */
static const uint64_t pauses_ms[TRIES] = {0, 1000, 5000};

struct sam_link {
    uv_tcp_t tcp;
    uv_timer_t timer;
    uv_connect_t connect;
    struct sam_session *session; /* NULL once it is closing */
    struct txs_tunnel *tunnel;
    unsigned open_handles;
    bool asked;
    char read_buffer[512]; /* the session's keys come in it, and nobody wants them */
};

static void on_handle_closed(uv_handle_t *handle)
{
    struct sam_link *l = handle->data;
    if (--l->open_handles > 0)
        return;
    txs_tunnel_free(l->tunnel);
    free(l);
}

/* Not before its pause is over. */
static bool has_socket(const struct sam_link *l)
{
    return l->open_handles > 1;
}

static void close_link(struct sam_session *s)
{
    struct sam_link *l = s->link;
    if (l == NULL)
        return;
    s->link = NULL;
    l->session = NULL;
    uv_close((uv_handle_t *)&l->timer, on_handle_closed);
    if (has_socket(l))
        uv_close((uv_handle_t *)&l->tcp, on_handle_closed);
}

void sam_session_lose(struct sam_session *s, enum txs_outcome outcome, enum txs_error error)
{
    s->state = SAM_LOST;
    s->outcome = outcome;
    s->error = error;
    s->lost_ms = uv_now(s->loop);
    close_link(s);
}

static void lose_to_uv(struct sam_session *s, int uv_error, bool at_once)
{
    enum txs_error error;
    enum txs_outcome outcome = connect_error_judge_proxy(uv_error, at_once, &error);
    sam_session_lose(s, outcome, error);
}

/* Peers have waited long enough: no other try now. */
static void on_late(uv_timer_t *timer)
{
    struct sam_link *l = timer->data;
    l->session->tries = TRIES;
    sam_session_lose(l->session, TXS_OUTCOME_PROXY_FAILED,
                     l->asked ? TXS_ERROR_SAM_SESSION_TIMEOUT : TXS_ERROR_PROXY_SILENT);
}

/* Two short lines on a new connection: a bridge that does not take them whole is out of order.
 * Returns 0 or a libuv error. */
static int send_whole(struct sam_link *l, struct txs_span bytes)
{
    if (bytes.len == 0)
        return 0;
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes.data, (unsigned)bytes.len);
    int sent = uv_try_write((uv_stream_t *)&l->tcp, &buf, 1);
    if (sent < 0 && sent != UV_EAGAIN)
        return sent;
    return sent == (int)bytes.len ? 0 : UV_EPIPE;
}

static void note_asked(struct sam_link *l)
{
    if (l->asked)
        return;
    l->asked = true;
    uv_timer_start(&l->timer, on_late, SAM_SESSION_LIMIT_MS, 0);
}

static void step(struct sam_link *l, struct txs_span bytes)
{
    struct sam_session *s = l->session;
    struct txs_tunnel_actions actions;
    do {
        actions = txs_tunnel_step(l->tunnel, bytes);
        bytes = actions.rest;
        int error = send_whole(l, actions.send);
        if (error != 0) {
            lose_to_uv(s, error, false);
            return;
        }
    } while (actions.state == TXS_TUNNEL_BUSY && bytes.len > 0);
    if (actions.asked)
        note_asked(l);
    if (actions.state == TXS_TUNNEL_FAILED) {
        sam_session_lose(s, TXS_OUTCOME_PROXY_FAILED, actions.error);
    } else if (actions.state == TXS_TUNNEL_OPEN) {
        s->state = SAM_READY;
        uv_timer_stop(&l->timer);
    }
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct sam_link *l = handle->data;
    (void)suggested;
    *buf = uv_buf_init(l->read_buffer, sizeof l->read_buffer);
}

/* What a bridge says once the session stands is of no interest; that it closes ends the session. */
static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
    struct sam_link *l = stream->data;
    if (l->session == NULL || nread == 0)
        return;
    if (nread < 0)
        lose_to_uv(l->session, (int)nread, false);
    else if (l->session->state == SAM_OPENING)
        step(l, (struct txs_span){(const uint8_t *)buf->base, (size_t)nread});
}

static void on_connected(uv_connect_t *request, int status)
{
    struct sam_link *l = request->data;
    if (l->session == NULL)
        return;
    int error = status != 0 ? status : uv_read_start((uv_stream_t *)&l->tcp, on_alloc, on_read);
    if (error != 0)
        lose_to_uv(l->session, error, false);
    else
        step(l, (struct txs_span){NULL, 0});
}

/* NULL without memory. */
static struct sam_link *link_new(struct sam_session *s)
{
    struct sam_link *l = calloc(1, sizeof *l);
    if (l == NULL)
        return NULL;
    txs_sam_id(s->id, txs_random_next(s->random));
    l->session = s;
    l->tunnel = txs_tunnel_sam_session(s->id);
    if (l->tunnel == NULL) {
        free(l);
        return NULL;
    }
    l->tcp.data = l->timer.data = l->connect.data = l;
    uv_timer_init(s->loop, &l->timer);
    l->open_handles = 1;
    s->link = l;
    return l;
}

static void on_pause_over(uv_timer_t *timer)
{
    struct sam_link *l = timer->data;
    struct sam_session *s = l->session;
    int error = uv_tcp_init_ex(s->loop, &l->tcp, s->bridge.any.sa_family);
    if (error == 0) {
        l->open_handles++;
        uv_timer_start(&l->timer, on_late, s->hello_timeout_ms, 0);
        error = uv_tcp_connect(&l->connect, &l->tcp, &s->bridge.any, on_connected);
    }
    if (error != 0)
        lose_to_uv(s, error, true);
}

void sam_session_want(struct sam_session *s)
{
    if (s->state == SAM_OPENING || s->state == SAM_READY)
        return;
    if (s->tries == TRIES) {
        if (uv_now(s->loop) - s->lost_ms < SAM_SESSION_PAUSE_MS)
            return;
        s->tries = 0;
    }
    uint64_t pause_ms = pauses_ms[s->tries++];
    s->state = SAM_OPENING;
    s->number++;
    struct sam_link *l = link_new(s);
    if (l != NULL)
        uv_timer_start(&l->timer, on_pause_over, pause_ms, 0);
    else
        lose_to_uv(s, UV_ENOMEM, true);
}

uint64_t sam_session_use(struct sam_session *s)
{
    s->tries = 0;
    return s->number;
}

void sam_session_stalled(struct sam_session *s, uint64_t ms)
{
    struct sam_link *l = s->link;
    if (l != NULL && has_socket(l) && uv_is_active((uv_handle_t *)&l->timer))
        uv_timer_start(&l->timer, on_late, uv_timer_get_due_in(&l->timer) + ms, 0);
}

void sam_session_close(struct sam_session *s)
{
    close_link(s);
}
