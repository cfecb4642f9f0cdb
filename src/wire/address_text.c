#include "txsurvey/address.h"

#include "base32.h"
#include "txsurvey/hash.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define ONION_SUFFIX ".onion"
#define I2P_SUFFIX ".b32.i2p"
#define ONION_VERSION 3
#define ONION_BYTES 35 /* public key, checksum, version */

/* The 35 bytes that an onion name spells (Tor's rend-spec-v3, section 6). */
static void onion_name_bytes(uint8_t out[ONION_BYTES], const uint8_t key[32])
{
    uint8_t buffer[48];
    struct txs_writer w = txs_writer_to(buffer, sizeof buffer);
    txs_put_bytes(&w, ".onion checksum", 15);
    txs_put_bytes(&w, key, 32);
    txs_put_u8(&w, ONION_VERSION);
    uint8_t digest[32];
    txs_sha3_256(digest, buffer, w.len);
    memcpy(out, key, 32);
    memcpy(out + 32, digest, 2);
    out[34] = ONION_VERSION;
}

/* The length of what stands before `suffix`, 0 when `host` does not end so. */
static size_t stem_len(const char *host, const char *suffix)
{
    size_t len = strlen(host);
    size_t suffix_len = strlen(suffix);
    if (len <= suffix_len || strcmp(host + len - suffix_len, suffix) != 0)
        return 0;
    return len - suffix_len;
}

static bool read_onion(struct txs_address *out, const char *host)
{
    uint8_t name[ONION_BYTES];
    uint8_t right[ONION_BYTES];
    if (!base32_decode(name, sizeof name, host, stem_len(host, ONION_SUFFIX)))
        return false;
    onion_name_bytes(right, name);
    if (memcmp(name, right, sizeof name) != 0)
        return false;
    out->network = TXS_NETWORK_ONION;
    memcpy(out->bytes, name, sizeof out->bytes);
    return true;
}

static bool read_i2p(struct txs_address *out, const char *host)
{
    out->network = TXS_NETWORK_I2P;
    return base32_decode(out->bytes, sizeof out->bytes, host, stem_len(host, I2P_SUFFIX));
}

static bool read_ip(struct txs_address *out, const char *host)
{
    uint8_t ip[16];
    if (inet_pton(AF_INET, host, out->bytes) == 1) {
        out->network = TXS_NETWORK_IPV4;
        return true;
    }
    if (inet_pton(AF_INET6, host, ip) != 1)
        return false;
    *out = txs_address_from_ip16(ip, 0);
    return true;
}

static bool read_host(struct txs_address *out, const char *host)
{
    *out = (struct txs_address){0};
    if (stem_len(host, ONION_SUFFIX) > 0)
        return read_onion(out, host);
    if (stem_len(host, I2P_SUFFIX) > 0)
        return read_i2p(out, host);
    return read_ip(out, host);
}

/* Digits alone, in their one spelling: no leading zeros. */
static bool read_port(uint16_t *out, const char *text)
{
    uint32_t port = 0;
    size_t len = 0;
    for (; text[len] >= '0' && text[len] <= '9' && len < 5; len++)
        port = port * 10 + (uint32_t)(text[len] - '0');
    if (len == 0 || text[len] != '\0' || port > UINT16_MAX || (text[0] == '0' && len > 1))
        return false;
    *out = (uint16_t)port;
    return true;
}

/* Where the host begins and ends, and what is written as its port (NULL: nothing). */
struct parts {
    const char *host;
    size_t host_len;
    const char *port;
};

static bool split_bracketed(struct parts *out, const char *text)
{
    const char *close = strchr(text, ']');
    const char *colon = strchr(text, ':');
    if (close == NULL || colon == NULL || colon > close) /* only IPv6 stands in brackets */
        return false;
    *out = (struct parts){.host = text + 1, .host_len = (size_t)(close - text - 1)};
    if (close[1] == ':')
        out->port = close + 2;
    return close[1] == ':' || close[1] == '\0';
}

static void split_plain(struct parts *out, const char *text)
{
    const char *colon = strchr(text, ':');
    *out = (struct parts){.host = text, .host_len = strlen(text)};
    if (colon != NULL && strchr(colon + 1, ':') == NULL) { /* more than one: bare IPv6 */
        out->host_len = (size_t)(colon - text);
        out->port = colon + 1;
    }
}

static bool copy_lower(char out[TXS_ADDRESS_TEXT_MAX], const char *text, size_t len)
{
    if (len >= TXS_ADDRESS_TEXT_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        out[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
    out[len] = '\0';
    return true;
}

bool txs_address_parse(struct txs_address *out, const char *text, uint16_t default_port)
{
    struct parts parts;
    char host[TXS_ADDRESS_TEXT_MAX];
    struct txs_address address;
    if (text[0] != '[')
        split_plain(&parts, text);
    else if (!split_bracketed(&parts, text))
        return false;
    if (!copy_lower(host, parts.host, parts.host_len) || !read_host(&address, host))
        return false;
    bool is_i2p = address.network == TXS_NETWORK_I2P;
    address.port = is_i2p ? 0 : default_port;
    if (parts.port != NULL && !read_port(&address.port, parts.port))
        return false;
    if (address.port == 0 && !is_i2p)
        return false;
    *out = address;
    return true;
}

/* The first of the longest runs of at least two zero groups, which RFC 5952 shortens to `::`. */
static void find_zeros(const uint16_t groups[8], int *first, int *len)
{
    *first = 8;
    *len = 1;
    for (int i = 0; i < 8; i++) {
        int run = 0;
        while (i + run < 8 && groups[i + run] == 0)
            run++;
        if (run > *len) {
            *first = i;
            *len = run;
        }
    }
}

/* By hand because inet_ntop may end an address that wraps IPv4 in a dotted quad; Core's
 * IPv6ToString never does. */
static void write_ipv6(char out[TXS_ADDRESS_TEXT_MAX], const uint8_t bytes[16])
{
    uint16_t groups[8];
    int zeros, zeros_len;
    for (int i = 0; i < 8; i++)
        groups[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    find_zeros(groups, &zeros, &zeros_len);
    const char *colon = "";
    for (int i = 0; i < 8; i++) {
        if (i == zeros) {
            out += sprintf(out, "::");
            colon = "";
            i += zeros_len - 1;
        } else {
            out += sprintf(out, "%s%x", colon, groups[i]);
            colon = ":";
        }
    }
}

void txs_address_host(char out[TXS_ADDRESS_TEXT_MAX], const struct txs_address *address)
{
    const uint8_t *b = address->bytes;
    uint8_t name[ONION_BYTES];
    out[0] = '\0';
    switch ((enum txs_network)address->network) {
    case TXS_NETWORK_IPV4:
        snprintf(out, TXS_ADDRESS_TEXT_MAX, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
        break;
    case TXS_NETWORK_IPV6:
    case TXS_NETWORK_CJDNS:
        write_ipv6(out, b);
        break;
    case TXS_NETWORK_ONION:
        onion_name_bytes(name, b);
        base32_encode(out, name, sizeof name);
        strcat(out, ONION_SUFFIX);
        break;
    case TXS_NETWORK_I2P:
        base32_encode(out, b, sizeof address->bytes);
        strcat(out, I2P_SUFFIX);
        break;
    case TXS_NETWORK_COUNT:
        break;
    }
}

void txs_address_text(char out[TXS_ADDRESS_TEXT_MAX], const struct txs_address *address)
{
    bool brackets = address->network == TXS_NETWORK_IPV6 || address->network == TXS_NETWORK_CJDNS;
    char host[TXS_ADDRESS_TEXT_MAX];
    txs_address_host(host, address);
    size_t len = strlen(host);
    memcpy(out + brackets, host, len);
    if (brackets) {
        out[0] = '[';
        out[len + 1] = ']';
        len += 2;
    }
    snprintf(out + len, TXS_ADDRESS_TEXT_MAX - len, ":%u", address->port);
}
