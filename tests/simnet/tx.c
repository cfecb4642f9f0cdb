/* The transactions that the network may hold. */
#include "settings.h"

#include "txsurvey/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const sim_default_txs[2] = {
    /* Made on regtest: one input spending a key hash, one taproot output. */
    "020000000001016399ec010c1e95248c4fc37a854a40ddedaa76806f141de9fbfcca86ab0273db0000000000"
    "fdffffff01f0b9f50500000000225120372660dbdf4f41568611bb7129da0f02f0efff4cef191e4fa01503b2"
    "f2ca52450247304402207c287d385c4a9a0a4b4f00388bb20ab614d6293e4bf7e934b9583fd973ac68d80220"
    "388ae591dcf7f13bab6be9a468b2b89a9503fac2b53ebf731a3fe325e688e83d012102dc5a9a716a86a90486"
    "bf564b6dd6e18d23a1e74e6dc6e3ca528788a9f93796c500000000",
    /* The first payment on mainnet, in block 170. */
    "0100000001c997a5e56e104102fa209c6a852dd90660a20b2d9c352423edce25857fcd370400000000484730"
    "4402204e45e16932b8af514961a1d3a1a25fdf3f4f7732e9d624c6c61548ab5fb8cd410220181522ec8eca07"
    "de4860a4acdd12909d831cc56cbbac4622082221a8768d1d0901ffffffff0200ca9a3b00000000434104ae1a"
    "62fe09c5f51b13905f07f06b99a2f7159b2225f374cd378d71302fa28414e7aab37397f554a7df5f142c21c1"
    "b7303b8a0626f1baded5c72a704f7e6cd84cac00286bee0000000043410411db93e1dcdb8a016b49840f8c53"
    "bc1eb68a382e97b1482ecad7b148a6909a5cb2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b86"
    "43f656b412a3ac00000000",
};

/* Without marker, flag and witness (BIP144). `out` has room for ids->stripped_bytes. */
static void strip(uint8_t *out, const struct txs_tx_ids *ids, struct txs_span tx)
{
    size_t body = ids->stripped_bytes - 8;
    memcpy(out, tx.data, 4);
    memcpy(out + 4, tx.data + (ids->has_witness ? 6 : 4), body);
    memcpy(out + 4 + body, tx.data + tx.len - 4, 4);
}

static struct sim_frame frame_of(const struct txs_chain *chain, struct txs_span payload)
{
    struct sim_frame frame = {malloc(TXS_FRAME_HEADER_BYTES + payload.len), 0};
    if (frame.data) {
        struct txs_writer w = txs_writer_to(frame.data, TXS_FRAME_HEADER_BYTES + payload.len);
        txs_put_frame(&w, chain->magic, "tx", payload);
        frame.len = w.len;
    }
    return frame;
}

static bool build_frames(struct sim_tx *tx, const struct txs_chain *chain, struct txs_span bytes)
{
    uint8_t *stripped = malloc(tx->ids.stripped_bytes);
    if (!stripped)
        return false;
    strip(stripped, &tx->ids, bytes);
    tx->full = frame_of(chain, bytes);
    tx->stripped = frame_of(chain, (struct txs_span){stripped, tx->ids.stripped_bytes});
    free(stripped);
    return tx->full.data && tx->stripped.data;
}

bool sim_tx_load(struct sim_tx *tx, const struct txs_chain *chain, const char *hex)
{
    size_t len = strlen(hex) / 2;
    uint8_t *bytes = malloc(len + 1);
    struct txs_tx parsed;
    bool ok = false;

    memset(tx, 0, sizeof(*tx));
    if (bytes && txs_hex_decode(bytes, len, hex, strlen(hex)) &&
        txs_tx_parse(&parsed, (struct txs_span){bytes, len})) {
        tx->ids = parsed.ids;
        txs_tx_free(&parsed);
        ok = build_frames(tx, chain, (struct txs_span){bytes, len});
    }
    free(bytes);
    return ok;
}

void sim_tx_free(struct sim_tx *tx)
{
    free(tx->full.data);
    free(tx->stripped.data);
}
