/* Streams that do not begin with our magic. */
#ifndef TXSURVEY_PEER_STRANGE_H
#define TXSURVEY_PEER_STRANGE_H

#include "txsurvey/bytes.h"
#include "txsurvey/frame.h"
#include "txsurvey/record.h"

/* The first bytes of one. */
struct strange {
    bool active;
    uint8_t len;
    uint8_t bytes[4 + TXS_COMMAND_BYTES];
};

void strange_begin(struct strange *s, const uint8_t *bytes, size_t len);
/* What it is, or TXS_ERROR_NONE while more must be seen. */
enum txs_error strange_add(struct strange *s, struct txs_span *in);
/* What it is taken for when no more will come. */
enum txs_error strange_verdict(const struct strange *s);

#endif
