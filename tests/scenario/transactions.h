/* Transactions with one-letter names, for dialogues: A to D and X, Y with a witness, L without, and
 * of chosen sizes without one: P 16,384 bytes, Q 16,385, M 20,084, H 100,086. */
#ifndef TXSURVEY_SCENARIO_TRANSACTIONS_H
#define TXSURVEY_SCENARIO_TRANSACTIONS_H

#include "txsurvey/bytes.h"

enum transaction_form { FORM_WHOLE, FORM_STRIPPED, FORM_ALTERED /* another witness */ };

/* Appends the transaction's bytes. */
void transaction_put(struct txs_writer *w, char name, enum transaction_form form);
/* Hashes of the whole form, computed without the code under test's walker. */
void transaction_txid(uint8_t out[32], char name);
void transaction_wtxid(uint8_t out[32], char name);

#define TRANSACTION_MAX_BYTES 100200

#endif
