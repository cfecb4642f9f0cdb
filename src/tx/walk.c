/* Transaction ids while the bytes arrive. The two forms of a transaction (BIP144) share all but the
 * marker, the flag and the witnesses, so the second hash starts as a copy of the first where the
 * marker is met, and is not computed at all where there is none. */
#include "txsurvey/tx.h"

#include <assert.h>
#include <string.h>

#define NUMBER 1u  /* a compact size (the flag: one byte) rather than a known number of bytes */
#define WITNESS 2u /* in the form with witness alone */

/* X(what the next byte belongs to, traits), in the order of the wire but for the last three. */
#define FIELD_TABLE(X)                      \
    X(VERSION, 0)                           \
    X(MARKER, WITNESS)                      \
    X(FLAG, NUMBER | WITNESS)               \
    X(INPUT_COUNT, NUMBER)                  \
    X(PREVOUT, 0)                           \
    X(SCRIPT_SIG_LEN, NUMBER)               \
    X(SCRIPT_SIG, 0) /* and the sequence */ \
    X(OUTPUT_COUNT, NUMBER)                 \
    X(VALUE, 0)                             \
    X(SCRIPT_PUB_KEY_LEN, NUMBER)           \
    X(SCRIPT_PUB_KEY, 0)                    \
    X(ITEM_COUNT, NUMBER | WITNESS)         \
    X(ITEM_LEN, NUMBER | WITNESS)           \
    X(ITEM, WITNESS)                        \
    X(LOCKTIME, 0)                          \
    X(DONE, 0)                              \
    X(MALFORMED, 0)

enum field {
#define X(id, traits) id,
    FIELD_TABLE(X)
#undef X
};

static const uint8_t field_traits[] = {
#define X(id, traits) traits,
    FIELD_TABLE(X)
#undef X
};

uint32_t txs_tx_weight(const struct txs_tx_ids *ids)
{
    return 3 * ids->stripped_bytes + ids->size_bytes;
}

uint32_t txs_tx_vsize(const struct txs_tx_ids *ids)
{
    return (txs_tx_weight(ids) + 3) / 4;
}

static bool has_trait(const struct txs_tx_walker *w, unsigned trait)
{
    return (field_traits[w->state] & trait) != 0;
}

static void enter(struct txs_tx_walker *w, enum field field, uint64_t bytes)
{
    w->state = (uint8_t)field;
    w->skip = bytes;
}

void txs_tx_walker_init(struct txs_tx_walker *w)
{
    *w = (struct txs_tx_walker){0};
    txs_sha256_start(&w->stripped);
    enter(w, VERSION, 4);
}

static void enter_output(struct txs_tx_walker *w)
{
    if (w->outputs_left > 0) {
        enter(w, VALUE, 8);
    } else if (w->has_witness) {
        w->inputs_left = w->inputs;
        enter(w, ITEM_COUNT, 0);
    } else {
        enter(w, LOCKTIME, 4);
    }
}

static void enter_item(struct txs_tx_walker *w)
{
    if (w->items_left > 0)
        enter(w, ITEM_LEN, 0);
    else if (w->inputs_left > 0)
        enter(w, ITEM_COUNT, 0);
    else if (w->witness_seen)
        enter(w, LOCKTIME, 4);
    else
        enter(w, MALFORMED, 0);
}

/* Moves on to the field that follows; `number` is the value of a NUMBER. */
static void leave(struct txs_tx_walker *w, uint64_t number)
{
    switch ((enum field)w->state) {
    case VERSION:
        enter(w, INPUT_COUNT, 0);
        break;
    case MARKER:
        w->has_witness = true;
        w->whole = w->stripped;
        enter(w, FLAG, 0);
        break;
    case FLAG:
        enter(w, number == 1 ? INPUT_COUNT : MALFORMED, 0);
        break;
    case INPUT_COUNT:
        w->inputs = number;
        w->inputs_left = number;
        w->parts += number;
        enter(w, number > 0 ? PREVOUT : MALFORMED, 36);
        break;
    case PREVOUT:
        enter(w, SCRIPT_SIG_LEN, 0);
        break;
    case SCRIPT_SIG_LEN:
        enter(w, SCRIPT_SIG, number + 4);
        break;
    case SCRIPT_SIG:
        if (--w->inputs_left > 0)
            enter(w, PREVOUT, 36);
        else
            enter(w, OUTPUT_COUNT, 0);
        break;
    case OUTPUT_COUNT:
        w->outputs_left = number;
        w->parts += number;
        enter_output(w);
        break;
    case VALUE:
        enter(w, SCRIPT_PUB_KEY_LEN, 0);
        break;
    case SCRIPT_PUB_KEY_LEN:
        enter(w, SCRIPT_PUB_KEY, number);
        break;
    case SCRIPT_PUB_KEY:
        w->outputs_left--;
        enter_output(w);
        break;
    case ITEM_COUNT:
        w->items_left = number;
        w->parts += number;
        w->witness_seen = w->witness_seen || number > 0;
        w->inputs_left--;
        enter_item(w);
        break;
    case ITEM_LEN:
        enter(w, ITEM, number);
        break;
    case ITEM:
        w->items_left--;
        enter_item(w);
        break;
    case LOCKTIME:
        enter(w, DONE, 0);
        break;
    case DONE:
    case MALFORMED:
        break;
    }
}

static void take(struct txs_span *in, size_t len)
{
    in->data += len;
    in->len -= len;
}

static size_t number_len(const struct txs_tx_walker *w)
{
    return w->state == FLAG ? 1 : txs_compact_len(w->carry[0]);
}

static void step_number(struct txs_tx_walker *w, struct txs_span *in)
{
    w->carry[w->carry_len++] = in->data[0];
    take(in, 1);
    if (w->carry_len < number_len(w))
        return;
    struct txs_reader r = txs_reader_of((struct txs_span){w->carry, w->carry_len});
    uint64_t number = txs_get_compact(&r, TXS_TX_MAX_BYTES);
    w->carry_len = 0;
    if (r.failed)
        enter(w, MALFORMED, 0);
    else
        leave(w, number);
}

/* `in` is not empty. May consume nothing, but then the field changes. */
static void step(struct txs_tx_walker *w, struct txs_span *in)
{
    if (w->state == INPUT_COUNT && !w->has_witness && w->carry_len == 0 && in->data[0] == 0) {
        enter(w, MARKER, 1);
    } else if (has_trait(w, NUMBER)) {
        step_number(w, in);
    } else {
        size_t len = w->skip < in->len ? (size_t)w->skip : in->len;
        take(in, len);
        w->skip -= len;
        if (w->skip == 0)
            leave(w, 0);
    }
}

static void hash_run(struct txs_tx_walker *w, struct txs_span run, bool witness)
{
    w->size_bytes += run.len;
    if (w->has_witness)
        txs_sha256_add(&w->whole, run.data, run.len);
    if (!witness) {
        w->stripped_bytes += run.len;
        txs_sha256_add(&w->stripped, run.data, run.len);
    }
}

static bool goes_on(const struct txs_tx_walker *w)
{
    return w->state != DONE && w->state != MALFORMED;
}

enum txs_walk txs_tx_walk(struct txs_tx_walker *w, struct txs_span *in)
{
    while (goes_on(w) && in->len > 0) {
        struct txs_span run = *in;
        bool witness = has_trait(w, WITNESS);
        while (goes_on(w) && in->len > 0 && has_trait(w, WITNESS) == witness)
            step(w, in);
        run.len -= in->len;
        hash_run(w, run, witness);
        if (w->size_bytes > TXS_TX_MAX_BYTES)
            enter(w, MALFORMED, 0);
    }
    if (goes_on(w))
        return TXS_WALK_MORE;
    return w->state == DONE ? TXS_WALK_DONE : TXS_WALK_MALFORMED;
}

/* Of all bytes, those of the witness too. */
static struct txs_sha256 *hash_of_all(struct txs_tx_walker *w)
{
    return w->has_witness ? &w->whole : &w->stripped;
}

void txs_tx_walk_rest(struct txs_tx_walker *w, struct txs_span rest)
{
    txs_sha256_add(hash_of_all(w), rest.data, rest.len);
}

void txs_tx_walker_digest(struct txs_tx_walker *w, uint8_t out[32])
{
    txs_sha256d_end(hash_of_all(w), out);
}

void txs_tx_walker_ids(struct txs_tx_walker *w, struct txs_tx_ids *out)
{
    assert(w->state == DONE);
    *out = (struct txs_tx_ids){.has_witness = w->has_witness,
                               .size_bytes = (uint32_t)w->size_bytes,
                               .stripped_bytes = (uint32_t)w->stripped_bytes};
    txs_tx_walker_digest(w, out->wtxid);
    if (w->has_witness)
        txs_sha256d_end(&w->stripped, out->txid);
    else
        memcpy(out->txid, out->wtxid, sizeof out->txid);
}
