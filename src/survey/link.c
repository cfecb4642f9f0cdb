#include "link.h"

#define SPAN_SLOTS 40
#define BEFORE_SLOTS 160
#define DIALS_MIN 20
#define EXPECTED_MIN 10
#define NEARLY_ALL 20 /* of so many that were to be expected, less than one came about */

/* No number goes below zero, and an empty slot is of no time. */
#define FIRST_NUMBER (SPAN_SLOTS + BEFORE_SLOTS)

struct count {
    uint64_t dialled, ended, heard;
};

/* Where nobody is left to be dialled, only timeouts come for as long as one takes: a span is twice
 * as long, so that what succeeded beside them is still in it. */
void link_init(struct link *l, uint64_t timeout_ms)
{
    uint64_t span_ms = timeout_ms > 5000 ? 2 * timeout_ms : 10000;
    *l = (struct link){.slot_ms = span_ms / SPAN_SLOTS, .silent = true};
}

static uint64_t number_of(const struct link *l, uint64_t ms)
{
    return ms / l->slot_ms + FIRST_NUMBER;
}

static void add(struct link_slot ring[LINK_SLOTS], uint64_t number, struct count count)
{
    struct link_slot *slot = &ring[number % LINK_SLOTS];
    if (slot->number > number)
        return; /* it began too long ago */
    if (slot->number < number)
        *slot = (struct link_slot){.number = number};
    slot->dialled += (uint32_t)count.dialled;
    slot->ended += (uint32_t)count.ended;
    slot->heard += (uint32_t)count.heard;
}

/* Of the slots after number `from`, up to `to`. */
static struct count count_between(const struct link_slot ring[LINK_SLOTS], uint64_t from,
                                  uint64_t to)
{
    struct count count = {0, 0, 0};
    for (uint64_t number = from + 1; number <= to; number++) {
        const struct link_slot *slot = &ring[number % LINK_SLOTS];
        if (slot->number != number)
            continue;
        count.dialled += slot->dialled;
        count.ended += slot->ended;
        count.heard += slot->heard;
    }
    return count;
}

/* How many of so many would be heard, were it as before. */
static double expected(uint64_t attempts, struct count before)
{
    return before.ended == 0 ? 0 : (double)attempts * (double)before.heard / (double)before.ended;
}

void link_dialled(struct link *l, uint64_t now_ms)
{
    add(l->begun, number_of(l, now_ms), (struct count){.dialled = 1});
}

/* What ended in a span is held against what began before it: all of that has ended, whether slowly,
 * as failures do, or at once. And against no more than that, since a survey ends with the peers
 * that are hardly worth a try. */
bool link_note(struct link *l, uint64_t now_ms, uint64_t began_ms, bool heard)
{
    uint64_t number = number_of(l, now_ms);
    add(l->ended, number, (struct count){.ended = 1, .heard = heard});
    add(l->begun, number_of(l, began_ms), (struct count){.ended = 1, .heard = heard});
    l->silent &= !heard;
    if (heard)
        return false;
    struct count span = count_between(l->ended, number - SPAN_SLOTS, number);
    struct count before = count_between(l->begun, number - FIRST_NUMBER, number - SPAN_SLOTS);
    double due = expected(span.ended, before);
    return span.ended >= DIALS_MIN && due >= EXPECTED_MIN && (double)span.heard * NEARLY_ALL < due;
}

/* Of what began in the slot of now, who was not heard may yet be. */
bool link_is_silent(struct link *l, uint64_t now_ms, uint64_t since_ms)
{
    uint64_t from = number_of(l, since_ms), to = number_of(l, now_ms);
    struct count during = count_between(l->begun, from, to);
    struct count settled = count_between(l->begun, from, to - 1);
    struct count before = count_between(l->begun, from - BEFORE_SLOTS, from);
    l->silent |= during.heard == 0 && expected(settled.dialled, before) >= EXPECTED_MIN;
    return l->silent;
}
