#include "ways.h"

#include "seeds.h"

#include <assert.h>
#include <netdb.h>
#include <string.h>

/* Proxies' names */

/* Of a name that has both, the IPv4 address: Tor and I2P's routers listen on 127.0.0.1 alone, while
 * localhost often resolves to ::1 first. */
static const struct addrinfo *choose(const struct addrinfo *list)
{
    const struct addrinfo *i = list;
    while (i->ai_family != AF_INET && i->ai_next != NULL)
        i = i->ai_next;
    return i->ai_family == AF_INET ? i : list;
}

static enum txs_status look_up(union socket_address *out, const struct txs_proxy *proxy,
                               const char *option, struct txs_message *message)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    int error = getaddrinfo(proxy->host, NULL, &hints, &list);
    if (error != 0)
        return txs_fail(message, error == EAI_MEMORY ? TXS_E_NOMEM : TXS_E_USAGE, "%s: %s: %s",
                        option, proxy->host, gai_strerror(error));
    const struct addrinfo *chosen = choose(list);
    memset(out, 0, sizeof *out);
    memcpy(out, chosen->ai_addr, chosen->ai_addrlen);
    freeaddrinfo(list);
    if (out->any.sa_family == AF_INET)
        out->in.sin_port = htons(proxy->port);
    else
        out->in6.sin6_port = htons(proxy->port);
    return TXS_OK;
}

enum txs_status ways_open(struct ways *w, uv_loop_t *loop, const struct txs_plan *plan,
                          struct txs_random *random, struct txs_message *message)
{
    enum txs_status status = TXS_OK;
    *w = (struct ways){
        .random = random,
        .has_proxy = plan->proxy.given,
        .has_onion = plan->onion.given,
        .has_i2p = plan->i2psam.given,
        .i2p = {.loop = loop, .hello_timeout_ms = plan->proxy_connect_timeout_ms, .random = random},
    };
    if (w->has_proxy)
        status = look_up(&w->proxy, &plan->proxy, "--proxy", message);
    if (w->has_onion && status == TXS_OK)
        status = look_up(&w->onion, &plan->onion, "--onion", message);
    if (w->has_i2p && status == TXS_OK)
        status = look_up(&w->i2p.bridge, &plan->i2psam, "--i2psam", message);
    return status;
}

/* The I2P session's life */

void ways_start(struct ways *w)
{
    if (w->has_i2p)
        sam_session_want(&w->i2p);
}

bool ways_opening(const struct ways *w)
{
    return w->i2p.state == SAM_OPENING;
}

void ways_stalled(struct ways *w, uint64_t ms)
{
    sam_session_stalled(&w->i2p, ms);
}

/* The id that is invalid may be an earlier session's. */
void ways_note(struct ways *w, const struct conn *c, enum txs_error error)
{
    if (error == TXS_ERROR_SAM_INVALID_ID && w->i2p.state == SAM_READY &&
        c->i2p_session == w->i2p.number)
        sam_session_lose(&w->i2p, TXS_OUTCOME_PROXY_FAILED, error);
}

void ways_close(struct ways *w)
{
    sam_session_close(&w->i2p);
}

/* Ways */

static enum way no_memory(enum txs_outcome *outcome, enum txs_error *error)
{
    *outcome = TXS_OUTCOME_LOCAL_ERROR;
    *error = TXS_ERROR_NO_MEMORY;
    return WAY_CLOSED;
}

static enum way take_socks5(const union socket_address *proxy, struct ways *w, struct conn *c,
                            enum txs_outcome *outcome, enum txs_error *error)
{
    const uint64_t credentials[2] = {txs_random_next(w->random), txs_random_next(w->random)};
    c->proxy = proxy;
    c->tunnel = c->seed != NULL
                    ? txs_tunnel_socks5_name(c->seed->host, c->address.port, credentials)
                    : txs_tunnel_socks5(&c->address, credentials);
    return c->tunnel != NULL ? WAY_OPEN : no_memory(outcome, error);
}

/* SAM 3.1 leads to a destination, not to a port of it; Core refuses the other ports too. */
static enum way take_i2p(struct ways *w, struct conn *c, enum txs_outcome *outcome,
                         enum txs_error *error)
{
    struct sam_session *s = &w->i2p;
    if (c->address.port != 0) {
        *outcome = TXS_OUTCOME_PROXY_FAILED;
        *error = TXS_ERROR_I2P_PORT;
        return WAY_CLOSED;
    }
    sam_session_want(s);
    if (s->state == SAM_OPENING)
        return WAY_OPENING;
    if (s->state != SAM_READY) {
        *outcome = s->outcome;
        *error = s->error;
        return WAY_CLOSED;
    }
    c->proxy = &s->bridge;
    c->i2p_session = sam_session_use(s);
    c->tunnel = txs_tunnel_sam_stream(s->id, &c->address);
    return c->tunnel != NULL ? WAY_OPEN : no_memory(outcome, error);
}

enum way ways_take(struct ways *w, struct conn *c, enum txs_outcome *outcome, enum txs_error *error)
{
    if (c->address.network == TXS_NETWORK_I2P) {
        assert(w->has_i2p); /* else the survey has left it out */
        return take_i2p(w, c, outcome, error);
    }
    if (c->address.network == TXS_NETWORK_ONION && w->has_onion)
        return take_socks5(&w->onion, w, c, outcome, error);
    if (w->has_proxy)
        return take_socks5(&w->proxy, w, c, outcome, error);
    return WAY_OPEN;
}
