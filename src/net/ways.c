#include "ways.h"

#include "seeds.h"

#include <assert.h>
#include <netdb.h>
#include <string.h>

static const char *const names[BY_COUNT] = {"--proxy", "--onion", "--i2psam"};

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
        .loop = loop,
        .random = random,
        .has = {plan->proxy.given, plan->onion.given, plan->i2psam.given},
        .i2p = {.loop = loop, .hello_timeout_ms = plan->proxy_connect_timeout_ms, .random = random},
    };
    if (w->has[BY_PROXY])
        status = look_up(&w->proxies[BY_PROXY], &plan->proxy, names[BY_PROXY], message);
    if (w->has[BY_ONION] && status == TXS_OK)
        status = look_up(&w->proxies[BY_ONION], &plan->onion, names[BY_ONION], message);
    if (w->has[BY_I2P] && status == TXS_OK)
        status = look_up(&w->i2p.bridge, &plan->i2psam, names[BY_I2P], message);
    return status;
}

/* The I2P session's life */

void ways_start(struct ways *w)
{
    if (w->has[BY_I2P])
        sam_session_want(&w->i2p);
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

void ways_opened(const struct conn *c)
{
    if (c->doubt != NULL)
        doubt_end(c->doubt);
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

static enum way take_socks5(struct ways *w, enum by by, struct conn *c, enum txs_outcome *outcome,
                            enum txs_error *error)
{
    const uint64_t credentials[2] = {txs_random_next(w->random), txs_random_next(w->random)};
    c->proxy = &w->proxies[by];
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

/* BY_COUNT: by a connection of our own. */
static enum by way_to(const struct ways *w, const struct conn *c)
{
    if (c->address.network == TXS_NETWORK_I2P) {
        assert(w->has[BY_I2P]); /* else the survey has left it out */
        return BY_I2P;
    }
    if (c->address.network == TXS_NETWORK_ONION && w->has[BY_ONION])
        return BY_ONION;
    return w->has[BY_PROXY] ? BY_PROXY : BY_COUNT;
}

static bool is_opening(const struct ways *w, enum by by)
{
    return (by == BY_I2P && w->i2p.state == SAM_OPENING) ||
           (by != BY_COUNT && doubt_pauses(&w->doubts[by], uv_now(w->loop)));
}

bool ways_opening(const struct ways *w, const struct conn *c)
{
    return is_opening(w, way_to(w, c));
}

const char *ways_name(const struct ways *w, const struct conn *c)
{
    enum by by = way_to(w, c);
    return by != BY_COUNT ? names[by] : "";
}

enum way ways_take(struct ways *w, struct conn *c, enum txs_outcome *outcome, enum txs_error *error)
{
    enum by by = way_to(w, c);
    if (by == BY_COUNT)
        return WAY_OPEN;
    if (is_opening(w, by))
        return WAY_OPENING;
    enum way way =
        by == BY_I2P ? take_i2p(w, c, outcome, error) : take_socks5(w, by, c, outcome, error);
    if (way == WAY_OPEN)
        c->doubt = &w->doubts[by];
    return way;
}
