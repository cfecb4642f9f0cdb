#include "say.h"

#include <time.h>

void sim_say(struct sim_session *s, const char *command, struct txs_span payload)
{
    txs_put_frame(&s->net->out, s->net->settings->chain->magic, command, payload);
}

void sim_say_empty(struct sim_session *s, const char *command)
{
    sim_say(s, command, (struct txs_span){NULL, 0});
}

void sim_say_u64(struct sim_session *s, const char *command, uint64_t value)
{
    size_t begun = txs_frame_begin(&s->net->out, s->net->settings->chain->magic, command);
    txs_u64_encode(&s->net->out, value);
    txs_frame_end(&s->net->out, begun);
}

void sim_say_version(struct sim_session *s)
{
    const struct sim_node *node = &s->node;
    struct txs_version v = {
        .version = node->version,
        .services = node->services,
        .timestamp = time(NULL),
        .from_services = node->services,
        .nonce = sim_random(s->net->settings, node->index, SIM_SALT_NONCE, 0),
        .subver = node->agent,
        .start_height = node->height,
        .relay = node->relay,
        .has_relay = node->version >= 70001, /* BIP37 */
    };
    size_t begun = txs_frame_begin(&s->net->out, s->net->settings->chain->magic, "version");
    txs_version_encode(&s->net->out, &v);
    txs_frame_end(&s->net->out, begun);
    s->version_sent = true;
}

void sim_say_early_features(struct sim_session *s)
{
    if (s->node.wtxidrelay)
        sim_say_empty(s, "wtxidrelay");
    if (s->node.sendaddrv2)
        sim_say_empty(s, "sendaddrv2");
}

void sim_say_features(struct sim_session *s)
{
    sim_say_early_features(s);
    sim_say_empty(s, "verack");
    s->verack_sent = true;
}

void sim_say_ping(struct sim_session *s)
{
    if (s->node.version <= TXS_BIP31_VERSION) {
        sim_say_empty(s, "ping");
        return;
    }
    sim_say_u64(s, "ping", sim_random(s->net->settings, s->node.index, SIM_SALT_NONCE, 1));
    s->pings_out++;
}

static void say_sendcmpct(struct sim_session *s, uint64_t version)
{
    size_t begun = txs_frame_begin(&s->net->out, s->net->settings->chain->magic, "sendcmpct");
    txs_sendcmpct_encode(&s->net->out, &(struct txs_sendcmpct){0, version});
    txs_frame_end(&s->net->out, begun);
}

void sim_say_after_handshake(struct sim_session *s)
{
    if (s->burst_sent)
        return;
    s->burst_sent = true;
    if (s->node.version <= 70012)
        sim_say(s, "alert", (struct txs_span){(const uint8_t *)"\0\0", 2}); /* before 0.14 */
    if (s->node.sendheaders)
        sim_say_empty(s, "sendheaders");
    for (uint8_t i = 0; i < s->node.sendcmpct; i++)
        say_sendcmpct(s, 2u - i);
    sim_say_ping(s);
    if (s->node.feefilter >= 0)
        sim_say_u64(s, "feefilter", (uint64_t)s->node.feefilter);
}

void sim_say_inv_list(struct sim_session *s, const char *command, const struct txs_inv_item *items,
                      size_t count)
{
    size_t begun = txs_frame_begin(&s->net->out, s->net->settings->chain->magic, command);
    txs_inv_encode(&s->net->out, items, count);
    txs_frame_end(&s->net->out, begun);
}

void sim_spoil_checksum(struct sim_session *s, size_t begun)
{
    s->net->out.data[begun + 20] ^= 0xff;
}
