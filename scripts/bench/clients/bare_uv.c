/* The floor of whoever uses libuv: the same survey by its calls alone. See bare.h. */
#include "bare.h"

#include <stdlib.h>
#include <uv.h>

struct place {
    struct bare_plan *plan;
    uv_tcp_t tcp;
    uv_connect_t connect;
    struct bare_talk talk;
};

static void dial(struct place *place);

static void on_closed(uv_handle_t *handle)
{
    struct place *place = handle->data;
    bare_count(place->plan, &place->talk);
    dial(place);
}

static void end(struct place *place)
{
    uv_close((uv_handle_t *)&place->tcp, on_closed);
}

static bool say(struct place *place, struct txs_span bytes)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes.data, (unsigned)bytes.len);
    return uv_try_write((uv_stream_t *)&place->tcp, &buf, 1) == (int)bytes.len;
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
    struct place *place = stream->data;
    bool over = n < 0;
    if (n > 0) {
        switch (bare_scan(&place->talk, (struct txs_span){(const uint8_t *)buf->base, (size_t)n})) {
        case BARE_REQUEST:
            over = !say(place, place->plan->request);
            break;
        case BARE_OVER:
            over = true;
            break;
        case BARE_READ:
            break;
        }
    }
    if (over)
        end(place);
}

static void on_connected(uv_connect_t *request, int status)
{
    struct place *place = request->data;
    if (status != 0 || !say(place, place->plan->hello) ||
        uv_read_start((uv_stream_t *)&place->tcp, on_alloc, on_read) != 0)
        end(place);
}

static void dial(struct place *place)
{
    const struct sockaddr_in *peer = bare_next_peer(place->plan);
    if (!peer)
        return;
    place->talk = (struct bare_talk){0};
    if (uv_tcp_init(uv_default_loop(), &place->tcp) != 0)
        abort();
    place->tcp.data = place->connect.data = place;
    if (uv_tcp_connect(&place->connect, &place->tcp, (const struct sockaddr *)peer, on_connected) !=
        0)
        end(place);
}

int main(int argc, char **argv)
{
    struct bare_plan plan;
    bare_plan_init(&plan, argc, argv);
    struct place *places = calloc(plan.concurrency, sizeof(*places));
    if (!places)
        return 1;
    for (size_t i = 0; i < plan.concurrency; i++) {
        places[i].plan = &plan;
        dial(&places[i]);
    }
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    return bare_report(&plan);
}
