#include "session.h"

#include "check.h"
#include "dialogue.h"
#include "place.h"
#include "truth.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Whoever sends byte by byte takes larger steps where there is more to send: it must end in time.
 */
#define STEPS_A_CHUNK 1000

struct sim_chunk {
    struct sim_chunk *next;
    uint64_t due_ms;
    const uint8_t *data;
    size_t len;
    size_t step; /* bytes a write, where the session goes in steps */
    uint8_t copy[];
};

void sim_session_violation(struct sim_session *s, enum sim_violation violation)
{
    struct txs_address address = sim_node_address(s->net->settings, s->node.index);
    char who[TXS_ADDRESS_TEXT_MAX];

    txs_address_text(who, &address);
    sim_stats_violation(&s->net->stats, violation, who);
}

static void unlink_session(struct sim_session *s)
{
    if (s->prev)
        s->prev->next = s->next;
    else
        s->net->first = s->next;
    if (s->next)
        s->next->prev = s->prev;
    if (s->net->by_node[s->node.index] == s)
        s->net->by_node[s->node.index] = NULL;
    s->net->stats.open--;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct sim_session *s = handle->data;
    if (--s->open_handles)
        return;
    while (s->head) {
        struct sim_chunk *chunk = s->head;
        s->head = chunk->next;
        free(chunk);
    }
    free(s->payload);
    free(s);
}

/* The one edge to closing: true the first time. */
static bool begin_close(struct sim_session *s)
{
    if (s->closing)
        return false;
    s->closing = true;
    if (s->net->played && s->node.ruled)
        sim_truth_played(s->net->played, s);
    s->net->out.len = 0;
    unlink_session(s);
    uv_close((uv_handle_t *)&s->timer, on_handle_closed);
    return true;
}

void sim_session_close(struct sim_session *s)
{
    if (begin_close(s))
        uv_close((uv_handle_t *)&s->tcp, on_handle_closed);
}

void sim_session_reset(struct sim_session *s)
{
    if (begin_close(s) && uv_tcp_close_reset(&s->tcp, on_handle_closed) != 0)
        uv_close((uv_handle_t *)&s->tcp, on_handle_closed);
}

void sim_session_half_close(struct sim_session *s)
{
    int fd;
    if (uv_fileno((uv_handle_t *)&s->tcp, &fd) == 0)
        shutdown(fd, SHUT_WR);
}

/* --- out ----------------------------------------------------------------------------------- */

static void pump(struct sim_session *s);

static void on_timer(uv_timer_t *timer)
{
    struct sim_session *s = timer->data;
    if (s->closing)
        return;
    if (s->wake_ms && s->wake_ms <= uv_now(s->net->loop)) {
        s->wake_ms = 0;
        sim_dialogue_tick(s);
        sim_session_flush(s);
    }
    pump(s);
}

static void rearm(struct sim_session *s)
{
    uint64_t now = uv_now(s->net->loop), due = s->wake_ms;
    if (s->head && !s->writing && (!due || s->head->due_ms < due))
        due = s->head->due_ms;
    if (due)
        uv_timer_start(&s->timer, on_timer, due > now ? due - now : 0, 0);
    else if (uv_is_active((uv_handle_t *)&s->timer))
        uv_timer_stop(&s->timer);
}

static void drop_head(struct sim_session *s)
{
    struct sim_chunk *chunk = s->head;
    s->head = chunk->next;
    if (!s->head)
        s->tail = NULL;
    free(chunk);
}

static void on_written(uv_write_t *request, int status)
{
    struct sim_session *s = request->data;
    s->writing = false;
    if (s->closing)
        return;
    if (status < 0) {
        sim_session_close(s);
        return;
    }
    s->net->stats.bytes_sent += s->head->len;
    drop_head(s);
    pump(s);
}

static void write_rest(struct sim_session *s)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)s->head->data, (unsigned)s->head->len);
    s->write.data = s;
    s->writing = true;
    if (uv_write(&s->write, (uv_stream_t *)&s->tcp, &buf, 1, on_written) != 0) {
        s->writing = false;
        sim_session_close(s);
    }
}

/* Bytes sent; 0 where the socket is full, -1 where it is broken. */
static ssize_t try_write(struct sim_session *s, const uint8_t *data, size_t len)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)data, (unsigned)len);
    int n = uv_try_write((uv_stream_t *)&s->tcp, &buf, 1);
    if (n == UV_EAGAIN)
        return 0;
    if (n < 0)
        return -1;
    s->net->stats.bytes_sent += (unsigned)n;
    return n;
}

/* Sends from the head of the queue. True when it may be called again at once. */
static bool pump_head(struct sim_session *s)
{
    struct sim_chunk *head = s->head;
    uint64_t now = uv_now(s->net->loop);
    if (head->due_ms > now)
        return false;
    ssize_t n =
        try_write(s, head->data, s->step_ms && head->step < head->len ? head->step : head->len);
    if (n < 0) {
        sim_session_close(s);
        return false;
    }
    head->data += n;
    head->len -= (size_t)n;
    if (head->len == 0)
        drop_head(s);
    else if (!s->step_ms) {
        write_rest(s);
        return false;
    }
    if (s->step_ms && s->head && s->head->due_ms < now + s->step_ms)
        s->head->due_ms = now + s->step_ms;
    return true;
}

static void pump(struct sim_session *s)
{
    while (!s->closing && s->head && !s->writing && pump_head(s))
        ;
    if (s->closing)
        return;
    if (!s->head && s->close_when_sent)
        sim_session_close(s);
    else
        rearm(s);
}

static uint32_t latency(struct sim_session *s)
{
    const struct sim_settings *settings = s->net->settings;
    uint32_t least = settings->min_latency_ms, most = settings->max_latency_ms;
    if (most <= least)
        return least;
    return least + (uint32_t)(sim_random(settings, s->node.index, SIM_SALT_LATENCY, s->flushes++) %
                              (most - least + 1));
}

static void enqueue(struct sim_session *s, const uint8_t *data, size_t len, bool copy,
                    uint64_t due_ms)
{
    struct sim_chunk *chunk = malloc(sizeof(*chunk) + (copy ? len : 0));
    if (!chunk)
        abort();
    if (copy)
        memcpy(chunk->copy, data, len);
    *chunk =
        (struct sim_chunk){NULL, due_ms, copy ? chunk->copy : data, len, 1 + len / STEPS_A_CHUNK};
    if (s->tail && s->tail->due_ms > due_ms)
        chunk->due_ms = s->tail->due_ms;
    if (s->tail)
        s->tail->next = chunk;
    else
        s->head = chunk;
    s->tail = chunk;
}

static void send_bytes(struct sim_session *s, const uint8_t *data, size_t len, bool copy)
{
    uint32_t delay_ms = latency(s);
    if (!s->head && !delay_ms && !s->step_ms) {
        ssize_t n = try_write(s, data, len);
        if (n < 0) {
            sim_session_close(s);
            return;
        }
        data += n;
        len -= (size_t)n;
    }
    if (len)
        enqueue(s, data, len, copy, uv_now(s->net->loop) + delay_ms);
    pump(s);
}

void sim_session_flush(struct sim_session *s)
{
    struct txs_writer *out = &s->net->out;
    size_t len = out->len;
    if (out->failed)
        abort(); /* SIM_OUT_BYTES is too small for what this program says */
    out->len = 0;
    if (s->closing)
        return;
    if (len)
        send_bytes(s, out->data, len, true);
    else if (s->close_when_sent)
        pump(s);
}

void sim_session_send_shared(struct sim_session *s, const struct sim_frame *frame)
{
    sim_session_flush(s);
    if (!s->closing)
        send_bytes(s, frame->data, frame->len, false);
}

void sim_session_wake_at(struct sim_session *s, uint64_t now_ms)
{
    if (!s->wake_ms || now_ms < s->wake_ms)
        s->wake_ms = now_ms;
    rearm(s);
}

/* --- in ------------------------------------------------------------------------------------ */

static void on_message(struct sim_session *s, struct txs_span payload)
{
    enum sim_command command = sim_command_by_name(s->splitter.command);
    s->net->stats.commands[command]++;
    sim_check_message(s, command, payload);
    if (s->splitter.checksum_ok)
        sim_dialogue_message(s, command, payload);
}

static void keep_piece(struct sim_session *s)
{
    if (!s->payload)
        s->payload = malloc(s->splitter.length);
    if (!s->payload)
        abort();
    memcpy(s->payload + s->payload_len, s->splitter.chunk.data, s->splitter.chunk.len);
    s->payload_len += s->splitter.chunk.len;
}

static void split(struct sim_session *s, struct txs_span in)
{
    struct txs_span whole = {NULL, 0}; /* a payload that came in one piece */
    while (!s->closing && !s->deaf) {
        switch (txs_splitter_next(&s->splitter, &in)) {
        case TXS_FRAME_NEED:
            return;
        case TXS_FRAME_HEADER:
            s->splitter.want_checksum = true;
            break;
        case TXS_FRAME_PAYLOAD:
            if (s->splitter.chunk.len == s->splitter.length)
                whole = s->splitter.chunk;
            else
                keep_piece(s);
            break;
        case TXS_FRAME_END:
            on_message(s, s->payload ? (struct txs_span){s->payload, s->payload_len} : whole);
            free(s->payload);
            s->payload = NULL;
            s->payload_len = 0;
            whole = (struct txs_span){NULL, 0};
            break;
        case TXS_FRAME_BAD_MAGIC:
            sim_session_violation(s, SIM_VIOLATION_BAD_MAGIC);
            s->deaf = true;
            break;
        case TXS_FRAME_OVERSIZED:
            sim_session_violation(s, SIM_VIOLATION_OVERSIZED);
            s->deaf = true;
            break;
        }
    }
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    static char bytes[65536]; /* libuv reads and calls back at once: one is enough */
    (void)handle;
    (void)suggested;
    *buf = uv_buf_init(bytes, sizeof(bytes));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct sim_session *s = stream->data;
    if (n == 0)
        return;
    if (n < 0) {
        sim_session_close(s);
        return;
    }
    struct txs_span in = {(const uint8_t *)buf->base, (size_t)n};
    s->net->stats.bytes_received += in.len;
    if (s->echo)
        txs_put_bytes(&s->net->out, in.data, in.len);
    split(s, in);
    sim_session_flush(s);
}

/* --- accepting ----------------------------------------------------------------------------- */

/* The surveyor's side of the other connection is still open: no FIN of it has come. */
static bool still_open(struct sim_session *s)
{
    struct tcp_info info;
    socklen_t len = sizeof(info);
    int fd;
    if (uv_fileno((uv_handle_t *)&s->tcp, &fd) != 0 ||
        getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return false;
    return info.tcpi_state == TCP_ESTABLISHED || info.tcpi_state == TCP_FIN_WAIT1 ||
           info.tcpi_state == TCP_FIN_WAIT2;
}

static void link_session(struct sim_session *s)
{
    struct sim_network *net = s->net;
    struct sim_stats *stats = &net->stats;
    struct sim_session *other = net->by_node[s->node.index];

    if (other && still_open(other))
        sim_session_violation(s, SIM_VIOLATION_TWO_CONNECTIONS);
    net->by_node[s->node.index] = s;
    s->next = net->first;
    if (s->next)
        s->next->prev = s;
    net->first = s;
    stats->accepted++;
    if (++stats->open > stats->max_open)
        stats->max_open = stats->open;
}

/* Which node was dialled. */
static bool dialled_node(uint32_t *index, const struct sim_network *net, const uv_tcp_t *tcp)
{
    struct sockaddr_in name;
    int len = sizeof(name);
    if (uv_tcp_getsockname(tcp, (struct sockaddr *)&name, &len) != 0)
        return false;
    if (!sim_place_node(index, net->settings, ntohl(name.sin_addr.s_addr)))
        return false;
    return sim_node_place(net->settings, *index).port == sim_own_port(net->settings);
}

static void start(struct sim_session *s)
{
    uint32_t index;
    if (!dialled_node(&index, s->net, &s->tcp)) {
        sim_stats_violation(&s->net->stats, SIM_VIOLATION_NOT_LISTED, "no node");
        s->closing = true;
        uv_close((uv_handle_t *)&s->timer, on_handle_closed);
        uv_close((uv_handle_t *)&s->tcp, on_handle_closed);
        return;
    }
    sim_node_make(&s->node, s->net->settings, index);
    link_session(s);
    uv_tcp_nodelay(&s->tcp, 1);
    txs_splitter_init(&s->splitter, s->net->settings->chain->magic);
    sim_dialogue_accepted(s);
    sim_session_flush(s);
    if (!s->closing)
        uv_read_start((uv_stream_t *)&s->tcp, on_alloc, on_read);
}

void sim_session_accept(struct sim_network *net, uv_stream_t *server)
{
    struct sim_session *s = calloc(1, sizeof(*s));
    if (!s)
        abort();
    s->net = net;
    s->accepted_ms = uv_now(net->loop);
    if (uv_tcp_init(net->loop, &s->tcp) != 0 || uv_timer_init(net->loop, &s->timer) != 0)
        abort();
    s->open_handles = 2;
    s->tcp.data = s->timer.data = s;
    if (uv_accept(server, (uv_stream_t *)&s->tcp) != 0)
        abort(); /* one connection is pending in each callback */
    start(s);
}
