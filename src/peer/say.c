/* What goes out. The writer's room is computed once, so that nothing here can run out of it. */
#include "say.h"

#include <stdlib.h>
#include <string.h>

#define SMALL_FRAME (TXS_FRAME_HEADER_BYTES + 8)
#define ITEM_BYTES 36
#define ONE_ITEM_FRAME (TXS_FRAME_HEADER_BYTES + 1 + ITEM_BYTES)

/* The most that one step may say. */
static size_t capacity(const struct txs_peer_config *config)
{
    size_t version = TXS_FRAME_HEADER_BYTES + TXS_VERSION_MAX_BYTES;
    size_t ready = 3 * TXS_FRAME_HEADER_BYTES;
    size_t request = TXS_FRAME_HEADER_BYTES + 3 + ITEM_BYTES * config->id_count + SMALL_FRAME;
    size_t first = config->eager ? version + ready + request : version;
    /* What asks for the block is shorter than that, for any number of ids. */
    size_t most = first > ready + request ? first : ready + request;
    size_t pong = SMALL_FRAME, getaddr = TXS_FRAME_HEADER_BYTES, control = ONE_ITEM_FRAME;
    size_t anchors = config->anchor_count * (TXS_FRAME_HEADER_BYTES + 37 + SMALL_FRAME);
    return most + pong + getaddr + control + anchors + SMALL_FRAME;
}

bool txs_peer_out_init(struct txs_writer *out, const struct txs_peer_config *config)
{
    size_t cap = capacity(config);
    *out = txs_writer_to(malloc(cap), cap);
    return out->data != NULL;
}

static void say_empty(struct txs_peer *p, const char *command)
{
    txs_put_frame(p->config->out, p->config->chain->magic, command, (struct txs_span){NULL, 0});
}

static void say_u64(struct txs_peer *p, const char *command, uint64_t value)
{
    size_t begun = txs_frame_begin(p->config->out, p->config->chain->magic, command);
    txs_u64_encode(p->config->out, value);
    txs_frame_end_known(p->config->out, begun, p->config->checksums);
}

/* relay is 1: nodes from Core 24 on ignore the requests of a peer that says 0, in silence. services
 * are 0: peers then never ask us for headers or blocks. */
void say_version(struct txs_peer *p)
{
    struct txs_version v = {
        .version = TXS_PROTOCOL_VERSION,
        .timestamp = (p->config->epoch_unix_ms + (int64_t)p->now_ms) / 1000,
        .recv_port = p->remote->port,
        .nonce = p->nonce,
        .subver = p->config->user_agent,
        .relay = true,
        .has_relay = true,
    };
    txs_address_to_ip16(v.recv_ip, p->remote);
    size_t begun = txs_frame_begin(p->config->out, p->config->chain->magic, "version");
    txs_version_encode(p->config->out, &v);
    txs_frame_end_known(p->config->out, begun, p->config->checksums);
}

/* BIP339 and BIP155: between version and verack, and never to a peer below 70016 (Core 0.20 and
 * older count them as misbehaviour). Who sends wtxidrelay is announced transactions by wtxid, which
 * a surveyor by txid cannot know; and Core 0.21 to 25 then looks the asked hash up among those, so
 * that it answers a txid with notfound for two minutes, though it has announced the transaction
 * (FindTxForGetData). Without it, it announces by txid and gives out by txid what it announced.
 * Nothing else changes: seen on Knots 29.4.3 and 29.5 (also blocksonly, loading the chain, pruned,
 * with BLOOM), btcd 0.24.2 and 0.26.2 and bcoin 1.0.2, whose messages and answers are the same both
 * ways but for the names in Knots' inv. */
void say_ready(struct txs_peer *p)
{
    bool is_new = p->result.version >= TXS_WTXIDRELAY_VERSION;
    if (is_new && p->config->id_type == TXS_ID_TYPE_WTXID)
        say_empty(p, "wtxidrelay");
    if (is_new)
        say_empty(p, "sendaddrv2");
    say_empty(p, "verack");
}

/* MSG_WITNESS_TX is understood from Core 0.13.1 on; who has no witnesses is asked for the form
 * without. One whose services are not known yet is taken for one that has. */
uint32_t say_txid_type(const struct txs_peer *p)
{
    bool lacks_witness = p->version_seen && !(p->result.services & TXS_SERVICE_WITNESS);
    return lacks_witness ? TXS_INV_TX : TXS_INV_WITNESS_TX;
}

/* Type 5 goes only to peers that negotiated it: Core 0.19 and older would never get past it. */
uint32_t say_item_type(const struct txs_peer *p)
{
    return p->config->id_type == TXS_ID_TYPE_WTXID ? TXS_INV_WTX : say_txid_type(p);
}

static size_t pending_count(const struct txs_peer *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->config->id_count; i++)
        count += p->id_states[i].pending;
    return count;
}

static void put_item(struct txs_peer *p, uint32_t type, const uint8_t hash[32])
{
    txs_put_u32le(p->config->out, type);
    txs_put_bytes(p->config->out, hash, 32);
}

void say_getdata(struct txs_peer *p, uint32_t type, const uint8_t hash[32])
{
    size_t begun = txs_frame_begin(p->config->out, p->config->chain->magic, "getdata");
    txs_put_compact(p->config->out, 1);
    put_item(p, type, hash);
    txs_frame_end_known(p->config->out, begun, p->config->checksums);
}

/* Nonces of a session are its own plus multiples of an odd number, which can be divided by modulo
 * 2^64: its inverse tells the number of a fence from its nonce. */
#define FENCE_STEP 0x9e3779b97f4a7c15ull
#define FENCE_STEP_INVERSE 0xf1de83e19937733dull

uint32_t say_fence(struct txs_peer *p)
{
    say_u64(p, "ping", p->nonce + ++p->fences * FENCE_STEP);
    p->fence_wanted = false;
    return p->fences;
}

uint32_t say_fence_number(const struct txs_peer *p, uint64_t nonce)
{
    uint64_t number = (nonce - p->nonce) * FENCE_STEP_INVERSE;
    return number <= p->fences ? (uint32_t)number : 0;
}

void say_getheaders(struct txs_peer *p, const uint8_t hash[32])
{
    size_t begun = txs_frame_begin(p->config->out, p->config->chain->magic, "getheaders");
    txs_getheaders_encode(p->config->out, hash);
    txs_frame_end_known(p->config->out, begun, p->config->checksums);
}

static void say_getdata_of_pending(struct txs_peer *p, size_t count, bool among)
{
    const struct decoy *decoy = &p->decoy;
    uint32_t type = p->asked_type = say_item_type(p);
    size_t begun = txs_frame_begin(p->config->out, p->config->chain->magic, "getdata");
    txs_put_compact(p->config->out, count + among);
    for (size_t i = 0; i <= p->config->id_count; i++) {
        if (among && i == decoy->place)
            put_item(p, type, decoy->hash);
        if (i < p->config->id_count && p->id_states[i].pending)
            put_item(p, type, p->config->ids[i]);
    }
    txs_frame_end_known(p->config->out, begun, p->config->checksums);
}

/* Where the ids leave the decoy no room, it goes in a request of its own behind theirs. */
uint32_t say_request(struct txs_peer *p)
{
    struct decoy *decoy = &p->decoy;
    size_t count = pending_count(p);
    bool among = decoy->wanted && count < TXS_GETDATA_MAX;
    if (count + among > 0)
        say_getdata_of_pending(p, count, among);
    if (decoy->wanted && !among)
        say_getdata(p, say_item_type(p), decoy->hash);
    uint32_t fence = say_fence(p);
    if (decoy->wanted)
        decoy->fence = fence;
    decoy->wanted = false;
    return fence;
}

void say_getaddr(struct txs_peer *p)
{
    say_empty(p, "getaddr");
}

/* A peer that pings but does not read gets one pong in the end, for its last ping. */
void say_pong(struct txs_peer *p)
{
    size_t begun = p->config->out->len;
    p->pong_due = false;
    say_u64(p, "pong", p->pong_nonce);
    const uint8_t *checksum =
        p->config->out->data + begun + TXS_FRAME_HEADER_BYTES - TXS_CHECKSUM_BYTES;
    if (memcmp(checksum, p->pong_checksum, TXS_CHECKSUM_BYTES) != 0)
        p->config->out->len = begun;
}
