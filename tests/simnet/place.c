#include "place.h"

#include <string.h>

#define PORT_KINDS 3u
/* Hosts .0 and .255 are left out: 127.1.0.1, 127.1.0.2, ... 127.1.0.254, 127.1.1.1, ... */
#define HOSTS 254u
#define NET_HOSTS (256 * HOSTS)

enum first_net { NET_NODES = 1, NET_INVENTED = 64, NET_DEAD = 128, NET_FORBIDDEN = 248 };

uint16_t sim_port(const struct sim_settings *settings, uint32_t index, enum sim_port_kind kind)
{
    return (uint16_t)(settings->port + PORT_KINDS * (index % settings->parts) + (unsigned)kind);
}

uint16_t sim_own_port(const struct sim_settings *settings)
{
    return sim_port(settings, settings->part, SIM_PORT_ANSWERS);
}

static struct txs_address place(enum first_net first, uint32_t n, uint16_t port)
{
    struct txs_address address = {.network = TXS_NETWORK_IPV4, .port = port, .bytes = {127}};
    address.bytes[1] = (uint8_t)((unsigned)first + n / NET_HOSTS);
    address.bytes[2] = (uint8_t)(n / HOSTS % 256);
    address.bytes[3] = (uint8_t)(1 + n % HOSTS);
    return address;
}

struct txs_address sim_place_of_node(const struct sim_settings *settings, uint32_t index,
                                     enum sim_port_kind kind)
{
    struct txs_address address = place(NET_NODES, index, sim_port(settings, index, kind));
    if (settings->localhost && index == 0)
        memcpy(address.bytes, "\x7f\0\0\1", 4);
    return address;
}

bool sim_place_node(uint32_t *index, const struct sim_settings *settings, uint32_t ip)
{
    uint32_t net = ip >> 16 & 255, row = ip >> 8 & 255, host = ip & 255;
    if (settings->localhost && ip == 0x7f000001) {
        *index = 0;
        return true;
    }
    if (ip >> 24 != 127 || net < NET_NODES || host < 1 || host > HOSTS)
        return false;
    *index = ((net - NET_NODES) * 256 + row) * HOSTS + host - 1;
    return *index < settings->nodes && (*index > 0 || !settings->localhost);
}

static struct txs_address nobody(const struct sim_settings *settings, enum first_net first,
                                 uint32_t n)
{
    enum sim_port_kind kind = n % 2 ? SIM_PORT_SWALLOWS : SIM_PORT_REFUSES;
    return place(first, n, sim_port(settings, n / 2, kind));
}

struct txs_address sim_place_of_dead(const struct sim_settings *settings, uint32_t index)
{
    return nobody(settings, NET_DEAD, index);
}

struct txs_address sim_place_of_invented(const struct sim_settings *settings, uint64_t random)
{
    return nobody(settings, NET_INVENTED,
                  (uint32_t)(random % ((NET_DEAD - NET_INVENTED) * NET_HOSTS)));
}

struct txs_address sim_place_of_forbidden(const struct sim_settings *settings, uint32_t index)
{
    return place(NET_FORBIDDEN, index % (7 * NET_HOSTS),
                 sim_port(settings, index, SIM_PORT_ANSWERS));
}

bool sim_place_swallows(const struct sim_settings *settings, const struct txs_address *address)
{
    return (unsigned)(address->port - settings->port) % PORT_KINDS == SIM_PORT_SWALLOWS;
}
