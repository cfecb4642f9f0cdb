#include "transactions.h"

#include "txsurvey/hash.h"

#include <stdlib.h>
#include <string.h>

#define WITNESS_BYTES 10

static size_t script_len(char name)
{
    switch (name) {
    case 'P':
        return 16300;
    case 'Q':
        return 16301;
    case 'M':
        return 20000;
    case 'H':
        return 100000;
    default:
        return 0;
    }
}

static bool has_witness(char name)
{
    return name != 'L' && script_len(name) == 0;
}

static void put_filled(struct txs_writer *w, char byte, size_t len)
{
    for (size_t i = 0; i < len; i++)
        txs_put_u8(w, (uint8_t)byte);
}

static void put_input(struct txs_writer *w, char name)
{
    put_filled(w, name, 32);
    txs_put_u32le(w, 7);
    txs_put_compact(w, script_len(name));
    put_filled(w, name, script_len(name));
    txs_put_u32le(w, 0xfffffffd);
}

static void put_output(struct txs_writer *w, char name)
{
    txs_put_u64le(w, 5000);
    txs_put_compact(w, 22);
    txs_put_u8(w, 0);
    txs_put_u8(w, 20);
    put_filled(w, name, 20);
}

void transaction_put(struct txs_writer *w, char name, enum transaction_form form)
{
    bool witness = has_witness(name) && form != FORM_STRIPPED;
    txs_put_u32le(w, 2);
    if (witness)
        txs_put_u16le(w, 0x0100);
    txs_put_compact(w, 1);
    put_input(w, name);
    txs_put_compact(w, 1);
    put_output(w, name);
    if (witness) {
        txs_put_compact(w, 1);
        txs_put_compact(w, WITNESS_BYTES);
        put_filled(w, form == FORM_ALTERED ? '!' : name, WITNESS_BYTES);
    }
    txs_put_u32le(w, 0);
}

static void hash_form(uint8_t out[32], char name, enum transaction_form form)
{
    uint8_t *bytes = malloc(TRANSACTION_MAX_BYTES);
    if (bytes == NULL)
        abort();
    struct txs_writer w = txs_writer_to(bytes, TRANSACTION_MAX_BYTES);
    transaction_put(&w, name, form);
    txs_sha256d(out, bytes, w.len);
    free(bytes);
}

void transaction_txid(uint8_t out[32], char name)
{
    hash_form(out, name, FORM_STRIPPED);
}

void transaction_wtxid(uint8_t out[32], char name)
{
    hash_form(out, name, FORM_WHOLE);
}
