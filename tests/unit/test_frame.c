#include "txsurvey/frame.h"

#include "splitting.h"
#include "txsurvey/chain.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static const uint8_t magic[4] = {0xf9, 0xbe, 0xb4, 0xd9};

static void write_header(uint8_t out[24], const char command[12], uint32_t length)
{
    struct txs_writer w = txs_writer_to(out, 24);
    txs_put_bytes(&w, magic, 4);
    txs_put_bytes(&w, command, 12);
    txs_put_u32le(&w, length);
    txs_put_u32le(&w, 0);
}

static void messages_in_a_row_are_told_apart(void **state)
{
    (void)state;
    uint8_t buffer[200];
    struct txs_writer w = txs_writer_to(buffer, sizeof buffer);
    txs_put_frame(&w, magic, "verack", (struct txs_span){NULL, 0});
    txs_put_frame(&w, magic, "ping", (struct txs_span){(const uint8_t *)"12345678", 8});
    txs_put_frame(&w, magic, "getaddr", (struct txs_span){NULL, 0});
    assert_false(w.failed);
    struct txs_span in = {buffer, w.len};
    struct txs_splitter s;
    txs_splitter_init(&s, magic);
    assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_HEADER);
    assert_string_equal(s.command, "verack");
    assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_END);
    assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_HEADER);
    assert_string_equal(s.command, "ping");
    assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_PAYLOAD);
    assert_int_equal(s.chunk.len, 8);
    assert_ptr_equal(s.chunk.data, buffer + 48); /* borrowed, not copied */
    assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_END);
    assert_false(s.checksum_ok); /* not wanted, not computed */
    assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_HEADER);
    assert_string_equal(s.command, "getaddr");
    assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_END);
    assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_NEED);
    assert_int_equal(in.len, 0);
}

/* The checksum of one message says nothing of the next, and is of the payload alone. */
static void a_checksum_is_wanted_anew_each_time(void **state)
{
    (void)state;
    uint8_t buffer[64];
    struct txs_writer w = txs_writer_to(buffer, sizeof buffer);
    txs_put_frame(&w, magic, "ping", (struct txs_span){(const uint8_t *)"12345678", 8});
    struct txs_splitter s;
    txs_splitter_init(&s, magic);
    for (int i = 0; i < 6; i++) {
        struct txs_span in = {buffer, w.len};
        assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_HEADER);
        assert_false(s.want_checksum);
        s.want_checksum = i % 3 != 0;
        buffer[24 + 7] ^= (uint8_t)(i == 4); /* one broken payload */
        assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_PAYLOAD);
        assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_END);
        assert_int_equal(s.checksum_ok, i % 3 != 0 && i < 4);
    }
}

static void magic_is_judged_at_its_first_wrong_byte(void **state)
{
    (void)state;
    for (size_t wrong = 0; wrong < 4; wrong++) {
        uint8_t bytes[30] = {0};
        memcpy(bytes, magic, 4);
        bytes[wrong] ^= 1;
        for (size_t len = 0; len <= sizeof bytes; len++) {
            struct txs_span in = {bytes, len};
            struct txs_splitter s;
            txs_splitter_init(&s, magic);
            enum txs_frame_event event = txs_splitter_next(&s, &in);
            if (len <= wrong) {
                assert_int_equal(event, TXS_FRAME_NEED);
                continue;
            }
            assert_int_equal(event, TXS_FRAME_BAD_MAGIC);
            assert_int_equal(s.header_len, wrong + 1);
            assert_memory_equal(s.header, bytes, wrong + 1);
            assert_int_equal(in.len, len - wrong - 1);
            assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_BAD_MAGIC);
            assert_int_equal(in.len, len - wrong - 1);
        }
    }
}

static void lengths_around_the_limit(void **state)
{
    (void)state;
    const struct {
        uint32_t length;
        enum txs_frame_event event;
    } rows[] = {
        {0, TXS_FRAME_HEADER},
        {TXS_PAYLOAD_MAX_BYTES, TXS_FRAME_HEADER},
        {TXS_PAYLOAD_MAX_BYTES + 1, TXS_FRAME_OVERSIZED},
        {0x80000000, TXS_FRAME_OVERSIZED},
        {UINT32_MAX, TXS_FRAME_OVERSIZED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[24];
        struct txs_splitter s;
        write_header(bytes, "block\0\0\0\0\0\0", rows[i].length);
        txs_splitter_init(&s, magic);
        struct txs_span in = {bytes, 23};
        assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_NEED);
        in = (struct txs_span){bytes + 23, 1};
        assert_int_equal(txs_splitter_next(&s, &in), rows[i].event);
        assert_int_equal(s.length, rows[i].length);
        if (rows[i].event == TXS_FRAME_OVERSIZED)
            assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_OVERSIZED);
    }
}

static void a_longest_payload_is_taken_to_its_end(void **state)
{
    (void)state;
    uint8_t header[24], piece[1000] = {0};
    struct txs_splitter s;
    write_header(header, "block\0\0\0\0\0\0", TXS_PAYLOAD_MAX_BYTES);
    txs_splitter_init(&s, magic);
    struct txs_span in = {header, sizeof header};
    assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_HEADER);
    for (uint32_t at = 0; at < TXS_PAYLOAD_MAX_BYTES; at += 1000) {
        assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_NEED);
        in = (struct txs_span){piece, sizeof piece};
        assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_PAYLOAD);
        assert_int_equal(s.chunk.len, sizeof piece);
    }
    assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_END);
}

static void commands_valid_and_not(void **state)
{
    (void)state;
    const struct {
        char command[13];
        bool ok;
    } rows[] = {
        {"ping\0\0\0\0\0\0\0\0", true},
        {"sendtxrcncl\0", true},
        {"twelve_bytes", true},
        {" ~\0\0\0\0\0\0\0\0\0\0", true},
        {"\0\0\0\0\0\0\0\0\0\0\0\0", true}, /* Core takes it for valid */
        {"ping\0\0\0\0\0\0\0A", false},
        {"pi\x7f\0\0\0\0\0\0\0\0\0", false},
        {"pi\x1f\0\0\0\0\0\0\0\0\0", false},
        {"pi\xff\0\0\0\0\0\0\0\0\0", false},
        {"\0ping\0\0\0\0\0\0\0", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[24];
        struct txs_splitter s;
        write_header(bytes, rows[i].command, 0);
        txs_splitter_init(&s, magic);
        struct txs_span in = {bytes, sizeof bytes};
        assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_HEADER);
        assert_int_equal(s.command_ok, rows[i].ok);
        assert_string_equal(s.command, rows[i].ok ? rows[i].command : "");
        assert_int_equal(txs_splitter_next(&s, &in), TXS_FRAME_END);
    }
}

static void judge_vector(const struct splitting *s, const void *context)
{
    const json_t *vector = context;
    assert_int_equal(s->last, TXS_FRAME_NEED);
    assert_int_equal(s->headers, 1);
    assert_int_equal(s->ends, 1);
    assert_false(s->bad_checksum);
    assert_true(s->splitter.command_ok);
    assert_string_equal(s->splitter.command, vectors_text(vector, "command"));
    assert_int_equal(s->splitter.length,
                     json_integer_value(json_object_get(vector, "payload_length")));
    char checksum[9];
    txs_hex_encode(checksum, s->splitter.header + 20, 4);
    assert_string_equal(checksum, vectors_text(vector, "checksum_hex"));
    struct txs_span payload = vectors_bytes(vector, "payload_hex");
    assert_int_equal(s->payload.len, payload.len);
    assert_memory_equal(s->payload.data ? s->payload.data : payload.data, payload.data,
                        payload.len);
    free((void *)payload.data);
}

static const uint8_t *magic_of(const json_t *vector)
{
    const char *name = vectors_text(vector, "network");
    if (strcmp(name, "mainnet") == 0)
        name = "main";
    else if (strcmp(name, "testnet3") == 0)
        name = "test";
    assert_non_null(txs_chain_by_name(name));
    return txs_chain_by_name(name)->magic;
}

static void messages_of_the_vectors_are_split_in_every_way(void **state)
{
    (void)state;
    json_t *root = vectors_load("messages.json");
    size_t i;
    json_t *vector;
    assert_int_equal(json_array_size(json_object_get(root, "vectors")), 70);
    json_array_foreach(json_object_get(root, "vectors"), i, vector)
    {
        struct txs_span message = vectors_bytes(vector, "hex");
        splitting_every_way(magic_of(vector), message, judge_vector, vector);
        free((void *)message.data);
    }
    json_decref(root);
}

static void messages_of_the_vectors_are_framed(void **state)
{
    (void)state;
    json_t *root = vectors_load("messages.json");
    size_t i;
    json_t *vector;
    json_array_foreach(json_object_get(root, "vectors"), i, vector)
    {
        struct txs_span message = vectors_bytes(vector, "hex");
        struct txs_span payload = vectors_bytes(vector, "payload_hex");
        uint8_t *out = malloc(message.len);
        struct txs_writer w = txs_writer_to(out, message.len);
        txs_put_frame(&w, magic_of(vector), vectors_text(vector, "command"), payload);
        assert_false(w.failed);
        assert_int_equal(w.len, message.len);
        assert_memory_equal(out, message.data, message.len);
        free(out);
        out = malloc(message.len - 1); /* one byte short */
        w = txs_writer_to(out, message.len - 1);
        txs_put_frame(&w, magic_of(vector), vectors_text(vector, "command"), payload);
        assert_true(w.failed);
        free(out);
        free((void *)message.data);
        free((void *)payload.data);
    }
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_in_a_row_are_told_apart),
        cmocka_unit_test(a_checksum_is_wanted_anew_each_time),
        cmocka_unit_test(magic_is_judged_at_its_first_wrong_byte),
        cmocka_unit_test(lengths_around_the_limit),
        cmocka_unit_test(a_longest_payload_is_taken_to_its_end),
        cmocka_unit_test(commands_valid_and_not),
        cmocka_unit_test(messages_of_the_vectors_are_split_in_every_way),
        cmocka_unit_test(messages_of_the_vectors_are_framed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
