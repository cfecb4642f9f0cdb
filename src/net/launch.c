#include "launch.h"

static void prepend(struct conn **list, struct conn *c)
{
    c->previous = NULL;
    c->next = *list;
    if (*list != NULL)
        (*list)->previous = c;
    *list = c;
}

/* Of those that wait, one after the other. */
static struct conn *next_waiting(struct conn **list)
{
    struct conn *c = *list;
    if (c == NULL)
        return NULL;
    *list = c->next;
    c->next = NULL;
    return c;
}

static void fail(struct conn *c, enum txs_outcome outcome, enum txs_error error)
{
    c->owner->connect_failed(c, outcome, error);
    c->owner->gone(c);
}

void launch(struct txs_engine *e, struct conn *c)
{
    enum txs_outcome outcome;
    enum txs_error code;
    switch (ways_take(&e->ways, c, &outcome, &code)) {
    case WAY_OPENING:
        prepend(&e->waiting, c);
        return;
    case WAY_CLOSED:
        fail(c, outcome, code);
        return;
    case WAY_OPEN:
        break;
    }
    int error = conn_start(c);
    if (error != 0)
        c->owner->no_socket(c, error);
    else
        prepend(&e->conns, c);
}

void launch_waiting(struct txs_engine *e)
{
    while (e->waiting != NULL && !ways_opening(&e->ways) &&
           txs_survey_pace(e->survey, txs_engine_now_ms(e)))
        launch(e, next_waiting(&e->waiting));
}

void launch_stop(struct txs_engine *e, enum txs_error why)
{
    for (struct conn *c; (c = next_waiting(&e->waiting)) != NULL;)
        fail(c, TXS_OUTCOME_INTERRUPTED, why);
    for (struct conn *c = e->conns; c != NULL; c = c->next)
        conn_stop(c, why);
}

void launch_forget(struct txs_engine *e, struct conn *c)
{
    if (c->previous != NULL)
        c->previous->next = c->next;
    else if (e->conns == c)
        e->conns = c->next;
    if (c->next != NULL)
        c->next->previous = c->previous;
}
