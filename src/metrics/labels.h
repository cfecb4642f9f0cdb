/* What the labels of metrics say: they are few, short, and stay the same from run to run. */
#ifndef TXSURVEY_METRICS_LABELS_H
#define TXSURVEY_METRICS_LABELS_H

#include "txsurvey/plan.h"

/* A survey is called as its file is, without folder and `.prom`; no two files of one folder are
 * called the same, as node_exporter wants it. Valid UTF-8; NULL when out of memory. */
char *label_of_file(const char *path);

/* The labels of a plan's ids: the one that the user gave, else the first 8 digits; where an earlier
 * id is called so, all digits. `out` has room for one an id, NULL at first, and owns them.
 * TXS_E_NOMEM. */
enum txs_status make_id_labels(char **out, const struct txs_plan *plan,
                               struct txs_message *message);

#endif
