/* Every message of messages.json: its payload decodes to what the vector says and encodes back to
 * the same bytes. */
#include "txsurvey/message.h"

#include "txsurvey/hash.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static json_int_t number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value))
        fail_msg("vector has no integer '%s'", key);
    return json_integer_value(value);
}

static void assert_hash(const uint8_t hash_wire[32], const char *expected)
{
    char text[65];
    txs_hash_to_hex(text, hash_wire);
    assert_string_equal(text, expected);
}

static void assert_hash_of(struct txs_span header, const char *expected)
{
    uint8_t hash[32];
    assert_int_equal(header.len, TXS_BLOCK_HEADER_BYTES);
    txs_sha256d(hash, header.data, header.len);
    assert_hash(hash, expected);
}

static void assert_services(uint64_t services, const json_t *decoded)
{
    char text[17];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)services);
    assert_string_equal(text, vectors_text(decoded, "services_hex"));
}

static void assert_service_names(uint64_t services, const json_t *names)
{
    size_t seen = 0;
    for (unsigned bit = 0; bit < 64; bit++) {
        char name[24];
        if ((services >> bit & 1) == 0)
            continue;
        txs_service_name(name, bit);
        assert_true(seen < json_array_size(names));
        assert_string_equal(name, json_string_value(json_array_get(names, seen)));
        seen++;
    }
    assert_int_equal(seen, json_array_size(names));
}

static void assert_nonce(uint64_t nonce, const json_t *decoded)
{
    uint8_t bytes[8];
    char text[17];
    struct txs_writer w = txs_writer_to(bytes, sizeof bytes);
    txs_put_u64le(&w, nonce);
    txs_hex_encode(text, bytes, sizeof bytes);
    assert_string_equal(text, vectors_text(decoded, "nonce_hex_le"));
}

static void assert_endpoint(uint64_t services, const uint8_t ip[16], uint16_t port,
                            const json_t *endpoint)
{
    struct txs_address address = txs_address_from_ip16(ip, port);
    char host[TXS_ADDRESS_TEXT_MAX];
    uint8_t back[16];
    txs_address_host(host, &address);
    assert_services(services, endpoint);
    assert_string_equal(host, vectors_text(endpoint, "ip"));
    assert_int_equal(port, number(endpoint, "port"));
    txs_address_to_ip16(back, &address);
    assert_memory_equal(back, ip, 16);
}

static void check_version(const json_t *decoded, struct txs_span payload, struct txs_writer *w)
{
    struct txs_version v;
    assert_true(txs_version_decode(&v, payload));
    assert_int_equal(v.version, number(decoded, "version"));
    assert_services(v.services, decoded);
    assert_service_names(v.services, json_object_get(decoded, "services_names"));
    assert_int_equal(v.timestamp, number(decoded, "timestamp"));
    assert_endpoint(v.recv_services, v.recv_ip, v.recv_port, json_object_get(decoded, "addr_recv"));
    assert_endpoint(v.from_services, v.from_ip, v.from_port, json_object_get(decoded, "addr_from"));
    assert_nonce(v.nonce, decoded);
    const char *agent = vectors_text(decoded, "user_agent");
    assert_int_equal(v.subver.len, strlen(agent));
    assert_memory_equal(v.subver.data, agent, v.subver.len);
    assert_int_equal(v.start_height, number(decoded, "start_height"));
    bool present = json_is_true(json_object_get(decoded, "relay_byte_present"));
    assert_int_equal(v.has_relay, present);
    assert_int_equal(v.relay, !json_is_false(json_object_get(decoded, "relay")));
    txs_version_encode(w, &v);
}

static void check_empty(const json_t *decoded, struct txs_span payload, struct txs_writer *w)
{
    (void)w;
    assert_int_equal(json_object_size(decoded), 0);
    assert_int_equal(payload.len, 0);
}

static void check_sendcmpct(const json_t *decoded, struct txs_span payload, struct txs_writer *w)
{
    struct txs_sendcmpct message;
    assert_true(txs_sendcmpct_decode(&message, payload));
    assert_int_equal(message.high_bandwidth, number(decoded, "high_bandwidth"));
    assert_int_equal(message.version, number(decoded, "version"));
    txs_sendcmpct_encode(w, &message);
}

static void check_ping(const json_t *decoded, struct txs_span payload, struct txs_writer *w)
{
    uint64_t nonce;
    assert_true(txs_u64_decode(&nonce, payload));
    assert_int_equal(nonce, number(decoded, "nonce"));
    assert_nonce(nonce, decoded);
    txs_u64_encode(w, nonce);
}

static void check_feefilter(const json_t *decoded, struct txs_span payload, struct txs_writer *w)
{
    uint64_t rate;
    assert_true(txs_u64_decode(&rate, payload));
    assert_int_equal(rate, number(decoded, "feerate_sat_per_kvB"));
    txs_u64_encode(w, rate);
}

static const char *type_name(uint32_t type)
{
    switch (type) {
    case TXS_INV_TX:
        return "MSG_TX";
    case TXS_INV_BLOCK:
        return "MSG_BLOCK";
    case TXS_INV_WTX:
        return "MSG_WTX";
    case TXS_INV_WITNESS_TX:
        return "MSG_WITNESS_TX";
    case TXS_INV_WITNESS_BLOCK:
        return "MSG_WITNESS_BLOCK";
    default:
        return "?";
    }
}

static void check_inv(const json_t *decoded, struct txs_span payload, struct txs_writer *w)
{
    const json_t *expected = json_object_get(decoded, "items");
    struct txs_inv_item items[8];
    struct txs_inv_reader r;
    size_t count = 0;
    txs_inv_reader_init(&r);
    for (; txs_inv_next(&r, &items[count], &payload); count++) {
        const json_t *item = json_array_get(expected, count);
        assert_true(count + 1 < sizeof items / sizeof items[0]);
        assert_int_equal(items[count].type, number(item, "type"));
        assert_string_equal(type_name(items[count].type), vectors_text(item, "type_name"));
        assert_hash(items[count].hash, vectors_text(item, "hash"));
    }
    assert_true(txs_inv_complete(&r));
    assert_int_equal(payload.len, 0);
    assert_int_equal(r.count, number(decoded, "count"));
    assert_int_equal(count, json_array_size(expected));
    txs_inv_encode(w, items, count);
}

/* Entries of networks that are not spoken must be skipped; the text forms of the others hold. */
static void check_entry(const struct txs_addr_entry *entry, const json_t *expected)
{
    assert_int_equal(entry->time, number(expected, "time"));
    assert_services(entry->services, expected);
    assert_int_equal(entry->port, number(expected, "port"));
    const char *network = vectors_text(expected, "network");
    if (strcmp(network, "torv3") == 0)
        network = "onion";
    struct txs_address address, parsed;
    enum txs_network known;
    bool skipped = !txs_network_by_name(&known, network);
    assert_int_equal(skipped, !txs_addr_entry_address(&address, entry));
    if (skipped)
        return;
    assert_int_equal(address.network, known);
    char text[TXS_ADDRESS_TEXT_MAX];
    txs_address_host(text, &address);
    assert_string_equal(text, vectors_text(expected, "host"));
    txs_address_text(text, &address);
    if (json_object_get(expected, "display") != NULL)
        assert_string_equal(text, vectors_text(expected, "display"));
    assert_true(txs_address_parse(&parsed, text, 1));
    assert_true(txs_address_equal(&parsed, &address));
}

static void check_addr(const json_t *decoded, struct txs_span payload, struct txs_writer *w)
{
    struct txs_addr_entry entries[8];
    const json_t *expected = json_object_get(decoded, "entries");
    int count = txs_addr_decode(entries, 8, payload);
    assert_int_equal(count, number(decoded, "count"));
    for (size_t i = 0; i < (size_t)count; i++)
        check_entry(&entries[i], json_array_get(expected, i));
    txs_addr_encode(w, entries, (size_t)count);
}

static void check_addrv2(const json_t *decoded, struct txs_span payload, struct txs_writer *w)
{
    struct txs_addr_entry entries[64];
    const json_t *expected = json_object_get(decoded, "entries");
    int count = txs_addrv2_decode(entries, 64, payload);
    assert_int_equal(count, number(decoded, "count"));
    for (size_t i = 0; i < (size_t)count; i++) {
        const json_t *entry = json_array_get(expected, i);
        struct txs_span bytes = vectors_bytes(entry, "addr_hex");
        assert_int_equal(entries[i].network_id, number(entry, "network_id"));
        assert_int_equal(entries[i].bytes.len, bytes.len);
        assert_memory_equal(entries[i].bytes.data, bytes.data, bytes.len);
        free((void *)bytes.data);
        check_entry(&entries[i], entry);
    }
    txs_addrv2_encode(w, entries, (size_t)count);
}

/* What is inside a transaction is not of this layer. */
static void check_tx(const json_t *decoded, struct txs_span payload, struct txs_writer *w)
{
    assert_int_equal(payload.len, number(decoded, "size"));
    txs_put_bytes(w, payload.data, payload.len);
}

static void check_block(const json_t *decoded, struct txs_span payload, struct txs_writer *w)
{
    struct txs_block block;
    assert_true(txs_block_decode(&block, payload));
    assert_hash_of(block.header, vectors_text(decoded, "block_hash"));
    assert_int_equal(block.tx_count, number(decoded, "tx_count"));
    assert_int_equal(block.tx_count, json_array_size(json_object_get(decoded, "txs")));
    assert_int_equal(block.transactions.len, payload.len - TXS_BLOCK_HEADER_BYTES - 1);
    txs_block_encode(w, &block);
}

static void check_getblocktxn(const json_t *decoded, struct txs_span payload, struct txs_writer *w)
{
    static struct txs_getblocktxn message;
    const json_t *indexes = json_object_get(decoded, "indexes_absolute");
    assert_true(txs_getblocktxn_decode(&message, payload));
    assert_hash(message.block_hash, vectors_text(decoded, "block_hash"));
    assert_int_equal(message.count, json_array_size(indexes));
    for (size_t i = 0; i < message.count; i++)
        assert_int_equal(message.indexes[i], json_integer_value(json_array_get(indexes, i)));
    txs_getblocktxn_encode(w, &message);
}

static void check_blocktxn(const json_t *decoded, struct txs_span payload, struct txs_writer *w)
{
    struct txs_blocktxn message;
    const json_t *txs = json_object_get(decoded, "txs");
    assert_true(txs_blocktxn_decode(&message, payload));
    assert_hash(message.block_hash, vectors_text(decoded, "block_hash"));
    assert_int_equal(message.tx_count, json_array_size(txs));
    assert_int_equal(message.tx_count, 1);
    assert_int_equal(message.transactions.len, number(json_array_get(txs, 0), "size"));
    txs_blocktxn_encode(w, &message);
}

static void check_merkleblock(const json_t *decoded, struct txs_span payload, struct txs_writer *w)
{
    struct txs_merkleblock message;
    const json_t *hashes = json_object_get(decoded, "hashes");
    assert_true(txs_merkleblock_decode(&message, payload));
    assert_hash_of(message.header, vectors_text(decoded, "block_hash"));
    assert_int_equal(message.tx_total, number(decoded, "tx_total"));
    assert_int_equal(message.hash_count, json_array_size(hashes));
    assert_int_equal(message.hashes.len, 32 * message.hash_count);
    for (size_t i = 0; i < message.hash_count; i++)
        assert_hash(message.hashes.data + 32 * i, json_string_value(json_array_get(hashes, i)));
    struct txs_span flags = vectors_bytes(decoded, "flag_bytes_hex");
    assert_int_equal(message.flags.len, flags.len);
    assert_memory_equal(message.flags.data, flags.data, flags.len);
    free((void *)flags.data);
    txs_merkleblock_encode(w, &message);
}

static const struct {
    const char *command;
    void (*run)(const json_t *decoded, struct txs_span payload, struct txs_writer *w);
} checks[] = {
    {"version", check_version},
    {"wtxidrelay", check_empty},
    {"sendaddrv2", check_empty},
    {"verack", check_empty},
    {"getaddr", check_empty},
    {"mempool", check_empty},
    {"sendcmpct", check_sendcmpct},
    {"ping", check_ping},
    {"pong", check_ping},
    {"feefilter", check_feefilter},
    {"inv", check_inv},
    {"getdata", check_inv},
    {"notfound", check_inv},
    {"addr", check_addr},
    {"addrv2", check_addrv2},
    {"tx", check_tx},
    {"block", check_block},
    {"getblocktxn", check_getblocktxn},
    {"blocktxn", check_blocktxn},
    {"merkleblock", check_merkleblock},
};

static void check(const char *command, const json_t *decoded, struct txs_span payload,
                  struct txs_writer *w)
{
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (strcmp(checks[i].command, command) == 0) {
            checks[i].run(decoded, payload, w);
            return;
        }
    }
    fail_msg("no check of command '%s'", command);
}

static void payloads_of_the_vectors_go_there_and_back(void **state)
{
    (void)state;
    json_t *root = vectors_load("messages.json");
    size_t i;
    json_t *vector;
    json_array_foreach(json_object_get(root, "vectors"), i, vector)
    {
        struct txs_span payload = vectors_bytes(vector, "payload_hex");
        uint8_t *out = malloc(payload.len ? payload.len : 1);
        struct txs_writer w = txs_writer_to(out, payload.len);
        check(vectors_text(vector, "command"), json_object_get(vector, "decoded"), payload, &w);
        assert_false(w.failed);
        assert_int_equal(w.len, payload.len);
        assert_memory_equal(out, payload.len ? payload.data : out, payload.len);
        free(out);
        free((void *)payload.data);
    }
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payloads_of_the_vectors_go_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
