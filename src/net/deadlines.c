#include "deadlines.h"

#include "txsurvey/time.h"

#include <assert.h>
#include <stdlib.h>

bool deadlines_reserve(struct deadlines *all, size_t count)
{
    size_t cap = all->cap ? all->cap : 64;
    while (cap <= count)
        cap *= 2;
    if (cap == all->cap)
        return true;
    struct deadline **heap = realloc(all->heap, cap * sizeof(struct deadline *));
    if (heap == NULL)
        return false;
    all->heap = heap;
    all->cap = (uint32_t)cap;
    return true;
}

void deadlines_free(struct deadlines *all)
{
    free(all->heap);
    *all = (struct deadlines){0};
}

static void put(struct deadlines *all, struct deadline *one, uint32_t place)
{
    all->heap[place] = one;
    one->place = place;
}

/* Where it belongs, from `place` on upwards; others move down. */
static uint32_t rise(struct deadlines *all, uint64_t ms, uint32_t place)
{
    for (; place > 1 && all->heap[place / 2]->ms > ms; place /= 2)
        put(all, all->heap[place / 2], place);
    return place;
}

static uint32_t sink(struct deadlines *all, uint64_t ms, uint32_t place)
{
    for (uint32_t child; (child = 2 * place) <= all->count; place = child) {
        if (child < all->count && all->heap[child + 1]->ms < all->heap[child]->ms)
            child++;
        if (all->heap[child]->ms >= ms)
            break;
        put(all, all->heap[child], place);
    }
    return place;
}

static void place(struct deadlines *all, struct deadline *one, uint32_t hole)
{
    put(all, one, sink(all, one->ms, rise(all, one->ms, hole)));
}

static void leave(struct deadlines *all, struct deadline *one)
{
    uint32_t hole = one->place;
    struct deadline *last = all->heap[all->count--];
    one->place = 0;
    if (last != one)
        place(all, last, hole);
}

void deadlines_set(struct deadlines *all, struct deadline *one, uint64_t ms)
{
    one->ms = ms;
    if (ms == TXS_NEVER) {
        if (one->place != 0)
            leave(all, one);
        return;
    }
    assert(one->place != 0 || all->count + 1 < all->cap);
    place(all, one, one->place != 0 ? one->place : ++all->count);
}

struct deadline *deadlines_first(const struct deadlines *all)
{
    return all->count > 0 ? all->heap[1] : NULL;
}
