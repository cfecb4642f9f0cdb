#include "route.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

socklen_t route_socket_address(union socket_address *out, const struct txs_address *address)
{
    memset(out, 0, sizeof *out);
    assert(txs_network_address_len((enum txs_network)address->network) <= 16);
    if (address->network == TXS_NETWORK_IPV4) {
        out->in.sin_family = AF_INET;
        out->in.sin_port = htons(address->port);
        memcpy(&out->in.sin_addr, address->bytes, 4);
        return sizeof out->in;
    }
    out->in6.sin6_family = AF_INET6;
    out->in6.sin6_port = htons(address->port);
    memcpy(&out->in6.sin6_addr, address->bytes, 16);
    return sizeof out->in6;
}

/* Connecting a datagram socket looks the route up, and does no more than that. */
bool route_exists(const struct txs_address *address)
{
    union socket_address to;
    if (address->network != TXS_NETWORK_IPV6 || !txs_address_is_routable(address))
        return true;
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno != EAFNOSUPPORT;
    socklen_t len = route_socket_address(&to, address);
    bool exists =
        connect(fd, &to.any, len) == 0 || (errno != ENETUNREACH && errno != EADDRNOTAVAIL);
    close(fd);
    return exists;
}

static bool ip_text(char out[INET6_ADDRSTRLEN], const struct sockaddr *any)
{
    const union socket_address *a = (const void *)any;
    if (any->sa_family == AF_INET)
        return inet_ntop(AF_INET, &a->in.sin_addr, out, INET6_ADDRSTRLEN) != NULL;
    return any->sa_family == AF_INET6 &&
           inet_ntop(AF_INET6, &a->in6.sin6_addr, out, INET6_ADDRSTRLEN) != NULL;
}

enum txs_status route_own_addresses(struct txs_address_set *own)
{
    struct ifaddrs *all;
    char text[INET6_ADDRSTRLEN];
    struct txs_message message;
    enum txs_status status = TXS_OK;
    if (getifaddrs(&all) != 0)
        return TXS_OK;
    for (const struct ifaddrs *i = all; i != NULL && status == TXS_OK; i = i->ifa_next)
        if (i->ifa_addr != NULL && !(i->ifa_flags & IFF_LOOPBACK) && ip_text(text, i->ifa_addr))
            status = txs_address_set_add(own, text, &message);
    freeifaddrs(all);
    txs_address_set_complete(own);
    return status;
}
