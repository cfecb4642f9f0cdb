#include "txsurvey/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

/* A version with every field set, all different. */
static size_t write_version(uint8_t *out, size_t cap, const char *agent, bool has_relay)
{
    struct txs_writer w = txs_writer_to(out, cap);
    const struct txs_version version = {
        .version = 70016,
        .services = 0x0102030405060708,
        .timestamp = -2,
        .recv_services = 9,
        .recv_ip = {1, 2, 3, [15] = 4},
        .recv_port = 0x208d,
        .from_services = 10,
        .from_ip = {5, [15] = 6},
        .from_port = 0x0102,
        .nonce = 0x1122334455667788,
        .subver = {(const uint8_t *)agent, strlen(agent)},
        .start_height = -1,
        .has_relay = has_relay,
    };
    txs_version_encode(&w, &version);
    assert_false(w.failed);
    return w.len;
}

static bool decode_prefix(struct txs_version *out, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    bool decoded = txs_version_decode(out, (struct txs_span){copy, len});
    if (decoded && out->subver.len > 0) {
        assert_ptr_equal(out->subver.data, copy + 81);
        out->subver.data = bytes + 81;
    }
    free(copy);
    return decoded;
}

/* Core reads the tail in steps: it may end between them, and nowhere else. */
static void a_version_may_end_only_between_its_steps(void **state)
{
    (void)state;
    uint8_t bytes[TXS_VERSION_MAX_BYTES];
    size_t len = write_version(bytes, sizeof bytes, "/abc/", true);
    assert_int_equal(len, 80 + 6 + 4 + 1);
    for (size_t cut = 0; cut <= len; cut++) {
        struct txs_version v;
        bool may_end = cut == 46 || cut == 80 || cut == 86 || cut == 90 || cut == 91;
        assert_int_equal(decode_prefix(&v, bytes, cut), may_end);
        if (!may_end)
            continue;
        assert_int_equal(v.recv_port, 0x208d);
        assert_true(v.nonce == (cut >= 80 ? 0x1122334455667788 : 0));
        assert_int_equal(v.from_port, cut >= 80 ? 0x0102 : 0);
        assert_int_equal(v.subver.len, cut >= 86 ? 5 : 0);
        assert_int_equal(v.start_height, cut >= 90 ? -1 : 0);
        assert_int_equal(v.has_relay, cut == 91);
        assert_int_equal(v.relay, cut != 91); /* absent means true (BIP37) */
    }
}

static void bytes_after_relay_are_ignored(void **state)
{
    (void)state;
    uint8_t bytes[TXS_VERSION_MAX_BYTES];
    struct txs_version v;
    size_t len = write_version(bytes, sizeof bytes, "/abc/", true);
    memset(bytes + len, 0xff, 20);
    assert_true(decode_prefix(&v, bytes, len + 20));
    assert_false(v.relay);
    assert_true(v.timestamp == -2);
    bytes[len - 1] = 2; /* any byte but zero is true */
    assert_true(decode_prefix(&v, bytes, len));
    assert_true(v.relay);
}

static void a_user_agent_has_at_most_256_bytes(void **state)
{
    (void)state;
    uint8_t bytes[TXS_VERSION_MAX_BYTES + 1];
    char agent[258];
    struct txs_version v;
    memset(agent, 'a', sizeof agent);
    agent[257] = '\0';
    size_t len = write_version(bytes, sizeof bytes, agent, true);
    assert_false(decode_prefix(&v, bytes, len));
    agent[256] = '\0';
    len = write_version(bytes, TXS_VERSION_MAX_BYTES, agent, true);
    struct txs_span payload = {bytes, len};
    assert_true(txs_version_decode(&v, payload));
    assert_int_equal(v.subver.len, 256);
    assert_ptr_equal(v.subver.data, bytes + 83);
    len = write_version(bytes, sizeof bytes, "", false);
    assert_int_equal(len, 85);
    assert_true(decode_prefix(&v, bytes, len));
    assert_int_equal(v.subver.len, 0);
    assert_false(v.has_relay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_may_end_only_between_its_steps),
        cmocka_unit_test(bytes_after_relay_are_ignored),
        cmocka_unit_test(a_user_agent_has_at_most_256_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
