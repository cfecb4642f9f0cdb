/* Every input of malformed.json gets its reaction, in whatever pieces it comes. */
#include "txsurvey/chain.h"
#include "txsurvey/message.h"
#include "txsurvey/tx.h"

#include "splitting.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

enum reaction {
    DROP_CHECKSUM, /* a whole message, to be left out for its checksum */
    DROP_COMMAND,  /* a whole message, to be left out for its command */
    DROP_PAYLOAD,  /* a whole message whose payload its decoder refuses */
    CLOSE_MAGIC,   /* not our protocol, known from the first byte */
    CLOSE_SIZE,    /* a claim that is not waited for */
    WAIT,          /* a good header; the payload is to come */
};

static const struct {
    const char *name;
    enum reaction reaction;
} expectations[] = {
    {"wrong checksum", DROP_CHECKSUM},
    {"wrong magic", CLOSE_MAGIC},
    {"length 4000001", CLOSE_SIZE},
    {"length 4000000 header only", WAIT},
    {"command with byte after NUL", DROP_COMMAND},
    {"command with byte above 0x7e", DROP_COMMAND},
    {"notfound count larger than data", DROP_PAYLOAD},
    {"notfound non-canonical count", DROP_PAYLOAD},
    {"inv count 50001, no items", DROP_PAYLOAD},
    {"compact size 2^64-1", DROP_PAYLOAD},
    {"addrv2 ipv4 with 5 bytes", DROP_PAYLOAD},
    {"addrv2 address of 513 bytes", DROP_PAYLOAD},
    {"addr with 1001 entries (count only)", DROP_PAYLOAD},
    {"version of 45 bytes", DROP_PAYLOAD},
    {"user agent of 257 bytes", DROP_PAYLOAD},
    {"truncated tx", DROP_PAYLOAD},
    {"tx with flag 0 after marker", DROP_PAYLOAD},
    {"v2 (encrypted) responder bytes", CLOSE_MAGIC},
};

static enum reaction expected(const char *name)
{
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        if (strcmp(expectations[i].name, name) == 0)
            return expectations[i].reaction;
    }
    fail_msg("no expectation of '%s'", name);
    return WAIT;
}

/* The list is read in two pieces as well, cut at every place. */
static bool inv_decodes(struct txs_span payload)
{
    unsigned whole = 0;
    for (size_t cut = 0; cut <= payload.len; cut++) {
        struct txs_inv_reader r;
        struct txs_inv_item item;
        struct txs_span first = {payload.data, cut};
        struct txs_span second = {payload.data + cut, payload.len - cut};
        txs_inv_reader_init(&r);
        while (txs_inv_next(&r, &item, &first))
            continue;
        while (txs_inv_next(&r, &item, &second))
            continue;
        whole += txs_inv_complete(&r);
    }
    assert_true(whole == 0 || whole == payload.len + 1);
    return whole > 0;
}

static bool decodes(const char *command, struct txs_span payload)
{
    static struct txs_addr_entry entries[TXS_ADDR_MAX];
    struct txs_version version;
    struct txs_tx tx;
    if (strcmp(command, "version") == 0)
        return txs_version_decode(&version, payload);
    if (strcmp(command, "inv") == 0 || strcmp(command, "notfound") == 0)
        return inv_decodes(payload);
    if (strcmp(command, "addr") == 0)
        return txs_addr_decode(entries, TXS_ADDR_MAX, payload) >= 0;
    if (strcmp(command, "addrv2") == 0)
        return txs_addrv2_decode(entries, TXS_ADDR_MAX, payload) >= 0;
    if (strcmp(command, "tx") != 0)
        fail_msg("no decoder of '%s'", command);
    bool parsed = txs_tx_parse(&tx, payload);
    if (parsed)
        txs_tx_free(&tx);
    return parsed;
}

static void judge(const struct splitting *s, const void *context)
{
    enum reaction reaction = *(const enum reaction *)context;
    bool is_whole = s->last == TXS_FRAME_NEED && s->headers == 1 && s->ends == 1;
    switch (reaction) {
    case DROP_CHECKSUM:
        assert_true(is_whole && s->bad_checksum && s->splitter.command_ok);
        break;
    case DROP_COMMAND:
        assert_true(is_whole && !s->bad_checksum && !s->splitter.command_ok);
        break;
    case DROP_PAYLOAD:
        assert_true(is_whole && !s->bad_checksum && s->splitter.command_ok);
        assert_false(decodes(s->splitter.command, s->payload));
        break;
    case CLOSE_MAGIC:
        assert_int_equal(s->last, TXS_FRAME_BAD_MAGIC);
        assert_int_equal(s->splitter.header_len, 1);
        assert_int_equal(s->headers, 0);
        break;
    case CLOSE_SIZE:
        assert_int_equal(s->last, TXS_FRAME_OVERSIZED);
        assert_int_equal(s->bytes_unused, 0);
        assert_int_equal(s->headers, 0);
        break;
    case WAIT:
        assert_int_equal(s->last, TXS_FRAME_NEED);
        assert_int_equal(s->headers, 1);
        assert_int_equal(s->ends, 0);
        assert_int_equal(s->splitter.left, TXS_PAYLOAD_MAX_BYTES);
        break;
    }
}

static void malformed_input_gets_its_reaction(void **state)
{
    (void)state;
    json_t *root = vectors_load("malformed.json");
    json_t *vectors = json_object_get(root, "vectors");
    size_t i;
    json_t *vector;
    assert_int_equal(json_array_size(vectors), sizeof expectations / sizeof expectations[0]);
    json_array_foreach(vectors, i, vector)
    {
        enum reaction reaction = expected(vectors_text(vector, "name"));
        struct txs_span stream = vectors_bytes(vector, "hex");
        assert_string_equal(vectors_text(vector, "network"), "mainnet");
        splitting_every_way(txs_chain_by_name("main")->magic, stream, judge, &reaction);
        free((void *)stream.data);
    }
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_input_gets_its_reaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
