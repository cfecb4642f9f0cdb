#include "resolver.h"

#include "limits.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct lookup {
    uv_getaddrinfo_t request;
    struct resolver *resolver;
    const char *host;
    bool running; /* the request belongs to libuv */
    bool settled;
};

struct resolver {
    uv_loop_t *loop;
    uv_timer_t deadline; /* one for all: they begin together */
    struct resolver_events events;
    uint64_t started_ms;
    uint16_t port;
    const char *refusal; /* why nothing can be asked */
    size_t count, outstanding, running;
    struct lookup lookups[];
};

static void settle(struct lookup *l, enum txs_seed_outcome outcome, size_t addresses,
                   const char *error)
{
    struct resolver *r = l->resolver;
    if (l->settled)
        return;
    l->settled = true;
    r->outstanding--;
    r->events.settled(r->events.context, &(struct txs_seed_record){
                                             .host = l->host,
                                             .outcome = outcome,
                                             .addresses = (uint32_t)addresses,
                                             .error = error,
                                             .duration_ms = uv_now(r->loop) - r->started_ms,
                                         });
    if (r->outstanding == 0 && !uv_is_closing((uv_handle_t *)&r->deadline))
        uv_timer_stop(&r->deadline);
}

static bool address_of(struct txs_address *out, const struct addrinfo *info, uint16_t port)
{
    uint8_t ip[16] = {[10] = 0xff, [11] = 0xff};
    if (info->ai_family == AF_INET)
        memcpy(ip + 12, &((const struct sockaddr_in *)(const void *)info->ai_addr)->sin_addr, 4);
    else if (info->ai_family == AF_INET6)
        memcpy(ip, &((const struct sockaddr_in6 *)(const void *)info->ai_addr)->sin6_addr, 16);
    else
        return false;
    *out = txs_address_from_ip16(ip, port);
    return true;
}

static void take_answer(struct lookup *l, const struct addrinfo *answer)
{
    struct resolver *r = l->resolver;
    size_t count = 0;
    for (const struct addrinfo *i = answer; i != NULL; i = i->ai_next)
        count++;
    struct txs_heard *list = malloc((count + 1) * sizeof *list);
    if (list == NULL) {
        settle(l, TXS_SEED_FAILED, 0, uv_err_name(UV_ENOMEM));
        return;
    }
    count = 0;
    for (const struct addrinfo *i = answer; i != NULL; i = i->ai_next)
        count += address_of(&list[count].address, i, r->port);
    size_t distinct = r->events.addresses(r->events.context, l->host, list, count);
    free(list);
    if (distinct > 0)
        settle(l, TXS_SEED_RESOLVED, distinct, NULL);
    else
        settle(l, TXS_SEED_FAILED, 0, "EMPTY");
}

static void on_answer(uv_getaddrinfo_t *request, int status, struct addrinfo *answer)
{
    struct lookup *l = request->data;
    l->running = false;
    l->resolver->running--;
    if (!l->settled && status == 0)
        take_answer(l, answer);
    else if (!l->settled)
        settle(l, TXS_SEED_FAILED, 0, uv_err_name(status));
    if (answer != NULL)
        uv_freeaddrinfo(answer);
}

static void on_deadline(uv_timer_t *timer)
{
    struct resolver *r = timer->data;
    for (size_t i = 0; i < r->count; i++)
        settle(&r->lookups[i], TXS_SEED_TIMEOUT, 0, uv_err_name(UV_ETIMEDOUT));
}

static void on_refused(uv_timer_t *timer)
{
    struct resolver *r = timer->data;
    for (size_t i = 0; i < r->count; i++)
        settle(&r->lookups[i], TXS_SEED_FAILED, 0, r->refusal);
}

static void start_lookup(struct lookup *l)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    l->request.data = l;
    int error = uv_getaddrinfo(l->resolver->loop, &l->request, on_answer, l->host, NULL, &hints);
    if (error != 0) {
        settle(l, TXS_SEED_FAILED, 0, uv_err_name(error));
        return;
    }
    l->running = true;
    l->resolver->running++;
}

struct resolver *resolver_new(uv_loop_t *loop, const char *const *hosts, size_t count,
                              uint16_t port, const char *refusal, struct resolver_events events)
{
    struct resolver *r = calloc(1, sizeof *r + count * sizeof(struct lookup));
    if (r == NULL)
        return NULL;
    r->loop = loop;
    r->events = events;
    r->port = port;
    r->refusal = refusal;
    r->count = r->outstanding = count;
    uv_timer_init(loop, &r->deadline);
    r->deadline.data = r;
    for (size_t i = 0; i < count; i++) {
        r->lookups[i].resolver = r;
        r->lookups[i].host = hosts[i];
    }
    return r;
}

void resolver_start(struct resolver *r)
{
    r->started_ms = uv_now(r->loop);
    if (r->outstanding == 0)
        return;
    if (r->refusal == NULL && limits_prepare_pool(r->count) == 0)
        r->refusal = "no_threads";
    if (r->refusal != NULL) {
        uv_timer_start(&r->deadline, on_refused, 0, 0);
        return;
    }
    uv_timer_start(&r->deadline, on_deadline, RESOLVER_DEADLINE_MS, 0);
    for (size_t i = 0; i < r->count; i++)
        if (!r->lookups[i].settled)
            start_lookup(&r->lookups[i]);
}

void resolver_stalled(struct resolver *r, uint64_t ms)
{
    if (uv_is_active((uv_handle_t *)&r->deadline))
        uv_timer_start(&r->deadline, on_deadline, uv_timer_get_due_in(&r->deadline) + ms, 0);
}

void resolver_settle_before(struct resolver *r, const char *host)
{
    for (size_t i = 0; i < r->count; i++) {
        struct lookup *l = &r->lookups[i];
        if (l->settled || strcmp(l->host, host) != 0)
            continue;
        l->settled = true;
        r->outstanding--;
    }
}

size_t resolver_outstanding(const struct resolver *r)
{
    return r->outstanding;
}

void resolver_stop(struct resolver *r)
{
    for (size_t i = 0; i < r->count; i++)
        settle(&r->lookups[i], TXS_SEED_FAILED, 0, "interrupted");
}

static void on_closed(uv_handle_t *handle)
{
    struct resolver *r = handle->data;
    if (r->running == 0)
        free(r);
}

bool resolver_close(struct resolver *r)
{
    bool clean = r->running == 0;
    uv_close((uv_handle_t *)&r->deadline, on_closed);
    return clean;
}
