/* Where the engine's results go: the words in which it hands them over. */
#ifndef TXSURVEY_SINK_H
#define TXSURVEY_SINK_H

#include "txsurvey/record.h"
#include "txsurvey/tally.h"

/* How a survey stands, for a progress line. */
struct txs_progress {
    uint64_t now_ms; /* monotonic */
    uint64_t elapsed_ms;
    uint64_t seeds_asked, seeds_settled;
    uint64_t known, not_attempted; /* addresses, as in the ending */
    uint64_t planned;              /* peers that are known and will be attempted */
    uint64_t connected;            /* connections that were made so far */
    uint64_t in_progress;
    uint64_t last_dial_ms; /* when the last attempt began, as elapsed_ms */
    const char *waits_for; /* the option whose proxy or router is waited for; NULL: none is */
    const struct txs_tally *tally;
};

/* How a survey ended. */
struct txs_ending {
    enum txs_reason reason;
    int signal_number; /* with TXS_REASON_SIGNAL */
    uint64_t duration_ms;
    uint64_t finished_ms; /* monotonic */
    uint64_t known, not_attempted;
    const struct txs_tally *tally;
    const struct txs_block_hunt *hunt; /* NULL where there is no block to look into */
};

enum txs_flush {
    TXS_FLUSHED, /* everything is out */
    TXS_WAITING, /* some is not, because the reader is slow */
    TXS_FULL,    /* so much is not that nothing new should be begun */
    TXS_BROKEN,  /* records can no longer be written */
};

/* Whose bytes they are. */
struct txs_tapped {
    const char *name; /* that a proxy resolved; NULL: it is known by its address */
    const struct txs_address *address;
};
enum txs_tap_event { TXS_TAP_SENT, TXS_TAP_RECEIVED, TXS_TAP_END };

/* Where results go. All functions are called on the loop's thread, between txs_engine_run()'s begin
 * and end; what they are given is borrowed for the call. */
struct txs_sink {
    void *context;
    void (*seed)(void *context, const struct txs_seed_record *record);
    void (*transaction)(void *context, const struct txs_transaction_record *record);
    void (*peer)(void *context, const struct txs_peer_record *record);
    /* The last call: nothing comes after it but flush. */
    void (*ended)(void *context, const struct txs_ending *ending);
    /* Whether a peer's record may be handed over now. Where not, a flush comes first: so what a
     * reader has not taken stays within a figure. */
    bool (*room)(void *context);
    /* Writes what can be written without waiting; called before each of the loop's waits. Not FULL:
     * there is room. */
    enum txs_flush (*flush)(void *context);
    int flush_fd; /* what to poll for writability while flush() says WAITING or FULL */
    void (*progress)(void *context, const struct txs_progress *progress);
    uint64_t progress_every_ms; /* 0: never */
    /* One line for the user: a warning that is no peer's fault. */
    void (*warn)(void *context, const char *text);
    /* Sees all bytes of a connection as they are sent and received, for a trace; may be NULL.
     * `slot` is the tap's own, NULL at first, one a connection; a last call with TXS_TAP_END frees
     * it. */
    void (*tap)(void *context, void **slot, const struct txs_tapped *peer, enum txs_tap_event event,
                uint64_t now_ms, struct txs_span bytes);
};

#endif
