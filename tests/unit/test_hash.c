#include "txsurvey/hash.h"

#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

/* Computed with Python's hashlib over bytes (7 i + length) mod 256, i = 0.. */
static const struct {
    size_t len;
    const char *sha256, *sha3_256;
} patterns[] = {
    {0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"},
    {1, "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a",
     "2767f15c8af2f2c7225d5273fdd683edc714110a987d1054697c348aed4e6cc7"},
    {134, "4a2614e2d0bbd340b46169033d382cb3d872ea38be56e6bf500f70f0204ff535",
     "da017231ddbd966a9b032625e5f2af523528eecb51ac11987db6b998ae770f96"},
    {135, "0eea3025e4a37d3b2bd952fdee392fd179b4fec0aca90a9359d836f86b089a00",
     "a936dec012587abe2bee1422bd71aa34ca72f35da145948cdf9e03a50e7e1c9b"},
    {136, "b72d3b91114641dc389ef63339b20e5c9ee433830181cc1dfb0b31399238ad15",
     "bdd56554bf27dee4a5d55347bc41811864f1bc07afd58416ce76862888580fee"},
    {137, "38290bf1c604be3889d181a6742d78b480dca5c25b58b2d204df47f826a68370",
     "e38f198ccc57fe1df7edf60217fb68c5c7dbcc1ad5c95980e3557b6e1fbd1321"},
    {271, "d3b475edf86891463af014f436dfeb81620c00859254de8794a51f8aad3ec7bc",
     "e47233ec4e72084cb0020a93bb97b68cf5a7f0bef72646fc5d7a777e3c69c51e"},
    {272, "a56f6f847d7802ac16082392ce893c1fe78b684eb3dcab07ff7b0e2d6d419274",
     "e90e9c0b0a15ef6f9749e4f1fbd150ca71f66b7a3060166eb397a96f8129fcd9"},
    {273, "d468c534ac8e2bd7795d64c50f3b911df9aaa008fa3f7d35d289fe4b197ee25d",
     "78cc74e118fd2a6e6dac2894805dd040d1399a74f0be8a74419dd618ffb998c4"},
    {1000, "6b0df76627243d095b0c4400cb658b7e804dd03461cc03aee8fc8fe0bcada168",
     "7cc0e22c8d0c46eb56aa03a1901cb3736b90d44dbb3feeeb775f29245387294c"},
};

static uint8_t *pattern(size_t len)
{
    uint8_t *bytes = malloc(len ? len : 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(i * 7 + len);
    return bytes;
}

static void assert_digest(const uint8_t digest[32], const char *expected)
{
    char text[65];
    txs_hex_encode(text, digest, 32);
    assert_string_equal(text, expected);
}

static void hashes_of_the_vectors(void **state)
{
    (void)state;
    json_t *root = vectors_load_as_reals("primitives.json");
    size_t i;
    json_t *vector;
    json_array_foreach(json_object_get(root, "hashes"), i, vector)
    {
        const char *name = vectors_text(vector, "name");
        char input[16] = "";
        uint8_t digest[32];
        sscanf(name, "%*s of \"%15[a-z]\"", input);
        if (strncmp(name, "sha3-256 of", 11) == 0)
            txs_sha3_256(digest, input, strlen(input));
        else if (strncmp(name, "sha256d of", 10) == 0)
            txs_sha256d(digest, input, strlen(input));
        else
            fail_msg("no test of '%s'", name);
        assert_digest(digest, vectors_text(vector, "hex"));
    }
    assert_true(i >= 4);
    json_decref(root);
}

static void lengths_around_the_blocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        uint8_t *bytes = pattern(patterns[i].len);
        uint8_t digest[32];
        struct txs_sha256 h;
        txs_sha256_start(&h);
        txs_sha256_add(&h, bytes, patterns[i].len);
        txs_sha256_end(&h, digest);
        assert_digest(digest, patterns[i].sha256);
        txs_sha3_256(digest, bytes, patterns[i].len);
        assert_digest(digest, patterns[i].sha3_256);
        free(bytes);
    }
}

static void a_hash_may_be_fed_in_pieces_and_forked(void **state)
{
    (void)state;
    uint8_t *bytes = pattern(1000);
    uint8_t digest[32], whole[32];
    txs_sha256d(whole, bytes, 1000);
    struct txs_sha256 h;
    txs_sha256_start(&h);
    for (size_t at = 0; at < 1000; at++) {
        struct txs_sha256 fork = h;
        txs_sha256_add(&fork, bytes + at, 1000 - at);
        txs_sha256d_end(&fork, digest);
        assert_memory_equal(digest, whole, 32);
        txs_sha256_add(&h, bytes + at, 1);
        txs_sha256_add(&h, NULL, 0);
    }
    txs_sha256_end(&h, digest);
    assert_digest(digest, patterns[sizeof patterns / sizeof patterns[0] - 1].sha256);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_of_the_vectors),
        cmocka_unit_test(lengths_around_the_blocks),
        cmocka_unit_test(a_hash_may_be_fed_in_pieces_and_forked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
