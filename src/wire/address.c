#include "txsurvey/address.h"

#include <string.h>

_Static_assert(sizeof(struct txs_address) == 36, "struct txs_address has no padding");

static const struct {
    const char *name;
    size_t len;
} networks[TXS_NETWORK_COUNT] = {
#define X(id, name, bip155, len) {name, len},
    TXS_NETWORK_TABLE(X)
#undef X
};

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff}; /* ::ffff:0:0/96 */

const char *txs_network_name(enum txs_network network)
{
    return networks[network].name;
}

size_t txs_network_address_len(enum txs_network network)
{
    return networks[network].len;
}

bool txs_network_by_name(enum txs_network *out, const char *name)
{
    for (unsigned i = 0; i < TXS_NETWORK_COUNT; i++) {
        if (strcmp(networks[i].name, name) == 0) {
            *out = (enum txs_network)i;
            return true;
        }
    }
    return false;
}

struct txs_address txs_address_from_ip16(const uint8_t ip[16], uint16_t port)
{
    struct txs_address address = {.network = TXS_NETWORK_IPV6, .port = port};
    if (memcmp(ip, mapped_prefix, sizeof mapped_prefix) == 0) {
        address.network = TXS_NETWORK_IPV4;
        memcpy(address.bytes, ip + sizeof mapped_prefix, 4);
    } else {
        memcpy(address.bytes, ip, 16);
        if (ip[0] == 0xfc)
            address.network = TXS_NETWORK_CJDNS;
    }
    return address;
}

void txs_address_to_ip16(uint8_t out[16], const struct txs_address *address)
{
    memset(out, 0, 16);
    switch ((enum txs_network)address->network) {
    case TXS_NETWORK_IPV4:
        memcpy(out, mapped_prefix, sizeof mapped_prefix);
        memcpy(out + sizeof mapped_prefix, address->bytes, 4);
        break;
    case TXS_NETWORK_IPV6:
    case TXS_NETWORK_CJDNS:
        memcpy(out, address->bytes, 16);
        break;
    case TXS_NETWORK_ONION:
    case TXS_NETWORK_I2P:
    case TXS_NETWORK_COUNT:
        break;
    }
}

bool txs_address_equal(const struct txs_address *a, const struct txs_address *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

struct range {
    uint8_t bits;
    uint8_t prefix[12];
};

static const struct range closed_ipv4[] = {
    {8, {0}},             /* this network, RFC 1122 */
    {8, {10}},            /* private, RFC 1918 */
    {10, {100, 64}},      /* behind carriers' NAT, RFC 6598 */
    {8, {127}},           /* loopback */
    {16, {169, 254}},     /* link-local, RFC 3927 */
    {12, {172, 16}},      /* private */
    {24, {192, 0, 0}},    /* protocols, RFC 6890 */
    {24, {192, 0, 2}},    /* documentation, RFC 5737 */
    {24, {192, 88, 99}},  /* 6to4 relays, RFC 7526 */
    {16, {192, 168}},     /* private */
    {15, {198, 18}},      /* benchmarks, RFC 2544 */
    {24, {198, 51, 100}}, /* documentation */
    {24, {203, 0, 113}},  /* documentation */
    {4, {224}},           /* multicast */
    {4, {240}},           /* reserved, and broadcast */
};

/* Of what is in use, 2000::/3. Outside it are, among others, unique local, link- and site-local
 * addresses, multicast, and those that wrap an IPv4 one, which would lead past closed_ipv4, for
 * instance through a NAT64 into the operator's own network. */
static const struct range public_ipv6 = {3, {0x20}};
static const struct range closed_ipv6[] = {
    {23, {0x20, 0x01}},             /* protocols: Teredo, ORCHID, benchmarks, RFC 6890 */
    {32, {0x20, 0x01, 0x0d, 0xb8}}, /* documentation, RFC 3849 */
    {16, {0x20, 0x02}},             /* 6to4, RFC 3964 */
    {20, {0x3f, 0xff}},             /* documentation, RFC 9637 */
};

static bool is_within(const uint8_t *bytes, const struct range *range)
{
    size_t whole = range->bits / 8;
    unsigned rest = range->bits % 8;
    if (memcmp(bytes, range->prefix, whole) != 0)
        return false;
    return rest == 0 || (bytes[whole] ^ range->prefix[whole]) >> (8 - rest) == 0;
}

static bool is_within_any(const uint8_t *bytes, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_within(bytes, &ranges[i]))
            return true;
    }
    return false;
}

bool txs_address_wraps_name(const struct txs_address *address)
{
    static const struct range wraps[] = {
        {48, {0xfd, 0x87, 0xd8, 0x7e, 0xeb, 0x43}}, /* OnionCat: Tor version 2 */
        {48, {0xfd, 0x60, 0xdb, 0x4d, 0xdd, 0xb5}}, /* GarliCat: I2P */
        {48, {0xfd, 0x6b, 0x88, 0xc0, 0x87, 0x24}}, /* Core: names of seeds */
    };
    return address->network == TXS_NETWORK_IPV6 &&
           is_within_any(address->bytes, wraps, sizeof wraps / sizeof wraps[0]);
}

bool txs_address_is_routable(const struct txs_address *address)
{
    switch ((enum txs_network)address->network) {
    case TXS_NETWORK_IPV4:
        return !is_within_any(address->bytes, closed_ipv4,
                              sizeof closed_ipv4 / sizeof closed_ipv4[0]);
    case TXS_NETWORK_IPV6:
        return is_within(address->bytes, &public_ipv6) &&
               !is_within_any(address->bytes, closed_ipv6,
                              sizeof closed_ipv6 / sizeof closed_ipv6[0]);
    case TXS_NETWORK_CJDNS:
        return address->bytes[0] == 0xfc; /* Core: HasCJDNSPrefix */
    case TXS_NETWORK_ONION:
    case TXS_NETWORK_I2P:
        return true;
    case TXS_NETWORK_COUNT:
        break;
    }
    return false;
}
