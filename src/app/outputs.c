#include "outputs.h"

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

static enum txs_status open_saved(struct outputs *out, const struct options *o,
                                  struct txs_message *message)
{
    const char *path = o->save_peers;
    if (path == NULL)
        return TXS_OK;
    if (txs_output_is_at(out->records_file, path) ||
        (out->trace_file != NULL && txs_output_is_at(out->trace_file, path)))
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
    if (status != TXS_OK)
        return status;
    status = options->resume ? txs_records_resume(out->records, options->output, restored, message)
                             : txs_output_empty(out->records_file, message);
    return status == TXS_OK ? begin_trace(out, options->resume, message) : status;
}

bool outputs_close(struct outputs *out, struct console *console, bool told)
{
    struct txs_message message;
    bool whole = true;
    if (out->records_file != NULL && !txs_output_close(out->records_file, &message) && !told) {
        console_error(console, message.text);
        whole = false;
    }
    if (out->trace_file != NULL && !txs_output_close(out->trace_file, &message))
        console_warn(console, "the trace is incomplete");
    txs_records_free(out->records);
    txs_trace_free(out->trace);
    txs_peer_list_free(out->saved);
    return whole;
}
