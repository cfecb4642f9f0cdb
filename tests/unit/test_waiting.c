/* Transactions that wait for room. */
#include "../../src/jsonl/waiting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static void they_keep_their_order_and_their_figure(void **state)
{
    (void)state;
    struct waiting w;
    static uint8_t bytes[1000 * 1000];
    const struct txs_address address = {.port = 7};
    struct txs_tx_ids ids = {.size_bytes = 0};
    struct txs_transaction_record record = {
        .ids = &ids, .bytes = {bytes, sizeof bytes}, .first_peer = &address};
    waiting_init(&w);
    assert_null(waiting_first(&w));
    for (; waiting_fits(&w, &record); ids.size_bytes++) {
        bytes[0] = (uint8_t)ids.size_bytes;
        assert_true(waiting_add(&w, &record));
    }
    assert_true(w.bytes <= WAITING_MAX_BYTES && w.bytes > WAITING_MAX_BYTES - 2 * sizeof bytes);
    for (uint32_t i = 0; i < ids.size_bytes; i++) {
        const struct txs_transaction_record *first = waiting_first(&w);
        assert_int_equal(first->ids->size_bytes, i);
        assert_int_equal(first->first_peer->port, 7);
        assert_int_equal(first->bytes.len, sizeof bytes);
        assert_int_equal(first->bytes.data[0], i);
        waiting_drop_first(&w);
    }
    assert_null(waiting_first(&w));
    assert_int_equal(w.bytes, 0);
    assert_true(waiting_add(&w, &record));
    waiting_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_keep_their_order_and_their_figure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
