/* What answers for a block. Behind two bytes as in fuzz_peer.c, and a third one that chooses the
 * way of asking, the input is the payload of the answer; where it is a whole block, its header can
 * be given the right merkle root. The block that is asked for is the one of that header.
 *
 * Nothing may be taken from a block unless a plain reading of it, at once and with a plain merkle
 * tree, finds it there too. */
#include "machine.h"

#include "txsurvey/block.h"

#include <stdlib.h>
#include <string.h>

#define RIGHT_ROOT 0x01u
#define FILTERED 0x02u
#define KNOWN 0x04u        /* the places: getblocktxn, */
#define ALL_OF_IT 0x08u    /* which is answered with all of the block */
#define NOTHING_LEFT 0x10u /* the allowance of whole blocks */
#define ROOT_AT 36

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A block, read plainly. */
struct plain {
    bool good;
    size_t count;
    uint8_t (*txids)[32];
    uint8_t root[32];
};

static void plain_root(struct plain *b)
{
    uint8_t(*level)[32] = malloc((b->count + 1) * 32);
    require(level != NULL);
    memcpy(level, b->txids, b->count * 32);
    for (size_t n = b->count; n > 1; n = (n + 1) / 2) {
        if (n & 1)
            memcpy(level[n], level[n - 1], 32);
        for (size_t i = 0; i < n; i += 2)
            b->good &= (n & 1 && i + 1 == n) || memcmp(level[i], level[i + 1], 32) != 0;
        for (size_t i = 0; i < (n + 1) / 2; i++)
            txs_sha256d(level[i], level[2 * i], 64);
    }
    memcpy(b->root, level[0], 32);
    free(level);
}

/* The length is found by the walker; that all of it is a transaction, and which, by the parser. */
static size_t take_tx(uint8_t txid[32], struct txs_span bytes)
{
    struct txs_tx_walker walker;
    struct txs_span rest = bytes;
    struct txs_tx tx;
    txs_tx_walker_init(&walker);
    if (txs_tx_walk(&walker, &rest) != TXS_WALK_DONE)
        return 0;
    size_t len = bytes.len - rest.len;
    require(txs_tx_parse(&tx, (struct txs_span){bytes.data, len}));
    memcpy(txid, tx.ids.txid, 32);
    txs_tx_free(&tx);
    return len;
}

static struct plain read_plainly(struct txs_span payload)
{
    struct txs_block block;
    struct plain b = {.good = txs_block_decode(&block, payload) && block.tx_count > 0 &&
                              block.tx_count <= TXS_BLOCK_TX_MAX};
    if (!b.good)
        return b;
    b.count = (size_t)block.tx_count;
    b.txids = malloc(b.count * 32);
    require(b.txids != NULL);
    for (size_t i = 0; i < b.count && b.good; i++) {
        size_t len = take_tx(b.txids[i], block.transactions);
        b.good = len > 0;
        block.transactions.data += len;
        block.transactions.len -= len;
    }
    b.good &= block.transactions.len == 0;
    if (b.good)
        plain_root(&b);
    return b;
}

static bool contains(const struct plain *b, const uint8_t txid[32], uint32_t position)
{
    return position < b->count && memcmp(b->txids[position], txid, 32) == 0;
}

/* The session */

static void say(struct session *s, const char *command, struct txs_span payload)
{
    uint8_t *frame = malloc(payload.len + TXS_FRAME_HEADER_BYTES);
    require(frame != NULL);
    struct txs_writer w = txs_writer_to(frame, payload.len + TXS_FRAME_HEADER_BYTES);
    txs_put_frame(&w, s->config.chain->magic, command, payload);
    require(!w.failed);
    session_bytes(s, (struct txs_span){frame, w.len});
    free(frame);
}

static void say_version(struct session *s, bool filtered)
{
    uint8_t payload[TXS_VERSION_MAX_BYTES];
    struct txs_writer w = txs_writer_to(payload, sizeof payload);
    struct txs_version v = {.version = 70016,
                            .services = TXS_SERVICE_NETWORK | TXS_SERVICE_WITNESS |
                                        (filtered ? TXS_SERVICE_BLOOM : 0),
                            .start_height = 100};
    txs_version_encode(&w, &v);
    say(s, "version", (struct txs_span){payload, w.len});
}

static void say_notfound(struct session *s)
{
    uint8_t payload[100];
    struct txs_writer w = txs_writer_to(payload, sizeof payload);
    struct txs_inv_item items[SESSION_IDS];
    for (unsigned i = 0; i < SESSION_IDS; i++) {
        items[i].type = s->kind.by_wtxid ? TXS_INV_WTX : TXS_INV_TX;
        memcpy(items[i].hash, s->ids[i], 32);
    }
    txs_inv_encode(&w, items, SESSION_IDS);
    say(s, "notfound", (struct txs_span){payload, w.len});
}

/* The block itself is the answer. */
static bool is_whole(uint8_t choice)
{
    return !(choice & FILTERED) && (!(choice & KNOWN) || choice & ALL_OF_IT);
}

static void hold(uint8_t choice, struct txs_span payload, struct session *s,
                 struct session_kind kind, struct txs_random *pieces)
{
    const struct txs_span nothing = {NULL, 0};
    bool filtered = choice & FILTERED;
    session_begin(s, kind, pieces);
    say_version(s, filtered);
    say(s, "wtxidrelay", nothing);
    say(s, "verack", nothing);
    say(s, "sendcmpct", nothing);
    say_notfound(s);
    say(s, filtered ? "merkleblock" : is_whole(choice) ? "block" : "blocktxn", payload);
    for (unsigned i = 0; i < SESSION_IDS; i++) {
        uint8_t tx[128];
        size_t len = session_transaction(tx, i, false);
        if (filtered)
            say(s, "tx", (struct txs_span){tx, len});
    }
}

static void check_taken(const struct session_outcome *out, const struct session *s,
                        struct txs_span payload)
{
    struct plain b = read_plainly(payload);
    for (unsigned i = 0; i < SESSION_IDS && !s->kind.by_wtxid; i++) {
        const struct txs_answer *a = &out->answers[i];
        require(a->via != TXS_VIA_BLOCK ||
                (b.good && memcmp(b.root, payload.data + ROOT_AT, 32) == 0 &&
                 contains(&b, s->ids[i], a->position)));
    }
    free(b.txids);
}

static void run(struct session_outcome *out, const uint8_t *data, size_t size,
                struct txs_random *pieces)
{
    static struct session s;
    uint8_t choice = size > 2 ? data[2] : 0;
    size_t len = size > 2 ? size - 3 : 0;
    uint8_t *payload = malloc(len + 1);
    int32_t positions[SESSION_IDS] = {-1, -1};
    const uint32_t allowance = choice & NOTHING_LEFT ? 0 : 1;
    struct txs_block_hunt hunt = {.whole_left = allowance, .height = -1, .positions = positions};
    struct session_kind kind = session_kind_of(data[0]);
    require(payload != NULL);
    memcpy(payload, data + size - len, len);
    struct txs_span bytes = {payload, len};
    if (choice & RIGHT_ROOT) {
        struct plain b = read_plainly(bytes);
        if (b.good)
            memcpy(payload + ROOT_AT, b.root, 32);
        free(b.txids);
    }
    if (choice & KNOWN) {
        hunt.read = true;
        hunt.height = 100;
        positions[0] = 2;
        positions[1] = 1;
        memcpy(hunt.hash, payload, len < 32 ? len : 32);
    }
    if (is_whole(choice) || choice & FILTERED)
        txs_sha256d(hunt.hash, payload,
                    len < TXS_BLOCK_HEADER_BYTES ? len : TXS_BLOCK_HEADER_BYTES);
    kind.hunt = &hunt;
    kind.patient = kind.places_known = false;
    hold(choice, bytes, &s, kind, pieces);
    session_end(&s, out);
    require(hunt.whole_left <= allowance);
    if (is_whole(choice) || choice & FILTERED)
        check_taken(out, &s, bytes);
    free(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return session_compare(run, data, size);
}
