#include "txsurvey/hash.h"

#include "txsurvey/library.h"

#include <mbedtls/sha256.h>
#include <mbedtls/version.h>

#include <stdio.h>

/* 2.28 deprecates the plain names, which return nothing there, in favour of these; 3.0 removed
 * these and gave the plain names their result. It reports only failures of accelerators: not looked
 * at. */
#if MBEDTLS_VERSION_NUMBER < 0x03000000
#define mbedtls_sha256_starts mbedtls_sha256_starts_ret
#define mbedtls_sha256_update mbedtls_sha256_update_ret
#define mbedtls_sha256_finish mbedtls_sha256_finish_ret
#endif

_Static_assert(sizeof(mbedtls_sha256_context) <= sizeof(struct txs_sha256),
               "mbedTLS's context fits into struct txs_sha256");
_Static_assert(_Alignof(mbedtls_sha256_context) <= _Alignof(struct txs_sha256),
               "struct txs_sha256 is aligned for mbedTLS's context");

static mbedtls_sha256_context *context(struct txs_sha256 *h)
{
    return (mbedtls_sha256_context *)(void *)h->opaque;
}

void txs_sha256_start(struct txs_sha256 *h)
{
    mbedtls_sha256_init(context(h));
    (void)mbedtls_sha256_starts(context(h), 0);
}

void txs_sha256_add(struct txs_sha256 *h, const void *bytes, size_t len)
{
    if (len > 0)
        (void)mbedtls_sha256_update(context(h), bytes, len);
}

void txs_sha256_end(struct txs_sha256 *h, uint8_t out[32])
{
    (void)mbedtls_sha256_finish(context(h), out);
}

void txs_sha256d_end(struct txs_sha256 *h, uint8_t out[32])
{
    uint8_t digest[32];
    txs_sha256_end(h, digest);
    txs_sha256_start(h);
    txs_sha256_add(h, digest, sizeof digest);
    txs_sha256_end(h, out);
}

void txs_sha256d(uint8_t out[32], const void *bytes, size_t len)
{
    struct txs_sha256 h;
    txs_sha256_start(&h);
    txs_sha256_add(&h, bytes, len);
    txs_sha256d_end(&h, out);
}

void txs_hash_library(struct txs_library *out)
{
    *out = (struct txs_library){.name = "mbedTLS"};
    snprintf(out->built, sizeof out->built, "%s", MBEDTLS_VERSION_STRING);
    mbedtls_version_get_string(out->running);
}
