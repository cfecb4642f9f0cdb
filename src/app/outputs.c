#include "outputs.h"

#include "exits.h"

#include "txsurvey/engine.h"

static enum txs_status open_records(struct outputs *out, const struct options *o, bool wanted,
                                    struct txs_message *message)
{
    const char *path = wanted ? o->output : "/dev/null";
    enum txs_status status = txs_output_open(&out->records_file, path, message);
    if (status == TXS_OK && o->output != NULL && !o->resume)
        status = txs_records_check_file(out->records_file, o->output, message);
    return status;
}

static enum txs_status open_trace(struct outputs *out, const char *path,
                                  struct txs_message *message)
{
    if (path == NULL)
        return TXS_OK;
    if (txs_output_is_at(out->records_file, path))
        return txs_fail(message, TXS_E_USAGE, "--trace: %.200s is where the records go", path);
    enum txs_status status = txs_output_open(&out->trace_file, path, message);
    return status == TXS_OK ? txs_trace_check_file(out->trace_file, path, message) : status;
}

/* By a link, perhaps, under another name. */
static bool is_written(const struct outputs *out, const char *path)
{
    return txs_output_is_at(out->records_file, path) ||
           (out->trace_file != NULL && txs_output_is_at(out->trace_file, path)) ||
           (out->metrics_file != NULL && txs_replacement_is_at(out->metrics_file, path));
}

/* A file that cannot be replaced is a wrong one: of metrics nothing is lost yet. */
static enum txs_status open_metrics(struct outputs *out, const char *path,
                                    struct txs_message *message)
{
    struct txs_message reason;
    if (path == NULL)
        return TXS_OK;
    if (is_written(out, path))
        return txs_fail(message, TXS_E_USAGE, "--metrics: %.200s is written already", path);
    enum txs_status status = txs_replacement_new(&out->metrics_file, path, &reason);
    if (status != TXS_OK)
        return txs_fail(message, status == TXS_E_IO ? TXS_E_USAGE : status, "--metrics: %.900s",
                        reason.text);
    if (!txs_replacement_is_ours(out->metrics_file, TXS_METRICS_BEGINNING))
        return txs_fail(message, TXS_E_USAGE,
                        "--metrics: %.200s holds no metrics that we wrote, and is left as it is",
                        path);
    return TXS_OK;
}

static enum txs_status open_saved(struct outputs *out, const struct options *o,
                                  struct txs_message *message)
{
    const char *path = o->save_peers;
    if (path == NULL)
        return TXS_OK;
    if (is_written(out, path))
        return txs_fail(message, TXS_E_USAGE, "--save-peers: %.200s is written already", path);
    enum txs_status status = txs_peer_list_new(&out->saved, path, message);
    if (status == TXS_OK && !o->list_is_renewed && !txs_peer_list_may_replace(out->saved))
        status =
            txs_fail(message, TXS_E_USAGE,
                     "--save-peers: %.200s is no list that we wrote, and is left as it is", path);
    return status;
}

enum txs_status outputs_open(struct outputs *out, const struct options *options, bool wanted,
                             struct txs_message *message)
{
    enum txs_status status = open_records(out, options, wanted, message);
    if (status == TXS_OK)
        status = open_trace(out, options->trace, message);
    if (status == TXS_OK)
        status = open_metrics(out, options->metrics, message);
    if (status == TXS_OK)
        status = open_saved(out, options, message);
    return status;
}

static enum txs_status make_writers(struct outputs *out, const struct txs_plan *plan,
                                    const struct txs_wall_clock *wall, struct txs_message *message)
{
    uint8_t random[TXS_RECORDS_RANDOM_BYTES];
    if (!txs_system_random(random, sizeof random))
        return txs_fail(message, TXS_E_SYSTEM, "the system gives no random numbers");
    out->records = txs_records_new(out->records_file, plan, random, wall);
    out->trace = txs_trace_new(out->trace_file, plan->chain, wall);
    if (out->records == NULL || out->trace == NULL)
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    return TXS_OK;
}

static enum txs_status make_metrics(struct outputs *out, const struct options *o,
                                    const struct txs_wall_clock *wall, struct txs_message *message)
{
    const struct txs_metrics_run run = {o->metrics, TXSURVEY_VERSION, &o->plan, wall};
    struct txs_message reason;
    if (o->metrics == NULL)
        return TXS_OK;
    enum txs_status status = txs_metrics_new(&out->metrics, out->metrics_file, &run, &reason);
    return status == TXS_OK ? TXS_OK : txs_fail(message, status, "--metrics: %.900s", reason.text);
}

static enum txs_status begin_trace(struct outputs *out, bool resume, struct txs_message *message)
{
    if (out->trace_file == NULL)
        return TXS_OK;
    return resume ? txs_output_append(out->trace_file, message)
                  : txs_output_empty(out->trace_file, message);
}

enum txs_status outputs_begin(struct outputs *out, const struct options *options,
                              const struct txs_wall_clock *wall,
                              const struct txs_resume_events *restored, struct txs_message *message)
{
    enum txs_status status = make_writers(out, &options->plan, wall, message);
    if (status == TXS_OK)
        status = make_metrics(out, options, wall, message);
    if (status != TXS_OK)
        return status;
    status = options->resume ? txs_records_resume(out->records, options->output, restored, message)
                             : txs_output_empty(out->records_file, message);
    return status == TXS_OK ? begin_trace(out, options->resume, message) : status;
}

void outputs_progress(struct outputs *out, struct console *console,
                      const struct txs_progress *progress)
{
    struct txs_message message;
    if (out->metrics == NULL)
        return;
    bool failed = txs_metrics_progress(out->metrics, progress, &message) != TXS_OK;
    if (failed && !out->metrics_failed)
        console_warn(console, message.text);
    out->metrics_failed |= failed;
}

void outputs_ended(struct outputs *out, const struct txs_ending *ending)
{
    if (out->metrics != NULL)
        txs_metrics_ended(out->metrics, ending);
}

static bool close_records(struct outputs *out, struct console *console, bool told)
{
    struct txs_message message;
    if (out->records_file == NULL || txs_output_close(out->records_file, &message) || told)
        return true;
    console_error(console, message.text);
    return false;
}

static bool finish_metrics(struct outputs *out, struct console *console, int code)
{
    struct txs_message message;
    if (out->metrics == NULL || txs_metrics_finish(out->metrics, code, &message) == TXS_OK)
        return true;
    console_error(console, message.text);
    return false;
}

int outputs_close(struct outputs *out, struct console *console, bool began, int code)
{
    struct txs_message message;
    if (!close_records(out, console, !began))
        code = EXIT_NOT_WRITTEN;
    if (out->trace_file != NULL && !txs_output_close(out->trace_file, &message))
        console_warn(console, "the trace is incomplete");
    if (began && !finish_metrics(out, console, code))
        code = EXIT_NOT_WRITTEN;
    txs_records_free(out->records);
    txs_trace_free(out->trace);
    txs_metrics_free(out->metrics);
    txs_replacement_free(out->metrics_file);
    txs_peer_list_free(out->saved);
    return code;
}
