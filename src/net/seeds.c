#include "seeds.h"

#include "run.h"

#include <stdlib.h>
#include <string.h>

bool seeds_open(struct txs_engine *e)
{
    struct seeds *s = &e->seeds;
    s->list = calloc(e->plan->seed_count + 1, sizeof *s->list);
    if (s->list == NULL)
        return false;
    s->count = s->outstanding = e->plan->seed_count;
    for (size_t i = 0; i < s->count; i++)
        s->list[i].host = e->plan->seeds[i];
    return true;
}

void seeds_close(struct txs_engine *e)
{
    free(e->seeds.list);
}

void seeds_settle_before(struct txs_engine *e, const char *host)
{
    for (size_t i = 0; i < e->seeds.count; i++) {
        struct seed *seed = &e->seeds.list[i];
        if (seed->settled || strcmp(seed->host, host) != 0)
            continue;
        seed->settled = true;
        e->seeds.outstanding--;
    }
}

void seeds_ask(struct txs_engine *e, struct seed *seed)
{
    seed->asked_ms = txs_engine_now_ms(e);
}

size_t seeds_hear(struct txs_engine *e, struct seed *seed, struct txs_heard *list, size_t count)
{
    size_t distinct = txs_survey_add_seed(e->survey, seed->host, list, count, &seed->told);
    seed->addresses += (uint32_t)distinct;
    return distinct;
}

size_t seeds_hear_gossip(struct txs_engine *e, struct seed *seed, struct txs_heard *list,
                         size_t count)
{
    size_t distinct = txs_survey_add_seed_gossip(e->survey, seed->host, list, count, &seed->told);
    seed->addresses += (uint32_t)distinct;
    return distinct;
}

void seeds_settle(struct txs_engine *e, struct seed *seed, enum txs_seed_outcome otherwise,
                  const char *error)
{
    if (seed->settled)
        return;
    seed->settled = true;
    e->seeds.outstanding--;
    e->sink->seed(
        e->sink->context,
        &(struct txs_seed_record){
            .host = seed->host,
            .outcome = seed->addresses > 0 ? TXS_SEED_RESOLVED : otherwise,
            .addresses = seed->addresses,
            .told = e->told,
            .told_count = txs_survey_told(e->survey, seed->told, e->told, TOLD_MAX),
            .error = error,
            .duration_ms = seed->asked_ms != 0 ? txs_engine_now_ms(e) - seed->asked_ms : 0,
        });
}
