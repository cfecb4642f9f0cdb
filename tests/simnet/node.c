#include "node.h"

#include "place.h"
#include "txsurvey/message.h"

#include <string.h>

#define SPAN(text)                                \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

/* One kind of software. Which messages a version sends: BIP130 sendheaders (Core 0.12 to 23 send it
 * after verack), BIP133 feefilter from 70013, BIP152 sendcmpct (0.14 to 23 twice, later once),
 * BIP339 and BIP155 from 70016. btcd speaks 70016 with sendaddrv2 alone. */
struct profile {
    struct txs_span agent;
    int32_t version;
    unsigned weight;
    bool witness, wtxidrelay, sendaddrv2, sendheaders;
    uint8_t sendcmpct;
    bool v2, self_first, low_floor; /* low_floor: the default fee filter is 100, since Core 30 */
    enum sim_family family;
};

/* clang-format off */
static const struct profile profiles[] = {
    {SPAN("/Satoshi:0.7.2/"), 60002, 2, false, false, false, false, 0, false, false, false, SIM_FAMILY_OTHER},
    {SPAN("/Satoshi:0.8.6/"), 70001, 2, false, false, false, false, 0, false, false, false, SIM_FAMILY_OTHER},
    {SPAN("/Satoshi:0.9.3/"), 70002, 2, false, false, false, false, 0, false, false, false, SIM_FAMILY_OTHER},
    {SPAN("/BitcoinJ:0.11/libbitcoin:3.0/"), 70011, 2, false, false, false, false, 0, false, false, false, SIM_FAMILY_OTHER},
    {SPAN("/Satoshi:0.12.1/"), 70012, 4, false, false, false, true, 0, false, false, false, SIM_FAMILY_CORE_0_12},
    {SPAN("/Classic:1.3.8(EB8)/"), 70013, 2, false, false, false, true, 0, false, false, false, SIM_FAMILY_OTHER},
    {SPAN("/Satoshi:0.13.2/"), 70014, 4, true, false, false, true, 2, false, false, false, SIM_FAMILY_CORE_0_13},
    {SPAN("/Satoshi:0.14.2/UASF-Segwit:1.0(BIP148)/"), 70015, 3, true, false, false, true, 2, false, false, false, SIM_FAMILY_OTHER},
    {SPAN("/Satoshi:0.15.1/"), 70015, 4, true, false, false, true, 2, false, false, false, SIM_FAMILY_CORE_0_13},
    {SPAN("/Satoshi:0.16.3/"), 70015, 6, true, false, false, true, 2, false, false, false, SIM_FAMILY_CORE_0_13},
    {SPAN("/Satoshi:0.18.1/"), 70015, 6, true, false, false, true, 2, false, false, false, SIM_FAMILY_CORE_0_13},
    {SPAN("/Satoshi:0.19.1/"), 70015, 4, true, false, false, true, 2, false, false, false, SIM_FAMILY_CORE_0_13},
    {SPAN("/Satoshi:0.20.1/"), 70015, 8, true, false, false, true, 2, false, false, false, SIM_FAMILY_CORE_0_20},
    {SPAN("/bcoin:2.2.0/"), 70015, 4, true, false, false, true, 1, false, false, false, SIM_FAMILY_BCOIN},
    {SPAN("/Satoshi:0.21.1/"), 70016, 10, true, true, true, true, 2, false, false, false, SIM_FAMILY_CORE_0_21},
    {SPAN("/Satoshi:22.0.0/"), 70016, 14, true, true, true, true, 2, false, false, false, SIM_FAMILY_CORE_0_21},
    {SPAN("/Satoshi:23.0.0/"), 70016, 14, true, true, true, true, 2, false, false, false, SIM_FAMILY_CORE_0_21},
    {SPAN("/Satoshi:24.0.1/"), 70016, 14, true, true, true, false, 1, false, false, false, SIM_FAMILY_CORE_0_21},
    {SPAN("/Satoshi:25.0.0/"), 70016, 16, true, true, true, false, 1, false, false, false, SIM_FAMILY_CORE_0_21},
    {SPAN("/Satoshi:26.0.0/"), 70016, 14, true, true, true, false, 1, false, false, false, SIM_FAMILY_CORE_26},
    {SPAN("/Satoshi:27.1.0/"), 70016, 24, true, true, true, false, 1, true, false, false, SIM_FAMILY_CORE_26},
    {SPAN("/Satoshi:28.1.0/"), 70016, 30, true, true, true, false, 1, true, false, false, SIM_FAMILY_CORE_26},
    {SPAN("/Satoshi:29.0.0/"), 70016, 30, true, true, true, false, 1, true, false, false, SIM_FAMILY_CORE_26},
    {SPAN("/Satoshi:29.1.0/Knots:20250903/"), 70016, 30, true, true, true, false, 1, true, false, false, SIM_FAMILY_KNOTS},
    {SPAN("/Satoshi:28.1.0(me@home)/Knots:20250305/"), 70016, 4, true, true, true, false, 1, true, false, false, SIM_FAMILY_KNOTS},
    {SPAN("/Satoshi:29.3.0/Knots:20260210+bip110-v0.4.1/UASF-BIP110:0.4/"), 70016, 10, true, true, true, false, 1, true, false, false, SIM_FAMILY_KNOTS},
    {SPAN("/Satoshi:30.0.0/"), 70016, 30, true, true, true, false, 1, true, false, true, SIM_FAMILY_CORE_26},
    {SPAN("/Satoshi:30.2.0/"), 70016, 20, true, true, true, false, 1, true, false, true, SIM_FAMILY_CORE_26},
    {SPAN("/Satoshi:31.0.0/"), 70016, 20, true, true, true, false, 1, true, true, true, SIM_FAMILY_CORE_26},
    {SPAN("/Satoshi:31.1.0/"), 70016, 20, true, true, true, false, 1, true, true, true, SIM_FAMILY_CORE_26},
    {SPAN("/Satoshi:31.99.0/"), 70017, 4, true, true, true, false, 1, true, true, true, SIM_FAMILY_CORE_31_99},
    {SPAN("/Satoshi:32.0.0/"), 70017, 2, true, true, true, false, 1, true, true, true, SIM_FAMILY_CORE_32},
    {SPAN("/btcwire:0.5.0/btcd:0.24.2/"), 70016, 10, true, false, true, true, 0, false, false, false, SIM_FAMILY_BTCD},
    {SPAN(""), 70016, 1, true, true, true, false, 1, false, false, false, SIM_FAMILY_OTHER},
};

/* User agents that try to break a terminal, a line of JSON or a decoder of UTF-8. */
static const struct txs_span hostile_agents[] = {
    SPAN("/\x1b[2J\x1b[31mSatoshi:28.0.0\x07/"),
    SPAN("/quote\"back\\slash/"),
    SPAN("/line\r\n{\"type\":\"peer\"}\n/"),
    SPAN("/invalid\xff\xfe\xc3(\xe2\x82/"),
    SPAN("/x/\",\"outcome\":\"served\",\"y\":\"/"),
    SPAN("/surrogate\xed\xa0\x80overlong\xc0\xaf/"),
    SPAN("/nul\0inside/"),
    SPAN("/bidi\xe2\x80\xae" "csi\xc2\x9b" "31m/"),
    SPAN("/del\x7f" "sep\xe2\x80\xa8/"),
    SPAN("<script>alert(1)</script>'; DROP TABLE peers; -- $(reboot) `id`"),
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t mix64(uint64_t x) /* the finalizer of SplitMix64 */
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t sim_random(const struct sim_settings *settings, uint32_t index, enum sim_salt salt,
                    uint64_t n)
{
    return mix64(mix64(mix64(settings->seed) ^ index) ^ ((uint64_t)salt << 56) ^ n);
}

/* Of this family, or where that is SIM_FAMILY_OTHER, of any. */
static unsigned weight_of(const struct profile *p, enum sim_family family, int32_t least_version)
{
    bool fits = (!family || p->family == family) && p->version >= least_version;
    return fits ? p->weight : 0;
}

static const struct profile *draw_profile(const struct sim_settings *settings, uint32_t index,
                                          enum sim_family family, int32_t least_version)
{
    unsigned total = 0;
    for (size_t i = 0; i < COUNT(profiles); i++)
        total += weight_of(&profiles[i], family, least_version);
    uint64_t at = sim_random(settings, index, SIM_SALT_PROFILE, 0) % total;
    const struct profile *p = profiles;
    while (at >= weight_of(p, family, least_version))
        at -= weight_of(p++, family, least_version);
    return p;
}

static uint64_t draw_services(const struct profile *p, uint64_t random)
{
    uint64_t services = TXS_SERVICE_NETWORK;
    if (p->witness)
        services |= TXS_SERVICE_WITNESS;
    if (p->version >= 70015)
        services |= TXS_SERVICE_NETWORK_LIMITED;
    if (p->version >= 70015 && random % 8 == 0)
        services &= ~TXS_SERVICE_NETWORK; /* pruned */
    if (p->version < 70011 || random / 8 % 16 == 0)
        services |= TXS_SERVICE_BLOOM;
    if (p->wtxidrelay && random / 128 % 16 == 0)
        services |= 1ull << 6; /* COMPACT_FILTERS */
    if (p->v2)
        services |= 1ull << 11; /* P2P_V2 */
    if (random / 2048 % 64 == 0)
        services |= 1ull << 63 | 1ull << 26; /* bits without a name, and the sign of an int64 */
    return services;
}

static int32_t draw_height(uint64_t random)
{
    static const int32_t odd[] = {0, -1, 1, INT32_MAX};
    return random % 32 ? 870000 + (int32_t)(random / 32 % 8) : odd[random / 32 % COUNT(odd)];
}

static int64_t draw_feefilter(const struct profile *p, uint64_t random)
{
    if (p->version < 70013)
        return -1;
    if (random % 50 == 0)
        return 9170997; /* in initial block download */
    return p->low_floor ? 100 : 1000;
}

/* Late nodes come well within the surveyor's patience, or (one in five) never. */
static uint32_t draw_tick(const struct sim_settings *settings, uint64_t random)
{
    if (settings->patience_ms < 100 || random % 5 == 0)
        return SIM_TICK_NEVER;
    uint32_t least = settings->patience_ms / 30, most = settings->patience_ms / 4 * 3;
    return least + (uint32_t)(random / 5 % (most - least));
}

static uint64_t draw_holds(const struct sim_settings *settings, const struct sim_node *node)
{
    if (node->behaviour == SIM_NOTFOUND)
        return 0;
    if (node->behaviour == SIM_PARTIAL)
        return sim_random(settings, node->index, SIM_SALT_HOLDS, 0);
    return UINT64_MAX;
}

static bool is_late(enum sim_behaviour behaviour)
{
    return behaviour == SIM_TICK_INV || behaviour == SIM_TICK_QUIET;
}

/* Node 0 is where a survey starts. */
static bool is_reliable(const struct sim_settings *settings, uint32_t index)
{
    return index == 0 && (settings->localhost || settings->start < settings->nodes);
}

static enum sim_behaviour draw_behaviour(const struct sim_settings *settings, uint32_t index)
{
    if (is_reliable(settings, index))
        return SIM_SERVED;
    return sim_mix_draw(&settings->mix, sim_random(settings, index, SIM_SALT_BEHAVIOUR, 0));
}

static enum txs_network draw_network(const struct sim_settings *settings, uint32_t index)
{
    uint64_t at = sim_random(settings, index, SIM_SALT_OVERLAY, 0) % 100;
    if (is_reliable(settings, index) || at >= settings->onion_percent + settings->i2p_percent)
        return TXS_NETWORK_IPV4;
    return at < settings->onion_percent ? TXS_NETWORK_ONION : TXS_NETWORK_I2P;
}

static enum sim_rule draw_rule(const struct sim_settings *settings, uint32_t index)
{
    return sim_mix_draw(&settings->rules, sim_random(settings, index, SIM_SALT_RULE, 0));
}

enum sim_gossip sim_node_gossip(const struct sim_settings *settings, uint32_t index)
{
    if (is_reliable(settings, index))
        return SIM_GOSSIP_HONEST;
    return sim_mix_draw(&settings->gossip, sim_random(settings, index, SIM_SALT_GOSSIP, 0));
}

void sim_node_make(struct sim_node *out, const struct sim_settings *settings, uint32_t index)
{
    enum sim_behaviour behaviour = draw_behaviour(settings, index);
    enum sim_rule rule = draw_rule(settings, index);
    bool ruled = behaviour == SIM_RULE;
    enum sim_family family = ruled ? sim_rules[rule].family : SIM_FAMILY_OTHER;
    const struct profile *p =
        draw_profile(settings, index, family, sim_behaviours[behaviour].least_version);
    if (ruled && sim_rules[rule].law == SIM_LAW_FULL)
        behaviour = SIM_NO_TX_SLOT;
    uint64_t relay = sim_random(settings, index, SIM_SALT_RELAY, 0);

    *out = (struct sim_node){
        .index = index,
        .behaviour = behaviour,
        .version = p->version,
        .agent = p->agent,
        .services = draw_services(p, sim_random(settings, index, SIM_SALT_SERVICES, 0)),
        .height = draw_height(sim_random(settings, index, SIM_SALT_HEIGHT, 0)),
        .relay = ruled ? sim_rules[rule].relay : p->version < 70001 || relay % 30 != 0,
        .wtxidrelay = p->wtxidrelay,
        .sendaddrv2 = p->sendaddrv2,
        .sendheaders = p->sendheaders,
        .sendcmpct = p->sendcmpct,
        .gossip = sim_node_gossip(settings, index),
        .ruled = ruled,
        .rule = rule,
    };
    out->self_first = (p->self_first || out->gossip == SIM_GOSSIP_SELF_FIRST) &&
                      (p->sendaddrv2 || draw_network(settings, index) == TXS_NETWORK_IPV4);
    out->feefilter = out->relay ? draw_feefilter(p, relay / 30) : -1;
    out->holds = draw_holds(settings, out);
    if (is_late(behaviour))
        out->tick_ms = draw_tick(settings, sim_random(settings, index, SIM_SALT_TICK, 0));
    if (behaviour == SIM_HOSTILE_AGENT) {
        uint64_t random = sim_random(settings, index, SIM_SALT_AGENT, 0);
        out->agent = hostile_agents[random % COUNT(hostile_agents)];
        if (random / 64 % 4 == 0)
            out->services = UINT64_MAX;
    }
    if (behaviour == SIM_OBSOLETE) {
        out->version = TXS_MIN_PEER_VERSION - 1;
        out->wtxidrelay = out->sendaddrv2 = out->sendheaders = false;
        out->sendcmpct = 0;
        out->feefilter = -1;
    }
}

bool sim_node_serves(const struct sim_node *node, size_t k, uint64_t elapsed_ms)
{
    return (node->holds >> k & 1) && node->tick_ms != SIM_TICK_NEVER && elapsed_ms >= node->tick_ms;
}

struct txs_address sim_node_place(const struct sim_settings *settings, uint32_t index)
{
    enum sim_behaviour behaviour = draw_behaviour(settings, index);
    enum sim_port_kind kind = behaviour == SIM_REFUSED      ? SIM_PORT_REFUSES
                              : behaviour == SIM_BLACK_HOLE ? SIM_PORT_SWALLOWS
                                                            : SIM_PORT_ANSWERS;
    return sim_place_of_node(settings, index, kind);
}

struct txs_address sim_node_address(const struct sim_settings *settings, uint32_t index)
{
    struct txs_address place = sim_node_place(settings, index);
    enum txs_network network = draw_network(settings, index);
    if (network == TXS_NETWORK_IPV4 || place.port != sim_port(settings, index, SIM_PORT_ANSWERS))
        return place;
    place.network = (uint8_t)network;
    place.bytes[4] = (uint8_t)(place.port >> 8);
    place.bytes[5] = (uint8_t)place.port;
    if (network == TXS_NETWORK_I2P)
        place.port = 0;
    return place;
}

bool sim_node_tells(const struct sim_node *node)
{
    const struct sim_behaviour_info *info = &sim_behaviours[node->behaviour];
    return info->phase == SIM_PHASE_REQUEST && (!info->status || !strcmp(info->status, "ignored"));
}
