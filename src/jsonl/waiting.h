/* Transactions whose record is due, while there is no room for it in the output: their bytes, up to
 * a figure, in the order in which they came. */
#ifndef TXSURVEY_JSONL_WAITING_H
#define TXSURVEY_JSONL_WAITING_H

#include "txsurvey/record.h"

#define WAITING_MAX_BYTES (32u * 1024 * 1024)

struct waiting {
    struct waiting_transaction *first, **end;
    size_t bytes;
};

void waiting_init(struct waiting *waiting);
void waiting_free(struct waiting *waiting);
bool waiting_fits(const struct waiting *waiting, const struct txs_transaction_record *record);
/* Keeps a copy; false when out of memory. */
bool waiting_add(struct waiting *waiting, const struct txs_transaction_record *record);
const struct txs_transaction_record *waiting_first(const struct waiting *waiting); /* or NULL */
void waiting_drop_first(struct waiting *waiting);

#endif
