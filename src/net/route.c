#include "route.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

socklen_t route_socket_address(union socket_address *out, const struct txs_address *address)
{
    memset(out, 0, sizeof *out);
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
