/* The files that a run writes: records, trace, the list of peers for the next run. */
#ifndef TXSURVEY_APP_OUTPUTS_H
#define TXSURVEY_APP_OUTPUTS_H

#include "console.h"
#include "options.h"

#include "txsurvey/jsonl.h"
#include "txsurvey/peer_list.h"

/* All NULL before it is opened. */
struct outputs {
    struct txs_output *records_file, *trace_file;
    struct txs_records *records;
    struct txs_trace *trace;
    struct txs_peer_list *saved; /* NULL without --save-peers */
};

/* Changes no file: all are known to be right before any is. Where the records are not `wanted` they
 * go nowhere. Whatever this returns, outputs_close(). */
enum txs_status outputs_open(struct outputs *out, const struct options *options, bool wanted,
                             struct txs_message *message);
/* Makes them ready for the first record: emptied, or with --resume behind what they hold, which
 * `restored` is told. */
enum txs_status outputs_begin(struct outputs *out, const struct options *options,
                              const struct txs_wall_clock *wall,
                              const struct txs_resume_events *restored,
                              struct txs_message *message);
/* Says on the console what could not be written. False where that is records, but for a run that
 * failed for a reason of which the user was `told`. */
bool outputs_close(struct outputs *out, struct console *console, bool told);

#endif
