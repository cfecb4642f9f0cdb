#include "txsurvey/book.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define MANY 20000u

static struct txs_address address(const char *text)
{
    struct txs_address a;
    assert_true(txs_address_parse(&a, text, 8333));
    return a;
}

static struct txs_address numbered(unsigned i)
{
    struct txs_address a = {.network = TXS_NETWORK_IPV4, .port = 8333};
    a.bytes[0] = (uint8_t)(i >> 16);
    a.bytes[1] = (uint8_t)(i >> 8);
    a.bytes[2] = (uint8_t)i;
    a.bytes[3] = 1;
    return a;
}

static struct txs_book *new_book(uint64_t seed)
{
    struct txs_book *book = txs_book_new((struct txs_random){seed});
    assert_non_null(book);
    return book;
}

static void a_peer_is_known_once_whatever_its_spelling(void **state)
{
    (void)state;
    struct txs_book *book = new_book(1);
    assert_int_not_equal(txs_book_batch(book, "connect", 0), 0);
    struct txs_address plain = address("1.2.3.4"), mapped = address("[::ffff:1.2.3.4]:8333");
    assert_int_equal(txs_book_add(book, &plain, TXS_TIER_NAMED), TXS_BOOK_ADDED);
    assert_int_equal(txs_book_add(book, &mapped, TXS_TIER_NAMED), TXS_BOOK_KNOWN);
    assert_int_equal(txs_book_known(book), 1);
    txs_book_free(book);
}

static void another_port_is_another_peer(void **state)
{
    (void)state;
    struct txs_book *book = new_book(1);
    assert_int_not_equal(txs_book_batch(book, "connect", 0), 0);
    struct txs_address one = address("1.2.3.4:8333"), two = address("1.2.3.4:8334");
    assert_int_equal(txs_book_add(book, &one, TXS_TIER_NAMED), TXS_BOOK_ADDED);
    assert_int_equal(txs_book_add(book, &two, TXS_TIER_NAMED), TXS_BOOK_ADDED);
    txs_book_free(book);
}

static void assert_source(const struct txs_book *book, uint32_t peer, const char *wanted)
{
    char text[TXS_SOURCE_TEXT_MAX];
    txs_book_source_text(book, peer, text);
    assert_string_equal(text, wanted);
}

static void the_first_source_stays(void **state)
{
    (void)state;
    struct txs_book *book = new_book(1);
    char text[] = "dns:one";
    struct txs_address a = address("1.2.3.4");
    uint32_t peer;
    assert_int_equal(txs_book_batch(book, text, 0), 1);
    memset(text, 'x', strlen(text)); /* the book has its own copy */
    txs_book_add(book, &a, TXS_TIER_SEED);
    assert_int_equal(txs_book_batch(book, "dns:two", 0), 2);
    assert_int_equal(txs_book_add(book, &a, TXS_TIER_SEED), TXS_BOOK_KNOWN);
    assert_true(txs_book_take(book, &peer));
    assert_source(book, peer, "dns:one");
    txs_book_free(book);
}

/* Batches, some of them empty, some of several peers in turn. */
static void each_peer_has_its_source(void **state)
{
    (void)state;
    struct txs_book *book = new_book(1);
    struct txs_address out[8];
    uint32_t told = 0, other = 0;
    txs_book_batch(book, "connect", 0);
    for (unsigned i = 0; i < 2; i++) {
        struct txs_address a = numbered(i);
        txs_book_add(book, &a, TXS_TIER_NAMED);
    }
    txs_book_batch(book, "dns:empty", 0);
    for (unsigned i = 2; i < 20; i++) {
        struct txs_address a = numbered(i);
        uint32_t *batch = i % 3 == 0 ? &other : &told;
        *batch = txs_book_batch_of_peer(book, i % 3 == 0 ? 1 : 0, *batch, 1);
        assert_int_not_equal(*batch, 0);
        if (i % 5 == 0)
            txs_book_leave_out(book, &a);
        else if (i % 7 != 0)
            txs_book_add(book, &a, TXS_TIER_GOSSIP);
    }
    assert_source(book, 0, "connect");
    assert_source(book, 1, "connect");
    assert_source(book, 2, "gossip:0.0.0.1:8333");
    assert_source(book, 3, "gossip:0.0.1.1:8333");
    /* 3, 6, 9, 12, 18: the last one first, none of those left out */
    assert_int_equal(txs_book_batch_addresses(book, other, out, 8), 5);
    assert_int_equal(out[0].bytes[2], 18);
    assert_int_equal(out[4].bytes[2], 3);
    assert_int_equal(txs_book_batch_addresses(book, other, out, 2), 2);
    assert_int_equal(txs_book_batch_addresses(book, told, out, 8), 8);
    txs_book_free(book);
}

/* Tiers */

static unsigned taken(struct txs_book *book)
{
    uint32_t peer;
    assert_true(txs_book_take(book, &peer));
    struct txs_address a = txs_book_address(book, peer);
    return (unsigned)a.bytes[0] << 16 | (unsigned)a.bytes[1] << 8 | a.bytes[2];
}

static void better_tiers_are_taken_first(void **state)
{
    (void)state;
    struct txs_book *book = new_book(3);
    txs_book_batch(book, "file", 0);
    for (unsigned i = 0; i < 3000; i++) {
        struct txs_address a = numbered(i);
        assert_int_equal(txs_book_add(book, &a, i * 7919 % TXS_TIERS), TXS_BOOK_ADDED);
    }
    unsigned last = 0;
    for (unsigned i = 0; i < 3000; i++) {
        unsigned tier = taken(book) * 7919 % TXS_TIERS;
        assert_true(tier >= last);
        last = tier;
    }
    assert_int_equal(txs_book_untaken(book), 0);
    txs_book_free(book);
}

static void another_source_raises_a_peer_by_one(void **state)
{
    (void)state;
    struct txs_book *book = new_book(3);
    struct txs_address one = numbered(1), two = numbered(2), self = numbered(0);
    txs_book_batch(book, "connect", 0);
    txs_book_add(book, &self, TXS_TIER_NAMED);
    uint32_t batch = txs_book_batch_of_peer(book, 0, 0, 1);
    txs_book_add(book, &one, 6);
    txs_book_add(book, &two, 6);
    txs_book_batch_of_peer(book, 0, batch, 1);
    txs_book_add(book, &two, 6); /* the same teller: nothing */
    txs_book_batch(book, "dns:x", 0);
    txs_book_add(book, &one, 6);
    assert_int_equal(taken(book), 0);
    assert_int_equal(taken(book), 1);
    assert_int_equal(taken(book), 2);
    txs_book_free(book);
}

/* Named by so many peers of as many groups, or of one. */
static unsigned tellers_of(unsigned peers, bool one_group)
{
    struct txs_book *book = new_book(3);
    struct txs_address one = numbered(1), self = numbered(0);
    uint32_t peer;
    txs_book_batch(book, "connect", 0);
    txs_book_add(book, &self, TXS_TIER_NAMED);
    for (unsigned i = 0; i < peers; i++) {
        txs_book_batch_of_peer(book, 0, 0, one_group ? 1 : i);
        for (unsigned again = 0; again < 3; again++)
            txs_book_add(book, &one, TXS_TIER_LAST);
    }
    assert_int_equal(taken(book), 0);
    assert_true(txs_book_take(book, &peer));
    unsigned tellers = txs_book_tellers(book, peer);
    txs_book_free(book);
    return tellers;
}

static void tellers_count_once_a_group(void **state)
{
    (void)state;
    assert_int_equal(tellers_of(1, false), 1);
    assert_in_range(tellers_of(4, false), 3, 4);
    assert_in_range(tellers_of(20, false), 8, 16);
    assert_int_equal(tellers_of(1000, false), 16);
    assert_int_equal(tellers_of(1000, true), 1);
}

static void those_put_off_are_taken_last(void **state)
{
    (void)state;
    struct txs_book *book = new_book(3);
    uint32_t peer;
    txs_book_batch(book, "dns:x", 0);
    for (unsigned i = 0; i < 3; i++) {
        struct txs_address a = numbered(i);
        txs_book_add(book, &a, i);
    }
    assert_true(txs_book_take(book, &peer));
    txs_book_put_off(book, peer);
    assert_int_equal(txs_book_untaken(book), 3);
    assert_int_equal(taken(book), 1);
    assert_false(txs_book_all_put_off(book));
    assert_int_equal(taken(book), 2);
    assert_true(txs_book_all_put_off(book));
    assert_int_equal(taken(book), 0);
    assert_int_equal(txs_book_untaken(book), 0);
    txs_book_free(book);
}

static void those_turned_away_come_back_when_others_name_them(void **state)
{
    (void)state;
    struct txs_book *book = new_book(3);
    struct txs_address self = numbered(0), one = numbered(1), out[2];
    uint32_t peer;
    txs_book_batch(book, "connect", 0);
    txs_book_add(book, &self, TXS_TIER_NAMED);
    assert_int_equal(taken(book), 0);
    uint32_t batch = txs_book_batch_of_peer(book, 0, 0, 1);
    txs_book_add(book, &one, 6);
    assert_int_equal(txs_book_batch_addresses(book, batch, out, 2), 1);
    assert_true(txs_book_take(book, &peer));
    txs_book_turn_away(book, peer);
    assert_int_equal(txs_book_batch_addresses(book, batch, out, 2), 0);
    assert_int_equal(txs_book_known(book), 1);
    assert_true(txs_book_hear_again(book, &one, 5)); /* the same teller */
    assert_int_equal(txs_book_untaken(book), 0);
    for (unsigned group = 2; group < 20; group++) {
        txs_book_batch_of_peer(book, 0, 0, group);
        assert_true(txs_book_hear_again(book, &one, 6));
    }
    assert_int_equal(txs_book_known(book), 2);
    assert_int_equal(taken(book), 1);
    txs_book_free(book);
}

static void hearing_again_adds_nobody(void **state)
{
    (void)state;
    struct txs_book *book = new_book(3);
    struct txs_address one = numbered(1), two = numbered(2), stranger = numbered(3);
    assert_false(txs_book_hear_again(book, &one, TXS_TIER_NAMED)); /* nothing is there at all */
    txs_book_batch(book, "dns:x", 0);
    txs_book_add(book, &one, 8);
    txs_book_add(book, &two, 8);
    txs_book_batch(book, "dns:y", 0);
    assert_false(txs_book_hear_again(book, &stranger, TXS_TIER_NAMED));
    assert_true(txs_book_hear_again(book, &two, 8));
    assert_int_equal(txs_book_known(book), 2);
    assert_int_equal(taken(book), 2);
    txs_book_free(book);
}

static void the_better_tier_counts(void **state)
{
    (void)state;
    struct txs_book *book = new_book(3);
    struct txs_address one = numbered(1), two = numbered(2);
    txs_book_batch(book, "file", 0);
    txs_book_add(book, &one, TXS_TIER_LAST);
    txs_book_add(book, &two, TXS_TIER_SEED);
    txs_book_add(book, &one, TXS_TIER_NAMED);
    txs_book_add(book, &one, TXS_TIER_LAST);
    assert_int_equal(taken(book), 1);
    txs_book_free(book);
}

/* Random additions, raises and takings against a plain list. */
static void the_order_holds_whatever_happens(void **state)
{
    (void)state;
    struct txs_random random = {99};
    struct txs_book *book = new_book(4);
    enum { PEERS = 500 };
    unsigned tier[PEERS], untaken = 0;
    txs_book_batch(book, "file", 0);
    for (unsigned i = 0; i < PEERS; i++)
        tier[i] = TXS_TIERS;
    for (unsigned step = 0; step < 20000; step++) {
        unsigned i = (unsigned)txs_random_below(&random, PEERS);
        unsigned t = (unsigned)txs_random_below(&random, TXS_TIERS);
        struct txs_address a = numbered(i);
        if (txs_random_below(&random, 3) > 0) {
            bool is_new = txs_book_add(book, &a, t) == TXS_BOOK_ADDED;
            assert_int_equal(is_new, tier[i] == TXS_TIERS);
            untaken += is_new;
            if (tier[i] != TXS_TIERS + 1 && t < tier[i])
                tier[i] = t;
        } else if (untaken > 0) {
            unsigned best = TXS_TIERS, got = taken(book);
            for (unsigned k = 0; k < PEERS; k++)
                if (tier[k] < best)
                    best = tier[k];
            assert_int_equal(tier[got], best);
            tier[got] = TXS_TIERS + 1;
            untaken--;
        }
        assert_int_equal(txs_book_untaken(book), untaken);
    }
    txs_book_free(book);
}

static void an_address_can_be_taken_by_name(void **state)
{
    (void)state;
    struct txs_book *book = new_book(3);
    struct txs_address known = numbered(1), unknown = numbered(2), closed = numbered(3);
    uint32_t peer;
    txs_book_batch(book, "file", 0);
    txs_book_add(book, &known, TXS_TIER_NAMED);
    txs_book_leave_out(book, &closed);
    assert_true(txs_book_take_address(book, &known, &peer));
    assert_false(txs_book_take_address(book, &known, &peer));
    assert_true(txs_book_take_address(book, &unknown, &peer));
    assert_true(txs_book_take_address(book, &closed, &peer)); /* a record says that it was */
    assert_false(txs_book_take_address(book, &closed, &peer));
    assert_int_equal(txs_book_untaken(book), 0);
    assert_int_equal(txs_book_known(book), 3);
    txs_book_free(book);
}

static void what_is_left_out_is_never_taken_nor_added(void **state)
{
    (void)state;
    struct txs_book *book = new_book(1);
    assert_int_not_equal(txs_book_batch(book, "connect", 0), 0);
    struct txs_address a = address("10.0.0.1");
    uint32_t peer;
    assert_int_equal(txs_book_leave_out(book, &a), TXS_BOOK_ADDED);
    assert_int_equal(txs_book_leave_out(book, &a), TXS_BOOK_KNOWN);
    assert_int_equal(txs_book_add(book, &a, TXS_TIER_NAMED), TXS_BOOK_KNOWN);
    assert_int_equal(txs_book_known(book), 0);
    assert_int_equal(txs_book_untaken(book), 0);
    assert_false(txs_book_take(book, &peer));
    txs_book_free(book);
}

static void leaving_out_what_is_known_changes_nothing(void **state)
{
    (void)state;
    struct txs_book *book = new_book(1);
    assert_int_not_equal(txs_book_batch(book, "connect", 0), 0);
    struct txs_address a = address("10.0.0.1");
    txs_book_add(book, &a, TXS_TIER_NAMED);
    assert_int_equal(txs_book_leave_out(book, &a), TXS_BOOK_KNOWN);
    assert_int_equal(txs_book_known(book), 1);
    assert_int_equal(txs_book_untaken(book), 1);
    txs_book_free(book);
}

static void each_of_many_is_taken_once(void **state)
{
    (void)state;
    struct txs_book *book = new_book(7);
    assert_int_not_equal(txs_book_batch(book, "file", 0), 0);
    uint8_t *seen = calloc(MANY, 1);
    assert_non_null(seen);
    for (unsigned i = 0; i < MANY; i++) {
        struct txs_address a = numbered(i);
        assert_int_equal(txs_book_add(book, &a, TXS_TIER_NAMED), TXS_BOOK_ADDED);
        assert_int_equal(txs_book_add(book, &a, TXS_TIER_NAMED), TXS_BOOK_KNOWN);
    }
    uint32_t peer;
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(txs_book_untaken(book), MANY - i);
        assert_true(txs_book_take(book, &peer));
        struct txs_address a = txs_book_address(book, peer);
        unsigned number = (unsigned)a.bytes[0] << 16 | (unsigned)a.bytes[1] << 8 | a.bytes[2];
        assert_true(number < MANY);
        assert_false(seen[number]++);
    }
    assert_false(txs_book_take(book, &peer));
    assert_int_equal(txs_book_known(book), MANY);
    free(seen);
    txs_book_free(book);
}

/* The order in which 100 peers are taken, as a text. */
static void order_of(uint64_t seed, char out[1000])
{
    struct txs_book *book = new_book(seed);
    assert_int_not_equal(txs_book_batch(book, "file", 0), 0);
    uint32_t peer;
    for (unsigned i = 0; i < 100; i++) {
        struct txs_address a = numbered(i);
        txs_book_add(book, &a, TXS_TIER_NAMED);
    }
    out[0] = '\0';
    while (txs_book_take(book, &peer))
        snprintf(out + strlen(out), 10, "%u ", (unsigned)txs_book_address(book, peer).bytes[2]);
    txs_book_free(book);
}

static void the_order_follows_from_the_seed(void **state)
{
    (void)state;
    char one[1000], again[1000], other[1000];
    order_of(1, one);
    order_of(1, again);
    order_of(2, other);
    assert_string_equal(one, again);
    assert_string_not_equal(one, other);
    assert_true(strncmp(one, "0 1 2 3 ", 8) != 0);
}

/* As the C library counts; a sanitizer's and valgrind's own ones count nothing. */
static size_t allocated_bytes(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static void a_million_cost(enum txs_network network, size_t bytes_each)
{
    enum { MILLION = 1000000 };
    size_t before = allocated_bytes();
    struct txs_book *book = new_book(9);
    uint32_t batch = txs_book_batch(book, "connect", 0), teller;
    struct txs_address a = numbered(0);
    txs_book_add(book, &a, TXS_TIER_NAMED);
    assert_true(txs_book_take(book, &teller));
    for (unsigned i = 1; i < MILLION; i++) {
        if (i % 1000 == 1) /* as much as a peer tells */
            batch = txs_book_batch_of_peer(book, teller, 0, 1);
        assert_int_not_equal(batch, 0);
        a = numbered(i);
        a.network = (uint8_t)network;
        assert_int_equal(txs_book_add(book, &a, TXS_TIER_GOSSIP + i % 7), TXS_BOOK_ADDED);
    }
    assert_int_equal(txs_book_known(book), MILLION);
    assert_true(allocated_bytes() - before <= bytes_each * MILLION);
    txs_book_free(book);
}

static void an_address_costs_64_bytes_at_most(void **state)
{
    (void)state;
    a_million_cost(TXS_NETWORK_IPV4, 36);
    a_million_cost(TXS_NETWORK_IPV6, 48);
    a_million_cost(TXS_NETWORK_ONION, 64);
}

static void main_has_seeds_and_regtest_none(void **state)
{
    (void)state;
    size_t count;
    const struct txs_seed_name *names = txs_seed_names("main", &count);
    assert_true(count >= 5);
    assert_false(names[0].is_filter);
    assert_true(names[1].is_filter);
    assert_memory_equal(names[1].host + strcspn(names[1].host, ".") + 1, names[0].host,
                        strlen(names[0].host));
    assert_null(txs_seed_names("regtest", &count));
    assert_int_equal(count, 0);
    assert_null(txs_seed_names("nowhere", &count));
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_is_known_once_whatever_its_spelling),
        cmocka_unit_test(another_port_is_another_peer),
        cmocka_unit_test(the_first_source_stays),
        cmocka_unit_test(each_peer_has_its_source),
        cmocka_unit_test(better_tiers_are_taken_first),
        cmocka_unit_test(another_source_raises_a_peer_by_one),
        cmocka_unit_test(tellers_count_once_a_group),
        cmocka_unit_test(those_put_off_are_taken_last),
        cmocka_unit_test(those_turned_away_come_back_when_others_name_them),
        cmocka_unit_test(hearing_again_adds_nobody),
        cmocka_unit_test(the_better_tier_counts),
        cmocka_unit_test(the_order_holds_whatever_happens),
        cmocka_unit_test(an_address_can_be_taken_by_name),
        cmocka_unit_test(what_is_left_out_is_never_taken_nor_added),
        cmocka_unit_test(leaving_out_what_is_known_changes_nothing),
        cmocka_unit_test(each_of_many_is_taken_once),
        cmocka_unit_test(the_order_follows_from_the_seed),
        cmocka_unit_test(an_address_costs_64_bytes_at_most),
        cmocka_unit_test(main_has_seeds_and_regtest_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
