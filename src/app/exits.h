/* Exit statuses, X(enum, number, how it is written, text). */
#ifndef TXSURVEY_APP_EXITS_H
#define TXSURVEY_APP_EXITS_H

#include "txsurvey/plan.h"
#include "txsurvey/sink.h"
#include "txsurvey/status.h"

#define EXIT_TABLE(X)                                                                             \
    X(OK, 0, "0", "the survey came to its end or its deadline, whatever peers answered")          \
    X(TOO_FEW_SERVED, 1, "1",                                                                     \
      "it finished, but fewer peers served than --require-served asks for")                       \
    X(USAGE, 2, "2", "wrong usage: nothing was contacted, nothing was written")                   \
    X(NOBODY_ASKED, 3, "3", "nobody could be asked: no peer, or none that completed a handshake") \
    X(NOT_WRITTEN, 4, "4", "records, saved peers or metrics could not be written")                \
    X(LOCKED, 5, "5", "another run holds the output file")                                        \
    X(SIGNAL, 128, "128+N", "signal N ended the survey; what was known is recorded")

enum exit_code {
#define X(id, number, written, text) EXIT_##id = number,
    EXIT_TABLE(X)
#undef X
};

/* Of a run that never began. */
int exit_code_of_failure(enum txs_status status);
/* Of one that did: an exit_code, or EXIT_SIGNAL and the signal's number. */
int exit_code_of_ending(const struct txs_plan *plan, const struct txs_ending *ending);

#endif
