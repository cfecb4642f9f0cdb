/* What a peer is asked beside the handshake. Each inquiry is one file, and one row of the
 * conductor's table (peer.c), and all have this shape. An inquiry knows the session, what is said
 * (say.h, answers.h) and its own state, neither the other inquiries nor the conductor: what one
 * must learn of another is a fact of the session.
 *
 * Every function may be NULL. Those that are told of something may call session_end(). */
#ifndef TXSURVEY_PEER_INQUIRY_H
#define TXSURVEY_PEER_INQUIRY_H

#include "session.h"

/* What a message is to an inquiry. */
enum relevance {
    NOT_MINE,
    KNOWN,  /* it tells something, but was not awaited */
    ANSWER, /* it was asked for */
};

struct inquiry {
    bool decides; /* the outcome waits for it; what is asked beside that lingers behind it */

    /* Our verack is on its way; and the handshake is complete. */
    void (*ready)(struct txs_peer *p);
    void (*begin)(struct txs_peer *p);

    /* A message begins: whether this inquiry reads it as it comes. Then its parts: the items of a
     * list, or bytes. Nothing that they say counts before the end. */
    bool (*reads)(struct txs_peer *p, enum message_kind kind);
    void (*item)(struct txs_peer *p, const struct listed *listed);
    void (*chunk)(struct txs_peer *p, struct txs_span chunk);
    /* A message that somebody read has ended, whole and with the right checksum. */
    enum relevance (*message)(struct txs_peer *p, enum message_kind kind);
    /* The fence of this number has passed, and so have those before it: all that was said before
     * was handled. */
    void (*fence)(struct txs_peer *p, uint32_t number);

    /* After each message and each deadline: asks what is due, or sees that nothing is left to. */
    void (*next)(struct txs_peer *p);
    bool (*is_open)(const struct txs_peer *p); /* something is still awaited, or to be asked */
    /* Until when it waits, TXS_NEVER where for nothing; and a time that it waited for has come. */
    uint64_t (*until)(const struct txs_peer *p);
    void (*deadline)(struct txs_peer *p);
    void (*stalled)(struct txs_peer *p, uint64_t ms); /* its deadlines move by that */

    void (*decided)(struct txs_peer *p); /* what was said of the ids stands from here on */
    void (*ended)(struct txs_peer *p);   /* the session has */
};

extern const struct inquiry anchors_inquiry, control_inquiry, transactions_inquiry, block_inquiry,
    addresses_inquiry;

#endif
