#include "seen.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One txid may be served with as many witnesses as there are peers who make them up. */
#define FORMS_MAX 100

struct seen_ids {
    uint8_t txid[32];
    uint8_t wtxid[32]; /* zero where the witness was not sent */
};

static bool holds(const struct seen_list *list, const struct seen_ids *one, bool witness_known)
{
    size_t forms = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (memcmp(list->entries[i].txid, one->txid, 32) != 0)
            continue;
        if (!witness_known || memcmp(list->entries[i].wtxid, one->wtxid, 32) == 0)
            return true;
        forms++;
    }
    return forms >= FORMS_MAX;
}

enum seen seen_add(struct seen_list *list, const uint8_t txid[32], const uint8_t *wtxid)
{
    struct seen_ids one = {{0}, {0}};
    memcpy(one.txid, txid, 32);
    if (wtxid != NULL)
        memcpy(one.wtxid, wtxid, 32);
    if (holds(list, &one, wtxid != NULL))
        return SEEN_BEFORE;
    if ((list->count & (list->count - 1)) == 0) {
        size_t cap = list->count ? list->count * 2 : 1;
        struct seen_ids *entries = realloc(list->entries, cap * sizeof *entries);
        if (entries == NULL)
            return SEEN_NO_MEMORY;
        list->entries = entries;
    }
    list->entries[list->count++] = one;
    return SEEN_NEW;
}

void seen_free(struct seen_list *list)
{
    free(list->entries);
}
