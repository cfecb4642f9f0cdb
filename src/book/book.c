/* Entries are stored in chunks, in the order in which they came, so that what a source told at a
 * time is a range of them. The order of taking is one array of indexes, its tiers one behind the
 * other: an entry moves to a neighbouring tier by changing places with the one at the border. */
#include "txsurvey/book.h"

#include "txsurvey/address_pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_ENTRIES 8192u

enum state { UNTAKEN, TAKEN, LEFT_OUT, TURNED_AWAY };

/* Behind the tiers of those that may be taken at once. */
#define TIER_PUT_OFF TXS_TIERS
#define ALL_TIERS (TIER_PUT_OFF + 1)

struct entry {
    uint32_t address; /* its place in the pool */
    uint32_t at;      /* while UNTAKEN: where in the order */
    uint16_t tellers; /* a bit for each source, drawn by lot: the same source draws the same one */
    uint8_t tier;
    enum state state : 4;
    enum txs_peer_worth worth : 4;
};
_Static_assert(sizeof(struct entry) == 12, "an address costs what book.h says");

/* What a source told at a time: the entries from `first` to the next batch's. */
struct batch {
    uint32_t first;
    uint32_t teller;   /* a peer; from TEXT_TELLER on an index of `sources` */
    uint32_t previous; /* batch of the same teller, or 0 */
};
#define TEXT_TELLER 0x80000000u
_Static_assert(TXS_BOOK_MAX < TEXT_TELLER, "a peer is no text");

struct chunk {
    struct entry entries[CHUNK_ENTRIES];
    uint32_t order[CHUNK_ENTRIES]; /* a piece of the order, which has as many places as entries */
};

/* That is a text. */
struct source {
    char *text;
    bool is_user; /* who named it: `connect`, `file` */
};

struct txs_book {
    struct txs_random random; /* the order of taking */
    uint64_t hash_key;        /* an adversary who chooses addresses must not choose collisions */
    struct txs_address_pool addresses;
    struct chunk **chunks;
    size_t chunk_count;
    uint32_t *table; /* open addressing: index + 1, or 0 */
    size_t count, left_out, turned_away, table_size;
    uint32_t tier_end[ALL_TIERS]; /* in the order */
    uint64_t teller;              /* who is telling now: of the last batch */
    bool many_tell;
    struct batch *batches;
    size_t batch_count, batch_cap;
    struct source *sources;
    size_t source_count;
};

struct txs_book *txs_book_new(struct txs_random order)
{
    struct txs_book *b = calloc(1, sizeof *b);
    if (b == NULL)
        return NULL;
    b->random = order;
    b->hash_key = txs_random_next(&b->random);
    return b;
}

void txs_book_free(struct txs_book *b)
{
    if (b == NULL)
        return;
    for (size_t i = 0; i < b->source_count; i++)
        free(b->sources[i].text);
    for (size_t i = 0; i < b->chunk_count; i++)
        free(b->chunks[i]);
    txs_address_pool_free(&b->addresses);
    free(b->sources);
    free(b->batches);
    free(b->chunks);
    free(b->table);
    free(b);
}

static struct entry *entry_of(const struct txs_book *b, size_t i)
{
    return &b->chunks[i / CHUNK_ENTRIES]->entries[i % CHUNK_ENTRIES];
}

struct txs_address txs_book_address(const struct txs_book *b, uint32_t peer)
{
    return txs_address_pool_get(&b->addresses, entry_of(b, peer)->address);
}

/* Sources */

static uint32_t add_batch(struct txs_book *b, struct batch batch)
{
    if (b->batch_count == b->batch_cap) {
        size_t cap = b->batch_cap ? b->batch_cap * 2 : 16;
        struct batch *batches = realloc(b->batches, cap * sizeof *batches);
        if (batches == NULL)
            return 0;
        b->batches = batches;
        b->batch_cap = cap;
    }
    batch.first = (uint32_t)b->count;
    b->many_tell = false;
    b->batches[b->batch_count++] = batch;
    return (uint32_t)b->batch_count;
}

/* The index of the source of this text, -1 when out of memory. */
static int text_source(struct txs_book *b, const char *text)
{
    for (size_t i = 0; i < b->source_count; i++)
        if (strcmp(b->sources[i].text, text) == 0)
            return (int)i;
    struct source *sources = realloc(b->sources, (b->source_count + 1) * sizeof *sources);
    if (sources == NULL)
        return -1;
    b->sources = sources;
    sources[b->source_count] = (struct source){
        .text = strdup(text),
        .is_user = strcmp(text, "connect") == 0 || strcmp(text, "file") == 0,
    };
    return sources[b->source_count].text != NULL ? (int)b->source_count++ : -1;
}

static bool is_text(const struct batch *batch)
{
    return batch->teller >= TEXT_TELLER;
}

uint32_t txs_book_batch(struct txs_book *b, const char *source, uint32_t previous)
{
    int teller = text_source(b, source);
    if (teller < 0)
        return 0;
    b->teller = ~(uint64_t)teller; /* the numbers of groups begin at the other end */
    return add_batch(
        b, (struct batch){.teller = TEXT_TELLER + (uint32_t)teller, .previous = previous});
}

uint32_t txs_book_batch_of_peer(struct txs_book *b, uint32_t peer, uint32_t previous,
                                uint64_t group)
{
    b->teller = group;
    return add_batch(b, (struct batch){.teller = peer, .previous = previous});
}

void txs_book_many_tell(struct txs_book *b)
{
    b->many_tell = true;
}

static size_t batch_end(const struct txs_book *b, size_t batch)
{
    return batch < b->batch_count ? b->batches[batch].first : b->count;
}

size_t txs_book_batch_addresses(const struct txs_book *b, uint32_t batch, struct txs_address *out,
                                size_t max)
{
    size_t count = 0;
    for (; batch != 0; batch = b->batches[batch - 1].previous)
        for (size_t i = b->batches[batch - 1].first; i < batch_end(b, batch) && count < max; i++)
            if (entry_of(b, i)->state < LEFT_OUT)
                out[count++] = txs_book_address(b, (uint32_t)i);
    return count;
}

size_t txs_book_batch_alike(const struct txs_book *b, uint32_t batch,
                            const struct txs_address *address,
                            bool (*alike)(const struct txs_address *, const struct txs_address *))
{
    size_t count = 0;
    for (; batch != 0; batch = b->batches[batch - 1].previous)
        for (size_t i = b->batches[batch - 1].first; i < batch_end(b, batch); i++) {
            struct txs_address one = txs_book_address(b, (uint32_t)i);
            count += alike(&one, address);
        }
    return count;
}

static const struct batch *batch_of(const struct txs_book *b, uint32_t peer)
{
    size_t low = 0, high = b->batch_count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (b->batches[middle].first <= peer)
            low = middle;
        else
            high = middle;
    }
    return &b->batches[low];
}

void txs_book_source_text(const struct txs_book *b, uint32_t peer, char out[TXS_SOURCE_TEXT_MAX])
{
    const struct batch *batch = batch_of(b, peer);
    char teller[TXS_ADDRESS_TEXT_MAX];
    if (is_text(batch)) {
        snprintf(out, TXS_SOURCE_TEXT_MAX, "%s", b->sources[batch->teller - TEXT_TELLER].text);
        return;
    }
    struct txs_address address = txs_book_address(b, batch->teller);
    txs_address_text(teller, &address);
    snprintf(out, TXS_SOURCE_TEXT_MAX, "gossip:%s", teller);
}

/* Who is known */

/* Of what the network has of bytes: the others are zero. */
static uint64_t hash_of(const struct txs_book *b, const struct txs_address *a)
{
    struct txs_random r = {b->hash_key};
    uint64_t words[sizeof *a / 8 + 1] = {0};
    size_t len = txs_address_bytes(a->network);
    memcpy(words, a, sizeof *a);
    for (size_t i = 0; i < (len + 7) / 8; i++)
        r.state = txs_random_next(&r) ^ words[i];
    return txs_random_next(&r);
}

/* The slot where the address is, or the empty one where it would go. */
static uint32_t *slot_of(const struct txs_book *b, const struct txs_address *a)
{
    size_t at = hash_of(b, a) & (b->table_size - 1);
    while (b->table[at] != 0 &&
           !txs_address_pool_is(&b->addresses, entry_of(b, b->table[at] - 1)->address, a))
        at = (at + 1) & (b->table_size - 1);
    return &b->table[at];
}

/* At most three quarters of the table's slots are in use. */
static bool grow_table(struct txs_book *b)
{
    if (b->count < b->table_size / 4 * 3)
        return true;
    size_t size = b->table_size ? b->table_size * 2 : 128;
    uint32_t *table = calloc(size, sizeof *table);
    if (table == NULL)
        return false;
    free(b->table);
    b->table = table;
    b->table_size = size;
    for (uint32_t i = 0; i < b->count; i++) {
        struct txs_address address = txs_book_address(b, i);
        *slot_of(b, &address) = i + 1;
    }
    return true;
}

static bool grow_chunks(struct txs_book *b)
{
    if (b->count < b->chunk_count * CHUNK_ENTRIES)
        return true;
    struct chunk **chunks = realloc(b->chunks, (b->chunk_count + 1) * sizeof(struct chunk *));
    if (chunks == NULL)
        return false;
    b->chunks = chunks;
    chunks[b->chunk_count] = malloc(sizeof **chunks);
    return chunks[b->chunk_count] != NULL && ++b->chunk_count;
}

#define NOBODY UINT32_MAX

/* The index of the address, or NOBODY. */
static uint32_t find(const struct txs_book *b, const struct txs_address *address)
{
    return b->table_size ? *slot_of(b, address) - 1 : NOBODY;
}

/* `peer`: its index, whether it is new or known. */
static enum txs_book_add insert(struct txs_book *b, const struct txs_address *address,
                                enum state state, uint32_t *peer)
{
    if (!grow_table(b) || !grow_chunks(b))
        return TXS_BOOK_NO_MEMORY;
    uint32_t *slot = slot_of(b, address);
    *peer = *slot - 1;
    if (*peer != NOBODY)
        return TXS_BOOK_KNOWN;
    if (b->count == TXS_BOOK_MAX)
        return TXS_BOOK_FULL;
    uint32_t place = (uint32_t)b->addresses.len;
    if (!txs_address_pool_add(&b->addresses, address))
        return TXS_BOOK_NO_MEMORY;
    *peer = (uint32_t)b->count++;
    *entry_of(b, *peer) = (struct entry){.address = place, .state = state};
    *slot = *peer + 1;
    return TXS_BOOK_ADDED;
}

/* The order */

static uint32_t *place(const struct txs_book *b, uint32_t at)
{
    return &b->chunks[at / CHUNK_ENTRIES]->order[at % CHUNK_ENTRIES];
}

static void put(struct txs_book *b, uint32_t at, uint32_t peer)
{
    *place(b, at) = peer;
    entry_of(b, peer)->at = at;
}

/* The last of a tier goes to `at`, which leaves a hole at the tier's end. */
static uint32_t close_hole(struct txs_book *b, unsigned tier, uint32_t at)
{
    uint32_t last = --b->tier_end[tier];
    if (at != last)
        put(b, at, *place(b, last));
    return last;
}

static void leave_order(struct txs_book *b, struct entry *e)
{
    uint32_t hole = e->at;
    for (unsigned tier = e->tier; tier < ALL_TIERS; tier++)
        hole = close_hole(b, tier, hole);
}

static void enter_order(struct txs_book *b, uint32_t peer, unsigned tier)
{
    uint32_t hole = b->tier_end[ALL_TIERS - 1]++;
    entry_of(b, peer)->tier = (uint8_t)tier;
    for (unsigned t = ALL_TIERS - 1; t > tier; t--) {
        uint32_t first = b->tier_end[t - 1]++;
        if (first != hole)
            put(b, hole, *place(b, first));
        hole = first;
    }
    put(b, hole, peer);
}

static unsigned count_bits(uint16_t bits)
{
    return (unsigned)__builtin_popcount(bits);
}

/* The lot depends on the peer, too: two sources that draw the same bit for one peer do not for the
 * next. */
static uint16_t bits_of_teller(const struct txs_book *b, uint32_t peer)
{
    struct txs_random r = {b->hash_key ^ b->teller};
    r.state = txs_random_next(&r) ^ peer;
    uint16_t bit = (uint16_t)(1u << txs_random_below(&r, 16));
    return b->many_tell ? bit | ((1u << TXS_BOOK_MANY_TELLERS) - 1) : bit;
}

/* Word of mouth raises a peer by one when a second source names it, when some six have, and when
 * some eighteen have: what many say counts, and a few who agree on it cannot get far. So many
 * sources have drawn about that many of the sixteen bits. */
static bool is_raised_by(const struct entry *e)
{
    unsigned bits = count_bits(e->tellers);
    return bits == 2 || bits == 5 || bits == 11;
}

/* A source speaks of it again, or another one: the better tier counts. */
static void name_again(struct txs_book *b, uint32_t peer, unsigned tier)
{
    struct entry *e = entry_of(b, peer);
    if (e->state == TAKEN || e->state == LEFT_OUT)
        return;
    uint16_t tellers = e->tellers | bits_of_teller(b, peer);
    bool further = tellers != e->tellers;
    if (e->state == TURNED_AWAY && !further)
        return;
    e->tellers = tellers;
    unsigned best = tier < e->tier ? tier : e->tier;
    best -= further && best > TXS_TIER_GOSSIP && is_raised_by(e);
    if (e->state == TURNED_AWAY) {
        e->state = UNTAKEN;
        b->turned_away--;
    } else if (best == e->tier) {
        return;
    } else {
        leave_order(b, e);
    }
    enter_order(b, peer, best);
}

static enum txs_book_add add(struct txs_book *b, const struct txs_address *address, unsigned tier,
                             uint32_t *peer)
{
    enum txs_book_add added = insert(b, address, UNTAKEN, peer);
    if (added == TXS_BOOK_ADDED) {
        entry_of(b, *peer)->tellers = bits_of_teller(b, *peer);
        enter_order(b, *peer, tier);
    } else if (added == TXS_BOOK_KNOWN) {
        name_again(b, *peer, tier);
    }
    return added;
}

enum txs_book_add txs_book_add(struct txs_book *b, const struct txs_address *address, unsigned tier)
{
    uint32_t peer;
    return add(b, address, tier, &peer);
}

bool txs_book_hear_again(struct txs_book *b, const struct txs_address *address, unsigned tier)
{
    uint32_t peer = find(b, address);
    if (peer != NOBODY)
        name_again(b, peer, tier);
    return peer != NOBODY;
}

enum txs_book_add txs_book_leave_out(struct txs_book *b, const struct txs_address *address)
{
    uint32_t peer;
    if (b->left_out == TXS_BOOK_LEFT_OUT_MAX)
        return find(b, address) == NOBODY ? TXS_BOOK_FULL : TXS_BOOK_KNOWN;
    enum txs_book_add added = insert(b, address, LEFT_OUT, &peer);
    b->left_out += added == TXS_BOOK_ADDED;
    return added;
}

static void take(struct txs_book *b, uint32_t peer)
{
    leave_order(b, entry_of(b, peer));
    entry_of(b, peer)->state = TAKEN;
}

bool txs_book_take(struct txs_book *b, uint32_t *peer)
{
    uint32_t begin = 0;
    for (unsigned tier = 0; tier < ALL_TIERS; begin = b->tier_end[tier++]) {
        uint32_t count = b->tier_end[tier] - begin;
        if (count == 0)
            continue;
        *peer = *place(b, begin + (uint32_t)txs_random_below(&b->random, count));
        take(b, *peer);
        return true;
    }
    return false;
}

bool txs_book_take_address(struct txs_book *b, const struct txs_address *address, uint32_t *peer)
{
    enum txs_book_add added = add(b, address, TXS_TIER_LAST, peer);
    if (added == TXS_BOOK_NO_MEMORY || added == TXS_BOOK_FULL)
        return false;
    struct entry *e = entry_of(b, *peer);
    if (e->state == LEFT_OUT) {
        e->state = TAKEN;
        b->left_out--;
        return true;
    }
    if (e->state != UNTAKEN)
        return false;
    take(b, *peer);
    return true;
}

unsigned txs_book_tellers(const struct txs_book *b, uint32_t peer)
{
    return count_bits(entry_of(b, peer)->tellers);
}

void txs_book_put_off(struct txs_book *b, uint32_t peer)
{
    entry_of(b, peer)->state = UNTAKEN;
    enter_order(b, peer, TIER_PUT_OFF);
}

void txs_book_turn_away(struct txs_book *b, uint32_t peer)
{
    entry_of(b, peer)->state = TURNED_AWAY;
    b->turned_away++;
}

bool txs_book_all_put_off(const struct txs_book *b)
{
    return b->tier_end[TIER_PUT_OFF - 1] == 0;
}

/* What came of them */

void txs_book_judge(struct txs_book *b, uint32_t peer, enum txs_peer_worth worth)
{
    entry_of(b, peer)->worth = worth;
}

bool txs_book_is_named(const struct txs_book *b, uint32_t peer)
{
    const struct batch *batch = batch_of(b, peer);
    return is_text(batch) && b->sources[batch->teller - TEXT_TELLER].is_user;
}

static bool is_worth(const struct txs_book *b, uint32_t peer, enum txs_peer_worth worth)
{
    const struct entry *e = entry_of(b, peer);
    if (worth == TXS_WORTH_UNKNOWN)
        return (e->state == UNTAKEN || e->worth == worth) && txs_book_is_named(b, peer);
    return e->state == TAKEN && e->worth == worth;
}

size_t txs_book_visit(const struct txs_book *b, enum txs_peer_worth worth,
                      void (*visit)(void *context, const struct txs_address *address),
                      void *context)
{
    size_t visited = 0;
    for (size_t i = 0; i < b->count; i++) {
        if (!is_worth(b, (uint32_t)i, worth))
            continue;
        struct txs_address address = txs_book_address(b, (uint32_t)i);
        visit(context, &address);
        visited++;
    }
    return visited;
}

size_t txs_book_known(const struct txs_book *b)
{
    return b->count - b->left_out - b->turned_away;
}

size_t txs_book_untaken(const struct txs_book *b)
{
    return b->tier_end[ALL_TIERS - 1];
}
