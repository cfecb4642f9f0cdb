#include "parse.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Where memory is short, jansson 2.14 may say that it is bad JSON, and may leave members out
 * without a word. */
static bool memory_short;

static void *note_malloc(size_t size)
{
    void *memory = malloc(size);
    memory_short |= memory == NULL;
    return memory;
}

static enum txs_status parse(json_t **out, const char *text, size_t len, struct txs_message *reason)
{
    memory_short = false;
    json_set_alloc_funcs(note_malloc, free);
    json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    if (memory_short) {
        json_decref(value);
        return txs_fail(reason, TXS_E_NOMEM, "out of memory");
    }
    if (value == NULL)
        return txs_fail(reason, TXS_E_USAGE, "it is no JSON");
    if (!json_is_object(value)) {
        json_decref(value);
        return txs_fail(reason, TXS_E_USAGE, "it is no JSON object");
    }
    *out = value;
    return TXS_OK;
}

enum txs_status parse_line(json_t **out, const struct txs_line *line, struct txs_message *reason)
{
    return parse(out, line->text, line->len, reason);
}

enum txs_status parse_head(json_t **out, const struct txs_line *line, unsigned count,
                           struct txs_message *reason)
{
    char head[512];
    size_t len = 0;
    for (; len < line->len && len < sizeof head - 1; len++) {
        if (line->text[len] == ',' && --count == 0)
            break;
        head[len] = line->text[len];
    }
    head[len] = '}';
    return parse(out, head, len + 1, reason);
}

const char *parse_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

bool parse_hash(uint8_t out[32], const json_t *object, const char *name)
{
    const char *text = parse_text(object, name);
    return text != NULL && txs_hash_from_hex(out, text, strlen(text));
}

bool parse_is_type(const json_t *record, const char *type)
{
    const char *text = parse_text(record, "type");
    return text != NULL && strcmp(text, type) == 0;
}

bool parse_peer_address(struct txs_address *out, const json_t *record)
{
    const char *host = parse_text(record, "address"), *network = parse_text(record, "network");
    json_t *port = json_object_get(record, "port");
    struct txs_address address;
    char canonical[TXS_ADDRESS_TEXT_MAX];
    if (host == NULL || !json_is_integer(port) || !txs_address_parse(&address, host, 1))
        return false;
    json_int_t number = json_integer_value(port);
    if (number < (address.network == TXS_NETWORK_I2P ? 0 : 1) || number > UINT16_MAX)
        return false;
    address.port = (uint16_t)number;
    txs_address_host(canonical, &address);
    if (strcasecmp(host, canonical) != 0) /* a port in it, or brackets */
        return false;
    if (network != NULL && strcmp(network, txs_network_name(TXS_NETWORK_CJDNS)) == 0)
        txs_address_take_for_cjdns(&address);
    if (network != NULL && strcmp(network, txs_network_name(address.network)) != 0)
        return false;
    *out = address;
    return true;
}

/* fc00::/8 as IPv6 is an address that nobody has: RFC 4193 leaves that half of its block unused. So
 * gossip that was taken meant CJDNS. */
bool parse_told_address(struct txs_address *out, const json_t *text)
{
    const char *value = json_string_value(text);
    if (value == NULL || !txs_address_parse(out, value, 0))
        return false;
    txs_address_take_for_cjdns(out);
    return true;
}
