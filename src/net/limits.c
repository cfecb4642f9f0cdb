#include "limits.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* glibc's heap grows by this (M_TOP_PAD) more than is asked of it, and a page or two. */
#define HEAP_PADDING_BYTES (160u * 1024)

uint32_t limits_raise_descriptors(uint32_t connections, uint32_t others)
{
    struct rlimit limit;
    rlim_t want = (rlim_t)connections + others;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return connections;
    if (limit.rlim_cur < want) {
        limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= want)
        return connections;
    return limit.rlim_cur > (rlim_t)others + 1 ? (uint32_t)(limit.rlim_cur - others) : 1;
}

static void ignore_event(uv_poll_t *handle, int status, int events)
{
    (void)handle;
    (void)status;
    (void)events;
}

int limits_grow_watchers(uv_loop_t *loop, uint32_t descriptors)
{
    /* Reserving the memory once shows whether it is there: libuv aborts without it, and newer ones
     * go on with a table they have freed. Compilers leave out a malloc() that is only freed, unless
     * what it returns is volatile. */
    void *volatile room = malloc((size_t)descriptors * 2 * sizeof(void *) + HEAP_PADDING_BYTES);
    if (room == NULL)
        return UV_ENOMEM;
    free(room);
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && descriptors > limit.rlim_cur)
        descriptors = (uint32_t)limit.rlim_cur;
    int low = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int high = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, (int)descriptors - 1);
    int error = 0;
    if (high >= 0) {
        static uv_poll_t handle;
        error = uv_poll_init(loop, &handle, high);
        if (error == 0) {
            error = uv_poll_start(&handle, UV_READABLE, ignore_event);
            uv_close((uv_handle_t *)&handle, NULL);
            uv_run(loop, UV_RUN_NOWAIT);
        }
        close(high);
    }
    if (low >= 0)
        close(low);
    return error;
}

struct probe {
    uv_sem_t go;
    size_t threads;
    uv_thread_t *ids;
};

static void wait_for_go(void *arg)
{
    struct probe *p = arg;
    uv_sem_wait(&p->go);
}

/* All at once, as the pool will need them. */
static size_t threads_to_be_had(size_t wanted)
{
    struct probe p = {.ids = calloc(wanted, sizeof *p.ids)};
    if (p.ids == NULL || uv_sem_init(&p.go, 0) != 0) {
        free(p.ids);
        return 0;
    }
    while (p.threads < wanted && uv_thread_create(&p.ids[p.threads], wait_for_go, &p) == 0)
        p.threads++;
    for (size_t i = 0; i < p.threads; i++)
        uv_sem_post(&p.go);
    for (size_t i = 0; i < p.threads; i++)
        uv_thread_join(&p.ids[i]);
    uv_sem_destroy(&p.go);
    free(p.ids);
    return p.threads;
}

size_t limits_prepare_pool(size_t lookups)
{
    size_t wanted = lookups * 2 < 1024 ? lookups * 2 : 1024;
    size_t threads = threads_to_be_had(wanted);
    if (threads < wanted) /* leave some for whoever else is short of them */
        threads = threads / 2;
    if (threads < 2)
        return 0;
    char text[24];
    snprintf(text, sizeof text, "%zu", threads);
    if (setenv("UV_THREADPOOL_SIZE", text, 1) != 0)
        return 0;
    return (threads + 1) / 2;
}
