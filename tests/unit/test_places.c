/* How many of a host and of a group may be attempted. */
#include "../../src/survey/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static struct places *new_places(uint32_t shards)
{
    struct places *places = calloc(1, sizeof *places);
    assert_non_null(places);
    places->key = 7;
    places->shards = shards;
    return places;
}

/* The i-th host of a network without groups, or of the group 8.1. */
static struct txs_address host(enum txs_network network, unsigned i)
{
    return (struct txs_address){.network = (uint8_t)network,
                                .port = 8333,
                                .bytes = {8, 1, (uint8_t)i, (uint8_t)(i >> 8), (uint8_t)(i >> 16)}};
}

static struct txs_address port(unsigned i)
{
    struct txs_address a = host(TXS_NETWORK_ONION, 0);
    a.port = (uint16_t)(9000 + i);
    return a;
}

static void a_host_has_a_place_for_each_teller_and_four_at_most(void **state)
{
    (void)state;
    struct places *places = new_places(1);
    unsigned taken = 0;
    for (unsigned tellers = 1; tellers < 20; tellers++) {
        struct txs_address a = port(tellers);
        taken += places_take(places, &a, tellers) == PLACES_TAKEN;
        assert_int_equal(taken, tellers < 4 ? tellers : 4);
        assert_int_equal(places_take(places, &a, tellers), PLACES_BUSY);
    }
    free(places);
}

static void the_dead_give_three_quarters_back(void **state)
{
    (void)state;
    for (unsigned alive = 0; alive < 2; alive++) {
        struct places *places = new_places(1);
        unsigned attempts = 0;
        struct txs_address a = port(0);
        while (places_take(places, &a, 4) == PLACES_TAKEN) {
            places_give_back(places, &a, alive);
            a = port(++attempts);
        }
        assert_int_equal(attempts, alive ? 4 : 16);
        assert_int_equal(places_take(places, &a, 4), PLACES_FULL);
        free(places);
    }
}

static void what_some_fill_alone_leaves_room_for_what_others_agree_on(void **state)
{
    (void)state;
    struct places *places = new_places(1);
    struct txs_address a = port(0);
    assert_int_equal(places_take(places, &a, 1), PLACES_TAKEN);
    places_give_back(places, &a, true);
    assert_int_equal(places_take(places, &a, 1), PLACES_FULL);
    assert_int_equal(places_take(places, &a, 2), PLACES_TAKEN);
    free(places);
}

static unsigned taken_of_a_group(uint32_t shards)
{
    struct places *places = new_places(shards);
    unsigned taken = 0;
    for (unsigned i = 0; i < 5000; i++) {
        struct txs_address a = host(TXS_NETWORK_IPV4, i);
        taken += places_take(places, &a, 4) == PLACES_TAKEN;
    }
    free(places);
    return taken;
}

static void shards_share_a_groups_places(void **state)
{
    (void)state;
    assert_int_equal(taken_of_a_group(1), 2048);
    assert_int_equal(taken_of_a_group(16), 128);
    assert_int_equal(taken_of_a_group(3), 683);
}

static void restored_ones_hold_what_they_held(void **state)
{
    (void)state;
    struct places *places = new_places(1);
    struct txs_address a = port(0);
    for (unsigned i = 0; i < 15; i++)
        places_restore(places, &a, false);
    assert_int_equal(places_take(places, &a, 4), PLACES_TAKEN);
    assert_int_equal(places_take(places, &a, 4), PLACES_BUSY);
    free(places);
}

/* Two hosts seldom meet in a slot, and hardly ever in both. */
static void hosts_are_not_in_each_others_way(void **state)
{
    (void)state;
    struct places *places = new_places(1);
    unsigned taken = 0;
    for (unsigned i = 0; i < 100000; i++) {
        struct txs_address a = host(TXS_NETWORK_ONION, i);
        if (places_take(places, &a, 2) != PLACES_TAKEN)
            continue;
        taken++;
        places_give_back(places, &a, i % 10 == 0);
    }
    assert_in_range(taken, 99990, 100000);
    free(places);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_has_a_place_for_each_teller_and_four_at_most),
        cmocka_unit_test(the_dead_give_three_quarters_back),
        cmocka_unit_test(what_some_fill_alone_leaves_room_for_what_others_agree_on),
        cmocka_unit_test(shards_share_a_groups_places),
        cmocka_unit_test(restored_ones_hold_what_they_held),
        cmocka_unit_test(hosts_are_not_in_each_others_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
