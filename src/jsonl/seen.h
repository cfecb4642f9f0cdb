/* Transactions that have a record, so that each gets one. */
#ifndef TXSURVEY_JSONL_SEEN_H
#define TXSURVEY_JSONL_SEEN_H

#include <stddef.h>
#include <stdint.h>

struct seen_list {
    struct seen_ids *entries;
    size_t count;
};

/* Remembers one under its ids in wire order; `wtxid` is NULL where it is not known. */
enum seen { SEEN_NEW, SEEN_BEFORE, SEEN_NO_MEMORY };
enum seen seen_add(struct seen_list *list, const uint8_t txid[32], const uint8_t *wtxid);
void seen_free(struct seen_list *list);

#endif
