/* The file of metrics: when it is written. */
#include "figures.h"
#include "labels.h"

#include "txsurvey/metrics.h"

#include <stdlib.h>

struct txs_metrics {
    struct txs_replacement *file;
    struct txs_metrics_run run;
    char *survey;
    char **ids; /* their labels, in the plan's order */
    struct exposition text;
    struct figures figures;
    uint64_t periods; /* of TXS_METRICS_EVERY_MS that had passed when the file was written */
};

/* How the survey stands at this time. */
static struct figures *figures_at(struct txs_metrics *m, uint64_t now_ms, uint64_t duration_ms)
{
    m->figures = (struct figures){
        .version = m->run.version,
        .plan = m->run.plan,
        .ids = m->ids,
        .started_unix_ms = txs_wall_clock_ms(m->run.wall, now_ms - duration_ms),
        .updated_unix_ms = txs_wall_clock_ms(m->run.wall, now_ms),
        .duration_ms = duration_ms,
    };
    return &m->figures;
}

static void take_down(struct txs_metrics *m)
{
    exposition_begin(&m->text, m->survey);
    figures_put(&m->text, &m->figures);
}

static enum txs_status write_down(struct txs_metrics *m, enum txs_replacement_care care,
                                  struct txs_message *message)
{
    const struct txs_span all = {(const uint8_t *)m->text.text, m->text.len};
    if (m->text.lost)
        return txs_fail(message, TXS_E_NOMEM, "%.200s: out of memory", m->run.path);
    return txs_replacement_write(m->file, &all, 1, care, message);
}

enum txs_status txs_metrics_new(struct txs_metrics **out, struct txs_replacement *file,
                                const struct txs_metrics_run *run, struct txs_message *message)
{
    struct txs_metrics *m = calloc(1, sizeof *m);
    if (m == NULL)
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    m->file = file;
    m->run = *run;
    m->survey = label_of_file(run->path);
    m->ids = calloc(run->plan->id_count + 1, sizeof *m->ids);
    enum txs_status status = m->survey != NULL && m->ids != NULL
                                 ? make_id_labels(m->ids, run->plan, message)
                                 : txs_fail(message, TXS_E_NOMEM, "out of memory");
    if (status == TXS_OK)
        *out = m;
    else
        txs_metrics_free(m);
    return status;
}

void txs_metrics_free(struct txs_metrics *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; m->ids != NULL && i < m->run.plan->id_count; i++)
        free(m->ids[i]);
    free(m->ids);
    free(m->survey);
    exposition_free(&m->text);
    free(m);
}

enum txs_status txs_metrics_progress(struct txs_metrics *m, const struct txs_progress *p,
                                     struct txs_message *message)
{
    if (p->elapsed_ms / TXS_METRICS_EVERY_MS == m->periods)
        return TXS_OK;
    m->periods = p->elapsed_ms / TXS_METRICS_EVERY_MS;
    struct figures *f = figures_at(m, p->now_ms, p->elapsed_ms);
    f->running = true;
    f->known = p->known;
    f->not_attempted = p->not_attempted;
    f->in_progress = p->in_progress;
    f->tally = p->tally;
    take_down(m);
    /* A power failure may take it, but the survey does not stand still for it. */
    return write_down(m, TXS_REPLACEMENT_QUICK, message);
}

void txs_metrics_ended(struct txs_metrics *m, const struct txs_ending *e)
{
    struct figures *f = figures_at(m, e->finished_ms, e->duration_ms);
    f->known = e->known;
    f->not_attempted = e->not_attempted;
    f->tally = e->tally;
    f->complete = e->reason == TXS_REASON_FINISHED;
    take_down(m);
}

enum txs_status txs_metrics_finish(struct txs_metrics *m, int exit_status,
                                   struct txs_message *message)
{
    m->figures.exit_status = exit_status;
    figures_put_last(&m->text, &m->figures);
    return write_down(m, TXS_REPLACEMENT_DURABLE, message);
}

void txs_metrics_describe(void (*visit)(void *context, const char *name, const char *text),
                          void *context)
{
    figures_describe(visit, context);
}
