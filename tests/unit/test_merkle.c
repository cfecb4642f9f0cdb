#include "txsurvey/merkle.h"

#include "txsurvey/hash.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define LEAVES_MAX 40

struct leaves {
    uint8_t hash[2 * LEAVES_MAX][32];
    size_t count;
};

static struct leaves leaves_of(size_t count)
{
    struct leaves l = {.count = count};
    for (size_t i = 0; i < count; i++)
        txs_sha256d(l.hash[i], &i, 1);
    return l;
}

/* Level by level, as Bitcoin's first versions did it. */
static void plain_root(struct leaves l, uint8_t out[32])
{
    while (l.count > 1) {
        if (l.count % 2 == 1) {
            memcpy(l.hash[l.count], l.hash[l.count - 1], 32);
            l.count++;
        }
        for (size_t i = 0; i < l.count / 2; i++)
            txs_sha256d(l.hash[i], l.hash[2 * i], 64);
        l.count /= 2;
    }
    memcpy(out, l.hash[0], 32);
}

static bool root_of(const struct leaves *l, uint8_t out[32])
{
    struct txs_merkle m;
    txs_merkle_init(&m);
    for (size_t i = 0; i < l->count; i++)
        txs_merkle_add(&m, l->hash[i]);
    return txs_merkle_root(&m, out);
}

static void root_of_any_number_of_leaves(void **state)
{
    (void)state;
    uint8_t root[32], wanted[32];
    struct leaves none = leaves_of(0);
    assert_false(root_of(&none, root));
    for (size_t count = 1; count <= LEAVES_MAX; count++) {
        struct leaves l = leaves_of(count);
        plain_root(l, wanted);
        assert_true(root_of(&l, root));
        assert_memory_equal(root, wanted, 32);
    }
}

static void root_of_block_170_of_mainnet(void **state)
{
    (void)state;
    static const char *const ids[] = {
        "b1fea52486ce0c62bb442b530a3f0132b826c74e473d1f2c220bfa78111c5082",
        "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"};
    struct leaves l = {.count = 2};
    uint8_t root[32];
    char text[65];
    for (size_t i = 0; i < 2; i++)
        assert_true(txs_hash_from_hex(l.hash[i], ids[i], 64));
    assert_true(root_of(&l, root));
    txs_hash_to_hex(text, root);
    assert_string_equal(text, "7dac2c5666815c17a3b36427de37bb9d2e2c5ccec3f8633eb91a4205cb4c10ff");
}

/* CVE-2012-2459: the last leaves once more, where the tree would repeat them by itself. */
static void repeated_leaves_are_refused(void **state)
{
    (void)state;
    for (size_t count = 1; count <= LEAVES_MAX; count++) {
        for (size_t again = 1; again <= count && count + again <= LEAVES_MAX; again++) {
            struct leaves l = leaves_of(count);
            uint8_t root[32], honest[32];
            plain_root(l, honest);
            memcpy(l.hash[count], l.hash[count - again], again * 32);
            l.count += again;
            plain_root(l, root);
            bool same_root = memcmp(root, honest, 32) == 0;
            if (same_root)
                assert_false(root_of(&l, root));
        }
    }
}

/* Partial trees */

struct matches {
    size_t count;
    uint32_t positions[2 * LEAVES_MAX];
    uint8_t txid[32]; /* the last one */
};

static void on_match(void *context, const uint8_t txid[32], uint32_t position)
{
    struct matches *m = context;
    assert_true(m->count < 2 * LEAVES_MAX);
    memcpy(m->txid, txid, 32);
    m->positions[m->count++] = position;
}

struct tree {
    uint8_t header[TXS_BLOCK_HEADER_BYTES];
    uint8_t hashes[2 * LEAVES_MAX * 32], flags[LEAVES_MAX];
    size_t hash_count, flag_count;
    uint32_t tx_total;
};

static uint32_t nodes_at(uint32_t total, unsigned height)
{
    return (total + (1u << height) - 1) >> height;
}

/* Builds the tree of `l` with leaf `which` marked; the hash of each node by the slow way. */
static void node_hash(const struct leaves *l, unsigned height, uint32_t at, uint8_t out[32])
{
    uint8_t pair[64];
    if (height == 0) {
        memcpy(out, l->hash[at], 32);
        return;
    }
    node_hash(l, height - 1, 2 * at, pair);
    bool has_right = 2 * at + 1 < nodes_at((uint32_t)l->count, height - 1);
    node_hash(l, height - 1, has_right ? 2 * at + 1 : 2 * at, pair + 32);
    txs_sha256d(out, pair, sizeof pair);
}

static void put_node(struct tree *t, const struct leaves *l, unsigned height, uint32_t at,
                     uint32_t which)
{
    bool above = which >> height == at;
    t->flags[t->flag_count / 8] |= (uint8_t)(above << t->flag_count % 8);
    t->flag_count++;
    if (height == 0 || !above) {
        node_hash(l, height, at, t->hashes + 32 * t->hash_count++);
        return;
    }
    put_node(t, l, height - 1, 2 * at, which);
    if (2 * at + 1 < nodes_at((uint32_t)l->count, height - 1))
        put_node(t, l, height - 1, 2 * at + 1, which);
}

static struct tree tree_of(const struct leaves *l, uint32_t which)
{
    struct tree t = {.tx_total = (uint32_t)l->count};
    unsigned height = 0;
    while (nodes_at(t.tx_total, height) > 1)
        height++;
    put_node(&t, l, height, 0, which);
    plain_root(*l, t.header + 36);
    return t;
}

/* With all that is borrowed in memory of exactly its size. */
static bool verify(const struct tree *t, struct matches *m)
{
    size_t flag_bytes = (t->flag_count + 7) / 8;
    uint8_t *hashes = malloc(t->hash_count * 32 + 1), *flags = malloc(flag_bytes + 1);
    assert_true(hashes != NULL && flags != NULL);
    memcpy(hashes + 1, t->hashes, t->hash_count * 32);
    memcpy(flags + 1, t->flags, flag_bytes);
    struct txs_merkleblock block = {.header = {t->header, sizeof t->header},
                                    .tx_total = t->tx_total,
                                    .hash_count = t->hash_count,
                                    .hashes = {hashes + 1, t->hash_count * 32},
                                    .flags = {flags + 1, flag_bytes}};
    m->count = 0;
    bool good = txs_merkleblock_verify(&block, on_match, m);
    free(hashes);
    free(flags);
    return good;
}

static void every_place_in_every_tree_is_proved(void **state)
{
    (void)state;
    for (size_t count = 1; count <= LEAVES_MAX; count++) {
        struct leaves l = leaves_of(count);
        for (uint32_t which = 0; which < count; which++) {
            struct tree t = tree_of(&l, which);
            struct matches m;
            assert_true(verify(&t, &m));
            assert_int_equal(m.count, 1);
            assert_int_equal(m.positions[0], which);
            assert_memory_equal(m.txid, l.hash[which], 32);
        }
    }
}

static void a_tree_without_a_match_is_its_root(void **state)
{
    (void)state;
    struct leaves l = leaves_of(7);
    struct tree t = tree_of(&l, UINT32_MAX);
    struct matches m;
    assert_int_equal(t.hash_count, 1);
    assert_true(verify(&t, &m));
    assert_int_equal(m.count, 0);
}

static void trees_with_anything_wrong_are_refused(void **state)
{
    (void)state;
    struct leaves l = leaves_of(7);
    const struct tree good = tree_of(&l, 4);
    struct matches m;
    assert_true(verify(&good, &m));
    for (size_t bit = 0; bit < good.hash_count * 256; bit += 37) {
        struct tree t = good;
        t.hashes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(verify(&t, &m));
    }
    for (size_t bit = 0; bit < good.flag_count; bit++) {
        struct tree t = good;
        t.flags[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(verify(&t, &m) && m.count == 1 && m.positions[0] == 4);
    }
    struct tree t = good;
    t.header[36] ^= 1;
    assert_false(verify(&t, &m)); /* another root */
    t = good;
    t.hash_count--;
    assert_false(verify(&t, &m));
    t = good;
    t.hash_count++;
    assert_false(verify(&t, &m)); /* a hash that is not used */
    t = good;
    t.flag_count += 8;
    assert_false(verify(&t, &m)); /* a byte of flags that is not used */
    t = good;
    t.flag_count = 0;
    assert_false(verify(&t, &m));
    /* No hash covers the number of transactions: what counts is the form of the tree. */
    for (uint32_t total = 0; total < 20; total++) {
        t = good;
        t.tx_total = total;
        assert_int_equal(verify(&t, &m), total == 7 || total == 8);
    }
    t = good;
    t.tx_total = TXS_BLOCK_TX_MAX + 1;
    assert_false(verify(&t, &m));
    t.tx_total = UINT32_MAX;
    assert_false(verify(&t, &m));
}

/* The right half of a tree that is its left half again. */
static void equal_halves_are_refused(void **state)
{
    (void)state;
    struct leaves l = leaves_of(3);
    memcpy(l.hash[3], l.hash[2], 32);
    l.count = 4;
    struct tree t = tree_of(&l, 3);
    struct matches m;
    assert_false(verify(&t, &m));
    l.count = 3;
    t = tree_of(&l, 2);
    assert_true(verify(&t, &m));
}

static const json_t *vector_named(const json_t *file, const char *name)
{
    size_t i;
    json_t *vector;
    json_array_foreach(json_object_get(file, "vectors"), i, vector)
    {
        if (strcmp(vectors_text(vector, "name"), name) == 0)
            return vector;
    }
    fail_msg("no vector '%s'", name);
    return NULL;
}

static void captured_merkleblock(void **state)
{
    (void)state;
    json_t *file = vectors_load("messages.json");
    const json_t *vector = vector_named(file, "merkleblock with one match");
    struct txs_span payload = vectors_bytes(vector, "payload_hex");
    struct txs_merkleblock block;
    struct matches m = {.count = 0};
    assert_true(txs_merkleblock_decode(&block, payload));
    assert_true(txs_merkleblock_verify(&block, on_match, &m));
    assert_int_equal(m.count, 1);
    assert_int_equal(m.positions[0], 1);
    assert_memory_equal(m.txid, block.hashes.data + 32, 32);
    free((uint8_t *)(uintptr_t)payload.data);
    json_decref(file);
}

/* Filters: the values of Core's bloom_tests.cpp. */

static void assert_filter(uint32_t tweak, const char *wanted)
{
    static const char *const elements[] = {"99108ad8ed9bb6274d3980bab5a85c048f0950c8",
                                           "b5a2c786d9ef4658287ced5914b37a1b4aa32eee",
                                           "b9300670b4c5366e95b2699e8b18bc75e5f729c5"};
    uint8_t filter[3] = {0}, element[20], bytes[16], back[16];
    struct txs_writer w = txs_writer_to(bytes, sizeof bytes);
    for (size_t i = 0; i < 3; i++) {
        assert_true(txs_hex_decode(element, sizeof element, elements[i], 40));
        txs_bloom_add(filter, sizeof filter, 5, tweak, (struct txs_span){element, sizeof element});
    }
    txs_filterload_encode(
        &w, &(struct txs_filterload){
                .filter = {filter, sizeof filter}, .functions = 5, .tweak = tweak, .flags = 1});
    assert_int_equal(w.len, strlen(wanted) / 2);
    assert_true(txs_hex_decode(back, w.len, wanted, strlen(wanted)));
    assert_memory_equal(bytes, back, w.len);
}

static void filters_are_those_of_bip37(void **state)
{
    (void)state;
    assert_filter(0, "03614e9b050000000000000001");
    assert_filter(2147483649u, "03ce4299050000000100008001");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(root_of_any_number_of_leaves),
        cmocka_unit_test(root_of_block_170_of_mainnet),
        cmocka_unit_test(repeated_leaves_are_refused),
        cmocka_unit_test(every_place_in_every_tree_is_proved),
        cmocka_unit_test(a_tree_without_a_match_is_its_root),
        cmocka_unit_test(trees_with_anything_wrong_are_refused),
        cmocka_unit_test(equal_halves_are_refused),
        cmocka_unit_test(captured_merkleblock),
        cmocka_unit_test(filters_are_those_of_bip37),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
