/* The peer machine with well-framed messages: after two bytes as in fuzz_peer.c the input is a list
 * of things that a peer does, each an opcode and its arguments. */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 100
#define FLOOD_BYTES 4000
#define ADDRESSES_MAX 20 /* more than are relayed at a time */
#define FRAME_ROOM (FLOOD_BYTES + 1000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum opcode {
    OP_VERSION,
    OP_ODD_VERSION,
    OP_VERACK,
    OP_WTXIDRELAY,
    OP_TX,
    OP_STRIPPED_TX,
    OP_NOTFOUND,
    OP_INV,
    OP_PING,
    OP_PONG,
    OP_FEEFILTER,
    OP_PAYLOAD,  /* of a known message, as it stands in the input */
    OP_COMMAND,  /* any command, empty */
    OP_WAIT,     /* time passes */
    OP_DEADLINE, /* until the deadline */
    OP_CLOG,
    OP_FLOOD,
    OP_ADDRESSES,    /* so many, as addrv2 */
    OP_DENY_ALL,     /* notfound of all that was asked for last */
    OP_ANNOUNCE_ALL, /* inv of the same */
    OP_COUNT,
};

struct script {
    struct txs_reader in;
    struct session *session;
    uint8_t room[FRAME_ROOM];
    struct txs_writer out;
};

static void put_odd_version(struct script *s, struct txs_writer *w)
{
    uint8_t agent[256];
    memset(agent, 'x', sizeof agent);
    struct txs_version v = {
        .version = (int32_t)txs_get_u32le(&s->in),
        .services = txs_get_u8(&s->in),
        .timestamp = (int64_t)txs_get_u64le(&s->in),
        .nonce = txs_get_u8(&s->in) == 7 ? SESSION_NONCE : 1,
        .subver = {agent, txs_get_u8(&s->in)},
        .has_relay = true,
    };
    txs_version_encode(w, &v);
}

static void put_version(struct txs_writer *w)
{
    const char *agent = "/Satoshi:29.0.0/";
    struct txs_version v = {.version = 70016,
                            .services = 9,
                            .subver = {(const uint8_t *)agent, strlen(agent)},
                            .relay = true,
                            .has_relay = true};
    txs_version_encode(w, &v);
}

static void put_tx(struct script *s, struct txs_writer *w, bool witness)
{
    uint8_t tx[128];
    txs_put_bytes(w, tx, session_transaction(tx, txs_get_u8(&s->in) % 3, witness));
}

/* The ids that the bits of one byte name, and another one's. */
static void put_list(struct script *s, struct txs_writer *w)
{
    struct txs_inv_item items[3];
    uint8_t bits = txs_get_u8(&s->in);
    size_t count = 0;
    for (unsigned i = 0; i < 3; i++) {
        if (!(bits >> i & 1))
            continue;
        items[count].type = bits & 8 ? TXS_INV_WTX : bits & 16 ? TXS_INV_BLOCK : TXS_INV_TX;
        memcpy(items[count++].hash, s->session->ids[i], 32);
    }
    txs_inv_encode(w, items, count);
}

static void put_addresses(struct script *s, struct txs_writer *w)
{
    struct txs_addr_entry entries[ADDRESSES_MAX];
    static const uint8_t ipv4[4] = {1, 2, 3, 4};
    size_t count = txs_get_u8(&s->in) % (ADDRESSES_MAX + 1);
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct txs_addr_entry){
            .network_id = 1, .bytes = {ipv4, sizeof ipv4}, .port = (uint16_t)(8333 + i)};
    txs_addrv2_encode(w, entries, count);
}

static void put_input(struct script *s, struct txs_writer *w)
{
    size_t len = txs_get_u8(&s->in);
    if (len > s->in.left)
        len = s->in.left;
    struct txs_span bytes = txs_get_bytes(&s->in, len);
    txs_put_bytes(w, bytes.data, bytes.len);
}

static const char *command_of(struct script *s, uint8_t opcode)
{
    static const char *const fixed[] = {"version", "version", "verack",   "wtxidrelay",
                                        "tx",      "tx",      "notfound", "inv",
                                        "ping",    "pong",    "feefilter"};
    static const char *const others[] = {"version", "tx",     "notfound",  "inv",
                                         "ping",    "addr",   "sendcmpct", "feature",
                                         "junk",    "addrv2", "block",     "blocktxn"};
    if (opcode < sizeof fixed / sizeof *fixed)
        return fixed[opcode];
    if (opcode >= OP_ADDRESSES)
        return opcode == OP_ADDRESSES ? "addrv2" : opcode == OP_DENY_ALL ? "notfound" : "inv";
    return others[txs_get_u8(&s->in) % (sizeof others / sizeof *others)];
}

static void put_payload(struct script *s, struct txs_writer *w, uint8_t opcode)
{
    switch ((enum opcode)opcode) {
    case OP_VERSION:
        put_version(w);
        break;
    case OP_ODD_VERSION:
        put_odd_version(s, w);
        break;
    case OP_TX:
    case OP_STRIPPED_TX:
        put_tx(s, w, opcode == OP_TX);
        break;
    case OP_NOTFOUND:
    case OP_INV:
        put_list(s, w);
        break;
    case OP_PING:
        txs_put_u64le(w, txs_get_u8(&s->in));
        break;
    case OP_PONG:
        txs_put_u64le(w, s->session->fence);
        break;
    case OP_FEEFILTER:
        txs_put_u64le(w, txs_get_u64le(&s->in));
        break;
    case OP_PAYLOAD:
        put_input(s, w);
        break;
    case OP_FLOOD:
        for (int i = 0; i < FLOOD_BYTES; i++)
            txs_put_u8(w, 0);
        break;
    case OP_ADDRESSES:
        put_addresses(s, w);
        break;
    case OP_DENY_ALL:
    case OP_ANNOUNCE_ALL:
        txs_put_bytes(w, s->session->asked, s->session->asked_len);
        break;
    case OP_VERACK:
    case OP_WTXIDRELAY:
    case OP_COMMAND:
    case OP_WAIT:
    case OP_DEADLINE:
    case OP_CLOG:
    case OP_COUNT:
        break;
    }
}

static void say(struct script *s, uint8_t opcode, bool spoil)
{
    const char *command = command_of(s, opcode);
    s->out = txs_writer_to(s->room, sizeof s->room);
    size_t begun = txs_frame_begin(&s->out, s->session->config.chain->magic, command);
    put_payload(s, &s->out, opcode);
    txs_frame_end(&s->out, begun);
    require(!s->out.failed);
    if (spoil)
        s->room[TXS_FRAME_HEADER_BYTES - 1] ^= 1;
    session_bytes(s->session, (struct txs_span){s->room, s->out.len});
}

static void perform(struct script *s)
{
    uint8_t byte = txs_get_u8(&s->in);
    uint8_t opcode = (uint8_t)((byte & 0x7f) % OP_COUNT);
    if (opcode == OP_WAIT)
        s->session->now_ms += txs_get_u8(&s->in) * 100u;
    else if (opcode == OP_DEADLINE)
        session_event(s->session, TXS_PEER_DEADLINE);
    else if (opcode == OP_CLOG && !s->session->clogged)
        s->session->clogged = true;
    else if (opcode == OP_CLOG) {
        s->session->clogged = false;
        session_event(s->session, TXS_PEER_WRITABLE);
    } else
        say(s, opcode, byte & 0x80);
}

static void run(struct session_outcome *out, const uint8_t *data, size_t size,
                struct txs_random *pieces)
{
    struct session session;
    struct script *s = malloc(sizeof *s);
    require(s != NULL);
    s->in = txs_reader_of((struct txs_span){data + 2, size - 2});
    s->session = &session;
    session_begin(&session, session_kind_of(data[0]), pieces);
    session.now_ms = 10;
    for (int i = 0; i < STEPS_MAX && s->in.left > 0 && !session.actions.finished; i++)
        perform(s);
    session.clogged = false;
    session_end(&session, out);
    free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return session_compare(run, data, size);
}
