/* The v1 transport's frames: 24 bytes of header, then the payload (Core: V1Transport in
 * src/net.cpp).
 *
 * The splitter keeps nothing of a payload: it hands out each piece as it comes, so a message of any
 * length costs no memory here.
 */
#ifndef TXSURVEY_FRAME_H
#define TXSURVEY_FRAME_H

#include "txsurvey/bytes.h"
#include "txsurvey/checksums.h"
#include "txsurvey/hash.h"

#define TXS_FRAME_HEADER_BYTES 24
#define TXS_COMMAND_BYTES 12
#define TXS_PAYLOAD_MAX_BYTES 4000000u /* MAX_PROTOCOL_MESSAGE_LENGTH */

enum txs_frame_event {
    TXS_FRAME_NEED,      /* `in` is used up; give more */
    TXS_FRAME_HEADER,    /* command, length and command_ok are known; set want_checksum if wanted */
    TXS_FRAME_PAYLOAD,   /* `chunk` holds the next piece of the payload (never empty) */
    TXS_FRAME_END,       /* the message is complete; checksum_ok tells, where it was wanted */
    TXS_FRAME_BAD_MAGIC, /* the first bytes are not this chain's; header_len of them are in `header`
                          */
    TXS_FRAME_OVERSIZED, /* the header claims more than TXS_PAYLOAD_MAX_BYTES */
};

struct txs_splitter {
    uint8_t magic[4];
    uint8_t header[TXS_FRAME_HEADER_BYTES]; /* of the message in hand, as far as it has come */
    uint8_t header_len;
    char command[TXS_COMMAND_BYTES + 1]; /* NUL-terminated; empty unless command_ok */
    bool command_ok;    /* printable ASCII padded with NULs (Core: IsMessageTypeValid) */
    bool want_checksum; /* set by the caller at TXS_FRAME_HEADER; false then each time */
    bool checksum_ok;   /* valid at TXS_FRAME_END when want_checksum */
    uint8_t state;
    uint32_t length;                 /* claimed payload bytes */
    uint32_t left;                   /* of them, not yet seen */
    struct txs_span chunk;           /* valid at TXS_FRAME_PAYLOAD, borrowed from `in` */
    struct txs_checksums *checksums; /* that are known; NULL: none. Set by the caller after init */
    union {
        struct txs_sha256 hash;
        uint8_t small[TXS_SMALL_PAYLOAD_BYTES]; /* a payload that is not longer */
    } seen;
};

void txs_splitter_init(struct txs_splitter *s, const uint8_t magic[4]);

/* What the header of the message in hand, or of the one that has just ended, says. */
const uint8_t *txs_splitter_checksum(const struct txs_splitter *s);

/* Takes bytes from the front of `in` up to the next event. A call makes progress or returns
 * TXS_FRAME_NEED with `in` empty. A wrong magic is reported at the first byte that shows it (its
 * bytes, the wrong one included, are in `header`); after BAD_MAGIC and OVERSIZED the stream cannot
 * be split any further and every call repeats the error.
 */
enum txs_frame_event txs_splitter_next(struct txs_splitter *s, struct txs_span *in);

/* Appends a whole message to `w`. `payload` may be empty. */
void txs_put_frame(struct txs_writer *w, const uint8_t magic[4], const char *command,
                   struct txs_span payload);
/* The same in two steps, for a payload that is written in place: begin returns the offset to hand
 * to end, which fills in length and checksum. */
size_t txs_frame_begin(struct txs_writer *w, const uint8_t magic[4], const char *command);
void txs_frame_end(struct txs_writer *w, size_t begun);
void txs_frame_end_known(struct txs_writer *w, size_t begun, struct txs_checksums *known);

#endif
