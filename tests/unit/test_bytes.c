#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static struct txs_reader reader_of(const void *bytes, size_t len)
{
    return txs_reader_of((struct txs_span){bytes, len});
}

static void integers_are_read_in_their_order(void **state)
{
    (void)state;
    uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17};
    struct txs_reader r = reader_of(bytes, sizeof bytes);
    assert_int_equal(txs_get_u8(&r), 0x01);
    assert_int_equal(txs_get_u16le(&r), 0x0302);
    assert_int_equal(txs_get_u16be(&r), 0x0405);
    assert_int_equal(txs_get_u32le(&r), 0x09080706);
    assert_true(txs_get_u64le(&r) == 0x11100f0e0d0c0b0aull);
    assert_int_equal(r.left, 0);
    assert_false(r.failed);
}

static void integers_are_written_as_they_are_read(void **state)
{
    (void)state;
    uint8_t out[17];
    uint8_t expected[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17};
    struct txs_writer w = txs_writer_to(out, sizeof out);
    txs_put_u8(&w, 0x01);
    txs_put_u16le(&w, 0x0302);
    txs_put_u16be(&w, 0x0405);
    txs_put_u32le(&w, 0x09080706);
    txs_put_u64le(&w, 0x11100f0e0d0c0b0aull);
    assert_false(w.failed);
    assert_int_equal(w.len, sizeof out);
    assert_memory_equal(out, expected, sizeof out);
}

static void a_failed_reader_stays_failed_and_still(void **state)
{
    (void)state;
    uint8_t *bytes = malloc(3);
    memset(bytes, 0xff, 3);
    struct txs_reader r = reader_of(bytes, 3);
    assert_int_equal(txs_get_u32le(&r), 0);
    assert_true(r.failed);
    assert_int_equal(txs_get_u8(&r), 0);
    assert_int_equal(txs_get_bytes(&r, 1).len, 0);
    uint8_t copy[2] = {7, 7};
    txs_get_copy(&r, copy, 2);
    assert_int_equal(copy[0] | copy[1], 0);
    assert_ptr_equal(r.at, bytes);
    assert_int_equal(r.left, 3);
    free(bytes);
}

static void an_empty_span_may_be_null(void **state)
{
    (void)state;
    struct txs_reader r = reader_of(NULL, 0);
    assert_int_equal(txs_get_bytes(&r, 0).len, 0);
    txs_get_copy(&r, NULL, 0);
    assert_false(r.failed);
    assert_int_equal(txs_get_u8(&r), 0);
    assert_true(r.failed);
    struct txs_writer w = txs_writer_to(NULL, 0);
    txs_put_bytes(&w, NULL, 0);
    assert_false(w.failed);
}

static void a_huge_length_fails_without_overflow(void **state)
{
    (void)state;
    uint8_t byte = 1;
    struct txs_reader r = reader_of(&byte, 1);
    assert_int_equal(txs_get_bytes(&r, SIZE_MAX).len, 0);
    assert_true(r.failed);
    struct txs_writer w = txs_writer_to(&byte, 1);
    txs_put_u8(&w, 5);
    txs_put_bytes(&w, &byte, SIZE_MAX);
    assert_true(w.failed);
    assert_int_equal(w.len, 1);
}

static void what_does_not_fit_is_not_written(void **state)
{
    (void)state;
    uint8_t *out = malloc(4);
    memset(out, 0xaa, 4);
    struct txs_writer w = txs_writer_to(out, 4);
    txs_put_u16le(&w, 0);
    txs_put_compact(&w, 0x1234); /* three bytes: not even its first */
    assert_true(w.failed);
    txs_put_u8(&w, 0); /* would fit, but after a gap */
    assert_int_equal(w.len, 2);
    assert_int_equal(out[2], 0xaa);
    free(out);
}

static uint64_t real_to_u64(const json_t *number)
{
    double value = json_real_value(number);
    return value >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t)value;
}

static void compact_sizes_of_the_vectors(void **state)
{
    (void)state;
    json_t *root = vectors_load_as_reals("primitives.json");
    size_t i;
    json_t *vector;
    assert_true(json_array_size(json_object_get(root, "compact_size")) >= 12);
    json_array_foreach(json_object_get(root, "compact_size"), i, vector)
    {
        uint64_t value = real_to_u64(json_object_get(vector, "value"));
        struct txs_span bytes = vectors_bytes(vector, "hex");
        struct txs_reader r = txs_reader_of(bytes);
        assert_true(txs_get_compact(&r, UINT64_MAX) == value);
        assert_false(r.failed);
        assert_int_equal(r.left, 0);
        for (size_t len = 0; len < bytes.len; len++) {
            r = reader_of(bytes.data, len);
            assert_true(txs_get_compact(&r, UINT64_MAX) == 0);
            assert_true(r.failed);
        }
        r = txs_reader_of(bytes);
        assert_true(txs_get_compact(&r, value) == value);
        if (value > 0) {
            r = txs_reader_of(bytes);
            assert_true(txs_get_compact(&r, value - 1) == 0);
            assert_true(r.failed);
        }
        uint8_t out[9];
        struct txs_writer w = txs_writer_to(out, bytes.len);
        txs_put_compact(&w, value);
        assert_false(w.failed);
        assert_int_equal(w.len, bytes.len);
        assert_memory_equal(out, bytes.data, bytes.len);
        free((void *)bytes.data);
    }
    json_decref(root);
}

static void invalid_compact_sizes_of_the_vectors(void **state)
{
    (void)state;
    json_t *root = vectors_load_as_reals("primitives.json");
    size_t i;
    json_t *text;
    assert_true(json_array_size(json_object_get(root, "compact_size_invalid")) >= 6);
    json_array_foreach(json_object_get(root, "compact_size_invalid"), i, text)
    {
        uint8_t bytes[9];
        const char *hex = json_string_value(text);
        size_t len = strlen(hex) / 2;
        assert_true(txs_hex_decode(bytes, len, hex, strlen(hex)));
        struct txs_reader r = reader_of(bytes, len);
        assert_true(txs_get_compact(&r, UINT64_MAX) == 0);
        assert_true(r.failed);
    }
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_in_their_order),
        cmocka_unit_test(integers_are_written_as_they_are_read),
        cmocka_unit_test(a_failed_reader_stays_failed_and_still),
        cmocka_unit_test(an_empty_span_may_be_null),
        cmocka_unit_test(a_huge_length_fails_without_overflow),
        cmocka_unit_test(what_does_not_fit_is_not_written),
        cmocka_unit_test(compact_sizes_of_the_vectors),
        cmocka_unit_test(invalid_compact_sizes_of_the_vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
