#include "waiting.h"

#include <stdlib.h>
#include <string.h>

struct waiting_transaction {
    struct waiting_transaction *next;
    struct txs_transaction_record record; /* points to what follows */
    struct txs_tx_ids ids;
    struct txs_address first_peer;
    uint8_t bytes[];
};

void waiting_init(struct waiting *w)
{
    *w = (struct waiting){.end = &w->first};
}

void waiting_free(struct waiting *w)
{
    while (w->first != NULL)
        waiting_drop_first(w);
}

static size_t cost_of(const struct txs_transaction_record *record)
{
    return sizeof(struct waiting_transaction) + record->bytes.len;
}

bool waiting_fits(const struct waiting *w, const struct txs_transaction_record *record)
{
    return cost_of(record) <= WAITING_MAX_BYTES - w->bytes;
}

bool waiting_add(struct waiting *w, const struct txs_transaction_record *record)
{
    struct waiting_transaction *t = malloc(cost_of(record));
    if (t == NULL)
        return false;
    t->next = NULL;
    t->ids = *record->ids;
    t->first_peer = *record->first_peer;
    memcpy(t->bytes, record->bytes.data, record->bytes.len);
    t->record = *record;
    t->record.ids = &t->ids;
    t->record.first_peer = &t->first_peer;
    t->record.bytes.data = t->bytes;
    *w->end = t;
    w->end = &t->next;
    w->bytes += cost_of(record);
    return true;
}

const struct txs_transaction_record *waiting_first(const struct waiting *w)
{
    return w->first == NULL ? NULL : &w->first->record;
}

void waiting_drop_first(struct waiting *w)
{
    struct waiting_transaction *t = w->first;
    w->bytes -= cost_of(&t->record);
    w->first = t->next;
    if (w->first == NULL)
        w->end = &w->first;
    free(t);
}
