#include "fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct txs_records *txs_records_new(struct txs_output *output, const struct txs_plan *plan,
                                    const uint8_t random[TXS_RECORDS_RANDOM_BYTES],
                                    const struct txs_wall_clock *wall)
{
    struct txs_records *r = calloc(1, sizeof *r);
    uint64_t key;
    memcpy(&key, random + 16, sizeof key);
    if (r == NULL || !forms_init(&r->forms, plan->id_count, key)) {
        txs_records_free(r);
        return NULL;
    }
    waiting_init(&r->waiting);
    r->output = output;
    r->plan = plan;
    r->wall = wall;
    uint8_t u[16];
    memcpy(u, random, sizeof u);
    u[6] = (uint8_t)((u[6] & 0x0f) | 0x40); /* version 4 */
    u[8] = (uint8_t)((u[8] & 0x3f) | 0x80); /* variant of RFC 4122 */
    char hex[33];
    txs_hex_encode(hex, u, sizeof u);
    snprintf(r->uuid, sizeof r->uuid, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
             hex + 20);
    return r;
}

void txs_records_free(struct txs_records *r)
{
    if (r == NULL)
        return;
    waiting_free(&r->waiting);
    forms_free(&r->forms);
    free(r);
}
