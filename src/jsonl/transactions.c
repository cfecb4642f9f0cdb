/* Transactions on their way to their records: which of them get one, and when its line is made. */
#include "fields.h"
#include "target.h"
#include "transaction_record.h"

bool txs_records_have_room(const struct txs_records *r)
{
    return waiting_first(&r->waiting) == NULL &&
           txs_output_queued_bytes(r->output) < TXS_OUTPUT_FULL_BYTES;
}

static void write_waiting(struct txs_records *r)
{
    const struct txs_transaction_record *first;
    while (txs_output_queued_bytes(r->output) < TXS_OUTPUT_FULL_BYTES &&
           (first = waiting_first(&r->waiting)) != NULL) {
        transaction_write(r, first);
        waiting_drop_first(&r->waiting);
    }
}

enum txs_flush txs_records_flush(struct txs_records *r)
{
    enum txs_flush flushed;
    do {
        write_waiting(r);
        flushed = txs_output_flush(r->output);
        if (flushed == TXS_BROKEN)
            waiting_free(&r->waiting);
        else if (flushed == TXS_FULL)
            return TXS_FULL;
    } while (waiting_first(&r->waiting) != NULL);
    return flushed;
}

static bool make_room(struct txs_records *r)
{
    if (!txs_records_have_room(r))
        txs_records_flush(r);
    return txs_records_have_room(r);
}

/* Where its reader is slow, the bytes of many may be waiting: what finds no place among them has
 * its record when it is served again. */
static bool can_be_recorded(struct txs_records *r, const struct txs_transaction_record *record,
                            bool room)
{
    return record->bytes.len > 0 && (room || waiting_fits(&r->waiting, record));
}

void txs_records_transaction(struct txs_records *r, const struct txs_transaction_record *record)
{
    const struct txs_tx_ids *ids = record->ids;
    const uint8_t *wtxid = record->witness_known ? ids->wtxid : NULL;
    bool by_wtxid = r->plan->id_type == TXS_ID_TYPE_WTXID, room = make_room(r);
    int id = target_find(r->plan, by_wtxid ? ids->wtxid : ids->txid);
    if (id < 0)
        return;
    switch (forms_serve(&r->forms, (size_t)id, wtxid, can_be_recorded(r, record, room))) {
    case FORM_DUE:
        if (room)
            transaction_write(r, record);
        else if (!waiting_add(&r->waiting, record))
            txs_output_end_line(r->output, false);
        break;
    case FORM_NO_MEMORY:
        txs_output_end_line(r->output, false);
        break;
    case FORM_RECORDED:
    case FORM_LEFT_OUT:
        break;
    }
}
