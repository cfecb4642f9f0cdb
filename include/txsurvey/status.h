/* Local failures: what went wrong on this machine. What a peer did is no failure but an outcome
 * (record.h). */
#ifndef TXSURVEY_STATUS_H
#define TXSURVEY_STATUS_H

enum txs_status {
    TXS_OK = 0,
    TXS_E_NOMEM = -1,  /* out of memory */
    TXS_E_USAGE = -2,  /* wrong usage */
    TXS_E_IO = -3,     /* input/output error */
    TXS_E_LOCKED = -4, /* the file is locked by another run */
    TXS_E_SYSTEM = -5, /* the operating system refused */
};

/* A message for the user, filled together with a failure. Always NUL-terminated. */
struct txs_message {
    char text[1024];
};
/* printf into `message`; returns `status`, so that a failure is told and returned in one go. */
enum txs_status txs_fail(struct txs_message *message, enum txs_status status, const char *format,
                         ...) __attribute__((format(printf, 3, 4)));

#endif
