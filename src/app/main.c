/* Wiring: options to plan, plan to engine, the engine's results to records and console. */
#include "advice.h"
#include "console.h"
#include "exits.h"
#include "help.h"
#include "named_peers.h"
#include "options.h"
#include "outputs.h"
#include "report.h"
#include "save_peers.h"
#include "schema.h"
#include "survey_line.h"
#include "verdict.h"
#include "version.h"

#include "txsurvey/engine.h"
#include "txsurvey/jsonl.h"

#include <stdio.h>
#include <unistd.h>

struct app {
    struct options options;
    struct console console;
    struct outputs outputs;
    struct txs_engine *engine;
    struct census *census; /* NULL where transactions are asked for */
    size_t restored_peers;
};

static void on_seed(void *context, const struct txs_seed_record *record)
{
    struct app *app = context;
    txs_records_seed(app->outputs.records, record);
    console_seed(&app->console, record);
}

static void on_transaction(void *context, const struct txs_transaction_record *record)
{
    txs_records_transaction(((struct app *)context)->outputs.records, record);
}

static void on_peer(void *context, const struct txs_peer_record *record)
{
    struct app *app = context;
    txs_records_peer(app->outputs.records, record);
    console_peer(&app->console, record);
    if (app->census != NULL)
        census_add(app->census, record->result);
}

static void on_ended(void *context, const struct txs_ending *ending)
{
    txs_records_summary(((struct app *)context)->outputs.records, ending);
}

static bool on_room(void *context)
{
    return txs_records_have_room(((struct app *)context)->outputs.records);
}

static enum txs_flush on_flush(void *context)
{
    return txs_records_flush(((struct app *)context)->outputs.records);
}

static void on_progress(void *context, const struct txs_progress *progress)
{
    struct app *app = context;
    outputs_progress(&app->outputs, &app->console, progress);
    if (app->console.progress)
        console_progress(&app->console, progress);
}

static void on_warn(void *context, const char *text)
{
    console_warn(&((struct app *)context)->console, text);
}

static void on_tap(void *context, void **slot, const struct txs_tapped *peer,
                   enum txs_tap_event event, uint64_t now_ms, struct txs_span bytes)
{
    txs_trace_tap(((struct app *)context)->outputs.trace, slot, peer, event, now_ms, bytes);
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

static enum txs_status write_survey_line(struct app *app, struct txs_message *message)
{
    struct survey_line line;
    survey_line_fill(&line, &app->options);
    txs_records_survey(app->outputs.records, "txsurvey " TXSURVEY_VERSION,
                       txs_engine_now_ms(app->engine), line.values, line.count);
    if (txs_output_flush(app->outputs.records_file) == TXS_BROKEN)
        return txs_fail(message, TXS_E_IO, "%s", txs_output_error(app->outputs.records_file));
    return TXS_OK;
}

/* Everything that can fail before anybody is contacted, the first record included. */
static enum txs_status open_all(struct app *app, struct txs_sink *sink, struct txs_message *message)
{
    if (app->options.plan.census && (app->census = census_new()) == NULL)
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    const struct txs_resume_events restored = {app, on_restored_peer, on_restored_seed,
                                               on_restored_summary};
    enum txs_status status =
        outputs_open(&app->outputs, &app->options, !app->console.reading, message);
    if (status != TXS_OK)
        return status;
    sink->flush_fd = txs_output_fd(app->outputs.records_file);
    status = txs_engine_open(&app->engine, &app->options.plan, sink, message);
    if (status == TXS_OK)
        status = outputs_begin(&app->outputs, &app->options, txs_engine_wall_clock(app->engine),
                               &restored, message);
    if (status != TXS_OK)
        return status;
    console_resumed(&app->console, app->restored_peers);
    warn_of_named_peers(&app->console, &app->options);
    return write_survey_line(app, message);
}

/* Returns the exit status. */
static int run(struct app *app)
{
    const struct txs_plan *plan = &app->options.plan;
    struct txs_peer_list *saved = app->outputs.saved;
    struct txs_ending ending;
    txs_engine_run(app->engine, &ending);
    outputs_ended(&app->outputs, &ending);
    int code = exit_code_of_ending(plan, &ending);
    if (code == EXIT_NOBODY_ASKED)
        verdict_nobody_asked(&app->console, &ending);
    report(&app->console, &ending, app->census);
    if (code == EXIT_TOO_FEW_SERVED)
        verdict_too_few_served(&app->console, ending.tally);
    if (saved != NULL &&
        !save_peers(saved, app->options.save_peers, app->engine, plan->chain, &app->console))
        code = EXIT_NOT_WRITTEN;
    return code;
}

static void warn_of_ids(struct app *app)
{
    struct advice advice;
    advice_for_ids(&advice, &app->options.plan);
    for (size_t i = 0; i < advice.count; i++)
        console_warn(&app->console, advice.text[i]);
}

/* For people, or to look whether metrics are due. */
static uint64_t progress_every_ms(const struct app *app)
{
    if (app->console.progress && app->console.screen.terminal)
        return 250;
    return app->console.progress || app->options.metrics != NULL ? 1000 : 0;
}

static int survey(struct app *app)
{
    struct txs_sink sink = {
        .context = app,
        .seed = on_seed,
        .transaction = on_transaction,
        .peer = on_peer,
        .ended = on_ended,
        .room = on_room,
        .flush = on_flush,
        .progress = on_progress,
        .progress_every_ms = progress_every_ms(app),
        .warn = on_warn,
        .tap = app->options.trace != NULL ? on_tap : NULL,
    };
    struct txs_message message;
    bool clean = true;
    int code;
    warn_of_ids(app);
    enum txs_status status = open_all(app, &sink, &message);
    if (status == TXS_OK) {
        code = run(app);
    } else {
        console_error(&app->console, message.text);
        code = exit_code_of_failure(status);
    }
    if (app->engine != NULL)
        clean = txs_engine_close(app->engine);
    code = outputs_close(&app->outputs, &app->console, status == TXS_OK, code);
    if (!clean)
        _exit(code); /* a look-up hangs in its thread, and exit() would wait for it */
    return code;
}

int main(int argc, char **argv)
{
    struct app app = {.engine = NULL};
    struct txs_message message;
    txs_process_prepare();
    enum txs_status status = options_parse(&app.options, argc, argv, &message);
    console_init(&app.console, &app.options, (struct command){argc, argv});
    int code = EXIT_OK;
    if (status != TXS_OK) {
        console_error(&app.console, message.text);
        code = exit_code_of_failure(status);
        if (code == EXIT_USAGE)
            fputs("Try 'txsurvey --help'.\n", stderr);
    } else if (app.options.action == ACTION_HELP) {
        help_print(stdout);
    } else if (app.options.action == ACTION_USAGE) {
        help_print_usual(stdout);
    } else if (app.options.action == ACTION_SCHEMA) {
        if (!schema_print(stdout, &app.options)) {
            console_error(&app.console, "out of memory");
            code = EXIT_NOT_WRITTEN;
        }
    } else if (app.options.action == ACTION_VERSION) {
        version_print(stdout);
    } else {
        code = survey(&app);
    }
    census_free(app.census);
    options_free(&app.options);
    if (app.outputs.records_file == NULL && (fflush(stdout) != 0 || ferror(stdout)) &&
        code == EXIT_OK)
        code = EXIT_NOT_WRITTEN;
    return code;
}
