/* The whole-buffer parser. It shares nothing with the walker, so that each can check the other. */
#include "txsurvey/tx.h"

#include <stdlib.h>
#include <string.h>

/* The least that one of them takes: what a count may claim is bounded by the bytes that are there.
 */
#define INPUT_MIN_BYTES 41
#define OUTPUT_MIN_BYTES 9

static struct txs_span get_script(struct txs_reader *r)
{
    return txs_get_bytes(r, (size_t)txs_get_compact(r, r->left));
}

static bool read_inputs(struct txs_tx *tx, struct txs_reader *r)
{
    size_t count = (size_t)txs_get_compact(r, r->left / INPUT_MIN_BYTES);
    if (count == 0)
        return false;
    tx->inputs = calloc(count, sizeof *tx->inputs);
    if (tx->inputs == NULL)
        return false;
    tx->input_count = count;
    for (size_t i = 0; i < count; i++) {
        struct txs_tx_input *input = &tx->inputs[i];
        txs_get_copy(r, input->prev_txid, sizeof input->prev_txid);
        input->prev_vout = txs_get_u32le(r);
        input->script_sig = get_script(r);
        input->sequence = txs_get_u32le(r);
    }
    return !r->failed;
}

static bool read_outputs(struct txs_tx *tx, struct txs_reader *r)
{
    size_t count = (size_t)txs_get_compact(r, r->left / OUTPUT_MIN_BYTES);
    if (count == 0)
        return !r->failed;
    tx->outputs = calloc(count, sizeof *tx->outputs);
    if (tx->outputs == NULL)
        return false;
    tx->output_count = count;
    for (size_t i = 0; i < count; i++) {
        tx->outputs[i].value_sat = (int64_t)txs_get_u64le(r);
        tx->outputs[i].script_pub_key = get_script(r);
    }
    return !r->failed;
}

/* The number of witness items in what `r` stands before; zero where it does not parse. */
static size_t count_items(struct txs_reader r, size_t input_count)
{
    size_t total = 0;
    for (size_t i = 0; i < input_count && !r.failed; i++) {
        size_t count = (size_t)txs_get_compact(&r, r.left);
        total += count;
        while (count-- > 0 && !r.failed)
            get_script(&r);
    }
    return r.failed ? 0 : total;
}

static bool read_witness(struct txs_tx *tx, struct txs_reader *r)
{
    size_t total = count_items(*r, tx->input_count);
    if (total == 0)
        return false;
    tx->witness = calloc(total, sizeof *tx->witness);
    if (tx->witness == NULL)
        return false;
    for (size_t i = 0; i < tx->input_count; i++) {
        struct txs_tx_input *input = &tx->inputs[i];
        input->witness_first = tx->witness_count;
        input->witness_count = (size_t)txs_get_compact(r, r->left);
        for (size_t k = 0; k < input->witness_count; k++)
            tx->witness[tx->witness_count++] = get_script(r);
    }
    return true;
}

/* `body` is what lies between version (or flag) and witness (or locktime). */
static void fill_ids(struct txs_tx_ids *ids, struct txs_span bytes, struct txs_span body)
{
    struct txs_sha256 h;
    txs_sha256_start(&h);
    txs_sha256_add(&h, bytes.data, 4);
    txs_sha256_add(&h, body.data, body.len);
    txs_sha256_add(&h, bytes.data + bytes.len - 4, 4);
    txs_sha256d_end(&h, ids->txid);
    ids->size_bytes = (uint32_t)bytes.len;
    ids->stripped_bytes = (uint32_t)(body.len + 8);
    if (ids->has_witness)
        txs_sha256d(ids->wtxid, bytes.data, bytes.len);
    else
        memcpy(ids->wtxid, ids->txid, sizeof ids->wtxid);
}

static bool read_all(struct txs_tx *tx, struct txs_span bytes)
{
    struct txs_reader r = txs_reader_of(bytes);
    tx->version = txs_get_u32le(&r);
    tx->ids.has_witness = r.left >= 2 && r.at[0] == 0 && r.at[1] == 1;
    if (tx->ids.has_witness)
        txs_get_bytes(&r, 2);
    struct txs_span body = {r.at, r.left};
    if (!read_inputs(tx, &r) || !read_outputs(tx, &r))
        return false;
    body.len -= r.left;
    if (tx->ids.has_witness && !read_witness(tx, &r))
        return false;
    tx->locktime = txs_get_u32le(&r);
    if (r.failed || r.left > 0)
        return false;
    fill_ids(&tx->ids, bytes, body);
    return true;
}

bool txs_tx_parse(struct txs_tx *out, struct txs_span bytes)
{
    struct txs_tx tx = {0};
    if (bytes.len > TXS_TX_MAX_BYTES)
        return false;
    if (!read_all(&tx, bytes)) {
        txs_tx_free(&tx);
        return false;
    }
    *out = tx;
    return true;
}

void txs_tx_free(struct txs_tx *tx)
{
    free(tx->inputs);
    free(tx->outputs);
    free(tx->witness);
    *tx = (struct txs_tx){0};
}

bool txs_tx_is_coinbase(const struct txs_tx *tx)
{
    static const uint8_t null_txid[32];
    return tx->input_count == 1 && tx->inputs[0].prev_vout == UINT32_MAX &&
           memcmp(tx->inputs[0].prev_txid, null_txid, sizeof null_txid) == 0;
}

/* Nothing, as native segwit inputs have, or one push of 4 to 42 bytes that is a version and a
 * program, as those nested in P2SH have. */
static bool leaves_room_for_witness(struct txs_span script_sig)
{
    if (script_sig.len == 0)
        return true;
    if (script_sig.len < 5 || script_sig.len > 43 || script_sig.data[0] != script_sig.len - 1)
        return false;
    uint8_t version = script_sig.data[1];
    return (version == 0x00 || (version >= 0x51 && version <= 0x60)) &&
           script_sig.data[2] == script_sig.len - 3;
}

bool txs_tx_may_lack_witness(const struct txs_tx *tx)
{
    if (tx->ids.has_witness)
        return false;
    for (size_t i = 0; i < tx->input_count; i++)
        if (leaves_room_for_witness(tx->inputs[i].script_sig))
            return true;
    return false;
}
