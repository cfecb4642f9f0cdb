/* Bytes to messages. */
#ifndef TXSURVEY_PEER_RECEIVE_H
#define TXSURVEY_PEER_RECEIVE_H

#include "session.h"

enum receive_event {
    RECEIVE_NEED,    /* `in` is used up; give more */
    RECEIVE_BEGIN,   /* a message begins: receive_read() it, or it is skipped */
    RECEIVE_PART,    /* the splitter's `chunk` is the next of its bytes */
    RECEIVE_MESSAGE, /* it has ended, and was read */
    RECEIVE_SKIPPED, /* it has ended, and was not, or its checksum is wrong, or it is no list */
    RECEIVE_BROKEN,  /* it, or the stream, breaks the protocol: the session was told to end */
};

/* Takes bytes from the front of `in` up to the next event. */
enum receive_event receive_next(struct txs_peer *p, struct txs_span *in);
void receive_read(struct txs_peer *p);
/* The next item of the inv or notfound in hand out of its part. */
bool receive_item(struct txs_peer *p, struct listed *listed, struct txs_span *part);
/* Whether it is a ping of a nonce alone. Its checksum is that of its pong: nobody computes it
 * before one is said. */
bool receive_is_plain_ping(const struct txs_peer *p);
/* Whether this message may be an answer to something that was asked. */
bool receive_may_answer(const struct txs_peer *p);

#endif
