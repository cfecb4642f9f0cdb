/* The walker and the parser: the ids they compute, what they refuse, and that they agree. */
#include "vectors.h"

#include "txsurvey/tx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define HEADER_BYTES 24

/* The transactions of messages.json, each in a buffer of exactly its size. */
struct samples {
    json_t *root;
    size_t count;
    struct {
        struct txs_span bytes;
        const json_t *decoded;
    } at[16];
};

static struct txs_span exact_copy(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    if (len > 0)
        memcpy(copy, data, len);
    return (struct txs_span){copy, len};
}

static void release(struct txs_span bytes)
{
    free((uint8_t *)(uintptr_t)bytes.data);
}

static struct samples load_samples(void)
{
    struct samples s = {.root = vectors_load("messages.json")};
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(s.root, "vectors"), i, v)
    {
        if (strcmp(vectors_text(v, "command"), "tx") != 0)
            continue;
        assert_true(s.count < sizeof s.at / sizeof s.at[0]);
        s.at[s.count].bytes = vectors_bytes(v, "payload_hex");
        s.at[s.count++].decoded = json_object_get(v, "decoded");
    }
    assert_true(s.count >= 6);
    return s;
}

static void free_samples(struct samples *s)
{
    for (size_t i = 0; i < s->count; i++)
        release(s->at[i].bytes);
    json_decref(s->root);
}

/* Hands `bytes` to the walker in pieces of `piece` bytes, each in a buffer of its own, until it
 * says something else than MORE. `left` is what it did not take. */
static enum txs_walk walk_pieces(struct txs_tx_ids *ids, struct txs_span bytes, size_t piece,
                                 size_t *left)
{
    struct txs_tx_walker w;
    enum txs_walk said = TXS_WALK_MORE;
    txs_tx_walker_init(&w);
    *left = bytes.len;
    while (said == TXS_WALK_MORE && *left > 0) {
        size_t len = piece < *left ? piece : *left;
        struct txs_span chunk = exact_copy(bytes.data + bytes.len - *left, len);
        struct txs_span in = chunk;
        said = txs_tx_walk(&w, &in);
        if (said == TXS_WALK_MORE)
            assert_int_equal(in.len, 0);
        *left -= len - in.len;
        release(chunk);
    }
    if (said == TXS_WALK_DONE)
        txs_tx_walker_ids(&w, ids);
    return said;
}

static void assert_ids_equal(const struct txs_tx_ids *a, const struct txs_tx_ids *b)
{
    assert_memory_equal(a->txid, b->txid, 32);
    assert_memory_equal(a->wtxid, b->wtxid, 32);
    assert_int_equal(a->has_witness, b->has_witness);
    assert_int_equal(a->size_bytes, b->size_bytes);
    assert_int_equal(a->stripped_bytes, b->stripped_bytes);
}

static void assert_hash(const uint8_t hash[32], const json_t *decoded, const char *key)
{
    char hex[65];
    txs_hash_to_hex(hex, hash);
    assert_string_equal(hex, vectors_text(decoded, key));
}

static json_int_t number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static void assert_is_vector(const struct txs_tx_ids *ids, const json_t *decoded)
{
    assert_hash(ids->txid, decoded, "txid");
    assert_hash(ids->wtxid, decoded, "wtxid");
    assert_int_equal(ids->has_witness, json_is_true(json_object_get(decoded, "segwit")));
    assert_int_equal(ids->size_bytes, number(decoded, "size"));
    assert_int_equal(ids->stripped_bytes, number(decoded, "stripped_size"));
    assert_int_equal(txs_tx_weight(ids), number(decoded, "weight"));
    assert_int_equal(txs_tx_vsize(ids), number(decoded, "vsize"));
}

static void ids_and_sizes_of_each_vector(void **state)
{
    (void)state;
    struct samples s = load_samples();
    for (size_t i = 0; i < s.count; i++) {
        struct txs_tx_ids ids;
        struct txs_tx tx;
        size_t left;
        assert_int_equal(walk_pieces(&ids, s.at[i].bytes, SIZE_MAX, &left), TXS_WALK_DONE);
        assert_int_equal(left, 0);
        assert_is_vector(&ids, s.at[i].decoded);
        assert_true(txs_tx_parse(&tx, s.at[i].bytes));
        assert_is_vector(&tx.ids, s.at[i].decoded);
        assert_int_equal(tx.input_count, number(s.at[i].decoded, "inputs"));
        assert_int_equal(tx.output_count, number(s.at[i].decoded, "outputs"));
        txs_tx_free(&tx);
    }
    free_samples(&s);
}

static void stripped_form_has_the_same_txid(void **state)
{
    (void)state;
    struct samples s = load_samples();
    size_t seen = 0;
    for (size_t i = 0; i < s.count; i++) {
        if (!json_is_string(json_object_get(s.at[i].decoded, "stripped_hex")))
            continue;
        struct txs_span stripped = vectors_bytes(s.at[i].decoded, "stripped_hex");
        struct txs_tx_ids ids;
        struct txs_tx tx;
        size_t left;
        assert_int_equal(walk_pieces(&ids, stripped, SIZE_MAX, &left), TXS_WALK_DONE);
        assert_true(txs_tx_parse(&tx, stripped));
        assert_ids_equal(&ids, &tx.ids);
        assert_hash(ids.txid, s.at[i].decoded, "txid");
        assert_memory_equal(ids.txid, ids.wtxid, 32);
        assert_int_equal(ids.size_bytes, number(s.at[i].decoded, "stripped_size"));
        txs_tx_free(&tx);
        release(stripped);
        seen++;
    }
    assert_true(seen > 0);
    free_samples(&s);
}

static void any_split_gives_the_same_ids(void **state)
{
    (void)state;
    struct samples s = load_samples();
    for (size_t i = 0; i < s.count; i++) {
        struct txs_span bytes = s.at[i].bytes;
        for (size_t piece = 1; piece <= 9; piece++) {
            struct txs_tx_ids ids;
            size_t left;
            assert_int_equal(walk_pieces(&ids, bytes, piece, &left), TXS_WALK_DONE);
            assert_is_vector(&ids, s.at[i].decoded);
        }
        for (size_t at = 0; at <= bytes.len; at++) {
            struct txs_span first = exact_copy(bytes.data, at), in = first;
            struct txs_span rest = exact_copy(bytes.data + at, bytes.len - at);
            struct txs_tx_walker w;
            struct txs_tx_ids ids;
            txs_tx_walker_init(&w);
            enum txs_walk said = txs_tx_walk(&w, &in);
            assert_int_equal(said, at < bytes.len ? TXS_WALK_MORE : TXS_WALK_DONE);
            in = rest;
            assert_int_equal(txs_tx_walk(&w, &in), TXS_WALK_DONE);
            assert_int_equal(in.len, 0);
            txs_tx_walker_ids(&w, &ids);
            assert_is_vector(&ids, s.at[i].decoded);
            release(first);
            release(rest);
        }
    }
    free_samples(&s);
}

/* Where the transactions begin in the payload of a block (a header of 80 bytes, a count of one
 * byte) or a blocktxn (a hash, a count). */
static size_t transactions_offset(const char *command)
{
    if (strcmp(command, "block") == 0)
        return 80 + 1;
    return strcmp(command, "blocktxn") == 0 ? 32 + 1 : 0;
}

static void transactions_inside_of_blocks(void **state)
{
    (void)state;
    json_t *root = vectors_load("messages.json"), *v;
    size_t i, seen = 0;
    json_array_foreach(json_object_get(root, "vectors"), i, v)
    {
        size_t offset = transactions_offset(vectors_text(v, "command"));
        if (offset == 0)
            continue;
        struct txs_span payload = vectors_bytes(v, "payload_hex");
        struct txs_span in = {payload.data + offset, payload.len - offset};
        const json_t *txs = json_object_get(json_object_get(v, "decoded"), "txs");
        for (size_t k = 0; k < json_array_size(txs); k++) {
            struct txs_span all = in;
            struct txs_tx_walker w;
            struct txs_tx_ids ids;
            struct txs_tx tx;
            txs_tx_walker_init(&w);
            assert_int_equal(txs_tx_walk(&w, &in), TXS_WALK_DONE);
            txs_tx_walker_ids(&w, &ids);
            assert_hash(ids.txid, json_array_get(txs, k), "txid");
            assert_hash(ids.wtxid, json_array_get(txs, k), "wtxid");
            assert_true(txs_tx_parse(&tx, (struct txs_span){all.data, all.len - in.len}));
            assert_ids_equal(&ids, &tx.ids);
            assert_true(txs_tx_is_coinbase(&tx));
            txs_tx_free(&tx);
            seen++;
        }
        assert_int_equal(in.len, 0);
        release(payload);
    }
    assert_int_equal(seen, 3);
    json_decref(root);
}

static void a_prefix_is_never_a_transaction(void **state)
{
    (void)state;
    struct samples s = load_samples();
    for (size_t i = 0; i < s.count; i++) {
        for (size_t len = 0; len < s.at[i].bytes.len; len++) {
            struct txs_span prefix = exact_copy(s.at[i].bytes.data, len);
            struct txs_tx_ids ids;
            struct txs_tx tx;
            size_t left;
            assert_int_equal(walk_pieces(&ids, prefix, SIZE_MAX, &left), TXS_WALK_MORE);
            assert_int_equal(left, 0);
            assert_false(txs_tx_parse(&tx, prefix));
            release(prefix);
        }
    }
    free_samples(&s);
}

static void bytes_after_it_are_left_over_or_refused(void **state)
{
    (void)state;
    struct samples s = load_samples();
    for (size_t i = 0; i < s.count; i++) {
        struct txs_span bytes = s.at[i].bytes;
        for (size_t extra = 1; extra <= 5; extra++) {
            uint8_t *longer = calloc(1, bytes.len + extra);
            assert_non_null(longer);
            memcpy(longer, bytes.data, bytes.len);
            struct txs_span in = {longer, bytes.len + extra};
            struct txs_tx_walker w;
            struct txs_tx_ids ids;
            struct txs_tx tx;
            assert_false(txs_tx_parse(&tx, in));
            txs_tx_walker_init(&w);
            assert_int_equal(txs_tx_walk(&w, &in), TXS_WALK_DONE);
            assert_ptr_equal(in.data, longer + bytes.len);
            assert_int_equal(in.len, extra);
            assert_int_equal(txs_tx_walk(&w, &in), TXS_WALK_DONE);
            assert_int_equal(in.len, extra);
            txs_tx_walker_ids(&w, &ids);
            assert_is_vector(&ids, s.at[i].decoded);
            free(longer);
        }
    }
    free_samples(&s);
}

static void malformed_vectors_are_no_transactions(void **state)
{
    (void)state;
    json_t *root = vectors_load("malformed.json"), *v;
    size_t i, seen = 0;
    json_array_foreach(json_object_get(root, "vectors"), i, v)
    {
        const char *name = vectors_text(v, "name");
        bool truncated = strcmp(name, "truncated tx") == 0;
        if (!truncated && strcmp(name, "tx with flag 0 after marker") != 0)
            continue;
        struct txs_span message = vectors_bytes(v, "hex");
        struct txs_span payload =
            exact_copy(message.data + HEADER_BYTES, message.len - HEADER_BYTES);
        struct txs_tx_ids ids;
        struct txs_tx tx;
        size_t left;
        assert_int_equal(walk_pieces(&ids, payload, SIZE_MAX, &left),
                         truncated ? TXS_WALK_MORE : TXS_WALK_MALFORMED);
        assert_false(txs_tx_parse(&tx, payload));
        release(payload);
        release(message);
        seen++;
    }
    assert_int_equal(seen, 2);
    json_decref(root);
}

#define PREVOUT                                                        \
    "1111111111111111111111111111111111111111111111111111111111111111" \
    "00000000"
#define INPUT    \
    PREVOUT "00" \
            "ffffffff"
#define OUTPUT         \
    "0100000000000000" \
    "00"

static void assert_verdict(const char *hex, enum txs_walk expected)
{
    size_t len = strlen(hex) / 2;
    uint8_t *data = malloc(len);
    assert_non_null(data);
    assert_true(txs_hex_decode(data, len, hex, strlen(hex)));
    struct txs_span bytes = {data, len};
    for (size_t piece = 1; piece <= len; piece++) {
        struct txs_tx_ids ids;
        size_t left;
        assert_int_equal(walk_pieces(&ids, bytes, piece, &left), expected);
    }
    struct txs_tx tx;
    bool parsed = txs_tx_parse(&tx, bytes);
    assert_int_equal(parsed, expected == TXS_WALK_DONE);
    if (parsed)
        txs_tx_free(&tx);
    free(data);
}

static void the_least_that_is_a_transaction(void **state)
{
    (void)state;
    assert_verdict("02000000"
                   "01" INPUT "01" OUTPUT "00000000",
                   TXS_WALK_DONE);
    assert_verdict("02000000"
                   "01" INPUT "00"
                   "00000000",
                   TXS_WALK_DONE);
    assert_verdict("02000000"
                   "0001"
                   "01" INPUT "00"
                   "01"
                   "00"
                   "00000000",
                   TXS_WALK_DONE);
    assert_verdict("02000000"
                   "0001"
                   "02" INPUT INPUT "00"
                   "00"
                   "0100"
                   "00000000",
                   TXS_WALK_DONE);
}

static void assert_smallest(size_t inputs, size_t outputs)
{
    size_t len = 4 + 3 + inputs * 41 + (outputs > 0 ? 3 : 1) + outputs * 9 + 4;
    uint8_t *data = calloc(1, len);
    assert_non_null(data);
    struct txs_writer w = txs_writer_to(data, len);
    w.len = 4;
    txs_put_compact(&w, inputs);
    w.len += inputs * 41;
    txs_put_compact(&w, outputs);
    struct txs_span bytes = {data, len};
    struct txs_tx_ids ids;
    struct txs_tx tx;
    size_t left;
    assert_int_equal(walk_pieces(&ids, bytes, SIZE_MAX, &left), TXS_WALK_DONE);
    assert_true(txs_tx_parse(&tx, bytes));
    assert_int_equal(tx.input_count, inputs);
    assert_int_equal(tx.output_count, outputs);
    assert_ids_equal(&ids, &tx.ids);
    txs_tx_free(&tx);
    free(data);
}

/* As many as their bytes allow: counts are held against what is left before memory is taken. */
static void many_of_the_smallest_inputs_and_outputs(void **state)
{
    (void)state;
    assert_smallest(1000, 0);
    assert_smallest(1000, 1000);
}

static void no_inputs(void **state)
{
    (void)state;
    assert_verdict("02000000"
                   "00"
                   "00"
                   "00000000",
                   TXS_WALK_MALFORMED);
    assert_verdict("02000000"
                   "0001"
                   "00"
                   "00"
                   "00000000",
                   TXS_WALK_MALFORMED);
    assert_verdict("02000000"
                   "0001"
                   "00"
                   "01" OUTPUT "00000000",
                   TXS_WALK_MALFORMED);
    assert_verdict("02000000"
                   "0001"
                   "0001"
                   "01" INPUT "00"
                   "0100"
                   "00000000",
                   TXS_WALK_MALFORMED);
}

static void marker_with_other_flags(void **state)
{
    (void)state;
    for (unsigned flag = 0; flag < 256; flag++) {
        char hex[256];
        snprintf(hex, sizeof hex,
                 "0200000000%02x01" INPUT "00"
                 "0100"
                 "00000000",
                 flag);
        assert_verdict(hex, flag == 1 ? TXS_WALK_DONE : TXS_WALK_MALFORMED);
        snprintf(hex, sizeof hex, "0200000000%02x", flag); /* told by the flag alone */
        assert_verdict(hex, flag == 1 ? TXS_WALK_MORE : TXS_WALK_MALFORMED);
    }
}

static void superfluous_witness(void **state)
{
    (void)state;
    assert_verdict("02000000"
                   "0001"
                   "01" INPUT "01" OUTPUT "00"
                   "00000000",
                   TXS_WALK_MALFORMED);
    assert_verdict("02000000"
                   "0001"
                   "02" INPUT INPUT "00"
                   "0000"
                   "00000000",
                   TXS_WALK_MALFORMED);
}

static void compact_sizes_that_are_too_long(void **state)
{
    (void)state;
    static const char *const ones[] = {"fd0100", "fe01000000", "ff0100000000000000"};
    static const char *const zeros[] = {"fd0000", "fe00000000", "ff0000000000000000"};
    char hex[512];
    for (size_t i = 0; i < 3; i++) {
        snprintf(hex, sizeof hex,
                 "02000000%s" INPUT "00"
                 "00000000",
                 ones[i]);
        assert_verdict(hex, TXS_WALK_MALFORMED);
        snprintf(hex, sizeof hex,
                 "02000000%s01"
                 "01" INPUT "00"
                 "0100"
                 "00000000",
                 zeros[i]);
        assert_verdict(hex, TXS_WALK_MALFORMED);
        snprintf(hex, sizeof hex,
                 "0200000001" PREVOUT "%s"
                 "ffffffff"
                 "00"
                 "00000000",
                 zeros[i]);
        assert_verdict(hex, TXS_WALK_MALFORMED);
        snprintf(hex, sizeof hex, "0200000001" INPUT "%s" OUTPUT "00000000", ones[i]);
        assert_verdict(hex, TXS_WALK_MALFORMED);
        snprintf(hex, sizeof hex,
                 "0200000001" INPUT "01"
                 "0100000000000000"
                 "%s"
                 "00000000",
                 zeros[i]);
        assert_verdict(hex, TXS_WALK_MALFORMED);
        snprintf(hex, sizeof hex,
                 "02000000000101" INPUT "00"
                 "%s"
                 "00"
                 "00000000",
                 ones[i]);
        assert_verdict(hex, TXS_WALK_MALFORMED);
        snprintf(hex, sizeof hex,
                 "02000000000101" INPUT "00"
                 "01"
                 "%s"
                 "00000000",
                 zeros[i]);
        assert_verdict(hex, TXS_WALK_MALFORMED);
    }
}

/* 4 000 000 is 0x3d0900. */
static void counts_and_lengths_over_any_transaction(void **state)
{
    (void)state;
    static const char *const over[] = {"fe01093d00", "feffffffff", "ff0000000001000000",
                                       "ffffffffffffffffff"};
    char hex[512];
    for (size_t i = 0; i < 4; i++) {
        snprintf(hex, sizeof hex, "02000000%s" INPUT, over[i]);
        assert_verdict(hex, TXS_WALK_MALFORMED);
        snprintf(hex, sizeof hex,
                 "0200000001" PREVOUT "%s"
                 "ffffffff",
                 over[i]);
        assert_verdict(hex, TXS_WALK_MALFORMED);
        snprintf(hex, sizeof hex, "0200000001" INPUT "%s" OUTPUT, over[i]);
        assert_verdict(hex, TXS_WALK_MALFORMED);
        snprintf(hex, sizeof hex,
                 "0200000001" INPUT "01"
                 "0100000000000000"
                 "%s",
                 over[i]);
        assert_verdict(hex, TXS_WALK_MALFORMED);
        snprintf(hex, sizeof hex,
                 "02000000000101" INPUT "00"
                 "%s"
                 "00",
                 over[i]);
        assert_verdict(hex, TXS_WALK_MALFORMED);
        snprintf(hex, sizeof hex,
                 "02000000000101" INPUT "00"
                 "01"
                 "%s",
                 over[i]);
        assert_verdict(hex, TXS_WALK_MALFORMED);
    }
    /* the largest that may be claimed: the walker waits, the parser sees that it is not there */
    assert_verdict("02000000"
                   "fe00093d00" INPUT,
                   TXS_WALK_MORE);
    assert_verdict("02000000"
                   "01" INPUT "fe00093d00" OUTPUT,
                   TXS_WALK_MORE);
    assert_verdict("02000000"
                   "0001"
                   "01" INPUT "00"
                   "fe00093d00"
                   "00",
                   TXS_WALK_MORE);
}

/* A transaction of `size` bytes whose one output script fills it up. */
static struct txs_span large_tx(size_t size)
{
    static const char head[] = "02000000"
                               "01" INPUT "01"
                               "0100000000000000"
                               "fe";
    size_t head_len = sizeof head / 2;
    uint8_t *data = calloc(1, size);
    assert_non_null(data);
    assert_true(txs_hex_decode(data, head_len, head, sizeof head - 1));
    struct txs_writer w = txs_writer_to(data + head_len, 4);
    txs_put_u32le(&w, (uint32_t)(size - head_len - 8));
    return (struct txs_span){data, size};
}

static void the_largest_transaction_and_one_byte_more(void **state)
{
    (void)state;
    struct txs_span bytes = large_tx(TXS_TX_MAX_BYTES);
    struct txs_tx_ids ids;
    struct txs_tx tx;
    size_t left;
    assert_int_equal(walk_pieces(&ids, bytes, 65536, &left), TXS_WALK_DONE);
    assert_int_equal(ids.size_bytes, TXS_TX_MAX_BYTES);
    assert_int_equal(txs_tx_weight(&ids), 4 * TXS_TX_MAX_BYTES);
    assert_true(txs_tx_parse(&tx, bytes));
    assert_ids_equal(&ids, &tx.ids);
    txs_tx_free(&tx);
    release(bytes);

    bytes = large_tx(TXS_TX_MAX_BYTES + 1);
    assert_int_equal(walk_pieces(&ids, bytes, 65536, &left), TXS_WALK_MALFORMED);
    assert_int_equal(walk_pieces(&ids, bytes, SIZE_MAX, &left), TXS_WALK_MALFORMED);
    assert_false(txs_tx_parse(&tx, bytes));
    release(bytes);
}

static void malformed_stays_malformed(void **state)
{
    (void)state;
    static const uint8_t bad[] = {2, 0, 0, 0, 0, 2};
    struct txs_tx_walker w;
    struct txs_span in = {bad, sizeof bad};
    txs_tx_walker_init(&w);
    assert_int_equal(txs_tx_walk(&w, &in), TXS_WALK_MALFORMED);
    in = (struct txs_span){NULL, 0};
    assert_int_equal(txs_tx_walk(&w, &in), TXS_WALK_MALFORMED);
}

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

/* A copy of `bytes` with one to three changes: a byte, an end cut off, a byte put in or taken out.
 */
static struct txs_span mutate(struct txs_span bytes, uint64_t *seed)
{
    static const uint8_t telling[] = {0x00, 0x01, 0x02, 0x7f, 0x80, 0xfc, 0xfd, 0xfe, 0xff};
    uint8_t *data = malloc(bytes.len + 3);
    size_t len = bytes.len;
    assert_non_null(data);
    memcpy(data, bytes.data, len);
    for (uint32_t changes = 1 + next_random(seed) % 3; changes > 0; changes--) {
        size_t at = next_random(seed) % len;
        switch (next_random(seed) % 6) {
        case 0:
            len = len - at > 1 ? at + 1 : len;
            break;
        case 1:
            memmove(data + at + 1, data + at, len++ - at);
            break;
        case 2:
            memmove(data + at, data + at + 1, --len - at);
            len = len > 0 ? len : 1;
            break;
        case 3:
            data[at] = telling[next_random(seed) % sizeof telling];
            break;
        default:
            data[at] = (uint8_t)next_random(seed);
            break;
        }
    }
    struct txs_span result = exact_copy(data, len);
    free(data);
    return result;
}

static void walker_and_parser_agree_on_mutations(void **state)
{
    (void)state;
    struct samples s = load_samples();
    uint64_t seed = 20090103;
    unsigned good = 0, bad = 0;
    for (unsigned i = 0; i < 6000; i++) {
        struct txs_span bytes = mutate(s.at[i % s.count].bytes, &seed);
        struct txs_tx_ids ids;
        struct txs_tx tx;
        size_t left;
        bool walked =
            walk_pieces(&ids, bytes, 1 + next_random(&seed) % bytes.len, &left) == TXS_WALK_DONE &&
            left == 0;
        bool parsed = txs_tx_parse(&tx, bytes);
        assert_int_equal(walked, parsed);
        if (parsed) {
            assert_ids_equal(&ids, &tx.ids);
            txs_tx_free(&tx);
        }
        *(parsed ? &good : &bad) += 1;
        release(bytes);
    }
    assert_true(good > 500 && bad > 500);
    free_samples(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_and_sizes_of_each_vector),
        cmocka_unit_test(stripped_form_has_the_same_txid),
        cmocka_unit_test(any_split_gives_the_same_ids),
        cmocka_unit_test(transactions_inside_of_blocks),
        cmocka_unit_test(a_prefix_is_never_a_transaction),
        cmocka_unit_test(bytes_after_it_are_left_over_or_refused),
        cmocka_unit_test(malformed_vectors_are_no_transactions),
        cmocka_unit_test(the_least_that_is_a_transaction),
        cmocka_unit_test(many_of_the_smallest_inputs_and_outputs),
        cmocka_unit_test(no_inputs),
        cmocka_unit_test(marker_with_other_flags),
        cmocka_unit_test(superfluous_witness),
        cmocka_unit_test(compact_sizes_that_are_too_long),
        cmocka_unit_test(counts_and_lengths_over_any_transaction),
        cmocka_unit_test(the_largest_transaction_and_one_byte_more),
        cmocka_unit_test(malformed_stays_malformed),
        cmocka_unit_test(walker_and_parser_agree_on_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
