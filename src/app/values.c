#include "values.h"

#include "txsurvey/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LONGEST_MS (366u * 86400 * UINT64_C(1000))

/* False where a digit is missing or the number is over UINT64_MAX / 10. */
static const char *digits(uint64_t *out, const char *at)
{
    const char *begun = at;
    *out = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        if (*out > UINT64_MAX / 100)
            return NULL;
        *out = *out * 10 + (uint64_t)(*at - '0');
    }
    return at == begun ? NULL : at;
}

enum txs_status value_number(uint64_t *out, const char *text, uint64_t min, uint64_t max,
                             struct txs_message *message)
{
    uint64_t value;
    const char *end = digits(&value, text);
    if (end == NULL || *end != '\0' || value < min || value > max)
        return txs_fail(message, TXS_E_USAGE,
                        "'%.200s' is no whole number from %" PRIu64 " to %" PRIu64, text, min, max);
    *out = value;
    return TXS_OK;
}

#define BILLIONTHS 1000000000u

/* A number with an optional fraction, in `unit`s a whole; what goes beyond a unit rounds up, so
 * that nothing positive is 0. NULL where a digit is missing, or it is over `most` wholes. */
static const char *decimal(uint64_t *out, const char *at, uint64_t unit, uint64_t most)
{
    uint64_t whole, billionths = 0, scale = BILLIONTHS / 10;
    bool rest = false;
    at = digits(&whole, at);
    if (at == NULL || whole > most)
        return NULL;
    if (*at == '.') {
        const char *begun = ++at;
        for (; *at >= '0' && *at <= '9'; at++, scale /= 10) {
            billionths += (uint64_t)(*at - '0') * scale;
            rest |= scale == 0 && *at != '0';
        }
        if (at == begun)
            return NULL;
    }
    *out = whole * unit + (billionths * unit + rest + BILLIONTHS - 1) / BILLIONTHS;
    return at;
}

enum txs_status value_thousandths(uint64_t *out, const char *text, struct txs_message *message)
{
    const char *point = strchr(text, '.');
    const char *end = decimal(out, text, 1000, 1000000000);
    if (end == NULL || *end != '\0' || *out == 0 || (point != NULL && strlen(point + 1) > 3))
        return txs_fail(message, TXS_E_USAGE,
                        "'%.200s' is no positive number with up to three decimals", text);
    return TXS_OK;
}

enum txs_status value_time(uint64_t *out_ms, const char *text, uint64_t min_ms,
                           struct txs_message *message)
{
    static const struct {
        const char *name;
        uint64_t ms;
    } units[] = {{"", 1000}, {"s", 1000}, {"ms", 1}, {"m", 60000}, {"h", 3600000}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        uint64_t ms;
        const char *end = decimal(&ms, text, units[i].ms, LONGEST_MS / units[i].ms);
        if (end == NULL || strcmp(end, units[i].name) != 0 || ms < min_ms || ms > LONGEST_MS)
            continue;
        *out_ms = ms;
        return TXS_OK;
    }
    return txs_fail(message, TXS_E_USAGE,
                    "'%.200s' is no %stime: it takes seconds, as in 30 or 0.5, or a number with "
                    "its unit, as in 500ms, 30s, 5m or 2h, up to 366 days",
                    text, min_ms > 0 ? "positive " : "");
}

enum txs_status value_choice(size_t *out, const char *text, size_t len,
                             const struct vocabulary *choices, const char *what,
                             struct txs_message *message)
{
    char all[200] = "";
    for (size_t i = 0; i < choices->count; i++) {
        *out = i;
        if (strlen(choices->words[i]) == len && strncmp(choices->words[i], text, len) == 0)
            return TXS_OK;
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", i > 0 ? ", " : "", choices->words[i]);
    }
    const char *meant = suggest(choices, text, len);
    return txs_fail(message, TXS_E_USAGE, "'%.*s' is no %s%s%s%s (%s)", len < 200 ? (int)len : 200,
                    text, what, meant != NULL ? ": did you mean " : "", meant != NULL ? meant : "",
                    meant != NULL ? "?" : "", all);
}

enum txs_status value_block_hash(uint8_t hash_wire[32], const char *text,
                                 struct txs_message *message)
{
    if (txs_hash_from_pasted(hash_wire, text, strlen(text)))
        return TXS_OK;
    return txs_fail(message, TXS_E_USAGE, "'%.300s' is no block hash: it takes 64 hex digits",
                    text);
}

enum txs_status value_file(const char *text, struct txs_message *message)
{
    return *text != '\0' ? TXS_OK : txs_fail(message, TXS_E_USAGE, "a file needs a name");
}

enum txs_status value_real_file(const char *text, struct txs_message *message)
{
    if (strcmp(text, "-") == 0)
        return txs_fail(message, TXS_E_USAGE, "it must be a file, not standard output");
    return value_file(text, message);
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_host(const char *text)
{
    if (strlen(text) > 253)
        return false;
    while (true) {
        size_t label = 0;
        while (is_letter_or_digit(text[label]) || text[label] == '_' ||
               (text[label] == '-' && label > 0))
            label++;
        if (label == 0 || label > 63 || text[label - 1] == '-')
            return false;
        text += label;
        if (text[0] == '\0' || (text[0] == '.' && text[1] == '\0'))
            return true;
        if (*text++ != '.')
            return false;
    }
}

static bool has_last_label(const char *name, size_t len, const char *suffix)
{
    size_t suffix_len = strlen(suffix);
    return len >= suffix_len && strncasecmp(name + len - suffix_len, suffix, suffix_len) == 0;
}

/* The DNS knows no such name, and asking it for one would tell the world (RFC 7686). */
static enum txs_status refuse_overlay_name(const char *name, struct txs_message *message)
{
    size_t len = strlen(name);
    if (len > 0 && name[len - 1] == '.')
        len--;
    if (!has_last_label(name, len, ".onion") && !has_last_label(name, len, ".i2p"))
        return TXS_OK;
    return txs_fail(message, TXS_E_USAGE,
                    "'%.200s' is a name of Tor or I2P, which is never looked up in the DNS", name);
}

enum txs_status value_host(const char *text, struct txs_message *message)
{
    if (!is_host(text))
        return txs_fail(message, TXS_E_USAGE, "'%.200s' is no host name", text);
    return refuse_overlay_name(text, message);
}

static enum txs_status no_proxy(const char *text, struct txs_message *message)
{
    struct txs_address address;
    bool is_ipv6 = text[0] == '[' || strchr(text, ':') != strrchr(text, ':');
    if (is_ipv6 && txs_address_read(&address, text, 1, message) != TXS_OK)
        return TXS_E_USAGE;
    if (is_ipv6)
        return txs_fail(message, TXS_E_USAGE,
                        "'%.200s' has no port, or IPv6 without its brackets: [::1]:9050", text);
    return txs_fail(message, TXS_E_USAGE, "'%.200s' is no HOST:PORT, PORT from 1 to 65535", text);
}

enum txs_status value_proxy(struct txs_proxy *out, const char *text, struct txs_message *message)
{
    struct txs_address address;
    const char *host = text, *colon = strrchr(text, ':');
    if (colon == NULL)
        return no_proxy(text, message);
    size_t len = (size_t)(colon - text);
    bool bracketed = len >= 2 && text[0] == '[' && text[len - 1] == ']';
    if (bracketed) {
        host++;
        len -= 2;
    }
    uint64_t port;
    if (len == 0 || len >= sizeof out->host ||
        value_number(&port, colon + 1, 1, UINT16_MAX, message) != TXS_OK)
        return no_proxy(text, message);
    *out = (struct txs_proxy){.given = true, .port = (uint16_t)port};
    memcpy(out->host, host, len);
    bool is_ipv6 = strchr(out->host, '[') == NULL && txs_address_parse(&address, out->host, 1) &&
                   address.network == TXS_NETWORK_IPV6;
    if (bracketed ? !is_ipv6 : !is_host(out->host))
        return no_proxy(text, message);
    return refuse_overlay_name(out->host, message);
}

enum txs_status value_user_agent(const char *text, struct txs_message *message)
{
    size_t len = strlen(text);
    if (len > TXS_SUBVER_MAX_BYTES)
        return txs_fail(message, TXS_E_USAGE, "a user agent has at most %d bytes, this one %zu",
                        TXS_SUBVER_MAX_BYTES, len);
    for (size_t i = 0; i < len; i++)
        if (!is_letter_or_digit(text[i]) && strchr(" .,;-_/:?@()", text[i]) == NULL)
            return txs_fail(message, TXS_E_USAGE,
                            "'%.200s' is no user agent: it has letters, digits, space and "
                            ".,;-_/:?@() alone",
                            text);
    return TXS_OK;
}
