/* Wiring: options to plan, plan to engine, the engine's results to records and console. */
#include "console.h"
#include "options.h"
#include "survey_line.h"

#include "txsurvey/engine.h"
#include "txsurvey/jsonl.h"
#include "txsurvey/peer_list.h"

#include <stdio.h>
#include <unistd.h>

struct app {
    struct options options;
    struct console console;
    struct txs_output *output, *trace_output;
    struct txs_records *records;
    struct txs_trace *trace;
    struct txs_peer_list *saved;
    struct txs_engine *engine;
    size_t restored_peers;
};

static void on_seed(void *context, const struct txs_seed_record *record)
{
    struct app *app = context;
    txs_records_seed(app->records, record);
    console_seed(&app->console, record);
}

static void on_transaction(void *context, const struct txs_transaction_record *record)
{
    txs_records_transaction(((struct app *)context)->records, record);
}

static void on_peer(void *context, const struct txs_peer_record *record)
{
    struct app *app = context;
    txs_records_peer(app->records, record);
    console_peer(&app->console, record);
}

static void on_ended(void *context, const struct txs_ending *ending)
{
    struct app *app = context;
    txs_records_summary(app->records, ending);
    console_summary(&app->console, &app->options.plan, ending);
}

static enum txs_flush on_flush(void *context)
{
    return txs_output_flush(((struct app *)context)->output);
}

static void on_progress(void *context, const struct txs_progress *progress)
{
    console_progress(&((struct app *)context)->console, progress);
}

static void on_warn(void *context, const char *text)
{
    console_warn(&((struct app *)context)->console, text);
}

static void on_tap(void *context, void **slot, const struct txs_address *peer,
                   enum txs_tap_event event, uint64_t now_ms, struct txs_span bytes)
{
    txs_trace_tap(((struct app *)context)->trace, slot, peer, event, now_ms, bytes);
}

static int exit_code_of(enum txs_status status)
{
    switch (status) {
    case TXS_OK:
        return EXIT_OK;
    case TXS_E_USAGE:
        return EXIT_USAGE;
    case TXS_E_LOCKED:
        return EXIT_LOCKED;
    case TXS_E_NOMEM:
    case TXS_E_IO:
    case TXS_E_SYSTEM:
        return EXIT_NOT_WRITTEN;
    }
    return EXIT_NOT_WRITTEN;
}

static enum txs_status open_trace(struct app *app, struct txs_message *message)
{
    const char *path = app->options.trace;
    if (path == NULL)
        return TXS_OK;
    if (txs_output_is_at(app->output, path))
        return txs_fail(message, TXS_E_USAGE, "--trace: %.200s is where the records go", path);
    return txs_output_open(&app->trace_output, path, message);
}

static enum txs_status open_saved(struct app *app, struct txs_message *message)
{
    const char *path = app->options.save_peers;
    if (path == NULL)
        return TXS_OK;
    if (txs_output_is_at(app->output, path) ||
        (app->trace_output != NULL && txs_output_is_at(app->trace_output, path)))
        return txs_fail(message, TXS_E_USAGE, "--save-peers: %.200s is written already", path);
    return txs_peer_list_new(&app->saved, path, message);
}

/* No file is changed before all are known to be right: see begin_outputs(). */
static enum txs_status open_outputs(struct app *app, struct txs_message *message)
{
    enum txs_status status = txs_output_open(&app->output, app->options.output, message);
    if (status == TXS_OK)
        status = open_trace(app, message);
    if (status == TXS_OK)
        status = open_saved(app, message);
    return status;
}

static enum txs_status on_restored_peer(void *context, const struct txs_restored_peer *peer)
{
    struct app *app = context;
    app->restored_peers++;
    return txs_engine_restore_peer(app->engine, peer);
}

static enum txs_status on_restored_seed(void *context, const struct txs_restored_seed *seed)
{
    return txs_engine_restore_seed(((struct app *)context)->engine, seed);
}

static void on_restored_summary(void *context, const struct txs_restored_summary *summary)
{
    txs_engine_restore_summary(((struct app *)context)->engine, summary);
}

static enum txs_status begin_outputs(struct app *app, struct txs_message *message)
{
    const struct txs_resume_events events = {app, on_restored_peer, on_restored_seed,
                                             on_restored_summary};
    enum txs_status status =
        app->options.resume
            ? txs_records_resume(app->records, app->options.output, &events, message)
            : txs_output_empty(app->output, message);
    if (status != TXS_OK || app->trace_output == NULL)
        return status;
    return app->options.resume ? txs_output_append(app->trace_output, message)
                               : txs_output_empty(app->trace_output, message);
}

static void write_survey_line(struct app *app)
{
    struct survey_line line;
    survey_line_fill(&line, &app->options);
    txs_records_survey(app->records, "txsurvey " TXSURVEY_VERSION, txs_engine_now_ms(app->engine),
                       line.values, line.count);
}

/* Everything that can fail before anybody is contacted, the first record included. */
static enum txs_status open_all(struct app *app, struct txs_sink *sink, struct txs_message *message)
{
    uint8_t uuid[16];
    enum txs_status status = open_outputs(app, message);
    if (status != TXS_OK)
        return status;
    sink->flush_fd = txs_output_fd(app->output);
    status = txs_engine_open(&app->engine, &app->options.plan, sink, message);
    if (status != TXS_OK)
        return status;
    if (!txs_system_random(uuid, sizeof uuid))
        return txs_fail(message, TXS_E_SYSTEM, "the system gives no random numbers");
    int64_t epoch = txs_engine_epoch_unix_ms(app->engine);
    app->records = txs_records_new(app->output, &app->options.plan, uuid, epoch);
    app->trace = txs_trace_new(app->trace_output, app->options.plan.chain, epoch);
    if (app->records == NULL || app->trace == NULL)
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    status = begin_outputs(app, message);
    if (status != TXS_OK)
        return status;
    console_resumed(&app->console, app->restored_peers);
    write_survey_line(app);
    if (txs_output_flush(app->output) == TXS_BROKEN)
        return txs_fail(message, TXS_E_IO, "%s", txs_output_error(app->output));
    return TXS_OK;
}

static bool enough_served(const struct txs_plan *plan, const struct txs_tally *tally)
{
    for (size_t i = 0; i < tally->id_count; i++)
        if (tally->ids[i].by_status[TXS_ID_SERVED] < plan->require_served)
            return false;
    return true;
}

static int judge(const struct txs_plan *plan, const struct txs_ending *ending)
{
    if (ending->reason == TXS_REASON_OUTPUT)
        return EXIT_NOT_WRITTEN;
    if (ending->reason == TXS_REASON_SIGNAL)
        return EXIT_SIGNAL + ending->signal_number;
    if (ending->reason == TXS_REASON_FINISHED && ending->known == 0)
        return EXIT_NO_PEERS;
    return enough_served(plan, ending->tally) ? EXIT_OK : EXIT_TOO_FEW_SERVED;
}

static void on_good_peer(void *context, const struct txs_address *address)
{
    txs_peer_list_add(((struct app *)context)->saved, address);
}

/* The peers for the next run. Where nobody was reached, the network is rather down than gone: the
 * old list stays. */
static int save_peers(struct app *app, int code)
{
    char title[128], text[400], time[TXS_TIME_TEXT_MAX];
    struct txs_message message;
    if (app->saved == NULL)
        return code;
    if (txs_engine_visit_good_peers(app->engine, on_good_peer, app) == 0) {
        snprintf(text, sizeof text, "no peer completed a handshake: %.300s stays as it was",
                 app->options.save_peers);
        console_warn(&app->console, text);
        return code;
    }
    txs_time_text(time,
                  txs_engine_epoch_unix_ms(app->engine) + (int64_t)txs_engine_now_ms(app->engine));
    snprintf(title, sizeof title, "txsurvey " TXSURVEY_VERSION ", %s, chain %s", time,
             app->options.plan.chain->name);
    if (txs_peer_list_write(app->saved, title, &message) == TXS_OK)
        return code;
    console_error(&app->console, message.text);
    return EXIT_NOT_WRITTEN;
}

/* `told`: the user knows already why this run failed. */
static int close_outputs(struct app *app, int code, bool told)
{
    struct txs_message message;
    if (app->output != NULL && !txs_output_close(app->output, &message) && !told) {
        console_error(&app->console, message.text);
        code = EXIT_NOT_WRITTEN;
    }
    if (app->trace_output != NULL && !txs_output_close(app->trace_output, &message))
        console_warn(&app->console, "the trace is incomplete");
    return code;
}

static int survey(struct app *app)
{
    struct txs_sink sink = {
        .context = app,
        .seed = on_seed,
        .transaction = on_transaction,
        .peer = on_peer,
        .ended = on_ended,
        .flush = on_flush,
        .progress = on_progress,
        .progress_every_ms = app->console.progress ? (app->console.terminal ? 250 : 1000) : 0,
        .warn = on_warn,
        .tap = app->options.trace != NULL ? on_tap : NULL,
    };
    struct txs_message message;
    bool clean = true;
    int code;
    enum txs_status status = open_all(app, &sink, &message);
    if (status == TXS_OK) {
        struct txs_ending ending;
        txs_engine_run(app->engine, &ending);
        code = judge(&app->options.plan, &ending);
        console_verdict(&app->console, &app->options.plan, &ending, (enum exit_code)code);
        code = save_peers(app, code);
    } else {
        console_error(&app->console, message.text);
        code = exit_code_of(status);
    }
    if (app->engine != NULL)
        clean = txs_engine_close(app->engine);
    code = close_outputs(app, code, status != TXS_OK);
    txs_records_free(app->records);
    txs_trace_free(app->trace);
    txs_peer_list_free(app->saved);
    if (!clean)
        _exit(code); /* a look-up hangs in its thread, and exit() would wait for it */
    return code;
}

int main(int argc, char **argv)
{
    struct app app = {.output = NULL};
    struct txs_message message;
    txs_process_prepare();
    enum txs_status status = options_parse(&app.options, argc, argv, &message);
    console_init(&app.console, &app.options);
    int code = EXIT_OK;
    if (status != TXS_OK) {
        console_error(&app.console, message.text);
        code = exit_code_of(status);
        if (code == EXIT_USAGE)
            fputs("Try 'txsurvey --help'.\n", stderr);
    } else if (app.options.action == ACTION_HELP) {
        options_print_help(stdout);
    } else if (app.options.action == ACTION_VERSION) {
        puts("txsurvey " TXSURVEY_VERSION);
    } else {
        code = survey(&app);
    }
    options_free(&app.options);
    if (app.output == NULL && fflush(stdout) != 0 && code == EXIT_OK)
        code = EXIT_NOT_WRITTEN;
    return code;
}
