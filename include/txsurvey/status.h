/* Local failures: what went wrong on this machine. What a peer did is no failure but an outcome
 * (record.h). */
#ifndef TXSURVEY_STATUS_H
#define TXSURVEY_STATUS_H

/* X(enum, value, text) */
#define TXS_STATUS_TABLE(X)                  \
    X(OK, 0, "success")                      \
    X(E_NOMEM, -1, "out of memory")          \
    X(E_USAGE, -2, "wrong usage")            \
    X(E_IO, -3, "input/output error")        \
    X(E_LOCKED, -4, "locked by another run") \
    X(E_SYSTEM, -5, "the operating system refused")

enum txs_status {
#define X(id, value, text) TXS_##id = value,
    TXS_STATUS_TABLE(X)
#undef X
};

const char *txs_status_text(enum txs_status status);

/* A message for the user, filled together with a failure. Always NUL-terminated. */
struct txs_message {
    char text[512];
};
/* printf into `message`; returns `status`, so that a failure is told and returned in one go. */
enum txs_status txs_fail(struct txs_message *message, enum txs_status status, const char *format,
                         ...) __attribute__((format(printf, 3, 4)));

#endif
