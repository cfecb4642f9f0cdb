/* A peer machine under fuzzing, and what must hold of every session. */
#ifndef TXSURVEY_FUZZ_MACHINE_H
#define TXSURVEY_FUZZ_MACHINE_H

#include "txsurvey/frame.h"
#include "txsurvey/peer.h"
#include "txsurvey/random.h"

#define SESSION_IDS 2
#define SESSION_NONCE 0x1122334455667788u
#define SESSION_ASKED_BYTES (1 + 4 * 36)

#define require(holds) require_at((holds), #holds, __FILE__, __LINE__)
void require_at(bool holds, const char *what, const char *file, int line);

/* What a session is about, chosen by one byte of the input. */
struct session_kind {
    bool by_wtxid, patient, pool_is_empty;
    enum txs_peer_event_kind end; /* DEADLINE, CLOSED or STOP */
    bool crawl, control;
    bool places_known; /* of a block of height 0 that nobody may be asked all of any more */
    bool eager;        /* the same, by txid and without gossip */
    struct txs_block_hunt *hunt; /* another block, not chosen by the byte; NULL: none */
};
struct session_kind session_kind_of(uint8_t byte);

struct session {
    struct session_kind kind;
    struct txs_random *pieces;        /* NULL: bytes are handed in whole */
    uint8_t ids[SESSION_IDS + 1][32]; /* the last one is not asked for */
    uint16_t order[SESSION_IDS];
    int32_t positions[SESSION_IDS];
    struct txs_block_hunt hunt;
    struct txs_body_pool pool;
    struct txs_peer_config config;
    struct txs_writer out;
    struct txs_peer *peer;
    struct txs_peer_actions actions;
    uint64_t now_ms;
    bool clogged;
    unsigned served;
    struct txs_splitter sent;
    uint8_t sent_payload[SESSION_ASKED_BYTES]; /* of the message in hand, as much as has room */
    struct txs_writer sent_kept;
    uint64_t fence;                     /* nonce of the last ping that was sent */
    uint8_t asked[SESSION_ASKED_BYTES]; /* the last getdata's list, for what echoes it */
    size_t asked_len;
    struct txs_sha256 sent_hash;
    uint64_t sent_bytes;
};

/* Connected when it returns. */
void session_begin(struct session *s, struct session_kind kind, struct txs_random *pieces);
/* These do nothing once the session has finished. */
void session_bytes(struct session *s, struct txs_span bytes);
void session_event(struct session *s, enum txs_peer_event_kind kind);

/* What must not depend on how the bytes came. */
struct session_outcome {
    enum txs_stage stage;
    enum txs_outcome outcome;
    enum txs_error error;
    struct txs_answer answers[SESSION_IDS];
    enum txs_control control_random, control_announced;
    uint32_t features, addresses;
    unsigned served;
    uint64_t sent_bytes;
    uint8_t sent_hash[32];
};
/* Brings the session to its end, which must come, and frees it. */
void session_end(struct session *s, struct session_outcome *out);
void session_require_same(const struct session_outcome *a, const struct session_outcome *b);

/* Whether some session so far came to this: see `facts` in machine.c. */
bool session_came_to(const char *fact);

/* The transaction that has the id `ids[which]`, with its witness or without. Returns its length. */
size_t session_transaction(uint8_t out[128], unsigned which, bool witness);

/* Runs an input of at least two bytes twice, whole and in pieces, and requires the same. The second
 * byte seeds the cuts. For LLVMFuzzerTestOneInput(): returns 0. */
typedef void session_run_fn(struct session_outcome *out, const uint8_t *data, size_t size,
                            struct txs_random *pieces);
int session_compare(session_run_fn *run, const uint8_t *data, size_t size);

#endif
