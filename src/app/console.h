/* What the user sees: warnings, how the survey stands, what came of it. Never a peer's bytes. */
#ifndef TXSURVEY_APP_CONSOLE_H
#define TXSURVEY_APP_CONSOLE_H

#include "command.h"
#include "options.h"
#include "screen.h"

#include "txsurvey/sink.h"
#include "txsurvey/status.h"

struct console {
    const struct options *options;
    struct command command;
    int verbosity;
    bool reading;          /* a person reads the result, and nothing takes the records */
    bool progress;         /* how the survey stands is shown */
    struct screen screen;  /* standard error */
    struct screen paper;   /* standard output, where that alone is read by a person */
    struct screen *result; /* the one of them where the result is shown */
    uint64_t seeds_resolved, seeds_failed, seeds_named;
    char failed_seeds[200]; /* those of them that are named, with what was said */
};

/* `options` and `command` are borrowed. */
void console_init(struct console *c, const struct options *options, struct command command);
void console_error(struct console *c, const char *text);
void console_warn(struct console *c, const char *text);
/* --resume goes on behind the records of so many peers. */
void console_resumed(struct console *c, size_t peers);
void console_seed(struct console *c, const struct txs_seed_record *seed);
void console_peer(struct console *c, const struct txs_peer_record *peer);
void console_progress(struct console *c, const struct txs_progress *progress);

#endif
