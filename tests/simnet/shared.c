/* Floods and broken messages, built once. */
#include "say.h"
#include "tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUDGET_MESSAGES 25000
#define ADDR_FLOOD_MESSAGES 2
#define INV_FLOOD_MESSAGES 2

static bool allocate(struct sim_frame *frame, struct txs_writer *w, size_t cap)
{
    frame->data = malloc(cap);
    *w = txs_writer_to(frame->data, cap);
    return frame->data;
}

/* The nodes themselves: so a surveyor that believes it is sent nowhere else. */
static bool build_addr_flood(struct sim_frame *frame, const struct sim_settings *settings)
{
    static struct txs_addr_entry entries[TXS_ADDR_MAX];
    static uint8_t ips[TXS_ADDR_MAX][16];
    struct txs_writer w;

    if (!allocate(frame, &w, ADDR_FLOOD_MESSAGES * (TXS_ADDR_MAX * 30 + 64)))
        return false;
    for (uint32_t i = 0; i < TXS_ADDR_MAX; i++) {
        struct txs_address address = sim_node_address(settings, i % settings->nodes);
        entries[i] = sim_addr_entry(ips[i], &address, 3600);
    }
    for (int i = 0; i < ADDR_FLOOD_MESSAGES; i++) {
        size_t begun = txs_frame_begin(&w, settings->chain->magic, "addr");
        txs_addr_encode(&w, entries, TXS_ADDR_MAX);
        txs_frame_end(&w, begun);
    }
    frame->len = w.len;
    return !w.failed;
}

static bool build_inv_flood(struct sim_frame *frame, const struct sim_settings *settings)
{
    struct txs_inv_item *items = calloc(TXS_INV_MAX, sizeof(*items));
    struct txs_writer w;

    if (!items || !allocate(frame, &w, INV_FLOOD_MESSAGES * (TXS_INV_MAX * 36 + 64))) {
        free(items);
        return false;
    }
    for (uint32_t i = 0; i < TXS_INV_MAX; i++) {
        uint64_t random = sim_random(settings, i, SIM_SALT_VARIANT, 1);
        items[i].type = TXS_INV_TX;
        memcpy(items[i].hash, &random, sizeof(random));
    }
    for (int i = 0; i < INV_FLOOD_MESSAGES; i++) {
        size_t begun = txs_frame_begin(&w, settings->chain->magic, "inv");
        txs_inv_encode(&w, items, TXS_INV_MAX);
        txs_frame_end(&w, begun);
    }
    free(items);
    frame->len = w.len;
    return !w.failed;
}

static bool build_budget_flood(struct sim_frame *frame, const struct sim_settings *settings)
{
    struct txs_writer w;
    if (!allocate(frame, &w, BUDGET_MESSAGES * (TXS_FRAME_HEADER_BYTES + 1)))
        return false;
    for (int i = 0; i < BUDGET_MESSAGES; i++)
        txs_put_frame(&w, settings->chain->magic, i % 2 ? "headers" : "whatever",
                      (struct txs_span){(const uint8_t *)"", 1});
    frame->len = w.len;
    return !w.failed;
}

/* The first transaction without its locktime and a byte; the checksum is right. */
static bool build_truncated_tx(struct sim_frame *frame, const struct sim_settings *settings)
{
    const struct sim_frame *tx = &settings->txs[0].full;
    struct txs_span payload = {tx->data + TXS_FRAME_HEADER_BYTES,
                               tx->len - TXS_FRAME_HEADER_BYTES - 5};
    struct txs_writer w;
    if (!allocate(frame, &w, tx->len))
        return false;
    txs_put_frame(&w, settings->chain->magic, "tx", payload);
    frame->len = w.len;
    return !w.failed;
}

/* A transaction that nobody asks for: a known one with another locktime. */
static bool build_wrong_tx(struct sim_tx *tx, const struct sim_settings *settings)
{
    char *hex = strdup(sim_default_txs[1]);
    if (!hex)
        return false;
    memcpy(hex + strlen(hex) - 8, "d2029649", 8);
    bool ok = sim_tx_load(tx, settings->chain, hex);
    free(hex);
    return ok;
}

bool sim_shared_init(struct sim_shared *shared, const struct sim_settings *settings)
{
    memset(shared, 0, sizeof(*shared));
    return build_addr_flood(&shared->addr_flood, settings) &&
           build_inv_flood(&shared->inv_flood, settings) &&
           build_budget_flood(&shared->budget_flood, settings) &&
           build_truncated_tx(&shared->truncated_tx, settings) &&
           build_wrong_tx(&shared->wrong_tx, settings);
}

void sim_shared_free(struct sim_shared *shared)
{
    free(shared->addr_flood.data);
    free(shared->inv_flood.data);
    free(shared->budget_flood.data);
    free(shared->truncated_tx.data);
    sim_tx_free(&shared->wrong_tx);
}
