/* The engine: one libuv loop that resolves seeds, opens connections, moves bytes between sockets and
 * peer machines, and hands every result to a sink. Returns when all is over.
 */
#ifndef TXSURVEY_ENGINE_H
#define TXSURVEY_ENGINE_H

#include "txsurvey/record.h"
#include "txsurvey/survey.h"

/* How a survey stands, for a progress line. */
struct txs_progress {
    uint64_t elapsed_ms;
    uint64_t seeds_asked, seeds_settled;
    uint64_t known, planned; /* addresses; of them, those that will be attempted */
    uint64_t connected;      /* connections that were made so far */
    uint64_t in_progress;
    const struct txs_tally *tally;
};

/* How a survey ended. */
struct txs_ending {
    enum txs_reason reason;
    int signal_number;    /* with TXS_REASON_SIGNAL */
    uint64_t duration_ms;
    uint64_t finished_ms; /* monotonic */
    uint64_t known, not_attempted;
    const struct txs_tally *tally;
};

enum txs_flush {
    TXS_FLUSHED, /* everything is out */
    TXS_WAITING, /* some is not, because the reader is slow */
    TXS_FULL,    /* so much is not that nothing new should be begun */
    TXS_BROKEN,  /* records can no longer be written */
};

/* Where results go. All functions are called on the loop's thread, between txs_engine_run()'s begin
 * and end; what they are given is borrowed for the call. */
struct txs_sink {
    void *context;
    void (*seed)(void *context, const struct txs_seed_record *record);
    void (*transaction)(void *context, const struct txs_transaction_record *record);
    void (*peer)(void *context, const struct txs_peer_record *record);
    /* The last call: nothing comes after it but flush. */
    void (*ended)(void *context, const struct txs_ending *ending);
    /* Writes what can be written without waiting; called before each of the loop's waits. */
    enum txs_flush (*flush)(void *context);
    int flush_fd; /* what to poll for writability while flush() says WAITING or FULL */
    void (*progress)(void *context, const struct txs_progress *progress);
    uint64_t progress_every_ms; /* 0: never */
    /* One line for the user: a warning that is no peer's fault. */
    void (*warn)(void *context, const char *text);
    /* Sees all bytes of a connection as they are sent and received, for a trace; may be NULL. `slot` is
     * the tap's own, NULL at first, one a connection; a last call with TXS_TAP_END frees it. */
    void (*tap)(void *context, void **slot, const struct txs_address *peer, int event,
                uint64_t now_ms, struct txs_span bytes);
};
enum txs_tap_event { TXS_TAP_SENT, TXS_TAP_RECEIVED, TXS_TAP_END };

struct txs_engine;

/* Prepares loop and limits; contacts nobody. The plan is borrowed until close; its concurrency is lowered
 * where descriptors do not suffice. Failures leave a message. */
enum txs_status txs_engine_open(struct txs_engine **out, struct txs_plan *plan,
                                const struct txs_sink *sink, struct txs_message *message);
/* Milliseconds since 1970 at monotonic time 0 of this engine, for the texts of times. */
int64_t txs_engine_epoch_unix_ms(const struct txs_engine *engine);
uint64_t txs_engine_now_ms(const struct txs_engine *engine);
void txs_engine_run(struct txs_engine *engine, struct txs_ending *ending);
/* False when a look-up still hangs in a thread that cannot be ended: the process must then leave by
 * _exit(), since returning from main would wait for it. */
bool txs_engine_close(struct txs_engine *engine);

/* From the system, for seeds of nonces, orders and UUIDs. False when the system has none to give. */
bool txs_system_random(void *out, size_t len);
/* First thing in main: descriptors 0 to 2 are open afterwards (a closed one would be given to libuv's
 * own pipes), and neither a closed pipe nor a file-size limit kills the process. */
void txs_process_prepare(void);

#endif
