/* What people write for addresses, and, where it is none, what it seems to be. */
#include "txsurvey/address.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN "'%.90s' "

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* What stands before `:PORT`, or all of it; without brackets. False where it is too long. */
static bool split(char host[TXS_ADDRESS_TEXT_MAX], const char **port, const char *text)
{
    const char *colon = strrchr(text, ':'), *close = strrchr(text, ']');
    bool bracketed = text[0] == '[' && close != NULL;
    bool has_port = colon != NULL && (bracketed ? close < colon : strchr(text, ':') == colon);
    const char *begin = text + bracketed;
    const char *end = bracketed ? close : has_port ? colon : text + strlen(text);
    *port = has_port ? colon + 1 : NULL;
    if (end < begin || end - begin >= TXS_ADDRESS_TEXT_MAX)
        return false;
    memset(host, 0, TXS_ADDRESS_TEXT_MAX);
    for (size_t i = 0; begin + i < end; i++)
        host[i] = (char)(begin[i] >= 'A' && begin[i] <= 'Z' ? begin[i] - 'A' + 'a' : begin[i]);
    return true;
}

/* An IPv6 address without brackets whose last group may be a port: the host that is then meant. */
static bool may_end_in_port(char host[TXS_ADDRESS_TEXT_MAX], const char **port, const char *text)
{
    struct txs_address address;
    const char *colon = strrchr(text, ':');
    if (colon == NULL || text[0] == '[' || strchr(text, ':') == colon ||
        colon - text >= TXS_ADDRESS_TEXT_MAX)
        return false;
    memset(host, 0, TXS_ADDRESS_TEXT_MAX);
    memcpy(host, text, (size_t)(colon - text));
    *port = colon + 1;
    size_t digits = strspn(*port, "0123456789");
    return digits > 0 && (*port)[digits] == '\0' && strchr(host, ':') != strrchr(host, ':') &&
           txs_address_parse(&address, host, 1);
}

static enum txs_status explain_onion(const char *text, const char *host, struct txs_message *reason)
{
    size_t letters = strlen(host) - strlen(".onion");
    if (letters == 16)
        return txs_fail(reason, TXS_E_USAGE,
                        SHOWN "is an onion address of version 2, which Tor has given up in 2021",
                        text);
    if (letters != 56 || strspn(host, "abcdefghijklmnopqrstuvwxyz234567") != letters)
        return txs_fail(reason, TXS_E_USAGE,
                        SHOWN "is no onion address: before .onion stand 56 of a-z and 2-7", text);
    return txs_fail(reason, TXS_E_USAGE,
                    SHOWN "is no onion address: its checksum is wrong, is it mistyped?", text);
}

static enum txs_status explain_i2p(const char *text, const char *host, struct txs_message *reason)
{
    if (!ends_with(host, ".b32.i2p"))
        return txs_fail(reason, TXS_E_USAGE,
                        SHOWN "is a name of an I2P address book: give the address, .b32.i2p", text);
    if (strlen(host) - strlen(".b32.i2p") > 52)
        return txs_fail(reason, TXS_E_USAGE,
                        SHOWN "is an encrypted I2P destination, which cannot be asked", text);
    return txs_fail(reason, TXS_E_USAGE,
                    SHOWN "is no I2P address: before .b32.i2p stand 52 of a-z and 2-7", text);
}

static bool looks_like_name(const char *host)
{
    size_t len = strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-._");
    return len > 0 && host[len] == '\0' && strpbrk(host, "abcdefghijklmnopqrstuvwxyz") != NULL;
}

static enum txs_status explain_host(const char *text, const char *host, struct txs_message *reason)
{
    if (ends_with(host, ".onion"))
        return explain_onion(text, host, reason);
    if (ends_with(host, ".i2p"))
        return explain_i2p(text, host, reason);
    if (strchr(host, '%') != NULL)
        return txs_fail(reason, TXS_E_USAGE,
                        SHOWN "is no address: zones (what follows %%) are not supported", text);
    if (looks_like_name(host))
        return txs_fail(reason, TXS_E_USAGE,
                        SHOWN "is a host name: give an address, names are not looked up", text);
    if (host[0] != '\0' && strspn(host, "0123456789.") == strlen(host))
        return txs_fail(reason, TXS_E_USAGE,
                        SHOWN "is no IPv4 address: it has four numbers from 0 to 255", text);
    return txs_fail(reason, TXS_E_USAGE,
                    SHOWN "is no address (ADDR or ADDR:PORT, IPv6 as [::1]:8333)", text);
}

/* `text` is not an address. */
static enum txs_status explain(const char *text, struct txs_message *reason)
{
    char host[TXS_ADDRESS_TEXT_MAX];
    const char *port;
    struct txs_address address;
    if (strchr(text, '/') != NULL)
        return txs_fail(reason, TXS_E_USAGE,
                        SHOWN "is no address: it holds a slash, as URLs and ranges do", text);
    if (may_end_in_port(host, &port, text))
        return txs_fail(reason, TXS_E_USAGE,
                        SHOWN "is no address; IPv6 with a port has brackets: [%s]:%.20s", text,
                        host, port);
    if (!split(host, &port, text))
        return txs_fail(reason, TXS_E_USAGE, SHOWN "is no address: it is too long", text);
    if (text[0] == '[' && strchr(host, ':') == NULL)
        return txs_fail(reason, TXS_E_USAGE, SHOWN "is no address: IPv6 alone stands in brackets",
                        text);
    if (port != NULL && txs_address_parse(&address, host, 1))
        return txs_fail(reason, TXS_E_USAGE,
                        SHOWN "is no address: its port '%.20s' is none from 1 to 65535", text,
                        port);
    return explain_host(text, host, reason);
}

enum txs_status txs_address_read(struct txs_address *out, const char *text, uint16_t default_port,
                                 struct txs_message *reason)
{
    char host[TXS_ADDRESS_TEXT_MAX];
    const char *port;
    struct txs_address address;
    if (!txs_address_parse(&address, text, default_port))
        return explain(text, reason);
    if (may_end_in_port(host, &port, text) && strtoul(port, NULL, 10) == default_port)
        return txs_fail(reason, TXS_E_USAGE,
                        SHOWN "may end in a port: write [%s]:%s, or [%.90s] where it does not",
                        text, host, port, text);
    *out = address;
    return TXS_OK;
}
