/* What goes out. The writer's room is computed once, so that nothing here can run out of it. */
#include "machine.h"

#include <assert.h>
#include <string.h>

#define SMALL_FRAME (TXS_FRAME_HEADER_BYTES + 8)

size_t say_capacity(const struct txs_peer_config *config)
{
    size_t version = TXS_FRAME_HEADER_BYTES + TXS_VERSION_MAX_BYTES;
    size_t ready = 3 * TXS_FRAME_HEADER_BYTES;
    size_t request = TXS_FRAME_HEADER_BYTES + 3 + 36 * config->id_count + SMALL_FRAME;
    size_t most = version > ready + request ? version : ready + request;
    return most + SMALL_FRAME /* a pong */ + TXS_FRAME_HEADER_BYTES /* getaddr */;
}

static void say_empty(struct txs_peer *p, const char *command)
{
    txs_put_frame(&p->out, p->config->chain->magic, command, (struct txs_span){NULL, 0});
}

static void say_u64(struct txs_peer *p, const char *command, uint64_t value)
{
    size_t begun = txs_frame_begin(&p->out, p->config->chain->magic, command);
    txs_u64_encode(&p->out, value);
    txs_frame_end(&p->out, begun);
}

/* relay is 1: nodes from Core 24 on ignore the requests of a peer that says 0, in silence. services
 * are 0: peers then never ask us for headers or blocks. */
void say_version(struct txs_peer *p)
{
    struct txs_version v = {
        .version = TXS_PROTOCOL_VERSION,
        .timestamp = (p->config->epoch_unix_ms + (int64_t)p->now_ms) / 1000,
        .recv_port = p->remote.port,
        .nonce = p->nonce,
        .subver = p->config->user_agent,
        .relay = true,
        .has_relay = true,
    };
    txs_address_to_ip16(v.recv_ip, &p->remote);
    size_t begun = txs_frame_begin(&p->out, p->config->chain->magic, "version");
    txs_version_encode(&p->out, &v);
    txs_frame_end(&p->out, begun);
}

/* BIP339 and BIP155: between version and verack, and never to a peer below 70016 (Core 0.20 and
 * older count them as misbehaviour). */
void say_ready(struct txs_peer *p)
{
    if (p->result.version >= TXS_WTXIDRELAY_VERSION) {
        say_empty(p, "wtxidrelay");
        say_empty(p, "sendaddrv2");
    }
    say_empty(p, "verack");
}

/* MSG_WITNESS_TX is understood from Core 0.13.1 on; who has no witnesses is asked for the form
 * without. Type 5 goes only to peers that negotiated it: Core 0.19 and older would never get past
 * it. */
static uint32_t item_type(const struct txs_peer *p)
{
    if (p->config->id_type == TXS_ID_TYPE_WTXID)
        return TXS_INV_WTX;
    return p->result.services & TXS_SERVICE_WITNESS ? TXS_INV_WITNESS_TX : TXS_INV_TX;
}

static size_t pending_count(const struct txs_peer *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->config->id_count; i++)
        count += p->id_states[i].pending;
    return count;
}

void say_request(struct txs_peer *p)
{
    size_t begun = txs_frame_begin(&p->out, p->config->chain->magic, "getdata");
    txs_put_compact(&p->out, pending_count(p));
    for (size_t i = 0; i < p->config->id_count; i++) {
        if (!p->id_states[i].pending)
            continue;
        txs_put_u32le(&p->out, item_type(p));
        txs_put_bytes(&p->out, p->config->ids[i], 32);
    }
    txs_frame_end(&p->out, begun);
    say_u64(p, "ping", p->asking.fence);
}

void say_getaddr(struct txs_peer *p)
{
    say_empty(p, "getaddr");
}

/* A peer that pings but does not read gets one pong in the end, for its last ping. */
void say_pong(struct txs_peer *p)
{
    p->pong_due = false;
    say_u64(p, "pong", p->pong_nonce);
}
