#include "pace.h"

#define COST 1000u

static uint64_t credit_limit(const struct pace *p)
{
    uint64_t tenth = (uint64_t)p->rate * 100;
    return tenth > COST ? tenth : COST;
}

bool pace_take(struct pace *p, uint64_t now_ms)
{
    if (!p->begun) {
        p->begun = true;
        p->credit = COST;
        p->last_ms = now_ms;
    }
    uint64_t elapsed_ms = now_ms - p->last_ms;
    uint64_t limit = credit_limit(p);
    /* A long pause fills the limit in any case; multiplying it could overflow. */
    uint64_t earned = elapsed_ms > 1000 ? limit : elapsed_ms * p->rate;
    p->credit = p->credit + earned < limit ? p->credit + earned : limit;
    p->last_ms = now_ms;
    if (p->credit < COST)
        return false;
    p->credit -= COST;
    return true;
}

uint64_t pace_next_ms(const struct pace *p, uint64_t now_ms)
{
    if (!p->begun || p->credit >= COST)
        return now_ms;
    uint64_t at = p->last_ms + (COST - p->credit + p->rate - 1) / p->rate;
    return at > now_ms ? at : now_ms;
}
