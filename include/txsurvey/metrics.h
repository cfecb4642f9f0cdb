/* The counts of a run as metrics: text for Prometheus, in a file for the textfile collector of
 * node_exporter. They are those of the summary. */
#ifndef TXSURVEY_METRICS_H
#define TXSURVEY_METRICS_H

#include "txsurvey/plan.h"
#include "txsurvey/replacement.h"
#include "txsurvey/sink.h"
#include "txsurvey/time.h"

struct txs_metrics;

/* What tells a file of ours from any other. */
#define TXS_METRICS_BEGINNING "# HELP txsurvey_"
/* How often the file follows a run. */
#define TXS_METRICS_EVERY_MS 15000

struct txs_metrics_run {
    const char *path; /* the file's name, without its folder and `.prom`, is the label `survey` */
    const char *version; /* of the program */
    const struct txs_plan *plan;
    const struct txs_wall_clock *wall;
};

/* All of `run` and `file` is borrowed. TXS_E_NOMEM, or TXS_E_USAGE where two ids would be told
 * apart by nothing. */
enum txs_status txs_metrics_new(struct txs_metrics **out, struct txs_replacement *file,
                                const struct txs_metrics_run *run, struct txs_message *message);
void txs_metrics_free(struct txs_metrics *metrics);

/* Writes the file where TXS_METRICS_EVERY_MS have passed, else nothing. TXS_E_IO or TXS_E_NOMEM,
 * and the file as it was: the next time may do better. */
enum txs_status txs_metrics_progress(struct txs_metrics *metrics,
                                     const struct txs_progress *progress,
                                     struct txs_message *message);
/* Takes down how the run ended, while there are its counts; they are written when all that the exit
 * status depends on is done. */
void txs_metrics_ended(struct txs_metrics *metrics, const struct txs_ending *ending);
enum txs_status txs_metrics_finish(struct txs_metrics *metrics, int exit_status,
                                   struct txs_message *message);

/* All metrics, for the manual: their names, and what they say. */
void txs_metrics_describe(void (*visit)(void *context, const char *name, const char *text),
                          void *context);

#endif
