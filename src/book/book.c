#include "txsurvey/book.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    struct txs_address address;
    uint32_t source;
};

struct txs_book {
    struct txs_random random; /* the order of taking */
    uint64_t hash_key;        /* an adversary who chooses addresses must not choose collisions */
    struct entry *entries;
    uint32_t *untaken; /* indexes of entries, in any order */
    uint32_t *table;   /* open addressing: index + 1, or 0 */
    size_t count, cap, untaken_count, left_out, table_size;
    char **sources;
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
        free(b->sources[i]);
    free(b->sources);
    free(b->entries);
    free(b->untaken);
    free(b->table);
    free(b);
}

int txs_book_source(struct txs_book *b, const char *text)
{
    char **sources = realloc(b->sources, (b->source_count + 1) * sizeof *sources);
    if (sources == NULL)
        return -1;
    b->sources = sources;
    sources[b->source_count] = strdup(text);
    return sources[b->source_count] == NULL ? -1 : (int)b->source_count++;
}

static uint64_t hash_of(const struct txs_book *b, const struct txs_address *a)
{
    struct txs_random r = {b->hash_key};
    uint64_t words[sizeof *a / 8 + 1] = {0};
    memcpy(words, a, sizeof *a);
    for (size_t i = 0; i < sizeof words / 8; i++)
        r.state = txs_random_next(&r) ^ words[i];
    return txs_random_next(&r);
}

/* The slot where the address is, or the empty one where it would go. */
static uint32_t *slot_of(const struct txs_book *b, const struct txs_address *a)
{
    size_t at = hash_of(b, a) & (b->table_size - 1);
    while (b->table[at] != 0 && !txs_address_equal(&b->entries[b->table[at] - 1].address, a))
        at = (at + 1) & (b->table_size - 1);
    return &b->table[at];
}

/* Half of the table's slots at most are in use. */
static bool grow(struct txs_book *b)
{
    size_t cap = b->cap ? b->cap * 2 : 64;
    if (cap > UINT32_MAX / 4)
        return false;
    struct entry *entries = realloc(b->entries, cap * sizeof *entries);
    if (entries != NULL)
        b->entries = entries;
    uint32_t *untaken = realloc(b->untaken, cap * sizeof *untaken);
    if (untaken != NULL)
        b->untaken = untaken;
    uint32_t *table = calloc(cap * 2, sizeof *table);
    if (entries == NULL || untaken == NULL || table == NULL) {
        free(table);
        return false;
    }
    free(b->table);
    b->table = table;
    b->table_size = cap * 2;
    b->cap = cap;
    for (size_t i = 0; i < b->count; i++)
        *slot_of(b, &entries[i].address) = (uint32_t)i + 1;
    return true;
}

static enum txs_book_add insert(struct txs_book *b, const struct txs_address *address, int source)
{
    if (b->count == b->cap && !grow(b))
        return TXS_BOOK_NO_MEMORY;
    uint32_t *slot = slot_of(b, address);
    if (*slot != 0)
        return TXS_BOOK_KNOWN;
    b->entries[b->count] = (struct entry){*address, (uint32_t)source};
    *slot = (uint32_t)++b->count;
    return TXS_BOOK_ADDED;
}

enum txs_book_add txs_book_add(struct txs_book *b, const struct txs_address *address, int source)
{
    enum txs_book_add added = insert(b, address, source);
    if (added == TXS_BOOK_ADDED)
        b->untaken[b->untaken_count++] = (uint32_t)b->count - 1;
    return added;
}

enum txs_book_add txs_book_leave_out(struct txs_book *b, const struct txs_address *address)
{
    enum txs_book_add added = insert(b, address, 0);
    b->left_out += added == TXS_BOOK_ADDED;
    return added;
}

bool txs_book_take(struct txs_book *b, uint32_t *peer)
{
    if (b->untaken_count == 0)
        return false;
    size_t at = (size_t)txs_random_below(&b->random, b->untaken_count);
    *peer = b->untaken[at];
    b->untaken[at] = b->untaken[--b->untaken_count];
    return true;
}

const struct txs_address *txs_book_address(const struct txs_book *b, uint32_t peer)
{
    return &b->entries[peer].address;
}

const char *txs_book_source_text(const struct txs_book *b, uint32_t peer)
{
    return b->sources[b->entries[peer].source];
}

size_t txs_book_known(const struct txs_book *b)
{
    return b->count - b->left_out;
}

size_t txs_book_untaken(const struct txs_book *b)
{
    return b->untaken_count;
}
