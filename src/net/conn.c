#include "conn.h"

#include "connect_error.h"
#include "seeds.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The kernel keeps what was not yet read: without a limit that is 128 KiB a peer and more. */
#define RECEIVE_BUFFER_BYTES 16384

static struct conn *conn_of(void *handle)
{
    return ((uv_handle_t *)handle)->data;
}

static struct conn *conn_of_deadline(struct deadline *deadline)
{
    return (struct conn *)((char *)deadline - offsetof(struct conn, deadline));
}

static const char *host_name(const struct conn *c)
{
    return c->seed != NULL ? c->seed->host : NULL;
}

static void tap(struct conn *c, enum txs_tap_event event, struct txs_span bytes)
{
    const struct txs_sink *sink = c->host->sink;
    if (sink->tap != NULL && (event == TXS_TAP_END ? c->tap_slot != NULL : bytes.len > 0))
        sink->tap(sink->context, &c->tap_slot, &(struct txs_tapped){host_name(c), &c->address},
                  event, uv_now(c->host->loop), bytes);
}

/* Closing */

enum txs_outcome conn_judge(const struct conn *c, int uv_error, bool at_once, enum txs_error *error)
{
    return c->proxy != NULL ? connect_error_judge_proxy(uv_error, at_once, error)
                            : connect_error_judge(uv_error, at_once, error);
}

static void report_uv_error(struct conn *c, int uv_error, bool at_once)
{
    enum txs_error error;
    enum txs_outcome outcome = conn_judge(c, uv_error, at_once, &error);
    c->owner->connect_failed(c, outcome, error);
}

static void on_socket_closed(uv_handle_t *handle)
{
    struct conn *c = conn_of(handle);
    c->host->open--;
    if (c->refused_at_once != 0)
        report_uv_error(c, c->refused_at_once, true);
    c->owner->gone(c);
}

static void conn_close(struct conn *c)
{
    if (c->closing)
        return;
    c->closing = true;
    tap(c, TXS_TAP_END, (struct txs_span){NULL, 0});
    deadlines_set(&c->host->deadlines, &c->deadline, TXS_NEVER);
    uv_close((uv_handle_t *)&c->tcp, on_socket_closed);
}

static void fail_connecting(struct conn *c, enum txs_outcome outcome, enum txs_error error)
{
    c->owner->connect_failed(c, outcome, error);
    conn_close(c);
}

/* Sending */

struct write {
    uv_write_t request;
    struct conn *conn;
    char bytes[];
};

static void step(struct conn *c, struct txs_peer_event event);

static void fail_here(struct conn *c, enum txs_error code)
{
    if (c->peer != NULL)
        step(c, (struct txs_peer_event){.kind = TXS_PEER_STOP, .error = code});
    else
        fail_connecting(c, TXS_OUTCOME_LOCAL_ERROR, code);
}

/* What the peer or the network did shows when reading, after what had been sent before. A fault of
 * our own is kept until whoever is sending can act on it. */
static void note_unsent(struct conn *c, int uv_error)
{
    enum txs_error code;
    if (conn_judge(c, uv_error, false, &code) == TXS_OUTCOME_LOCAL_ERROR)
        c->fault = code;
}

static void on_written(uv_write_t *request, int status)
{
    struct write *w = request->data;
    struct conn *c = w->conn;
    free(w);
    c->writes--;
    if (c->closing)
        return;
    if (status != 0)
        note_unsent(c, status);
    if (c->fault != TXS_ERROR_NONE)
        fail_here(c, c->fault);
    else if (c->writes == 0 && c->peer != NULL)
        step(c, (struct txs_peer_event){.kind = TXS_PEER_WRITABLE});
}

/* What the socket does not take at once waits in a write of its own. That is never much: while one
 * waits the peer machine holds back all that it can. */
static void send_later(struct conn *c, struct txs_span bytes)
{
    struct write *w = malloc(sizeof *w + bytes.len);
    if (w == NULL) {
        c->fault = TXS_ERROR_NO_MEMORY;
        return;
    }
    w->conn = c;
    w->request.data = w;
    memcpy(w->bytes, bytes.data, bytes.len);
    uv_buf_t buf = uv_buf_init(w->bytes, (unsigned)bytes.len);
    int error = uv_write(&w->request, (uv_stream_t *)&c->tcp, &buf, 1, on_written);
    if (error == 0) {
        c->writes++;
        return;
    }
    free(w);
    note_unsent(c, error);
}

static void send_bytes(struct conn *c, struct txs_span bytes)
{
    if (bytes.len == 0)
        return;
    int sent = UV_EAGAIN;
    if (c->writes == 0) {
        uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes.data, (unsigned)bytes.len);
        sent = uv_try_write((uv_stream_t *)&c->tcp, &buf, 1);
    }
    if (sent < 0 && sent != UV_EAGAIN) {
        note_unsent(c, sent);
        return;
    }
    size_t done = sent > 0 ? (size_t)sent : 0;
    if (done < bytes.len)
        send_later(c, (struct txs_span){bytes.data + done, bytes.len - done});
}

/* Deadlines */

static void on_idle(uv_idle_t *idle)
{
    (void)idle; /* that it is active is all that it is for */
}

/* Those up to now are judged as soon as the reads of this turn are over. */
static void note_due(struct conn_host *host)
{
    host->due_ms = uv_now(host->loop);
    uv_idle_start(&host->no_wait, on_idle);
}

static void on_deadline(uv_timer_t *timer)
{
    struct conn_host *host = timer->data;
    host->armed_ms = TXS_NEVER;
    note_due(host);
}

static void arm(struct conn_host *host, uint64_t deadline_ms)
{
    uint64_t now = uv_now(host->loop);
    host->armed_ms = deadline_ms;
    uv_timer_start(&host->deadline, on_deadline, deadline_ms > now ? deadline_ms - now : 0, 0);
}

static void set_deadline(struct conn *c, uint64_t deadline_ms)
{
    struct conn_host *host = c->host;
    if (deadline_ms == c->deadline.ms)
        return;
    if (deadline_ms < host->not_before_ms)
        deadline_ms = host->not_before_ms;
    deadlines_set(&host->deadlines, &c->deadline, deadline_ms);
    if (host->not_before_ms > 0)
        return; /* the timer is set when all have been judged */
    if (deadline_ms <= uv_now(host->loop))
        note_due(host);
    else if (deadline_ms < host->armed_ms)
        arm(host, deadline_ms);
}

static void linger(struct conn *c)
{
    c->owner->lingers(c);
    set_deadline(c, c->connect_until_ms);
}

static void judge_deadline(struct conn *c)
{
    set_deadline(c, TXS_NEVER); /* it has passed: the next one is set anew */
    if (c->share.waits)
        set_deadline(c, 0); /* what has come is read first */
    else if (c->peer != NULL)
        step(c, (struct txs_peer_event){.kind = TXS_PEER_DEADLINE});
    else if (uv_now(c->host->loop) < c->connect_until_ms)
        linger(c);
    else if (c->proxy != NULL && !c->asked)
        fail_connecting(c, TXS_OUTCOME_PROXY_FAILED, TXS_ERROR_PROXY_SILENT);
    else
        fail_connecting(c, TXS_OUTCOME_CONNECT_TIMEOUT, TXS_ERROR_TIMED_OUT);
}

static void on_heartbeat(uv_timer_t *timer)
{
    (void)timer; /* it ended a wait */
}

static void wake(struct conn_host *host)
{
    if (host->awake)
        return;
    host->awake = true;
    host->woke(host);
}

/* Once each: what is set meanwhile is for another turn. */
static void judge_deadlines(struct conn_host *host)
{
    struct deadline *first;
    host->not_before_ms = host->due_ms + 1;
    while ((first = deadlines_first(&host->deadlines)) != NULL && first->ms <= host->due_ms)
        judge_deadline(conn_of_deadline(first));
    host->due_ms = host->not_before_ms = 0;
    if (first != NULL && first->ms < host->armed_ms) /* one that fires too early is set again */
        arm(host, first->ms);
}

static void on_after_reads(uv_check_t *check)
{
    struct conn_host *host = check->data;
    wake(host);
    uint64_t stalled_ms = turn_end(&host->turn);
    if (stalled_ms > 0)
        host->stalled(host, stalled_ms);
    judge_deadlines(host);
    uv_idle_stop(&host->no_wait);
    host->awake = false;
}

/* The dialogue */

static void step(struct conn *c, struct txs_peer_event event)
{
    do {
        event.now_ms = uv_now(c->host->loop);
        event.clogged = c->writes > 0;
        struct txs_peer_actions actions = txs_peer_step(c->peer, &event);
        tap(c, TXS_TAP_SENT, actions.send);
        send_bytes(c, actions.send);
        for (size_t i = 0; i < actions.served_count; i++)
            c->owner->served(c, &actions.served[i]);
        if (actions.told != NULL)
            c->owner->told(c, actions.told);
        if (c->fault != TXS_ERROR_NONE && !actions.finished) {
            event = (struct txs_peer_event){.kind = TXS_PEER_STOP, .error = c->fault};
            continue;
        }
        if (actions.finished) {
            c->owner->finished(c);
            conn_close(c);
            return;
        }
        set_deadline(c, actions.deadline_ms);
        event.bytes = actions.rest;
    } while (event.bytes.len > 0 || event.kind == TXS_PEER_STOP);
}

static void receive(struct conn *c, struct txs_span bytes)
{
    tap(c, TXS_TAP_RECEIVED, bytes);
    step(c, (struct txs_peer_event){.kind = TXS_PEER_BYTES, .bytes = bytes});
}

/* From here on the connection is one to the peer. */
static void begin_dialogue(struct conn *c)
{
    c->owner->connected(c);
    if (c->peer == NULL) {
        fail_connecting(c, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_MEMORY);
        return;
    }
    c->connected_ms = uv_now(c->host->loop);
    step(c, (struct txs_peer_event){.kind = TXS_PEER_CONNECTED});
}

/* The dialogue with the proxy, until the peer's can begin. */
static void step_tunnel(struct conn *c, struct txs_span bytes)
{
    struct txs_tunnel_actions actions;
    do {
        actions = txs_tunnel_step(c->tunnel, bytes);
        c->asked = actions.asked;
        send_bytes(c, actions.send);
        bytes = actions.rest;
    } while (actions.state == TXS_TUNNEL_BUSY && bytes.len > 0 && c->fault == TXS_ERROR_NONE);
    if (c->fault != TXS_ERROR_NONE) {
        fail_connecting(c, TXS_OUTCOME_LOCAL_ERROR, c->fault);
    } else if (actions.state == TXS_TUNNEL_FAILED) {
        fail_connecting(c, TXS_OUTCOME_PROXY_FAILED, actions.error);
    } else if (actions.state == TXS_TUNNEL_OPEN) {
        txs_tunnel_free(c->tunnel);
        c->tunnel = NULL;
        begin_dialogue(c);
        if (bytes.len > 0 && !c->closing)
            receive(c, bytes);
    }
}

/* Without a buffer nothing is read, and libuv asks again in the next turn. */
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct conn *c = conn_of(handle);
    (void)suggested;
    wake(c->host);
    *buf = turn_take_share(&c->host->turn, &c->share)
               ? uv_buf_init(c->host->read_buffer, CONN_READ_BUFFER_BYTES)
               : uv_buf_init(NULL, 0);
}

/* By the peer or the proxy, on the way there, or here. */
static void on_lost(struct conn *c, int uv_error)
{
    enum txs_error code;
    enum txs_outcome outcome;
    if (c->peer == NULL) {
        outcome = conn_judge(c, uv_error, false, &code);
        fail_connecting(c, outcome, code);
        return;
    }
    outcome = connect_error_judge(uv_error, false, &code);
    if (outcome == TXS_OUTCOME_LOCAL_ERROR)
        fail_here(c, code);
    else
        step(c, (struct txs_peer_event){.kind = TXS_PEER_CLOSED, .error = code});
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
    struct conn *c = conn_of(stream);
    if (c->closing || nread == 0 || (nread == UV_ENOBUFS && buf->len == 0))
        return;
    struct txs_span bytes = {(const uint8_t *)buf->base, nread > 0 ? (size_t)nread : 0};
    if (nread < 0)
        on_lost(c, (int)nread);
    else if (c->peer != NULL)
        receive(c, bytes);
    else
        step_tunnel(c, bytes);
}

static void on_connected(uv_connect_t *request, int status)
{
    struct conn *c = request->data;
    free(request);
    if (c->closing)
        return;
    wake(c->host);
    /* A reset here comes from a peer that had accepted: a refusal has its own word. */
    bool reset = status == UV_ECONNRESET;
    if (status != 0 && (!reset || c->proxy != NULL)) {
        report_uv_error(c, status, false);
        conn_close(c);
        return;
    }
    if (c->proxy != NULL)
        step_tunnel(c, (struct txs_span){NULL, 0});
    else
        begin_dialogue(c);
    if (reset && !c->closing)
        on_lost(c, UV_ECONNRESET);
}

struct conn *conn_new(struct conn_host *host, const struct conn_owner *owner)
{
    struct conn *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->host = host;
    c->owner = owner;
    c->connected_ms = c->connecting_ms = TXS_NEVER;
    return c;
}

void conn_free(struct conn *c)
{
    txs_tunnel_free(c->tunnel);
    txs_peer_free(c->peer);
    free(c);
}

static void set_connect_deadline(struct conn *c)
{
    uint64_t limit_ms =
        c->proxy != NULL ? c->host->proxy_connect_timeout_ms : c->host->connect_timeout_ms;
    c->connect_until_ms = c->connecting_ms + limit_ms;
    set_deadline(c, c->connecting_ms + (limit_ms < CONN_LINGERS_MS ? limit_ms : CONN_LINGERS_MS));
}

int conn_start(struct conn *c)
{
    struct conn_host *host = c->host;
    union socket_address to;
    if (c->proxy != NULL)
        to = *c->proxy;
    else
        route_socket_address(&to, &c->address);
    c->connecting_ms = uv_now(host->loop);
    c->connected_ms = c->deadline.ms = TXS_NEVER;
    uv_connect_t *request = malloc(sizeof *request);
    if (request == NULL || !deadlines_reserve(&host->deadlines, host->open + 1)) {
        free(request);
        return UV_ENOMEM;
    }
    int error = uv_tcp_init_ex(host->loop, &c->tcp, to.any.sa_family);
    if (error != 0) {
        free(request);
        return error;
    }
    host->open++;
    c->tcp.data = request->data = c;
    int size = RECEIVE_BUFFER_BYTES;
    uv_recv_buffer_size((uv_handle_t *)&c->tcp, &size);
    uv_tcp_nodelay(&c->tcp, 1);
    c->refused_at_once = uv_tcp_connect(request, &c->tcp, &to.any, on_connected);
    if (c->refused_at_once != 0)
        free(request);
    else
        c->refused_at_once = uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
    if (c->refused_at_once != 0)
        conn_close(c);
    else
        set_connect_deadline(c);
    return 0;
}

/* A plain connection is made by the kernel, which did not stall, and one that stands is seen before
 * its deadline is judged. */
void conn_stalled(struct conn *c, uint64_t ms)
{
    if (c->closing)
        return;
    if (c->peer != NULL) {
        step(c, (struct txs_peer_event){.kind = TXS_PEER_STALLED, .stalled_ms = ms});
    } else if (c->proxy != NULL && c->deadline.ms != TXS_NEVER) {
        c->connect_until_ms += ms;
        set_deadline(c, c->deadline.ms + ms);
    }
}

void conn_stop(struct conn *c, enum txs_error why)
{
    if (c->closing)
        return;
    if (c->peer != NULL)
        step(c, (struct txs_peer_event){.kind = TXS_PEER_STOP, .error = why});
    else
        fail_connecting(c, TXS_OUTCOME_INTERRUPTED, why);
}

void conn_host_open(struct conn_host *host)
{
    uv_check_init(host->loop, &host->after_reads);
    host->after_reads.data = host;
    uv_check_start(&host->after_reads, on_after_reads);
    uv_idle_init(host->loop, &host->no_wait);
    uv_timer_init(host->loop, &host->deadline);
    host->deadline.data = host;
    host->armed_ms = TXS_NEVER;
    uv_timer_init(host->loop, &host->heartbeat);
    uv_timer_start(&host->heartbeat, on_heartbeat, TURN_WAIT_MS, TURN_WAIT_MS);
    turn_start(&host->turn);
}

void conn_host_close(struct conn_host *host)
{
    uv_close((uv_handle_t *)&host->after_reads, NULL);
    uv_close((uv_handle_t *)&host->no_wait, NULL);
    uv_close((uv_handle_t *)&host->heartbeat, NULL);
    uv_close((uv_handle_t *)&host->deadline, NULL);
    deadlines_free(&host->deadlines);
}
