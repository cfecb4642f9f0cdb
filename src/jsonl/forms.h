/* The forms in which ids were served, and which of them have a `transaction` record. A txid does
 * not cover the witness, so it may be served with as many as there are peers who make them up: the
 * first forms of an id are recorded as they come, a further one once it was served more often than
 * any that has a record. So the form that most peers serve has its record, and for each record that
 * is written beyond the first ones more peers must agree than for the one before. */
#ifndef TXSURVEY_JSONL_FORMS_H
#define TXSURVEY_JSONL_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORMS_AT_ONCE 100

struct form {
    uint32_t id; /* index of the id that was asked for */
    uint32_t servings;
    uint8_t wtxid[32]; /* zero where the witness was not sent */
};

/* What is known of the forms of one id. */
struct id_forms {
    uint32_t recorded;            /* so many have a record */
    uint32_t most;                /* the largest number of servings of one of those */
    uint64_t unrecorded;          /* servings of the others */
    struct candidate *candidates; /* among those; NULL until there are others */
};

struct forms {
    uint64_t key; /* whoever chooses forms must not choose collisions */
    struct id_forms *ids;
    size_t id_count;
    struct form *recorded;
    uint32_t *table; /* open addressing: index + 1, or 0 */
    size_t count, cap, table_size;
};

/* False when out of memory; to be freed in either case. `key` is random and known to nobody. */
bool forms_init(struct forms *forms, size_t id_count, uint64_t key);
void forms_free(struct forms *forms);

enum form_record { FORM_RECORDED, FORM_DUE, FORM_LEFT_OUT, FORM_NO_MEMORY };
/* A peer served an id; `wtxid` is NULL where it is not known, and any form's record will do then.
 * DUE: it is to be recorded now, and counts as recorded. Never where its bytes are not at hand. */
enum form_record forms_serve(struct forms *forms, size_t id, const uint8_t *wtxid,
                             bool bytes_at_hand);
/* The form was recorded in an earlier part of the run: DUE, or RECORDED where that is known. */
enum form_record forms_restore(struct forms *forms, size_t id, const uint8_t *wtxid);

#endif
