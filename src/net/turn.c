#include "turn.h"

#include <time.h>
#include <uv.h>

/* Three times what the answers of an ordinary peer take, and what all together may take beyond. */
#define READ_NS (100 * 1000ull)
#define READING_NS (50 * 1000000ull)
#define SHORT_NS (5 * 1000000ull)
#define STALL_NS (250 * 1000000ull)
#define WAIT_NS (TURN_WAIT_MS * 1000000ull)

static uint64_t worked_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* The system has to be asked for the processor time: it is asked a few times a second. */
static void look(struct turn *t, uint64_t now_ns)
{
    t->looked_ns = now_ns;
    t->worked_ns = worked_ns();
}

static void begin(struct turn *t, uint64_t now_ns)
{
    t->began_ns = now_ns;
    t->reads = 0;
    t->number++;
    t->round += !t->cut_short;
    t->cut_short = false;
}

void turn_start(struct turn *t)
{
    begin(t, uv_hrtime());
    look(t, t->began_ns);
}

/* The system is not asked in a short turn, and later not before there can be an end: nobody works
 * for longer than time passes. */
static bool reading_is_over(struct turn *t)
{
    uint64_t now = uv_hrtime();
    if (t->reads == 0) {
        t->asks_ns = now + SHORT_NS;
        t->reading_from_ns = 0;
    }
    if (now < t->asks_ns)
        return false;
    uint64_t worked = worked_ns(), allowed = READING_NS + t->reads * READ_NS;
    if (t->reading_from_ns == 0)
        t->reading_from_ns = worked;
    uint64_t took = worked - t->reading_from_ns;
    t->asks_ns = now + (took < allowed ? allowed - took : 0);
    return took >= allowed;
}

bool turn_take_share(struct turn *t, struct share *s)
{
    bool had_it = s->round == t->round;
    if (!had_it && !t->cut_short)
        t->cut_short = reading_is_over(t);
    if (had_it || t->cut_short) {
        s->waits |= s->turn != t->number;
        return false;
    }
    t->reads++;
    *s = (struct share){t->number, t->round, false};
    return true;
}

uint64_t turn_end(struct turn *t)
{
    uint64_t now = uv_hrtime(), lasted = now - t->began_ns, worked = t->worked_ns;
    begin(t, now);
    if (now - t->looked_ns < WAIT_NS)
        return 0;
    look(t, now);
    uint64_t meant = WAIT_NS + t->worked_ns - worked;
    return lasted > meant + STALL_NS ? (lasted - meant) / 1000000 : 0;
}
