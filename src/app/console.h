/* What the user sees on standard error: warnings, a progress line, a summary. Never a peer's bytes.
 */
#ifndef TXSURVEY_APP_CONSOLE_H
#define TXSURVEY_APP_CONSOLE_H

#include "census.h"
#include "exits.h"
#include "options.h"

#include "txsurvey/sink.h"
#include "txsurvey/status.h"

struct console {
    int verbosity;
    bool progress;       /* a progress line is wanted */
    bool terminal;       /* it is rewritten in place */
    uint64_t session_ms; /* the longest that one peer may take */
    size_t line_len;     /* of the progress line on the screen */
    size_t text_len;     /* of a message that is being put together */
    char text[4096];
    uint64_t seeds_resolved;
    uint64_t last_peers, last_ms; /* for the rate */
};

void console_init(struct console *c, const struct options *options);
void console_error(struct console *c, const char *text);
void console_warn(struct console *c, const char *text);
/* --resume goes on behind the records of so many peers. */
void console_resumed(struct console *c, size_t peers);
void console_seed(struct console *c, const struct txs_seed_record *seed); /* printed with -v */
void console_peer(struct console *c, const struct txs_peer_record *peer); /* likewise */
void console_progress(struct console *c, const struct txs_progress *progress);
/* `census` is NULL where transactions were asked for. */
void console_summary(struct console *c, const struct txs_plan *plan,
                     const struct txs_ending *ending, const struct census *census);
/* Why the exit status is not 0, also with -q. */
void console_verdict(struct console *c, const struct txs_plan *plan,
                     const struct txs_ending *ending, enum exit_code code);

#endif
