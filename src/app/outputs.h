/* The files that a run writes: records, trace, metrics, the list of peers for the next run. */
#ifndef TXSURVEY_APP_OUTPUTS_H
#define TXSURVEY_APP_OUTPUTS_H

#include "console.h"
#include "options.h"

#include "txsurvey/jsonl.h"
#include "txsurvey/metrics.h"
#include "txsurvey/peer_list.h"

/* All NULL before it is opened. */
struct outputs {
    struct txs_output *records_file, *trace_file;
    struct txs_records *records;
    struct txs_trace *trace;
    struct txs_replacement *metrics_file;
    struct txs_metrics *metrics; /* NULL without --metrics */
    bool metrics_failed;         /* to follow the run, at least once */
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
/* How the survey stands, for the metrics. Says on the console, once, where they cannot be written.
 */
void outputs_progress(struct outputs *out, struct console *console,
                      const struct txs_progress *progress);
/* How it ended, while there are its counts. */
void outputs_ended(struct outputs *out, const struct txs_ending *ending);
/* Says on the console what could not be written, but for a run that never `began` for a reason of
 * which the user was told. The last word about a run: returns its exit status, which is `code`
 * where all was written. */
int outputs_close(struct outputs *out, struct console *console, bool began, int code);

#endif
