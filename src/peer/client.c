/* User agents, "/NAME:VERSION(comments)/.../" (BIP14): whoever builds on some software puts a part
 * of its own behind that one's. The names that we know are one table; behind the part that names
 * the client only the parts of a second table may follow, which change nothing of how it serves.
 * Any other part makes it something that we do not know.
 */
#include "txsurvey/client.h"

#include <string.h>

/* `part` follows the base's; NULL where the base names the client itself. Knots keeps Core's rules,
 * and says with its base whose. */
static const struct {
    const char *name, *base, *part, *serves_as;
} clients[] = {
    {"Core", "/Satoshi:", NULL, "Core"},    {"Knots", "/Satoshi:", "Knots:", "Core"},
    {"btcd", "/btcwire:", "btcd:", "btcd"}, {"utreexod", "/btcwire:", "utreexod:", NULL},
    {"bcoin", "/bcoin:", NULL, "bcoin"},    {"libbitcoin", "/libbitcoin:", NULL, NULL},
    {"Gocoin", "/Gocoin:", NULL, NULL},     {"NBitcoin", "/NBitcoin:", NULL, NULL},
    {"Floresta", "/Floresta:", NULL, NULL},
};

/* A comment as a part of its own; what Knots' users say of BIP110. */
static const char *const tails[] = {"(", "UASF-BIP110:"};

static bool take_prefix(struct txs_span *text, const char *prefix)
{
    size_t len = strlen(prefix);
    if (text->len < len || memcmp(text->data, prefix, len) != 0)
        return false;
    text->data += len;
    text->len -= len;
    return true;
}

/* A number of at most two digits, which is taken off the text. */
static bool take_number(struct txs_span *text, unsigned *out)
{
    size_t digits = 0;
    *out = 0;
    for (; digits < text->len && text->data[digits] >= '0' && text->data[digits] <= '9'; digits++) {
        if (digits == 2)
            return false;
        *out = *out * 10 + text->data[digits] - '0';
    }
    text->data += digits;
    text->len -= digits;
    return digits > 0;
}

/* 0.21 is 21, 25.1 is 2501, the development branch after 31 is 3199. A build on the way from 0.12
 * to 0.13 has the new rule already, by its third number. */
static bool number_of(struct txs_span version, unsigned *out)
{
    unsigned major, minor = 0;
    if (!take_number(&version, &major))
        return false;
    if (take_prefix(&version, ".") && !take_number(&version, &minor))
        return false;
    *out = major * 100 + minor;
    if (*out == 12 && take_prefix(&version, ".99"))
        *out = 13;
    size_t i = 0;
    while (i < version.len &&
           (version.data[i] == '.' || (version.data[i] >= '0' && version.data[i] <= '9')))
        i++;
    return i == version.len; /* any other text makes it somebody's own */
}

/* The rest of a part, without comments, and the slash that ends it. */
static bool take_version(struct txs_span *text, struct txs_span *version)
{
    const uint8_t *slash = text->len > 0 ? memchr(text->data, '/', text->len) : NULL;
    if (slash == NULL)
        return false;
    *version = (struct txs_span){text->data, (size_t)(slash - text->data)};
    const uint8_t *comment = version->len > 0 ? memchr(version->data, '(', version->len) : NULL;
    if (comment != NULL && slash[-1] != ')')
        return false;
    if (comment != NULL)
        version->len = (size_t)(comment - version->data);
    text->len -= (size_t)(slash + 1 - text->data);
    text->data = slash + 1;
    return true;
}

static bool only_tails(struct txs_span text)
{
    struct txs_span ignored;
    size_t i = 0;
    while (text.len > 0 && i < sizeof tails / sizeof *tails) {
        struct txs_span rest = text;
        bool is_one = take_prefix(&rest, tails[i]) && take_version(&rest, &ignored);
        i = is_one ? 0 : i + 1;
        text = is_one ? rest : text;
    }
    return text.len == 0;
}

struct txs_client txs_client_of(struct txs_span subver)
{
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++) {
        struct txs_client client = {clients[i].name, {NULL, 0}, clients[i].serves_as, 0};
        struct txs_span text = subver;
        if (take_prefix(&text, clients[i].base) && take_version(&text, &client.version) &&
            number_of(client.version, &client.number) &&
            (clients[i].part == NULL ||
             (take_prefix(&text, clients[i].part) && take_version(&text, &client.version))) &&
            client.version.len > 0 && only_tails(text))
            return client;
    }
    return (struct txs_client){.name = NULL};
}
