/* The handshake, and what a peer says of itself: its version, features and fee filter; its pings.
 */
#include "handshake.h"

#include "receive.h"
#include "say.h"

#include <string.h>

static struct txs_span kept(const struct txs_peer *p)
{
    return (struct txs_span){p->message.kept, p->message.kept_len};
}

static int64_t time_offset(int64_t theirs_s, int64_t ours_s)
{
    int64_t offset;
    if (__builtin_sub_overflow(theirs_s, ours_s, &offset))
        return theirs_s < 0 ? INT64_MIN : INT64_MAX;
    return offset;
}

static void note_version(struct txs_peer *p, const struct txs_version *v)
{
    struct txs_peer_result *r = &p->result;
    r->has_version = true;
    r->has_start_height = v->has_start_height;
    r->has_subver = v->has_subver;
    r->version = v->version;
    r->services = v->services;
    r->on_fork = p->config->chain->has_split && v->services & TXS_SERVICE_BLAKE2B;
    r->start_height = v->has_start_height ? v->start_height : -1;
    r->relaytxes = v->relay;
    r->timeoffset_s =
        time_offset(v->timestamp, (p->config->epoch_unix_ms + (int64_t)p->now_ms) / 1000);
    r->subver = v->subver;
}

static enum handshake_progress get_ready(struct txs_peer *p)
{
    say_ready(p);
    return HANDSHAKE_READY;
}

/* Who is asked eagerly gets all in the first write. To a node that handles one message after the
 * other it is the same: Knots 29.4.3 and 29.5 (also blocksonly, loading the chain, pruned, with
 * BLOOM), btcd 0.20.1, 0.22.1, 0.24.2 and 0.26.2 and bcoin 1.0.2 were seen to say the same messages
 * in the same order both ways. Nothing of say_ready() but the verack fits in there: btcd 0.22.1,
 * which speaks 70013, hangs up on a sendaddrv2. */
enum handshake_progress handshake_begin(struct txs_peer *p)
{
    p->handshake_deadline_ms = p->now_ms + p->config->handshake_timeout_ms;
    say_version(p);
    return p->config->eager ? get_ready(p) : HANDSHAKE_AS_BEFORE;
}

static enum handshake_progress on_version(struct txs_peer *p)
{
    struct txs_version v;
    if (!txs_version_decode(&v, kept(p))) {
        session_violated(p, TXS_ERROR_MALFORMED_VERSION);
    } else if (v.nonce == p->nonce) {
        session_violated(p, TXS_ERROR_SELF_CONNECTION);
    } else {
        p->version_seen = true;
        note_version(p, &v);
        if (v.version < TXS_MIN_PEER_VERSION)
            session_violated(p, TXS_ERROR_OBSOLETE_VERSION);
        else if (!p->config->eager)
            return get_ready(p);
    }
    return HANDSHAKE_AS_BEFORE;
}

static enum handshake_progress on_verack(struct txs_peer *p)
{
    if (!p->version_seen || p->verack_seen)
        return HANDSHAKE_AS_BEFORE;
    p->verack_seen = true;
    p->result.handshake_ms = p->now_ms;
    p->result.stage = TXS_STAGE_REQUEST;
    return HANDSHAKE_COMPLETE;
}

/* Negotiation messages count wherever they come: sendheaders and sendcmpct follow the verack. */
static void on_feature(struct txs_peer *p)
{
    for (unsigned f = 0; f < TXS_FEATURE_COUNT; f++)
        if (strcmp(p->splitter.command, txs_feature_command(f)) == 0)
            p->result.features |= 1u << f;
}

/* BIP133: a value outside 0..21e14 is ignored. */
static void on_feefilter(struct txs_peer *p)
{
    uint64_t value;
    if (!txs_u64_decode(&value, kept(p)) || value > 2100000000000000ull)
        return;
    p->result.has_feefilter = true;
    p->result.feefilter_sat_kvb = (int64_t)value;
}

/* A plain one whose pong is yet to be made is checked when that is done, unless it would take the
 * place of another. */
static void on_ping(struct txs_peer *p)
{
    uint64_t nonce;
    uint8_t checksum[TXS_CHECKSUM_BYTES];
    const uint8_t *claimed = txs_splitter_checksum(&p->splitter);
    bool plain = receive_is_plain_ping(p);
    if (!p->version_seen || !txs_u64_decode(&nonce, kept(p)))
        return;
    if (plain && !p->pong_due)
        memcpy(checksum, claimed, sizeof checksum);
    else
        txs_checksum(checksum, (struct txs_span){p->message.kept, sizeof nonce},
                     p->config->checksums);
    if (plain && memcmp(checksum, claimed, sizeof checksum) != 0)
        return;
    p->pong_nonce = nonce;
    memcpy(p->pong_checksum, checksum, sizeof checksum);
    p->pong_due = true;
}

enum handshake_progress handshake_message(struct txs_peer *p, enum message_kind kind)
{
    if (kind == MESSAGE_VERSION)
        return on_version(p);
    if (kind == MESSAGE_VERACK)
        return on_verack(p);
    if (kind == MESSAGE_FEATURE)
        on_feature(p);
    else if (kind == MESSAGE_FEEFILTER)
        on_feefilter(p);
    else if (kind == MESSAGE_PING)
        on_ping(p);
    return HANDSHAKE_AS_BEFORE;
}
