/* The checksums of messages, of which many peers say the same: a payload of a few bytes whose
 * checksum was computed before, for whomever, has the same again. */
#ifndef TXSURVEY_CHECKSUMS_H
#define TXSURVEY_CHECKSUMS_H

#include "txsurvey/bytes.h"

#define TXS_CHECKSUM_BYTES 4
#define TXS_SMALL_PAYLOAD_BYTES 64
#define TXS_CHECKSUMS_KEPT 2048

/* Zero at first. Which ones are kept is a matter of chance, and of time alone. */
struct txs_checksums {
    struct known_checksum {
        uint8_t payload[TXS_SMALL_PAYLOAD_BYTES];
        uint8_t checksum[TXS_CHECKSUM_BYTES];
        uint8_t len; /* 0: none is known here */
    } known[TXS_CHECKSUMS_KEPT];
};

/* The first bytes of SHA256d of the payload; `known` may be NULL. */
void txs_checksum(uint8_t out[TXS_CHECKSUM_BYTES], struct txs_span payload,
                  struct txs_checksums *known);

#endif
