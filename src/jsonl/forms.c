#include "forms.h"

#include "txsurvey/random.h"

#include <stdlib.h>
#include <string.h>

/* Candidates of an id are counted in so many places, each form in one of them. Where several meet,
 * the place is held by a majority: a serving of another form takes one away from who holds it. So a
 * count is never too large, and too small by what others served in the same place, some 256th
 * of all. */
#define PLACES 256

struct candidate {
    uint32_t tag; /* of the form's hash */
    uint32_t servings;
};

bool forms_init(struct forms *f, size_t id_count, uint64_t key)
{
    *f = (struct forms){.key = key, .id_count = id_count};
    f->ids = calloc(id_count + 1, sizeof *f->ids);
    return f->ids != NULL;
}

void forms_free(struct forms *f)
{
    for (size_t i = 0; i < f->id_count && f->ids != NULL; i++)
        free(f->ids[i].candidates);
    free(f->ids);
    free(f->recorded);
    free(f->table);
}

static struct form form_of(size_t id, const uint8_t *wtxid)
{
    struct form form = {.id = (uint32_t)id};
    if (wtxid != NULL)
        memcpy(form.wtxid, wtxid, sizeof form.wtxid);
    return form;
}

static uint64_t hash_of(const struct forms *f, const struct form *form)
{
    struct txs_random r = {f->key ^ form->id};
    uint64_t words[sizeof form->wtxid / 8];
    memcpy(words, form->wtxid, sizeof words);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        r.state = txs_random_next(&r) ^ words[i];
    return txs_random_next(&r);
}

/* The slot where the form is, or the empty one where it would go. */
static uint32_t *slot_of(const struct forms *f, const struct form *form, uint64_t hash)
{
    size_t at = hash & (f->table_size - 1);
    for (; f->table[at] != 0; at = (at + 1) & (f->table_size - 1)) {
        const struct form *other = &f->recorded[f->table[at] - 1];
        if (other->id == form->id && memcmp(other->wtxid, form->wtxid, sizeof form->wtxid) == 0)
            break;
    }
    return &f->table[at];
}

static struct form *find(const struct forms *f, const struct form *form, uint64_t hash)
{
    uint32_t at = f->table_size == 0 ? 0 : *slot_of(f, form, hash);
    return at == 0 ? NULL : &f->recorded[at - 1];
}

/* The table has twice the room of the list, so that half of its slots stay empty. */
static bool make_room(struct forms *f)
{
    if (f->count < f->cap)
        return true;
    size_t cap = f->cap ? f->cap * 2 : 16;
    uint32_t *table = calloc(2 * cap, sizeof *table);
    struct form *recorded = table == NULL ? NULL : realloc(f->recorded, cap * sizeof *recorded);
    if (recorded == NULL) {
        free(table);
        return false;
    }
    free(f->table);
    f->recorded = recorded;
    f->table = table;
    f->cap = cap;
    f->table_size = 2 * cap;
    for (size_t i = 0; i < f->count; i++)
        *slot_of(f, &recorded[i], hash_of(f, &recorded[i])) = (uint32_t)i + 1;
    return true;
}

static enum form_record record(struct forms *f, struct form form, uint64_t hash)
{
    struct id_forms *of = &f->ids[form.id];
    if (!make_room(f))
        return FORM_NO_MEMORY;
    f->recorded[f->count++] = form;
    *slot_of(f, &form, hash) = (uint32_t)f->count;
    of->recorded++;
    of->most = form.servings > of->most ? form.servings : of->most;
    return FORM_DUE;
}

/* How often the candidate has been served, this time included; 1 where others hold its place. */
static uint32_t count_candidate(struct id_forms *of, uint64_t hash)
{
    if (of->candidates == NULL)
        of->candidates = calloc(PLACES, sizeof *of->candidates);
    if (of->candidates == NULL)
        return 1;
    struct candidate *place = &of->candidates[hash % PLACES];
    uint32_t tag = (uint32_t)(hash >> 32);
    if (place->servings == 0)
        place->tag = tag;
    if (place->tag == tag)
        return ++place->servings;
    place->servings--;
    return 1;
}

enum form_record forms_serve(struct forms *f, size_t id, const uint8_t *wtxid, bool bytes_at_hand)
{
    struct id_forms *of = &f->ids[id];
    struct form form = form_of(id, wtxid);
    uint64_t hash = hash_of(f, &form);
    struct form *before = find(f, &form, hash);
    if (before != NULL && ++before->servings > of->most)
        of->most = before->servings;
    if (before != NULL || (wtxid == NULL && of->recorded > 0))
        return FORM_RECORDED;
    bool crowded = of->recorded >= FORMS_AT_ONCE;
    form.servings = 1;
    if (crowded || !bytes_at_hand || of->candidates != NULL) {
        form.servings = count_candidate(of, hash);
        of->unrecorded++;
    }
    if (!bytes_at_hand || (crowded && form.servings <= of->most))
        return FORM_LEFT_OUT;
    of->unrecorded -= form.servings < of->unrecorded ? form.servings : of->unrecorded;
    return record(f, form, hash);
}

enum form_record forms_restore(struct forms *f, size_t id, const uint8_t *wtxid)
{
    struct form form = form_of(id, wtxid);
    uint64_t hash = hash_of(f, &form);
    return find(f, &form, hash) != NULL ? FORM_RECORDED : record(f, form, hash);
}
