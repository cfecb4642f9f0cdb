#include "resolver.h"

#include "limits.h"
#include "run.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EMPTY "EMPTY"

/* The questions about a name. */
enum kind { KIND_A, KIND_AAAA, KINDS };
static const char *const kind_names[KINDS] = {"A", "AAAA"};
static const int families[KINDS] = {AF_INET, AF_INET6};

struct question {
    uv_getaddrinfo_t request;
    struct lookup *lookup;
    bool running; /* the request belongs to libuv */
    bool settled, late;
    const char *error; /* NULL: it named addresses */
};

struct lookup {
    struct resolver *resolver;
    struct seed *seed;
    struct question questions[KINDS];
};

struct resolver {
    struct txs_engine *engine;
    uv_timer_t deadline; /* one for all: they begin together */
    size_t count, running;
    struct lookup lookups[];
};

/* Records */

/* That a name has no addresses of one kind is an answer like any other. */
static bool is_failure(const char *error)
{
    static const char *const answers[] = {EMPTY, "EAI_NODATA", "EAI_NONAME", "EAI_ADDRFAMILY"};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (error == NULL || strcmp(error, answers[i]) == 0)
            return false;
    return true;
}

/* What both failed with, or the kind and the word of each. */
static const char *error_of(const struct lookup *l, char *text, size_t room)
{
    const struct question *a = &l->questions[KIND_A], *aaaa = &l->questions[KIND_AAAA];
    if (l->seed->addresses == 0 && strcmp(a->error, aaaa->error) == 0)
        return a->error;
    size_t len = 0;
    for (unsigned kind = 0; kind < KINDS; kind++) {
        const char *error = l->questions[kind].error;
        if (l->seed->addresses > 0 && !is_failure(error))
            continue;
        len += (size_t)snprintf(text + len, room - len, "%s%s %s", len > 0 ? ", " : "",
                                kind_names[kind], error);
    }
    return len > 0 ? text : NULL;
}

static void settle(struct question *q, const char *error)
{
    struct lookup *l = q->lookup;
    char text[80];
    bool late = false;
    if (q->settled)
        return;
    q->settled = true;
    q->error = error;
    for (unsigned kind = 0; kind < KINDS; kind++) {
        if (!l->questions[kind].settled)
            return;
        late |= l->questions[kind].late;
    }
    seeds_settle(l->resolver->engine, l->seed, late ? TXS_SEED_TIMEOUT : TXS_SEED_FAILED,
                 error_of(l, text, sizeof text));
    if (l->resolver->engine->seeds.outstanding == 0)
        uv_timer_stop(&l->resolver->deadline);
}

/* Answers */

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

static void take_answer(struct question *q, const struct addrinfo *answer)
{
    struct txs_engine *e = q->lookup->resolver->engine;
    size_t count = 0;
    for (const struct addrinfo *i = answer; i != NULL; i = i->ai_next)
        count++;
    struct txs_heard *list = malloc((count + 1) * sizeof *list);
    if (list == NULL) {
        settle(q, uv_err_name(UV_ENOMEM));
        return;
    }
    count = 0;
    for (const struct addrinfo *i = answer; i != NULL; i = i->ai_next)
        count += address_of(&list[count].address, i, e->plan->chain->port);
    size_t distinct = seeds_hear(e, q->lookup->seed, list, count);
    free(list);
    settle(q, distinct > 0 ? NULL : EMPTY);
}

static void on_answer(uv_getaddrinfo_t *request, int status, struct addrinfo *answer)
{
    struct question *q = request->data;
    q->running = false;
    q->lookup->resolver->running--;
    if (!q->settled && status == 0)
        take_answer(q, answer);
    else if (!q->settled)
        settle(q, uv_err_name(status));
    if (answer != NULL)
        uv_freeaddrinfo(answer);
}

/* Questions */

static void settle_all(struct resolver *r, const char *error, bool late)
{
    for (size_t i = 0; i < r->count; i++) {
        for (unsigned kind = 0; kind < KINDS; kind++) {
            struct question *q = &r->lookups[i].questions[kind];
            q->late |= late && !q->settled;
            settle(q, error);
        }
    }
}

static void on_deadline(uv_timer_t *timer)
{
    settle_all(timer->data, uv_err_name(UV_ETIMEDOUT), true);
}

static void on_no_threads(uv_timer_t *timer)
{
    settle_all(timer->data, "no_threads", false);
}

static void ask(struct resolver *r, struct question *q, int family)
{
    const struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    q->request.data = q;
    int error = uv_getaddrinfo(&r->engine->loop, &q->request, on_answer, q->lookup->seed->host,
                               NULL, &hints);
    if (error != 0) {
        settle(q, uv_err_name(error));
        return;
    }
    q->running = true;
    r->running++;
}

struct resolver *resolver_new(struct txs_engine *e)
{
    size_t count = e->plan->proxy.given ? 0 : e->seeds.count;
    struct resolver *r = calloc(1, sizeof *r + count * sizeof(struct lookup));
    if (r == NULL)
        return NULL;
    r->engine = e;
    r->count = count;
    uv_timer_init(&e->loop, &r->deadline);
    r->deadline.data = r;
    for (size_t i = 0; i < count; i++) {
        struct lookup *l = &r->lookups[i];
        *l = (struct lookup){.resolver = r, .seed = &e->seeds.list[i]};
        for (unsigned kind = 0; kind < KINDS; kind++)
            l->questions[kind].lookup = l;
    }
    return r;
}

/* Where there are not threads enough for all, each name has had one question before any has both.
 */
void resolver_start(struct resolver *r)
{
    if (r->count == 0 || r->engine->seeds.outstanding == 0)
        return;
    for (size_t i = 0; i < r->count; i++)
        seeds_ask(r->engine, r->lookups[i].seed);
    if (limits_prepare_pool(r->count * KINDS) == 0) {
        uv_timer_start(&r->deadline, on_no_threads, 0, 0);
        return;
    }
    uv_timer_start(&r->deadline, on_deadline, RESOLVER_DEADLINE_MS, 0);
    for (unsigned kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < r->count; i++)
            if (!r->lookups[i].seed->settled)
                ask(r, &r->lookups[i].questions[kind], families[kind]);
}

void resolver_stalled(struct resolver *r, uint64_t ms)
{
    if (uv_is_active((uv_handle_t *)&r->deadline))
        uv_timer_start(&r->deadline, on_deadline, uv_timer_get_due_in(&r->deadline) + ms, 0);
}

void resolver_stop(struct resolver *r)
{
    settle_all(r, TXS_SEED_INTERRUPTED, false);
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
