#include "link.h"

#define SPAN_SLOTS 10
#define BEFORE_SLOTS 40
#define DIALS_MIN 20
#define EXPECTED_MIN 10
#define NEARLY_ALL 20 /* of so many that were to be expected, less than one came about */

struct count {
    uint64_t ended, heard;
};

/* Where nobody is left to be dialled, only timeouts come for as long as one takes: a span is twice
 * as long, so that what succeeded beside them is still in it. */
void link_init(struct link *l, uint64_t timeout_ms)
{
    uint64_t span_ms = timeout_ms > 5000 ? 2 * timeout_ms : 10000;
    *l = (struct link){.slot_ms = span_ms / SPAN_SLOTS};
}

static void add(struct link_slot ring[LINK_SLOTS], uint64_t number, bool heard)
{
    struct link_slot *slot = &ring[number % LINK_SLOTS];
    if (slot->number > number)
        return; /* it began too long ago */
    if (slot->number < number)
        *slot = (struct link_slot){.number = number};
    slot->ended++;
    slot->heard += heard;
}

/* Of the slots after number `from`, up to `to`. */
static struct count count_between(const struct link_slot ring[LINK_SLOTS], uint64_t from,
                                  uint64_t to)
{
    struct count count = {0, 0};
    for (unsigned i = 0; i < LINK_SLOTS; i++) {
        if (ring[i].number > from && ring[i].number <= to) {
            count.ended += ring[i].ended;
            count.heard += ring[i].heard;
        }
    }
    return count;
}

/* What ended in a span is held against what began before it: all of that has ended, whether slowly,
 * as failures do, or at once. And against no more than that, since a survey ends with the peers
 * that are hardly worth a try. */
bool link_note(struct link *l, uint64_t now_ms, uint64_t began_ms, bool heard)
{
    /* No number goes below zero, and an empty slot is of no time. */
    const uint64_t first = SPAN_SLOTS + BEFORE_SLOTS;
    uint64_t number = now_ms / l->slot_ms + first;
    add(l->ended, number, heard);
    add(l->begun, began_ms / l->slot_ms + first, heard);
    if (heard)
        return false;
    struct count span = count_between(l->ended, number - SPAN_SLOTS, number);
    struct count before = count_between(l->begun, number - first, number - SPAN_SLOTS);
    if (span.ended < DIALS_MIN || before.ended == 0)
        return false;
    double expected = (double)span.ended * (double)before.heard / (double)before.ended;
    return expected >= EXPECTED_MIN && (double)span.heard * NEARLY_ALL < expected;
}
