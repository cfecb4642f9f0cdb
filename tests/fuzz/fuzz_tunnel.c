/* Tunnels with a proxy that says anything. The first byte chooses the kind, the second the pieces
 * in which the rest comes; it must end the same as when it comes at once. */
#include "txsurvey/random.h"
#include "txsurvey/tunnel.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

enum kind { SOCKS5_IPV4, SOCKS5_IPV6, SOCKS5_ONION, SAM_SESSION, SAM_STREAM, KINDS };

struct outcome {
    enum txs_tunnel_state state;
    enum txs_error error;
    bool asked;
    size_t left;
    uint8_t sent[4096];
    size_t sent_len;
};

static struct txs_tunnel *make(enum kind kind)
{
    static const uint8_t network[KINDS] = {TXS_NETWORK_IPV4, TXS_NETWORK_IPV6, TXS_NETWORK_ONION,
                                           TXS_NETWORK_I2P, TXS_NETWORK_I2P};
    struct txs_address to = {.network = network[kind], .bytes = {1, 2, 3}};
    to.port = kind < SAM_SESSION ? 8333 : 0;
    if (kind < SAM_SESSION)
        return txs_tunnel_socks5(&to, (const uint64_t[2]){1, 2});
    return kind == SAM_SESSION ? txs_tunnel_sam_session("0123456789")
                               : txs_tunnel_sam_stream("0123456789", &to);
}

static void note(struct outcome *o, const struct txs_tunnel_actions *actions)
{
    require(o->sent_len + actions->send.len <= sizeof o->sent);
    if (actions->send.len > 0)
        memcpy(o->sent + o->sent_len, actions->send.data, actions->send.len);
    o->sent_len += actions->send.len;
    o->state = actions->state;
    o->error = actions->error;
    o->asked = actions->asked;
}

/* One piece, flush against the end of its own buffer. */
static void feed(struct outcome *o, struct txs_tunnel *t, struct txs_span piece)
{
    uint8_t *copy = malloc(piece.len);
    require(copy != NULL);
    memcpy(copy, piece.data, piece.len);
    struct txs_span in = {copy, piece.len};
    while (in.len > 0 && o->state == TXS_TUNNEL_BUSY) {
        struct txs_tunnel_actions actions = txs_tunnel_step(t, in);
        require(actions.rest.len < in.len);
        note(o, &actions);
        in = actions.rest;
    }
    o->left += in.len;
    free(copy);
}

static void run(struct outcome *o, enum kind kind, struct txs_span bytes, struct txs_random *pieces)
{
    memset(o, 0, sizeof *o);
    struct txs_tunnel *t = make(kind);
    require(t != NULL);
    struct txs_tunnel_actions actions = txs_tunnel_step(t, (struct txs_span){NULL, 0});
    note(o, &actions);
    while (bytes.len > 0) {
        size_t len = pieces == NULL ? bytes.len : 1 + txs_random_below(pieces, bytes.len);
        feed(o, t, (struct txs_span){bytes.data, len});
        bytes = (struct txs_span){bytes.data + len, bytes.len - len};
    }
    txs_tunnel_free(t);
}

/* Whatever the bridge says, no more than our three requests go out, each a line of its own. */
static void check_lines(const struct outcome *o)
{
    size_t lines = 0;
    for (size_t i = 0; i < o->sent_len; i++) {
        lines += o->sent[i] == '\n';
        require(o->sent[i] == '\n' || (o->sent[i] >= ' ' && o->sent[i] <= '~'));
    }
    require(lines >= 1 && lines <= 3 && o->sent[o->sent_len - 1] == '\n');
}

static void check(const struct outcome *o, enum kind kind)
{
    require((o->state == TXS_TUNNEL_FAILED) == (o->error != TXS_ERROR_NONE));
    require(o->state != TXS_TUNNEL_OPEN || o->asked);
    require(o->state != TXS_TUNNEL_BUSY || o->left == 0);
    if (kind >= SAM_SESSION)
        check_lines(o);
    else
        require(o->sent_len <= 4 + 35 + 7 + 62); /* greeting, credentials, connect */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    static struct outcome whole, in_pieces;
    enum kind kind = data[0] % KINDS;
    struct txs_span bytes = {data + 2, size - 2};
    run(&whole, kind, bytes, NULL);
    run(&in_pieces, kind, bytes, &(struct txs_random){data[1]});
    check(&whole, kind);
    require(memcmp(&whole, &in_pieces, sizeof whole) == 0);
    return 0;
}
