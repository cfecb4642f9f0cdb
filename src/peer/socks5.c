/* SOCKS5: RFC 1928, user and password of RFC 1929, the extended reply codes of Tor. */
#include "tunnel.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION 5
#define AUTH_VERSION 1
#define CREDENTIAL_LEN 16 /* hex digits */

enum method { METHOD_NONE = 0, METHOD_PASSWORD = 2, METHOD_NO_ACCEPTABLE = 0xff };
enum address_type { TYPE_IPV4 = 1, TYPE_NAME = 3, TYPE_IPV6 = 4 };
#define COMMAND_CONNECT 1

/* What is awaited. All parts but the last are of two bytes, or one. */
enum part { PART_METHOD, PART_VERDICT, PART_REPLY, PART_BOUND_TYPE, PART_NAME_LEN, PART_BOUND };

struct socks5 {
    struct txs_tunnel tunnel;
    struct txs_address to;
    const char *name; /* in place of its host; NULL: none */
    char user[CREDENTIAL_LEN + 1], password[CREDENTIAL_LEN + 1];
    enum part part;
    uint8_t kept[2];  /* of a part that is read */
    size_t got, need; /* bytes of the part */
    uint8_t out[7 + TXS_SOCKS5_NAME_MAX];
};

static const struct {
    uint8_t code;
    enum txs_error error;
} replies[] = {
    {0x01, TXS_ERROR_SOCKS5_GENERAL_FAILURE},
    {0x02, TXS_ERROR_SOCKS5_NOT_ALLOWED},
    {0x03, TXS_ERROR_SOCKS5_NETWORK_UNREACHABLE},
    {0x04, TXS_ERROR_SOCKS5_HOST_UNREACHABLE},
    {0x05, TXS_ERROR_SOCKS5_CONNECTION_REFUSED},
    {0x06, TXS_ERROR_SOCKS5_TTL_EXPIRED},
    {0x07, TXS_ERROR_SOCKS5_COMMAND_UNSUPPORTED},
    {0x08, TXS_ERROR_SOCKS5_ADDRESS_UNSUPPORTED},
    /* Tor's proposal 304, with its option ExtendedErrors */
    {0xf0, TXS_ERROR_TOR_DESCRIPTOR_NOT_FOUND},
    {0xf1, TXS_ERROR_TOR_DESCRIPTOR_INVALID},
    {0xf2, TXS_ERROR_TOR_INTRODUCTION_FAILED},
    {0xf3, TXS_ERROR_TOR_RENDEZVOUS_FAILED},
    {0xf4, TXS_ERROR_TOR_AUTHORIZATION_MISSING},
    {0xf5, TXS_ERROR_TOR_AUTHORIZATION_WRONG},
    {0xf6, TXS_ERROR_TOR_BAD_ADDRESS},
    {0xf7, TXS_ERROR_TOR_INTRODUCTION_TIMEOUT},
};

static enum txs_error error_of(uint8_t code)
{
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
        if (replies[i].code == code)
            return replies[i].error;
    return TXS_ERROR_SOCKS5_UNKNOWN_REPLY;
}

static void await(struct socks5 *s, enum part part, size_t need)
{
    s->part = part;
    s->got = 0;
    s->need = need;
}

static void say(struct socks5 *s, const struct txs_writer *w)
{
    assert(!w->failed);
    s->tunnel.send = (struct txs_span){w->data, w->len};
}

static void greet(struct txs_tunnel *t)
{
    struct socks5 *s = (struct socks5 *)t;
    struct txs_writer w = txs_writer_to(s->out, sizeof s->out);
    txs_put_u8(&w, VERSION);
    txs_put_u8(&w, 2); /* methods */
    txs_put_u8(&w, METHOD_NONE);
    txs_put_u8(&w, METHOD_PASSWORD);
    say(s, &w);
    await(s, PART_METHOD, 2);
}

static void put_text(struct txs_writer *w, const char *text)
{
    size_t len = strlen(text);
    txs_put_u8(w, (uint8_t)len);
    txs_put_bytes(w, text, len);
}

static void say_credentials(struct socks5 *s)
{
    struct txs_writer w = txs_writer_to(s->out, sizeof s->out);
    txs_put_u8(&w, AUTH_VERSION);
    put_text(&w, s->user);
    put_text(&w, s->password);
    say(s, &w);
    await(s, PART_VERDICT, 2);
}

static void put_name(struct txs_writer *w, const char *name, uint16_t port)
{
    txs_put_u8(w, TYPE_NAME);
    put_text(w, name);
    txs_put_u16be(w, port);
}

static void put_destination(struct txs_writer *w, const struct txs_address *to)
{
    char name[TXS_ADDRESS_TEXT_MAX];
    switch ((enum txs_network)to->network) {
    case TXS_NETWORK_IPV4:
        txs_put_u8(w, TYPE_IPV4);
        txs_put_bytes(w, to->bytes, 4);
        break;
    case TXS_NETWORK_IPV6:
    case TXS_NETWORK_CJDNS:
        txs_put_u8(w, TYPE_IPV6);
        txs_put_bytes(w, to->bytes, 16);
        break;
    case TXS_NETWORK_ONION:
        txs_address_host(name, to);
        put_name(w, name, to->port);
        return;
    case TXS_NETWORK_I2P:
    case TXS_NETWORK_COUNT:
        assert(false); /* a SOCKS5 proxy has no way there */
    }
    txs_put_u16be(w, to->port);
}

static void say_connect(struct socks5 *s)
{
    struct txs_writer w = txs_writer_to(s->out, sizeof s->out);
    txs_put_u8(&w, VERSION);
    txs_put_u8(&w, COMMAND_CONNECT);
    txs_put_u8(&w, 0);
    if (s->name != NULL)
        put_name(&w, s->name, s->to.port);
    else
        put_destination(&w, &s->to);
    say(s, &w);
    s->tunnel.asked = true;
    await(s, PART_REPLY, 2);
}

static void fail(struct socks5 *s, enum txs_error error)
{
    tunnel_fail(&s->tunnel, error);
}

static void take_method(struct socks5 *s, uint8_t version, uint8_t method)
{
    if (version != VERSION)
        fail(s, TXS_ERROR_SOCKS5_MALFORMED);
    else if (method == METHOD_NONE)
        say_connect(s);
    else if (method == METHOD_PASSWORD)
        say_credentials(s);
    else if (method == METHOD_NO_ACCEPTABLE)
        fail(s, TXS_ERROR_SOCKS5_NO_METHOD);
    else
        fail(s, TXS_ERROR_SOCKS5_MALFORMED); /* it was not offered */
}

static void take_verdict(struct socks5 *s, uint8_t version, uint8_t status)
{
    if (version != AUTH_VERSION)
        fail(s, TXS_ERROR_SOCKS5_MALFORMED);
    else if (status != 0)
        fail(s, TXS_ERROR_SOCKS5_AUTH_FAILED);
    else
        say_connect(s);
}

static void take_reply(struct socks5 *s, uint8_t version, uint8_t code)
{
    if (version != VERSION)
        fail(s, TXS_ERROR_SOCKS5_MALFORMED);
    else if (code != 0)
        fail(s, error_of(code)); /* some proxies send no more than this */
    else
        await(s, PART_BOUND_TYPE, 2);
}

/* The bound address may be of any type, whatever was asked for. */
static void take_bound_type(struct socks5 *s, uint8_t reserved, uint8_t type)
{
    if (reserved != 0)
        fail(s, TXS_ERROR_SOCKS5_MALFORMED);
    else if (type == TYPE_IPV4)
        await(s, PART_BOUND, 4 + 2);
    else if (type == TYPE_IPV6)
        await(s, PART_BOUND, 16 + 2);
    else if (type == TYPE_NAME)
        await(s, PART_NAME_LEN, 1);
    else
        fail(s, TXS_ERROR_SOCKS5_MALFORMED);
}

static void take_part(struct socks5 *s)
{
    switch (s->part) {
    case PART_METHOD:
        take_method(s, s->kept[0], s->kept[1]);
        break;
    case PART_VERDICT:
        take_verdict(s, s->kept[0], s->kept[1]);
        break;
    case PART_REPLY:
        take_reply(s, s->kept[0], s->kept[1]);
        break;
    case PART_BOUND_TYPE:
        take_bound_type(s, s->kept[0], s->kept[1]);
        break;
    case PART_NAME_LEN:
        await(s, PART_BOUND, s->kept[0] + 2u);
        break;
    case PART_BOUND:
        s->tunnel.state = TXS_TUNNEL_OPEN;
        break;
    }
}

static void take(struct txs_tunnel *t, struct txs_span *in)
{
    struct socks5 *s = (struct socks5 *)t;
    if (s->got < sizeof s->kept)
        s->kept[s->got] = *in->data;
    in->data++;
    in->len--;
    if (++s->got == s->need)
        take_part(s);
}

static struct socks5 *socks5_new(const uint64_t random[2])
{
    struct socks5 *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->tunnel.greet = greet;
    s->tunnel.take = take;
    snprintf(s->user, sizeof s->user, "%016llx", (unsigned long long)random[0]);
    snprintf(s->password, sizeof s->password, "%016llx", (unsigned long long)random[1]);
    return s;
}

struct txs_tunnel *txs_tunnel_socks5(const struct txs_address *to, const uint64_t random[2])
{
    struct socks5 *s = socks5_new(random);
    if (s == NULL)
        return NULL;
    s->to = *to;
    return &s->tunnel;
}

struct txs_tunnel *txs_tunnel_socks5_name(const char *name, uint16_t port, const uint64_t random[2])
{
    assert(strlen(name) <= TXS_SOCKS5_NAME_MAX);
    struct socks5 *s = socks5_new(random);
    if (s == NULL)
        return NULL;
    s->name = name;
    s->to.port = port;
    return &s->tunnel;
}
