/* Prometheus' text format (exposition format 0.0.4). All metrics here are gauges: the file shows
 * one run, and the next one begins at zero. */
#ifndef TXSURVEY_METRICS_EXPOSITION_H
#define TXSURVEY_METRICS_EXPOSITION_H

#include "txsurvey/bytes.h"

struct exposition {
    char *text;
    size_t len, cap;
    bool lost;                 /* something, for want of memory */
    const char *survey;        /* the value of the label that each sample has first */
    const char *metric, *help; /* the metric whose samples come next */
    bool headed;               /* its HELP and TYPE are written */
};

/* Empties it, and keeps its memory. `survey` is valid UTF-8, borrowed. */
void exposition_begin(struct exposition *x, const char *survey);
void exposition_free(struct exposition *x);
/* A metric that gets no sample leaves no trace. */
void exposition_metric(struct exposition *x, const char *name, const char *help);

/* A sample: open, its labels, and a value, which ends it. */
void exposition_open(struct exposition *x);
void exposition_label(struct exposition *x, const char *name, const char *value);
void exposition_count(struct exposition *x, uint64_t value);
/* value / 10^digits */
void exposition_decimal(struct exposition *x, uint64_t value, unsigned digits);

/* A sample with one label, or none. */
void exposition_labelled(struct exposition *x, const char *name, const char *label, uint64_t value);
void exposition_plain(struct exposition *x, uint64_t value);
void exposition_plain_decimal(struct exposition *x, uint64_t value, unsigned digits);

#endif
