/* Transactions. The first two bytes of the input choose where the walker's bytes are split; the
 * rest is the transaction. Walker and parser must agree, and every script must have a kind and a
 * text. */
#include "txsurvey/tx.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static struct txs_span exact_copy(struct txs_span bytes)
{
    uint8_t *copy = malloc(bytes.len > 0 ? bytes.len : 1);
    require(copy != NULL);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    return (struct txs_span){copy, bytes.len};
}

static void release(struct txs_span bytes)
{
    free((uint8_t *)(uintptr_t)bytes.data);
}

/* Walks one piece, placed flush against the end of its own buffer. Returns what it left over. */
static size_t walk_piece(struct txs_tx_walker *w, struct txs_span piece, enum txs_walk *said)
{
    struct txs_span copy = exact_copy(piece), in = copy;
    *said = txs_tx_walk(w, &in);
    require(*said != TXS_WALK_MORE || in.len == 0);
    require(in.len <= copy.len);
    release(copy);
    return in.len;
}

/* True when the bytes are one whole transaction, in two pieces. */
static bool walk(struct txs_tx_ids *ids, struct txs_span bytes, size_t split)
{
    struct txs_tx_walker w;
    enum txs_walk said;
    txs_tx_walker_init(&w);
    size_t left = walk_piece(&w, (struct txs_span){bytes.data, split}, &said);
    if (said == TXS_WALK_MORE)
        left = walk_piece(&w, (struct txs_span){bytes.data + split, bytes.len - split}, &said);
    else
        left += bytes.len - split;
    if (said != TXS_WALK_DONE)
        return false;
    txs_tx_walker_ids(&w, ids);
    require(ids->size_bytes == bytes.len - left);
    return left == 0;
}

static bool is_plain_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text > '~')
            return false;
    }
    return true;
}

static void try_script(struct txs_span borrowed)
{
    struct txs_span script = exact_copy(borrowed);
    enum txs_script_kind kind = txs_script_classify(script);
    require(txs_script_kind_name(kind)[0] != '\0');
    for (unsigned i = 0; i < txs_chain_count; i++) {
        char address[TXS_SCRIPT_ADDRESS_MAX];
        bool has_one = txs_script_address(address, &txs_chains[i], script);
        require(has_one == (address[0] != '\0') && is_plain_text(address));
    }
    char *plain = txs_script_asm(script, TXS_ASM_PLAIN);
    char *sighashes = txs_script_asm(script, TXS_ASM_SIGHASHES);
    require(plain != NULL && is_plain_text(plain));
    require(sighashes != NULL && is_plain_text(sighashes));
    free(plain);
    free(sighashes);
    release(script);
}

static void try_scripts(const struct txs_tx *tx)
{
    for (size_t i = 0; i < tx->input_count; i++)
        try_script(tx->inputs[i].script_sig);
    for (size_t i = 0; i < tx->output_count; i++)
        try_script(tx->outputs[i].script_pub_key);
    for (size_t i = 0; i < tx->witness_count; i++)
        try_script(tx->witness[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct txs_span bytes = exact_copy((struct txs_span){data + 2, size - 2});
    size_t split = ((size_t)data[0] | (size_t)data[1] << 8) % (bytes.len + 1);
    struct txs_tx_ids ids;
    struct txs_tx tx;
    bool walked = walk(&ids, bytes, split);
    bool parsed = txs_tx_parse(&tx, bytes);
    require(walked == parsed);
    if (parsed) {
        require(memcmp(ids.txid, tx.ids.txid, 32) == 0);
        require(memcmp(ids.wtxid, tx.ids.wtxid, 32) == 0);
        require(ids.has_witness == tx.ids.has_witness);
        require(ids.size_bytes == tx.ids.size_bytes);
        require(ids.stripped_bytes == tx.ids.stripped_bytes);
        try_scripts(&tx);
        txs_tx_free(&tx);
    }
    try_script(bytes);
    release(bytes);
    return 0;
}
