#include "txsurvey/message.h"

static void get_endpoint(struct txs_reader *r, uint64_t *services, uint8_t ip[16], uint16_t *port)
{
    *services = txs_get_u64le(r);
    txs_get_copy(r, ip, 16);
    *port = txs_get_u16be(r);
}

static void put_endpoint(struct txs_writer *w, uint64_t services, const uint8_t ip[16],
                         uint16_t port)
{
    txs_put_u64le(w, services);
    txs_put_bytes(w, ip, 16);
    txs_put_u16be(w, port);
}

/* Core reads what follows addr_recv in four steps, each only if any byte is left: addr_from with
 * the nonce, user agent, height, relay. So the message may end between them but not within one. */
static void get_tail(struct txs_reader *r, struct txs_version *v)
{
    if (r->left > 0) {
        get_endpoint(r, &v->from_services, v->from_ip, &v->from_port);
        v->nonce = txs_get_u64le(r);
    }
    if (r->left > 0) {
        v->has_subver = true;
        v->subver = txs_get_bytes(r, (size_t)txs_get_compact(r, TXS_SUBVER_MAX_BYTES));
    }
    if (r->left > 0) {
        v->has_start_height = true;
        v->start_height = (int32_t)txs_get_u32le(r);
    }
    if (r->left > 0) {
        v->has_relay = true;
        v->relay = txs_get_u8(r) != 0;
    }
}

bool txs_version_decode(struct txs_version *out, struct txs_span payload)
{
    struct txs_reader r = txs_reader_of(payload);
    *out = (struct txs_version){.relay = true};
    out->version = (int32_t)txs_get_u32le(&r);
    out->services = txs_get_u64le(&r);
    out->timestamp = (int64_t)txs_get_u64le(&r);
    get_endpoint(&r, &out->recv_services, out->recv_ip, &out->recv_port);
    get_tail(&r, out);
    return !r.failed;
}

void txs_version_encode(struct txs_writer *w, const struct txs_version *version)
{
    txs_put_u32le(w, (uint32_t)version->version);
    txs_put_u64le(w, version->services);
    txs_put_u64le(w, (uint64_t)version->timestamp);
    put_endpoint(w, version->recv_services, version->recv_ip, version->recv_port);
    put_endpoint(w, version->from_services, version->from_ip, version->from_port);
    txs_put_u64le(w, version->nonce);
    txs_put_compact(w, version->subver.len);
    txs_put_bytes(w, version->subver.data, version->subver.len);
    txs_put_u32le(w, (uint32_t)version->start_height);
    if (version->has_relay)
        txs_put_u8(w, version->relay);
}
