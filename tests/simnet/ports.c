#include "ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILL_MAX 16
#define ANSWER_MS 300
#define CHOICE_FIRST 20000
#define CHOICES 4000 /* of three ports each */

static struct sockaddr_in any_address(uint32_t ip, int port)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    name.sin_addr.s_addr = htonl(ip);
    return name;
}

/* With `share` also where connections of the port's last owner linger, or somebody else who shares
 * it does not listen. */
static int bound_socket(int port, int share)
{
    struct sockaddr_in name = any_address(INADDR_ANY, port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &share, sizeof(share));
    if (bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
        return fd;
    close(fd);
    return -1;
}

/* 0 connected, ETIMEDOUT no answer, else the error. The socket is left open where it connected: it
 * takes a place in the listener's queue. */
static int attempt(int port)
{
    struct sockaddr_in name = any_address(INADDR_LOOPBACK, port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    int error = 0;
    socklen_t len = sizeof(error);

    if (fd < 0)
        return errno;
    if (connect(fd, (struct sockaddr *)&name, sizeof(name)) != 0) {
        error = errno;
        if (error == EINPROGRESS && poll(&wait, 1, ANSWER_MS) == 0)
            error = ETIMEDOUT;
        else if (error == EINPROGRESS)
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
    }
    if (error)
        close(fd);
    return error;
}

/* Bound and not listening: nobody else can take the port. */
static bool prepare_refusing(int port)
{
    if (bound_socket(port, 1) < 0) {
        fprintf(stderr, "simnet: port %d: %s\n", port, strerror(errno));
        return false;
    }
    int error = attempt(port);
    if (error != ECONNREFUSED)
        fprintf(stderr, "simnet: port %d does not refuse\n", port);
    return error == ECONNREFUSED;
}

/* Linux drops SYNs while the accept queue is full, so one that is never emptied swallows them. */
static bool prepare_swallowing(int port)
{
    int fd = bound_socket(port, 1);
    if (fd < 0 || listen(fd, 0) != 0) {
        fprintf(stderr, "simnet: port %d: %s\n", port, strerror(errno));
        return false;
    }
    for (int i = 0; i < FILL_MAX; i++) {
        if (attempt(port) == ETIMEDOUT)
            return true;
    }
    fprintf(stderr, "simnet: port %d does not hang\n", port);
    return false;
}

static bool is_free(int port)
{
    int fd = bound_socket(port, 0);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* Every process begins elsewhere, so that two that start together do not choose the same. */
uint16_t sim_ports_choose(void)
{
    for (unsigned i = 0; i < CHOICES; i++) {
        int port = CHOICE_FIRST + 3 * (int)(((unsigned)getpid() + i) % CHOICES);
        if (is_free(port) && is_free(port + 1) && is_free(port + 2))
            return (uint16_t)port;
    }
    fprintf(stderr, "simnet: no three ports in a row are free\n");
    return 0;
}

bool sim_ports_prepare(uint16_t port)
{
    return prepare_refusing(port + 1) && prepare_swallowing(port + 2);
}
