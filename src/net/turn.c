#include "turn.h"

#include <time.h>
#include <uv.h>

#define READING_NS (50 * 1000000ull)
#define STALL_MS 250

static uint64_t worked_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void turn_start(struct turn *t)
{
    *t = (struct turn){
        .began_ns = uv_hrtime(),
        .worked_ns = worked_ns(),
        .number = t->number + 1,
        .round = t->cut_short ? t->round : t->round + 1,
    };
}

bool turn_take_share(struct turn *t, struct share *s)
{
    bool had_it = s->round == t->round;
    if (!had_it) {
        uint64_t now = uv_hrtime();
        if (t->reading_ends_ns == 0)
            t->reading_ends_ns = now + READING_NS;
        t->cut_short |= now >= t->reading_ends_ns;
    }
    if (had_it || t->cut_short) {
        s->waits |= s->turn != t->number;
        return false;
    }
    *s = (struct share){t->number, t->round, false};
    return true;
}

uint64_t turn_end(struct turn *t)
{
    const struct turn before = *t;
    turn_start(t);
    uint64_t lasted = t->began_ns - before.began_ns, worked = t->worked_ns - before.worked_ns;
    uint64_t meant = worked + TURN_WAIT_MS * 1000000ull;
    uint64_t still_ms = lasted > meant ? (lasted - meant) / 1000000 : 0;
    return still_ms > STALL_MS ? still_ms : 0;
}
