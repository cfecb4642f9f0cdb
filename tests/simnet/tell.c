#include "tell.h"

#include "place.h"
#include "say.h"

#include <string.h>
#include <time.h>

#define LATE_LEAST_MS 200
#define LATE_MOST_MS 700
#define FEW 5 /* entries of gossip that nobody asked for (Core relays up to 10) */
#define DAY_S (24u * 3600)
#define FRESH_S 0
#define BIP155_ONION 4
#define BIP155_I2P 5

/* A message as it grows. One is enough: each is written before the next is begun. */
static struct {
    struct txs_addr_entry entries[TXS_ADDR_MAX + 1];
    uint8_t bytes[TXS_ADDR_MAX + 1][32];
    size_t count;
    bool v2;
} list;

struct txs_addr_entry sim_addr_entry(uint8_t ip16[16], const struct txs_address *address,
                                     uint32_t age_s)
{
    txs_address_to_ip16(ip16, address);
    return (struct txs_addr_entry){
        .time = (uint32_t)time(NULL) - age_s,
        .services = TXS_SERVICE_NETWORK | TXS_SERVICE_WITNESS | TXS_SERVICE_NETWORK_LIMITED,
        .network_id = 1,
        .bytes = {ip16, 16},
        .port = address->port,
    };
}

static void begin(struct sim_session *s)
{
    list.count = 0;
    list.v2 = s->got_sendaddrv2 && s->node.sendaddrv2;
}

static void add(const struct txs_address *address, uint32_t age_s)
{
    uint8_t *bytes = list.bytes[list.count];
    struct txs_addr_entry *entry = &list.entries[list.count++];
    *entry = sim_addr_entry(bytes, address, age_s);
    if (address->network != TXS_NETWORK_IPV4) {
        memcpy(bytes, address->bytes, 32);
        entry->network_id = address->network == TXS_NETWORK_ONION ? BIP155_ONION : BIP155_I2P;
        entry->bytes = (struct txs_span){bytes, 32};
    } else if (list.v2) {
        entry->bytes = (struct txs_span){bytes + 12, 4};
    }
}

/* An entry of addrv2 that leads nowhere: `len` bytes of address that start with `prefix`. */
static void add_raw(uint8_t network_id, const char *prefix, size_t prefix_len, uint8_t len)
{
    uint8_t *bytes = list.bytes[list.count];
    struct txs_addr_entry *entry = &list.entries[list.count++];
    memset(bytes, 0x5a, 32);
    memcpy(bytes, prefix, prefix_len);
    *entry = (struct txs_addr_entry){(uint32_t)time(NULL), 1, network_id, {bytes, len}, 8333};
    if (network_id == BIP155_I2P)
        entry->port = 0; /* I2P knows no ports */
}

static void encode(struct txs_writer *w)
{
    if (list.v2)
        txs_addrv2_encode(w, list.entries, list.count);
    else
        txs_addr_encode(w, list.entries, list.count);
}

static const char *command(void)
{
    return list.v2 ? "addrv2" : "addr";
}

static void say_list(struct sim_session *s)
{
    size_t begun = txs_frame_begin(&s->net->out, s->net->settings->chain->magic, command());
    encode(&s->net->out);
    txs_frame_end(&s->net->out, begun);
}

/* --- what it tells ------------------------------------------------------------------------- */

/* Nobody's word is proof of life: live ones are up to 10 days old, dead ones up to 29. */
static void add_known(struct sim_session *s, size_t most)
{
    static struct sim_told told[SIM_TOLD_MAX];
    const struct sim_settings *settings = s->net->settings;
    size_t count = sim_gossip_known(told, settings, s->node.index);

    for (size_t i = 0; i < count && i < most; i++) {
        struct txs_address address = sim_told_address(settings, told[i]);
        uint64_t random = sim_random(settings, s->node.index, SIM_SALT_AGE, i);
        add(&address,
            3600 + (uint32_t)(random % ((told[i].kind == SIM_TOLD_NODE ? 10u : 29u) * DAY_S)));
    }
}

static void add_forbidden(struct sim_session *s, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct txs_address address =
            sim_place_of_forbidden(s->net->settings, s->node.index + (uint32_t)i);
        add(&address, FRESH_S);
    }
}

static void say_known(struct sim_session *s)
{
    begin(s);
    add_known(s, SIM_TOLD_MAX);
    if (list.count)
        say_list(s);
}

/* In a message of its own, as Core does from version 31 on. */
static void say_self_first(struct sim_session *s)
{
    struct txs_address address = sim_node_address(s->net->settings, s->node.index);
    if (!s->node.self_first)
        return;
    begin(s);
    add(&address, FRESH_S);
    say_list(s);
}

static void say_invented(struct sim_session *s, uint32_t first)
{
    begin(s);
    for (uint32_t i = first; i < first + SIM_TOLD_MAX; i++) {
        struct txs_address address = sim_gossip_invention(s->net->settings, s->node.index, i);
        add(&address, FRESH_S);
    }
    say_list(s);
}

/* --- on handshake -------------------------------------------------------------------------- */

static void open_nothing(struct sim_session *s)
{
    (void)s;
}

static void open_few(struct sim_session *s)
{
    begin(s);
    add_known(s, FEW);
    say_list(s);
}

static void open_flood(struct sim_session *s)
{
    for (uint32_t i = 0; i < SIM_FLOOD_MESSAGES; i++)
        say_invented(s, i * SIM_TOLD_MAX);
}

/* --- on getaddr ---------------------------------------------------------------------------- */

static void asked_nothing(struct sim_session *s)
{
    (void)s;
}

static void asked_answer(struct sim_session *s)
{
    say_self_first(s);
    say_known(s);
}

static void asked_answer_late(struct sim_session *s)
{
    uint64_t random = sim_random(s->net->settings, s->node.index, SIM_SALT_VARIANT, 2);
    say_self_first(s);
    s->tell_ms = uv_now(s->net->loop) + LATE_LEAST_MS + random % (LATE_MOST_MS - LATE_LEAST_MS);
    sim_session_wake_at(s, s->tell_ms);
}

static void asked_lie(struct sim_session *s)
{
    say_invented(s, 0);
}

static void add_at_port(struct sim_session *s, uint16_t port)
{
    struct txs_address address = sim_place_of_forbidden(s->net->settings, s->node.index);
    address.port = port;
    add(&address, FRESH_S);
}

/* Networks that are unknown, obsolete or out of reach; IPv4 as addrv2 must not spell it. */
static void add_odd_networks(struct sim_session *s)
{
    struct txs_address address = sim_place_of_forbidden(s->net->settings, s->node.index);
    add_raw(0, "", 0, 1);
    add_raw(99, "", 0, 7);
    add_raw(200, "", 0, 32);
    add_raw(3, "", 0, 10);
    add_raw(4, "", 0, 32);
    add_raw(BIP155_I2P, "", 0, 32);
    add_raw(6, "\xfc", 1, 16);
    add_raw(7, "\x02", 1, 16);
    add_raw(2, "\xfd\x87\xd8\x7e\xeb\x43", 6, 16);
    add_raw(2, "\xfd\x6b\x88\xc0\x87\x24", 6, 16);
    add(&address, FRESH_S);
    struct txs_addr_entry *mapped = &list.entries[list.count - 1];
    mapped->network_id = 2;
    mapped->bytes = (struct txs_span){mapped->bytes.data - 12, 16};
}

/* Its list, with neighbours that must not spoil it: repetitions, ports that are none or another
 * service's, and what add_odd_networks() has. At most SIM_ODD_ENTRIES_MAX. */
static void asked_odd(struct sim_session *s)
{
    static const uint16_t ports[] = {0, 22, 25, 80, 443};
    say_self_first(s);
    begin(s);
    if (list.v2)
        add_odd_networks(s);
    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
        add_at_port(s, ports[i]);
    add_known(s, SIM_TOLD_MAX);
    if (list.count + 1 < TXS_ADDR_MAX) {
        list.entries[list.count] = list.entries[list.count - 1];
        list.count++;
    }
    say_list(s);
}

enum flaw { FLAW_SHORT, FLAW_COUNT, FLAW_LENGTH, FLAW_LONG_ADDRESS };

/* What Core calls a deserialization error. The entries before the flaw are sound. */
static void put_flawed(struct txs_writer *out, enum flaw flaw)
{
    static const uint8_t zeros[TXS_ADDRV2_MAX_BYTES + 1];
    struct txs_addr_entry *last = &list.entries[list.count - 1];
    size_t begun = out->len;

    if (flaw == FLAW_LENGTH) {
        last->bytes = (struct txs_span){zeros, 5}; /* of IPv4 */
    } else if (flaw == FLAW_LONG_ADDRESS) {
        last->network_id = 99;
        last->bytes = (struct txs_span){zeros, sizeof(zeros)};
    }
    encode(out);
    if (flaw == FLAW_SHORT) {
        out->len -= 9;
    } else if (flaw == FLAW_COUNT) { /* 2^64 - 1 of them */
        memmove(out->data + begun + 9, out->data + begun + 1, out->len - begun - 1);
        memset(out->data + begun, 0xff, 9);
        out->len += 8;
    }
}

static void asked_malformed(struct sim_session *s)
{
    struct txs_writer *out = &s->net->out;
    uint64_t random = sim_random(s->net->settings, s->node.index, SIM_SALT_VARIANT, 3);
    begin(s);
    add_forbidden(s, 30);
    size_t begun = txs_frame_begin(out, s->net->settings->chain->magic, command());
    put_flawed(out, (enum flaw)(random % (list.v2 ? 4 : 2))); /* the last two are addrv2's */
    txs_frame_end(out, begun);
    asked_answer(s);
}

static void asked_too_many(struct sim_session *s)
{
    begin(s);
    add_forbidden(s, TXS_ADDR_MAX + 1);
    say_list(s);
    asked_answer(s);
}

static void asked_bad_checksum(struct sim_session *s)
{
    size_t begun = s->net->out.len;
    begin(s);
    add_forbidden(s, 30);
    say_list(s);
    sim_spoil_checksum(s, begun);
    asked_answer(s);
}

/* --- the table ----------------------------------------------------------------------------- */

static const struct {
    void (*on_handshake)(struct sim_session *s);
    void (*on_getaddr)(struct sim_session *s);
} manners[SIM_GOSSIP_COUNT] = {
#define X(id, name, weight, truth, inventions, open, asked) {open_##open, asked_##asked},
    SIM_GOSSIP_TABLE(X)
#undef X
};

void sim_tell_after_handshake(struct sim_session *s)
{
    if (sim_node_tells(&s->node))
        manners[s->node.gossip].on_handshake(s);
}

void sim_tell_asked(struct sim_session *s)
{
    if (sim_node_tells(&s->node))
        manners[s->node.gossip].on_getaddr(s);
}

void sim_tell_late(struct sim_session *s)
{
    say_known(s);
}
