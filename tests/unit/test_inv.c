#include "txsurvey/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static struct txs_inv_item item_of(uint32_t i)
{
    struct txs_inv_item item = {.type = i * 0x01010101};
    memset(item.hash, (int)(i & 0xff), sizeof item.hash);
    return item;
}

/* Reads `bytes` in pieces of `piece` bytes, checks the items and returns their number. */
static size_t read_in_pieces(struct txs_inv_reader *r, struct txs_span bytes, size_t piece)
{
    size_t seen = 0;
    txs_inv_reader_init(r);
    for (size_t at = 0; at < bytes.len; at += piece) {
        size_t len = bytes.len - at < piece ? bytes.len - at : piece;
        uint8_t *copy = malloc(len);
        assert_non_null(copy);
        memcpy(copy, bytes.data + at, len);
        struct txs_span chunk = {copy, len};
        struct txs_inv_item item;
        while (txs_inv_next(r, &item, &chunk)) {
            struct txs_inv_item expected = item_of((uint32_t)seen++);
            assert_memory_equal(&item, &expected, sizeof item);
        }
        assert_int_equal(r->seen, seen);
        free(copy);
    }
    return seen;
}

static struct txs_span write_list(size_t count)
{
    struct txs_inv_item *items = calloc(count ? count : 1, sizeof *items);
    uint8_t *bytes = malloc(9 + count * 36);
    assert_non_null(items);
    assert_non_null(bytes);
    for (size_t i = 0; i < count; i++)
        items[i] = item_of((uint32_t)i);
    struct txs_writer w = txs_writer_to(bytes, 9 + count * 36);
    txs_inv_encode(&w, items, count);
    assert_false(w.failed);
    free(items);
    return (struct txs_span){bytes, w.len};
}

static void a_list_is_read_in_pieces_of_any_size(void **state)
{
    (void)state;
    struct txs_span list = write_list(300); /* a count of three bytes */
    assert_int_equal(list.len, 3 + 300 * 36);
    for (size_t piece = 1; piece < 120; piece++) {
        struct txs_inv_reader r;
        assert_int_equal(read_in_pieces(&r, list, piece), 300);
        assert_true(txs_inv_complete(&r));
        assert_int_equal(r.count, 300);
    }
    free((void *)list.data);
}

static void a_list_that_ends_early_is_not_complete(void **state)
{
    (void)state;
    struct txs_span list = write_list(2);
    for (size_t len = 0; len <= list.len; len++) {
        struct txs_inv_reader r;
        size_t whole = len == 0 ? 0 : (len - 1) / 36;
        assert_int_equal(read_in_pieces(&r, (struct txs_span){list.data, len}, 7), whole);
        assert_int_equal(txs_inv_complete(&r), len == list.len);
        assert_false(r.malformed);
    }
    free((void *)list.data);
}

static void bytes_after_the_last_item_are_ignored(void **state)
{
    (void)state;
    struct txs_span list = write_list(1);
    uint8_t bytes[1 + 36 + 40];
    struct txs_inv_reader r;
    memcpy(bytes, list.data, list.len);
    memset(bytes + list.len, 0xff, sizeof bytes - list.len);
    assert_int_equal(read_in_pieces(&r, (struct txs_span){bytes, sizeof bytes}, 5), 1);
    assert_true(txs_inv_complete(&r));
    free((void *)list.data);
}

static void an_empty_list_is_complete_once_counted(void **state)
{
    (void)state;
    uint8_t zero = 0;
    struct txs_inv_reader r;
    assert_int_equal(read_in_pieces(&r, (struct txs_span){NULL, 0}, 1), 0);
    assert_false(txs_inv_complete(&r));
    assert_int_equal(read_in_pieces(&r, (struct txs_span){&zero, 1}, 1), 0);
    assert_true(txs_inv_complete(&r));
}

static void fifty_thousand_items_and_not_one_more(void **state)
{
    (void)state;
    struct txs_inv_reader r;
    struct txs_span list = write_list(TXS_INV_MAX);
    assert_int_equal(read_in_pieces(&r, list, 65536), TXS_INV_MAX);
    assert_true(txs_inv_complete(&r));
    free((void *)list.data);
    list = write_list(TXS_INV_MAX + 1);
    assert_int_equal(read_in_pieces(&r, list, 65536), 0);
    assert_true(r.malformed);
    assert_false(txs_inv_complete(&r));
    free((void *)list.data);
}

static void counts_that_are_malformed(void **state)
{
    (void)state;
    static const uint8_t counts[][9] = {
        {0xfd, 0xfc, 0x00},
        {0xfe, 0x01, 0x00, 0x00, 0x00},
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
        {0xff, 0x01},
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        uint8_t bytes[9 + 36] = {0};
        memcpy(bytes, counts[i], 9);
        for (size_t piece = 1; piece <= sizeof bytes; piece++) {
            struct txs_inv_reader r;
            assert_int_equal(read_in_pieces(&r, (struct txs_span){bytes, sizeof bytes}, piece), 0);
            assert_true(r.malformed);
            assert_false(txs_inv_complete(&r));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_read_in_pieces_of_any_size),
        cmocka_unit_test(a_list_that_ends_early_is_not_complete),
        cmocka_unit_test(bytes_after_the_last_item_are_ignored),
        cmocka_unit_test(an_empty_list_is_complete_once_counted),
        cmocka_unit_test(fifty_thousand_items_and_not_one_more),
        cmocka_unit_test(counts_that_are_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
