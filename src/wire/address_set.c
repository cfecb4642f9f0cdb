#include "txsurvey/address_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Addresses are meant with all their ports. What may end in this one is refused all the same: where
 * it was meant as a port, another address would be left alone. */
#define ANY_PORT 8333

/* The room is the count's next power of two, so that it needs no field; uniting only makes the
 * count smaller. */
static bool make_room(struct txs_address_set *set)
{
    if ((set->count & (set->count - 1)) != 0)
        return true;
    size_t room = set->count == 0 ? 1 : 2 * set->count;
    struct txs_address_range *ranges = realloc(set->ranges, room * sizeof *ranges);
    if (ranges == NULL)
        return false;
    set->ranges = ranges;
    return true;
}

/* Digits alone without leading zeros; `text` NULL is the whole address. */
static bool read_bits(unsigned *out, const char *text, unsigned max)
{
    unsigned bits = 0;
    size_t len = 0;
    if (text == NULL) {
        *out = max;
        return true;
    }
    for (; text[len] >= '0' && text[len] <= '9' && len < 3; len++)
        bits = bits * 10 + (unsigned)(text[len] - '0');
    if (len == 0 || text[len] != '\0' || bits > max || (text[0] == '0' && len > 1))
        return false;
    *out = bits;
    return true;
}

static bool has_port(const char *host)
{
    const char *colon = strchr(host, ':');
    return strstr(host, "]:") != NULL || (colon != NULL && strchr(colon + 1, ':') == NULL);
}

/* The lowest and highest address that share their first `bits` bits with `address`. */
static struct txs_address_range range_around(const struct txs_address *address, unsigned bits)
{
    struct txs_address_range range = {.network = address->network};
    size_t len = txs_network_address_len((enum txs_network)address->network);
    for (size_t i = 0; i < len; i++) {
        unsigned fixed = bits < 8 * i ? 0 : bits - 8 * (unsigned)i;
        uint8_t open = (uint8_t)(fixed >= 8 ? 0 : 0xff >> fixed);
        range.first[i] = (uint8_t)(address->bytes[i] & ~open);
        range.last[i] = (uint8_t)(address->bytes[i] | open);
    }
    return range;
}

static enum txs_status read_ip_range(struct txs_address_range *out, struct txs_address address,
                                     bool in_ipv6, const char *bits_text, const char *text,
                                     struct txs_message *message)
{
    unsigned bits, max = in_ipv6 ? 128 : 32;
    if (!read_bits(&bits, bits_text, max))
        return txs_fail(message, TXS_E_USAGE,
                        "'%.80s' is no range: after the slash stands a number from 0 to %u", text,
                        max);
    if (in_ipv6 && address.network == TXS_NETWORK_IPV4) {
        if (bits >= 96) {
            bits -= 96;
        } else { /* a range of IPv6 that is wider than that of the mapped addresses */
            uint8_t ip[16];
            txs_address_to_ip16(ip, &address);
            address.network = TXS_NETWORK_IPV6;
            memcpy(address.bytes, ip, sizeof ip);
        }
    }
    *out = range_around(&address, bits);
    if (memcmp(out->first, address.bytes, sizeof address.bytes) != 0) {
        char right[TXS_ADDRESS_TEXT_MAX];
        memcpy(address.bytes, out->first, sizeof address.bytes);
        txs_address_host(right, &address);
        return txs_fail(message, TXS_E_USAGE,
                        "'%.80s' has bits set past its prefix: that range is %s/%u", text, right,
                        bits);
    }
    return TXS_OK;
}

/* The first `len` bytes of `text`, which is what the user wrote: one address with all its ports. */
static enum txs_status read_address(struct txs_address *out, bool *in_ipv6, const char *text,
                                    size_t len, struct txs_message *message)
{
    char host[TXS_ADDRESS_TEXT_MAX];
    if (len >= sizeof host)
        return txs_fail(message, TXS_E_USAGE, "'%.80s...' is no address", text);
    memcpy(host, text, len);
    host[len] = '\0';
    enum txs_status status = txs_address_read(out, host, ANY_PORT, message);
    if (status != TXS_OK)
        return status;
    if (has_port(host))
        return txs_fail(message, TXS_E_USAGE,
                        "'%.80s' has a port: an address is meant with all its ports, and stands "
                        "here without one",
                        text);
    *in_ipv6 = strchr(host, ':') != NULL;
    if (out->network == TXS_NETWORK_CJDNS) /* of a range both may be a part */
        out->network = TXS_NETWORK_IPV6;
    return TXS_OK;
}

static bool has_ranges(const struct txs_address *address)
{
    return address->network == TXS_NETWORK_IPV4 || address->network == TXS_NETWORK_IPV6;
}

static enum txs_status no_ranges(const char *text, struct txs_message *message)
{
    return txs_fail(message, TXS_E_USAGE, "'%.80s': only IPv4 and IPv6 have ranges", text);
}

/* FIRST-LAST */
static enum txs_status read_from_to(struct txs_address_range *out, const char *text,
                                    size_t first_len, const char *last, struct txs_message *message)
{
    struct txs_address a, b;
    bool in_ipv6;
    enum txs_status status = read_address(&a, &in_ipv6, text, first_len, message);
    if (status == TXS_OK)
        status = read_address(&b, &in_ipv6, last, strlen(last), message);
    if (status != TXS_OK)
        return status;
    if (!has_ranges(&a) || !has_ranges(&b))
        return no_ranges(text, message);
    if (a.network != b.network)
        return txs_fail(message, TXS_E_USAGE, "'%.80s': a range is of one network", text);
    if (memcmp(a.bytes, b.bytes, sizeof a.bytes) > 0)
        return txs_fail(message, TXS_E_USAGE, "'%.80s' ends before it begins", text);
    *out = (struct txs_address_range){.network = a.network};
    memcpy(out->first, a.bytes, sizeof out->first);
    memcpy(out->last, b.bytes, sizeof out->last);
    return TXS_OK;
}

/* ADDR or ADDR/BITS */
static enum txs_status read_prefix(struct txs_address_range *out, const char *text,
                                   struct txs_message *message)
{
    struct txs_address address;
    bool in_ipv6;
    size_t len = strcspn(text, "/");
    const char *bits = text[len] == '/' ? text + len + 1 : NULL;
    enum txs_status status = read_address(&address, &in_ipv6, text, len, message);
    if (status != TXS_OK)
        return status;
    if (has_ranges(&address))
        return read_ip_range(out, address, in_ipv6, bits, text, message);
    if (bits != NULL)
        return no_ranges(text, message);
    *out = range_around(&address, 256);
    return TXS_OK;
}

/* Host names may hold a hyphen, addresses none. */
static enum txs_status read_range(struct txs_address_range *out, const char *text,
                                  struct txs_message *message)
{
    size_t len = strcspn(text, "-");
    if (text[len] == '\0' || strspn(text, "0123456789abcdefABCDEF:.[] \t") != len)
        return read_prefix(out, text, message);
    const char *last = text + len + 1 + strspn(text + len + 1, " \t");
    while (len > 0 && strchr(" \t", text[len - 1]) != NULL)
        len--;
    return read_from_to(out, text, len, last, message);
}

enum txs_status txs_address_set_add(struct txs_address_set *set, const char *text,
                                    struct txs_message *message)
{
    struct txs_address_range range;
    enum txs_status status = read_range(&range, text, message);
    if (status != TXS_OK)
        return status;
    if (!make_room(set))
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    set->ranges[set->count++] = range;
    set->ordered = false;
    return TXS_OK;
}

static int by_first(const void *a, const void *b)
{
    const struct txs_address_range *x = a, *y = b;
    if (x->network != y->network)
        return x->network < y->network ? -1 : 1;
    return memcmp(x->first, y->first, sizeof x->first);
}

void txs_address_set_complete(struct txs_address_set *set)
{
    size_t kept = 0;
    if (set->count > 0)
        qsort(set->ranges, set->count, sizeof *set->ranges, by_first);
    for (size_t i = 0; i < set->count; i++) {
        const struct txs_address_range *next = &set->ranges[i];
        struct txs_address_range *last = kept > 0 ? &set->ranges[kept - 1] : NULL;
        if (last == NULL || last->network != next->network ||
            memcmp(next->first, last->last, sizeof last->last) > 0)
            set->ranges[kept++] = *next;
        else if (memcmp(next->last, last->last, sizeof last->last) > 0)
            memcpy(last->last, next->last, sizeof last->last);
    }
    set->count = kept;
    set->ordered = true;
}

bool txs_address_set_has(const struct txs_address_set *set, const struct txs_address *address)
{
    struct txs_address_range one = range_around(address, 256);
    size_t low = 0, high = set->count;
    assert(set->ordered || set->count == 0);
    if (one.network == TXS_NETWORK_CJDNS)
        one.network = TXS_NETWORK_IPV6;
    while (low < high) { /* the first range that begins after the address */
        size_t middle = low + (high - low) / 2;
        if (by_first(&set->ranges[middle], &one) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && set->ranges[low - 1].network == one.network &&
           memcmp(one.first, set->ranges[low - 1].last, sizeof one.first) <= 0;
}

void txs_address_set_free(struct txs_address_set *set)
{
    free(set->ranges);
    *set = (struct txs_address_set){0};
}
