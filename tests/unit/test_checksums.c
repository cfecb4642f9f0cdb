/* A checksum that is known is the one that would be computed. */
#include "txsurvey/checksums.h"
#include "txsurvey/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the three above first */
#include <cmocka.h>

static void check(struct txs_span payload, struct txs_checksums *known)
{
    uint8_t digest[32], got[TXS_CHECKSUM_BYTES];
    txs_sha256d(digest, payload.data, payload.len);
    txs_checksum(got, payload, known);
    assert_memory_equal(got, digest, sizeof got);
}

/* Many more than there is room for, some of them again and again, one a byte longer than the other.
 */
static void known_or_not_it_is_the_same(void **state)
{
    (void)state;
    struct txs_checksums *known = calloc(1, sizeof *known);
    uint32_t random = 1;
    assert_non_null(known);
    for (unsigned i = 0; i < 30000; i++) {
        uint8_t bytes[TXS_SMALL_PAYLOAD_BYTES + 2] = {0};
        random = random * 1664525 + 1013904223;
        uint32_t which = i % 3 == 0 ? random : random >> 24;
        memcpy(bytes + (random >> 20) % 8, &which, sizeof which);
        check((struct txs_span){bytes, (random >> 12) % sizeof bytes}, known);
        check((struct txs_span){bytes, (random >> 12) % sizeof bytes}, i % 2 ? known : NULL);
    }
    free(known);
}

/* Payloads that differ by zeros at their end alone share a place. */
static void zeros_at_the_end_count(void **state)
{
    (void)state;
    static const uint8_t zeros[TXS_SMALL_PAYLOAD_BYTES];
    struct txs_checksums *known = calloc(1, sizeof *known);
    assert_non_null(known);
    for (unsigned round = 0; round < 2; round++)
        for (size_t len = 0; len <= sizeof zeros; len++)
            check((struct txs_span){zeros, len}, known);
    free(known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_or_not_it_is_the_same),
        cmocka_unit_test(zeros_at_the_end_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
