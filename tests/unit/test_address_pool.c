#include "txsurvey/address_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

/* Networks in turn, all bytes of the network in use. */
static struct txs_address numbered(unsigned i)
{
    struct txs_address a = {.network = (uint8_t)(i % TXS_NETWORK_COUNT), .port = (uint16_t)i};
    memset(a.bytes, (int)(1 + i % 255), txs_network_address_len(a.network));
    return a;
}

static void each_comes_out_as_it_went_in(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    struct txs_address_pool pool = {0};
    static uint32_t places[MANY];
    size_t bytes = 0;
    for (unsigned i = 0; i < MANY; i++) {
        struct txs_address a = numbered(i);
        places[i] = (uint32_t)pool.len;
        assert_true(txs_address_pool_add(&pool, &a));
        bytes += 4 + txs_network_address_len(a.network);
    }
    assert_int_equal(pool.len, bytes);
    for (unsigned i = 0; i < MANY; i++) {
        struct txs_address a = numbered(i), got = txs_address_pool_get(&pool, places[i]);
        assert_memory_equal(&got, &a, sizeof a);
        assert_true(txs_address_pool_is(&pool, places[i], &a));
    }
    txs_address_pool_free(&pool);
}

/* The last one of a pool is compared with one that is longer, too. */
static void any_difference_makes_another_address(void **state)
{
    (void)state;
    struct txs_address_pool pool = {0};
    struct txs_address a = numbered(TXS_NETWORK_IPV4);
    assert_true(txs_address_pool_add(&pool, &a));
    struct txs_address others[] = {a, a, a, a};
    others[0].network = TXS_NETWORK_ONION;
    others[1].port++;
    others[2].bytes[0]++;
    others[3].bytes[3]++;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(txs_address_pool_is(&pool, 0, &others[i]));
    txs_address_pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_comes_out_as_it_went_in),
        cmocka_unit_test(any_difference_makes_another_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
