#include "txsurvey/book.h"

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
    int source = txs_book_source(book, "connect");
    struct txs_address plain = address("1.2.3.4"), mapped = address("[::ffff:1.2.3.4]:8333");
    assert_int_equal(txs_book_add(book, &plain, source), TXS_BOOK_ADDED);
    assert_int_equal(txs_book_add(book, &mapped, source), TXS_BOOK_KNOWN);
    assert_int_equal(txs_book_known(book), 1);
    txs_book_free(book);
}

static void another_port_is_another_peer(void **state)
{
    (void)state;
    struct txs_book *book = new_book(1);
    int source = txs_book_source(book, "connect");
    struct txs_address one = address("1.2.3.4:8333"), two = address("1.2.3.4:8334");
    assert_int_equal(txs_book_add(book, &one, source), TXS_BOOK_ADDED);
    assert_int_equal(txs_book_add(book, &two, source), TXS_BOOK_ADDED);
    txs_book_free(book);
}

static void the_first_source_stays(void **state)
{
    (void)state;
    struct txs_book *book = new_book(1);
    char text[] = "dns:one";
    int one = txs_book_source(book, text);
    int two = txs_book_source(book, "dns:two");
    memset(text, 'x', strlen(text)); /* the book has its own copy */
    struct txs_address a = address("1.2.3.4");
    uint32_t peer;
    txs_book_add(book, &a, one);
    assert_int_equal(txs_book_add(book, &a, two), TXS_BOOK_KNOWN);
    assert_true(txs_book_take(book, &peer));
    assert_string_equal(txs_book_source_text(book, peer), "dns:one");
    txs_book_free(book);
}

static void what_is_left_out_is_never_taken_nor_added(void **state)
{
    (void)state;
    struct txs_book *book = new_book(1);
    int source = txs_book_source(book, "connect");
    struct txs_address a = address("10.0.0.1");
    uint32_t peer;
    assert_int_equal(txs_book_leave_out(book, &a), TXS_BOOK_ADDED);
    assert_int_equal(txs_book_leave_out(book, &a), TXS_BOOK_KNOWN);
    assert_int_equal(txs_book_add(book, &a, source), TXS_BOOK_KNOWN);
    assert_int_equal(txs_book_known(book), 0);
    assert_int_equal(txs_book_untaken(book), 0);
    assert_false(txs_book_take(book, &peer));
    txs_book_free(book);
}

static void leaving_out_what_is_known_changes_nothing(void **state)
{
    (void)state;
    struct txs_book *book = new_book(1);
    int source = txs_book_source(book, "connect");
    struct txs_address a = address("10.0.0.1");
    txs_book_add(book, &a, source);
    assert_int_equal(txs_book_leave_out(book, &a), TXS_BOOK_KNOWN);
    assert_int_equal(txs_book_known(book), 1);
    assert_int_equal(txs_book_untaken(book), 1);
    txs_book_free(book);
}

static void each_of_many_is_taken_once(void **state)
{
    (void)state;
    struct txs_book *book = new_book(7);
    int source = txs_book_source(book, "file");
    uint8_t *seen = calloc(MANY, 1);
    assert_non_null(seen);
    for (unsigned i = 0; i < MANY; i++) {
        struct txs_address a = numbered(i);
        assert_int_equal(txs_book_add(book, &a, source), TXS_BOOK_ADDED);
        assert_int_equal(txs_book_add(book, &a, source), TXS_BOOK_KNOWN);
    }
    uint32_t peer;
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(txs_book_untaken(book), MANY - i);
        assert_true(txs_book_take(book, &peer));
        const struct txs_address *a = txs_book_address(book, peer);
        unsigned number = (unsigned)a->bytes[0] << 16 | (unsigned)a->bytes[1] << 8 | a->bytes[2];
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
    int source = txs_book_source(book, "file");
    uint32_t peer;
    for (unsigned i = 0; i < 100; i++) {
        struct txs_address a = numbered(i);
        txs_book_add(book, &a, source);
    }
    out[0] = '\0';
    while (txs_book_take(book, &peer))
        snprintf(out + strlen(out), 10, "%u ", (unsigned)txs_book_address(book, peer)->bytes[2]);
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

static void main_has_seeds_and_regtest_none(void **state)
{
    (void)state;
    size_t count;
    assert_non_null(txs_seed_hosts("main", &count));
    assert_true(count >= 5);
    assert_null(txs_seed_hosts("regtest", &count));
    assert_int_equal(count, 0);
    assert_null(txs_seed_hosts("nowhere", &count));
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_is_known_once_whatever_its_spelling),
        cmocka_unit_test(another_port_is_another_peer),
        cmocka_unit_test(the_first_source_stays),
        cmocka_unit_test(what_is_left_out_is_never_taken_nor_added),
        cmocka_unit_test(leaving_out_what_is_known_changes_nothing),
        cmocka_unit_test(each_of_many_is_taken_once),
        cmocka_unit_test(the_order_follows_from_the_seed),
        cmocka_unit_test(main_has_seeds_and_regtest_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
