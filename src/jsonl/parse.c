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

/* jansson's own words hold pieces of the text. */
static const char *fault_of(const json_error_t *error)
{
    static const struct {
        enum json_error_code code;
        const char *text;
    } faults[] = {
        {json_error_numeric_overflow, "a number in it is out of range"},
        {json_error_duplicate_key, "a name stands in it twice"},
        {json_error_premature_end_of_input, "it is no JSON: it ends early"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (json_error_code(error) == faults[i].code)
            return faults[i].text;
    return "it is no JSON";
}

/* Whatever other programs make of a number that we have no use for, a value of it can be read: as
 * integers, those beyond 64 bits would be none. */
static enum txs_status load(json_t **out, const char *text, size_t len, json_error_t *error,
                            struct txs_message *reason)
{
    memory_short = false;
    json_set_alloc_funcs(note_malloc, free);
    *out = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, error);
    if (memory_short) {
        json_decref(*out);
        return txs_fail(reason, TXS_E_NOMEM, "out of memory");
    }
    return *out != NULL ? TXS_OK : txs_fail(reason, TXS_E_USAGE, "%s", fault_of(error));
}

enum txs_status parse_value(json_t **out, const char *text, size_t len, struct txs_message *reason)
{
    json_error_t error;
    return load(out, text, len, &error, reason);
}

enum txs_status parse_document(json_t **out, const char *text, size_t len,
                               struct txs_message *reason)
{
    json_error_t error;
    enum txs_status status = load(out, text, len, &error, reason);
    if (status == TXS_E_USAGE)
        return txs_fail(reason, status, "line %d: it begins as JSON, but is none from here on",
                        error.line);
    return status;
}

enum txs_status parse_object(json_t **out, const char *text, size_t len, struct txs_message *reason)
{
    json_t *value;
    enum txs_status status = parse_value(&value, text, len, reason);
    if (status != TXS_OK)
        return status;
    if (!json_is_object(value)) {
        json_decref(value);
        return txs_fail(reason, TXS_E_USAGE, "it is no JSON object");
    }
    *out = value;
    return TXS_OK;
}

/* Behind the value, or the white space, comma or colon, at `at`; `len` where it does not end. */
static size_t behind(const char *text, size_t len, size_t at)
{
    size_t depth = 0;
    bool in_string = false;
    for (; at < len; at++) {
        char c = text[at];
        if (in_string && c == '\\')
            at++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '['))
            depth++;
        else if (!in_string && (c == '}' || c == ']') && depth > 0)
            depth--;
        else if (!in_string && depth == 0 && c != '\0' && strchr(" \t\r\n,:]}", c) != NULL)
            return at;
    }
    return len;
}

static size_t skip(const char *text, size_t len, size_t at, const char *what)
{
    while (at < len && text[at] != '\0' && strchr(what, text[at]) != NULL)
        at++;
    return at;
}

enum txs_status parse_head(json_t **out, const char *text, size_t len, struct txs_message *reason)
{
    static const char blanks[] = " \t\r\n";
    char *head = malloc(len + 2);
    size_t kept = 0, at = 0;
    if (head == NULL)
        return txs_fail(reason, TXS_E_NOMEM, "out of memory");
    head[kept++] = '{';
    while (at < len && text[at] == (at == 0 ? '{' : ',')) {
        size_t name = skip(text, len, at + 1, blanks);
        size_t value = skip(text, len, behind(text, len, name), " \t\r\n:");
        size_t end = behind(text, len, value);
        if (end < len && text[value] != '{' && text[value] != '[') {
            head[kept++] = ',';
            kept -= kept == 2; /* the first */
            memcpy(head + kept, text + name, end - name);
            kept += end - name;
        }
        at = skip(text, len, end, blanks);
    }
    head[kept++] = '}';
    enum txs_status status = text[0] != '{' ? txs_fail(reason, TXS_E_USAGE, "it is no JSON object")
                                            : parse_object(out, head, kept, reason);
    free(head);
    return status;
}

const char *parse_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

bool parse_integer(int64_t *out, const json_t *value, int64_t least, int64_t most)
{
    double number = json_number_value(value);
    if (!json_is_number(value) || !(number >= (double)least && number <= (double)most) ||
        number != (double)(int64_t)number)
        return false;
    *out = (int64_t)number;
    return true;
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

/* CJDNS that nobody told us of as such was IPv6 in earlier versions. */
static bool is_named(const struct txs_address *address, const char *network)
{
    return strcmp(network, txs_network_name(address->network)) == 0 ||
           (address->network == TXS_NETWORK_CJDNS &&
            strcmp(network, txs_network_name(TXS_NETWORK_IPV6)) == 0);
}

bool parse_peer_address(struct txs_address *out, const json_t *record)
{
    const char *host = parse_text(record, "address"), *network = parse_text(record, "network");
    int64_t port;
    struct txs_address address;
    char canonical[TXS_ADDRESS_TEXT_MAX];
    if (host == NULL || !txs_address_parse(&address, host, 1) ||
        !parse_integer(&port, json_object_get(record, "port"),
                       address.network == TXS_NETWORK_I2P ? 0 : 1, UINT16_MAX))
        return false;
    address.port = (uint16_t)port;
    txs_address_host(canonical, &address);
    if (strcasecmp(host, canonical) != 0) /* a port in it, or brackets */
        return false;
    if (network != NULL && !is_named(&address, network))
        return false;
    *out = address;
    return true;
}

bool parse_told_address(struct txs_address *out, const json_t *text)
{
    const char *value = json_string_value(text);
    return value != NULL && txs_address_parse(out, value, 0);
}
