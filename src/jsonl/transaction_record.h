#ifndef TXSURVEY_JSONL_TRANSACTION_RECORD_H
#define TXSURVEY_JSONL_TRANSACTION_RECORD_H

#include "txsurvey/jsonl.h"

/* Writes the line of a transaction, whose bytes are at hand. */
void transaction_write(struct txs_records *records, const struct txs_transaction_record *record);

#endif
