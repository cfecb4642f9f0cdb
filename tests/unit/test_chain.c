#include "txsurvey/chain.h"

#include "txsurvey/hash.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static void chains_are_those_of_the_vectors(void **state)
{
    (void)state;
    json_t *root = vectors_load("networks.json");
    json_t *networks = json_object_get(root, "networks");
    size_t i;
    json_t *vector;
    assert_int_equal(json_array_size(networks), txs_chain_count);
    json_array_foreach(networks, i, vector)
    {
        const char *name = vectors_text(vector, "core_name");
        const struct txs_chain *chain = txs_chain_by_name(name);
        assert_non_null(chain);
        assert_string_equal(chain->name, name);
        struct txs_span magic = vectors_bytes(vector, "magic_wire");
        assert_int_equal(magic.len, 4);
        assert_memory_equal(chain->magic, magic.data, 4);
        assert_ptr_equal(txs_chain_by_magic(magic.data), chain);
        assert_int_equal(chain->port, json_integer_value(json_object_get(vector, "default_port")));
        assert_int_equal(chain->local_is_routable, strcmp(name, "regtest") == 0);
        free((void *)magic.data);
    }
    json_decref(root);
}

/* The magic of a signet is the start of the hash of its challenge (BIP325). */
static void signet_magic_is_of_its_challenge(void **state)
{
    (void)state;
    json_t *root = vectors_load("networks.json");
    size_t i;
    json_t *vector;
    bool seen = false;
    json_array_foreach(json_object_get(root, "networks"), i, vector)
    {
        if (json_object_get(vector, "challenge_hex") == NULL)
            continue;
        struct txs_span challenge = vectors_bytes(vector, "challenge_hex");
        uint8_t buffer[128], digest[32];
        struct txs_writer w = txs_writer_to(buffer, sizeof buffer);
        txs_put_compact(&w, challenge.len);
        txs_put_bytes(&w, challenge.data, challenge.len);
        txs_sha256d(digest, buffer, w.len);
        assert_memory_equal(digest, txs_chain_by_name("signet")->magic, 4);
        free((void *)challenge.data);
        seen = true;
    }
    assert_true(seen);
    json_decref(root);
}

static void address_prefixes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < txs_chain_count; i++) {
        const struct txs_chain *chain = &txs_chains[i];
        bool is_main = strcmp(chain->name, "main") == 0;
        bool is_regtest = strcmp(chain->name, "regtest") == 0;
        assert_int_equal(chain->p2pkh_prefix, is_main ? 0x00 : 0x6f);
        assert_int_equal(chain->p2sh_prefix, is_main ? 0x05 : 0xc4);
        assert_string_equal(chain->bech32_hrp, is_main ? "bc" : is_regtest ? "bcrt" : "tb");
    }
}

static void other_names_and_magics_are_unknown(void **state)
{
    (void)state;
    const uint8_t magic[4] = {0xf9, 0xbe, 0xb4, 0xd8};
    assert_null(txs_chain_by_name("mainnet"));
    assert_null(txs_chain_by_name("Main"));
    assert_null(txs_chain_by_name(""));
    assert_null(txs_chain_by_magic(magic));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains_are_those_of_the_vectors),
        cmocka_unit_test(signet_magic_is_of_its_challenge),
        cmocka_unit_test(address_prefixes),
        cmocka_unit_test(other_names_and_magics_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
