#include "figures.h"

#include <math.h>
#include <stdio.h>

typedef void samples_fn(struct exposition *x, const struct figures *f);
struct metric {
    const char *name, *text;
    samples_fn *samples;
};

static void info(struct exposition *x, const struct figures *f)
{
    char shard[32];
    const struct txs_plan *plan = f->plan;
    snprintf(shard, sizeof shard, "%u/%u", plan->shard_index, plan->shard_count);
    exposition_open(x);
    exposition_label(x, "version", f->version);
    exposition_label(x, "chain", plan->chain->name);
    exposition_label(x, "shard", shard);
    exposition_count(x, 1);
}

static void running(struct exposition *x, const struct figures *f)
{
    exposition_plain(x, f->running);
}

static void start_time(struct exposition *x, const struct figures *f)
{
    exposition_plain_decimal(x, (uint64_t)f->started_unix_ms, 3);
}

static void update_time(struct exposition *x, const struct figures *f)
{
    exposition_plain_decimal(x, (uint64_t)f->updated_unix_ms, 3);
}

static void duration(struct exposition *x, const struct figures *f)
{
    exposition_plain_decimal(x, f->duration_ms, 3);
}

static void vantage_suspect(struct exposition *x, const struct figures *f)
{
    exposition_plain(x, f->tally->vantage_suspect);
}

static void peers(struct exposition *x, const struct figures *f)
{
    for (unsigned o = 0; o < TXS_OUTCOME_COUNT; o++)
        exposition_labelled(x, "outcome", txs_outcome_name(o), f->tally->by_outcome[o]);
}

static void handshakes(struct exposition *x, const struct figures *f)
{
    exposition_plain(x, f->tally->handshakes);
}

static void in_progress(struct exposition *x, const struct figures *f)
{
    exposition_plain(x, f->in_progress);
}

static void known(struct exposition *x, const struct figures *f)
{
    exposition_plain(x, f->known);
}

static void not_attempted(struct exposition *x, const struct figures *f)
{
    exposition_plain(x, f->not_attempted);
}

static void ignored(struct exposition *x, const struct figures *f)
{
    for (unsigned i = 0; i < TXS_IGNORED_COUNT; i++)
        exposition_labelled(x, "reason", txs_ignored_name(i), f->tally->ignored[i]);
}

static void sent(struct exposition *x, const struct figures *f)
{
    exposition_plain(x, f->tally->bytes_sent);
}

static void received(struct exposition *x, const struct figures *f)
{
    exposition_plain(x, f->tally->bytes_received);
}

static void answers(struct exposition *x, const struct figures *f)
{
    for (size_t i = 0; i < f->tally->id_count; i++)
        for (unsigned status = 0; status < TXS_ID_STATUS_COUNT; status++) {
            exposition_open(x);
            exposition_label(x, "id", f->ids[i]);
            exposition_label(x, "status", txs_id_status_name(status));
            exposition_count(x, f->tally->ids[i].by_status[status]);
        }
}

/* A number that is made of an id's counts; false where there is none. */
typedef bool ratio_fn(double *out, const struct txs_id_tally *tally);

static bool share_of(double *out, const struct txs_id_tally *tally)
{
    *out = txs_id_tally_share(tally);
    return *out >= 0;
}

static bool low_of(double *out, const struct txs_id_tally *tally)
{
    double high;
    return txs_id_tally_ci95(tally, out, &high);
}

static bool high_of(double *out, const struct txs_id_tally *tally)
{
    double low;
    return txs_id_tally_ci95(tally, &low, out);
}

static void ratios_among(struct exposition *x, const struct figures *f, const char *among,
                         const struct txs_id_tally *ids, ratio_fn *ratio)
{
    double value;
    for (size_t i = 0; i < f->plan->id_count; i++)
        if (ratio(&value, &ids[i])) {
            exposition_open(x);
            exposition_label(x, "id", f->ids[i]);
            exposition_label(x, "among", among);
            exposition_decimal(x, (uint64_t)llround(value * 1e6), 6);
        }
}

static void ratios(struct exposition *x, const struct figures *f, ratio_fn *ratio)
{
    ratios_among(x, f, "asked", f->tally->ids, ratio);
    if (f->plan->control)
        ratios_among(x, f, "controlled", f->tally->controlled, ratio);
    if (f->plan->anchor_count > 0)
        ratios_among(x, f, "anchored", f->tally->anchored, ratio);
}

static void share(struct exposition *x, const struct figures *f)
{
    ratios(x, f, share_of);
}

static void share_low(struct exposition *x, const struct figures *f)
{
    ratios(x, f, low_of);
}

static void share_high(struct exposition *x, const struct figures *f)
{
    ratios(x, f, high_of);
}

static const struct metric metrics[] = {
    {"txsurvey_info", "version, chain and shard of the survey, always 1", info},
    {"txsurvey_running", "1 while the run goes on, 0 when it has ended", running},
    {"txsurvey_start_time_seconds", "when the run began, in Unix time", start_time},
    {"txsurvey_update_time_seconds",
     "when these figures were taken, in Unix time: every 15 s of a run, and at its end",
     update_time},
    {"txsurvey_duration_seconds", "how long the run had taken by then", duration},
    {"txsurvey_vantage_suspect", "1 where our own machine or link seems to have failed, else 0",
     vantage_suspect},
    {"txsurvey_peers", "peers with a record, by outcome", peers},
    {"txsurvey_handshakes", "peers with a record that completed a handshake", handshakes},
    {"txsurvey_connections_in_progress", "peers that are connected to or asked at the moment",
     in_progress},
    {"txsurvey_addresses_known", "addresses that the survey knows", known},
    {"txsurvey_addresses_not_attempted", "addresses that are known, but not (yet) attempted",
     not_attempted},
    {"txsurvey_addresses_ignored", "addresses that were left out, by reason", ignored},
    {"txsurvey_sent_bytes", "bytes sent to peers with a record", sent},
    {"txsurvey_received_bytes", "bytes received from peers with a record", received},
    {"txsurvey_answers", "peers with a record, by id and what they said of it", answers},
    {"txsurvey_share_ratio",
     "share of peers that served an id, among all that were asked for it (asked), those of them "
     "that did not fail --control (controlled), those that have the first --anchor (anchored); "
     "none "
     "where that is nobody",
     share},
    {"txsurvey_share_low_ratio",
     "lower end of the 95 % confidence interval (Wilson) of txsurvey_share_ratio", share_low},
    {"txsurvey_share_high_ratio",
     "upper end of the 95 % confidence interval (Wilson) of txsurvey_share_ratio", share_high},
};

/* What only a run that is over has. */

static void finish_time(struct exposition *x, const struct figures *f)
{
    exposition_plain_decimal(x, (uint64_t)f->updated_unix_ms, 3);
}

static void complete(struct exposition *x, const struct figures *f)
{
    exposition_plain(x, f->complete);
}

static void exit_status(struct exposition *x, const struct figures *f)
{
    exposition_plain(x, (uint64_t)f->exit_status);
}

static void success(struct exposition *x, const struct figures *f)
{
    exposition_plain(x, f->exit_status == 0);
}

static const struct metric last_metrics[] = {
    {"txsurvey_finish_time_seconds", "when the run ended, in Unix time; none before", finish_time},
    {"txsurvey_complete", "1 where every planned peer has its record, else 0; none before the end",
     complete},
    {"txsurvey_exit_status", "the program's exit status; none before the end", exit_status},
    {"txsurvey_success", "1 where txsurvey_exit_status is 0, else 0; none before the end", success},
};

static void put(struct exposition *x, const struct metric *table, size_t count,
                const struct figures *f)
{
    for (size_t i = 0; i < count; i++) {
        exposition_metric(x, table[i].name, table[i].text);
        table[i].samples(x, f);
    }
}

void figures_put(struct exposition *x, const struct figures *f)
{
    put(x, metrics, sizeof metrics / sizeof *metrics, f);
}

void figures_put_last(struct exposition *x, const struct figures *f)
{
    put(x, last_metrics, sizeof last_metrics / sizeof *last_metrics, f);
}

void figures_describe(void (*visit)(void *context, const char *name, const char *text),
                      void *context)
{
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        visit(context, metrics[i].name, metrics[i].text);
    for (size_t i = 0; i < sizeof last_metrics / sizeof *last_metrics; i++)
        visit(context, last_metrics[i].name, last_metrics[i].text);
}
