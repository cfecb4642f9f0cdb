/* SHA-256 (mbedTLS) and SHA3-256. */
#ifndef TXSURVEY_HASH_H
#define TXSURVEY_HASH_H

#include <stddef.h>
#include <stdint.h>

/* An incremental SHA-256. Opaque: holds mbedTLS's context, whose size hash.c checks. It owns no
 * memory, so it may be copied to fork a hash and dropped at any time. */
struct txs_sha256 {
    uint64_t opaque[14];
};

void txs_sha256_start(struct txs_sha256 *h);
void txs_sha256_add(struct txs_sha256 *h, const void *bytes, size_t len);
void txs_sha256_end(struct txs_sha256 *h, uint8_t out[32]);
/* Ends `h` and hashes the digest once more: SHA256d, Core's CHash256. */
void txs_sha256d_end(struct txs_sha256 *h, uint8_t out[32]);
void txs_sha256d(uint8_t out[32], const void *bytes, size_t len);

/* SHA3-256 (FIPS 202), for the checksum of onion names alone. Written here because mbedTLS 2.28,
 * which Debian ships, has none. */
void txs_sha3_256(uint8_t out[32], const void *bytes, size_t len);

#endif
