/* Makes and frees what the other files of a survey share. */
#include "state.h"

#include <stdlib.h>

static uint64_t longest_attempt_ms(const struct txs_plan *plan)
{
    return txs_plan_has_proxies(plan) && plan->proxy_connect_timeout_ms > plan->connect_timeout_ms
               ? plan->proxy_connect_timeout_ms
               : plan->connect_timeout_ms;
}

struct txs_survey *txs_survey_new(const struct txs_plan *plan, struct txs_vantage vantage,
                                  struct txs_random random)
{
    struct txs_survey *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->plan = plan;
    s->vantage = vantage;
    s->window = plan->concurrency;
    s->half_open = plan->half_open;
    s->pace.rate = plan->rate;
    s->longest_attempt_ms = longest_attempt_ms(plan);
    link_init(&s->link, s->longest_attempt_ms);
    s->tally.id_count = plan->id_count;
    s->tally.ids = calloc(plan->id_count + 1, sizeof *s->tally.ids);
    s->tally.controlled = calloc(plan->id_count + 1, sizeof *s->tally.controlled);
    s->tally.anchored = calloc(plan->id_count + 1, sizeof *s->tally.anchored);
    s->tally.notfounds = calloc(plan->id_count + 1, sizeof *s->tally.notfounds);
    s->places.key = txs_random_next(&random);
    s->places.shards = plan->shard_count;
    s->book = txs_book_new(random);
    if (s->tally.ids == NULL || s->tally.controlled == NULL || s->tally.anchored == NULL ||
        s->tally.notfounds == NULL || s->book == NULL) {
        txs_survey_free(s);
        return NULL;
    }
    return s;
}

void txs_survey_free(struct txs_survey *s)
{
    if (s == NULL)
        return;
    txs_book_free(s->book);
    free(s->tally.ids);
    free(s->tally.controlled);
    free(s->tally.anchored);
    free(s->tally.notfounds);
    free(s->tally.block.candidates);
    retries_free(&s->retries);
    free(s);
}
