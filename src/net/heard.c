#include "heard.h"

#include "txsurvey/engine.h"

size_t heard_read(struct txs_engine *e, struct conn *c, const struct txs_told *told)
{
    struct txs_addr_reader reader = txs_addr_reader_of(told->payload, told->v2);
    struct txs_addr_entry entry;
    int64_t now_s = txs_wall_clock_ms(&e->wall, txs_engine_now_ms(e)) / 1000;
    size_t count = 0;
    while (count < TXS_ADDR_MAX && txs_addr_next(&reader, &entry)) {
        if (!txs_addr_entry_address(&e->heard[count].address, &entry))
            continue;
        e->heard[count].tier = txs_gossip_tier(entry.time, now_s, c->attempt.heard + count);
        count++;
    }
    c->attempt.heard += (uint32_t)count;
    return count;
}
