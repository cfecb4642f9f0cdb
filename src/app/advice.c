#include "advice.h"

#include <stdarg.h>
#include <stdio.h>

static void add(struct advice *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct advice *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(out->text[out->count++], ADVICE_TEXT_MAX, format, args);
    va_end(args);
}

/* Its hash in display order begins with eight zeros, as proof of work makes those of blocks. */
static bool looks_like_block(const uint8_t id[32])
{
    return (id[31] | id[30] | id[29] | id[28]) == 0;
}

static bool nobody_has(const struct txs_id_tally *tally)
{
    return tally->by_status[TXS_ID_SERVED] == 0 && tally->by_status[TXS_ID_NOTFOUND] > 0;
}

/* Of `count` ids, the first of which is `id`. */
static void say_block(struct advice *out, size_t count, const uint8_t id[32])
{
    char hex[65], number[48] = "";
    txs_hash_to_hex(hex, id);
    if (count > 1)
        snprintf(number, sizeof number, ", and so do%s %zu more", count == 2 ? "es" : "",
                 count - 1);
    add(out,
        "%s begins with eight zeros%s: that looks like the hash of a block, not of a transaction "
        "(for a transaction in it: --block %s TXID)",
        hex, number, hex);
}

void advice_for_ids(struct advice *out, const struct txs_plan *plan)
{
    size_t count = 0, first = 0;
    out->count = 0;
    for (size_t i = 0; i < plan->id_count; i++)
        if (looks_like_block(plan->ids[i]) && count++ == 0)
            first = i;
    if (count > 0)
        say_block(out, count, plan->ids[first]);
}

void advice_for_unserved(struct advice *out, const struct txs_plan *plan,
                         const struct txs_tally *tally)
{
    size_t blocks = 0, first = 0, others = 0;
    out->count = 0;
    for (size_t i = 0; i < plan->id_count; i++) {
        if (!nobody_has(&tally->ids[i]))
            continue;
        if (!looks_like_block(plan->ids[i]))
            others++;
        else if (blocks++ == 0)
            first = i;
    }
    if (blocks > 0)
        say_block(out, blocks, plan->ids[first]);
    if (others > 0 && !plan->block_given)
        add(out, "what nobody has may be confirmed, since nodes serve what waits: "
                 "--block HASH looks for it in the block that confirmed it");
    if (others > 0 && plan->id_type == TXS_ID_TYPE_TXID)
        add(out, "what nobody has may be a wtxid: --wtxid asks for it as one");
    else if (others > 0)
        add(out, "what nobody has may be a txid: without --wtxid it is asked for as one");
}
