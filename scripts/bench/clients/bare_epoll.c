/* The floor: a survey by bare epoll. See bare.h. */
#include "bare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 1024

struct place {
    int fd;
    bool greeted;
    struct bare_talk talk;
};

struct survey {
    struct bare_plan plan;
    int epoll;
    size_t open;
};

/* Connects to the next peers until one attempt is under way. Edge-triggered, for both directions: a
 * connection is added once and never changed. */
static void dial(struct survey *s, struct place *place)
{
    const struct sockaddr_in *peer;
    while ((peer = bare_next_peer(&s->plan))) {
        *place = (struct place){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)};
        struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLET, {.ptr = place}};
        if (place->fd < 0) {
            perror("socket");
            exit(1);
        }
        if ((connect(place->fd, (const struct sockaddr *)peer, sizeof(*peer)) == 0 ||
             errno == EINPROGRESS) &&
            epoll_ctl(s->epoll, EPOLL_CTL_ADD, place->fd, &event) == 0) {
            s->open++;
            return;
        }
        close(place->fd);
        bare_count(&s->plan, &place->talk);
    }
}

static void end(struct survey *s, struct place *place)
{
    close(place->fd);
    s->open--;
    bare_count(&s->plan, &place->talk);
    dial(s, place);
}

static bool say(const struct place *place, struct txs_span bytes)
{
    return write(place->fd, bytes.data, bytes.len) == (ssize_t)bytes.len;
}

/* False when it is over. A short read has found all there is. */
static bool hear(struct survey *s, struct place *place)
{
    static uint8_t bytes[65536];
    ssize_t n = read(place->fd, bytes, sizeof(bytes));
    if (n <= 0)
        return n < 0 && errno == EAGAIN;
    switch (bare_scan(&place->talk, (struct txs_span){bytes, (size_t)n})) {
    case BARE_REQUEST:
        return say(place, s->plan.request);
    case BARE_OVER:
        return false;
    case BARE_READ:
        break;
    }
    return (size_t)n < sizeof(bytes) || hear(s, place);
}

static void serve(struct survey *s, struct place *place, uint32_t events)
{
    bool ok = !(events & EPOLLERR);
    if (ok && !place->greeted)
        ok = place->greeted = say(place, s->plan.hello);
    if (ok && (events & EPOLLIN))
        ok = hear(s, place);
    if (!ok)
        end(s, place);
}

int main(int argc, char **argv)
{
    static struct epoll_event events[EVENTS_MAX];
    struct survey s = {.epoll = epoll_create1(0)};
    bare_plan_init(&s.plan, argc, argv);
    struct place *places = calloc(s.plan.concurrency, sizeof(*places));
    if (!places || s.epoll < 0)
        return 1;
    for (size_t i = 0; i < s.plan.concurrency; i++)
        dial(&s, &places[i]);
    while (s.open) {
        int n = epoll_wait(s.epoll, events, EVENTS_MAX, -1);
        for (int i = 0; i < n; i++)
            serve(&s, events[i].data.ptr, events[i].events);
    }
    return bare_report(&s.plan);
}
