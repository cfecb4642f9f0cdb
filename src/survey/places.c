#include "places.h"

#include "groups.h"

#include "txsurvey/random.h"

#include <string.h>

#define QUARTERS 4u /* of a place; as many tellers are worth all places */

/* What may hold no more than so many: those with the same first bytes. */
struct bound {
    struct place *slots[2];
    uint32_t places;
};

static struct bound bound_of(struct places *p, const struct txs_address *a, size_t len,
                             uint32_t places)
{
    struct txs_random hash = {p->key ^ ((uint64_t)a->network << 8 | len)};
    uint64_t words[sizeof a->bytes / 8] = {0};
    memcpy(words, a->bytes, len);
    for (size_t i = 0; i < (len + 7) / 8; i++)
        hash.state = txs_random_next(&hash) ^ words[i];
    uint64_t number = txs_random_next(&hash);
    return (struct bound){{&p->slots[number % (PLACES_SLOTS / 2)],
                           &p->slots[PLACES_SLOTS / 2 + (number >> 32) % (PLACES_SLOTS / 2)]},
                          places};
}

/* That of its host and, where it has one, that of its group. Returns their number. */
static size_t bounds_of(struct places *p, const struct txs_address *a, struct bound out[2])
{
    size_t group = groups_prefix_len(a);
    out[0] = bound_of(p, a, sizeof a->bytes, PLACES_OF_A_HOST);
    if (group == 0)
        return 1;
    out[1] = bound_of(p, a, group, (PLACES_OF_A_GROUP + p->shards - 1) / p->shards);
    return 2;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t held(const struct place *place)
{
    return place->attempted * QUARTERS + place->settled;
}

static enum places_verdict ask(const struct bound *b, unsigned tellers)
{
    uint32_t quarters = b->places * smaller(tellers, QUARTERS);
    if (smaller(b->slots[0]->settled, b->slots[1]->settled) >= quarters)
        return PLACES_FULL;
    return smaller(held(b->slots[0]), held(b->slots[1])) >= quarters ? PLACES_BUSY : PLACES_TAKEN;
}

enum places_verdict places_take(struct places *p, const struct txs_address *a, unsigned tellers)
{
    struct bound bounds[2];
    size_t count = bounds_of(p, a, bounds);
    enum places_verdict worst = PLACES_TAKEN;
    for (size_t i = 0; i < count; i++) {
        enum places_verdict one = ask(&bounds[i], tellers);
        worst = one > worst ? one : worst;
    }
    for (size_t i = 0; i < 2 * count && worst == PLACES_TAKEN; i++)
        bounds[i / 2].slots[i % 2]->attempted++;
    return worst;
}

static void settle(struct places *p, const struct txs_address *a, bool alive, uint16_t attempted)
{
    struct bound bounds[2];
    size_t count = bounds_of(p, a, bounds);
    for (size_t i = 0; i < 2 * count; i++) {
        struct place *slot = bounds[i / 2].slots[i % 2];
        slot->attempted = (uint16_t)(slot->attempted - attempted);
        slot->settled = (uint16_t)smaller(slot->settled + (alive ? QUARTERS : 1), UINT16_MAX);
    }
}

void places_give_back(struct places *p, const struct txs_address *a, bool alive)
{
    settle(p, a, alive, 1);
}

void places_restore(struct places *p, const struct txs_address *a, bool alive)
{
    settle(p, a, alive, 0);
}
