/* Exit statuses, X(enum, number, how it is written, text). */
#ifndef TXSURVEY_APP_EXITS_H
#define TXSURVEY_APP_EXITS_H

#define EXIT_TABLE(X)                                                                    \
    X(OK, 0, "0", "the survey came to its end or its deadline, whatever peers answered") \
    X(TOO_FEW_SERVED, 1, "1",                                                            \
      "it finished, but fewer peers served than --require-served asks for")              \
    X(USAGE, 2, "2", "wrong usage: nothing was contacted, nothing was written")          \
    X(NO_PEERS, 3, "3", "there was no peer to survey")                                   \
    X(NOT_WRITTEN, 4, "4", "the records could not be written")                           \
    X(LOCKED, 5, "5", "another run holds the output file")                               \
    X(SIGNAL, 128, "128+N", "signal N ended the survey; what was known is recorded")

enum exit_code {
#define X(id, number, written, text) EXIT_##id = number,
    EXIT_TABLE(X)
#undef X
};

#endif
