#include "launch.h"

#include <stdio.h>

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
    struct conn *list = e->waiting;
    e->waiting = NULL;
    for (struct conn *c; (c = next_waiting(&list)) != NULL;) {
        if (ways_opening(&e->ways, c) || !txs_survey_pace(e->survey, txs_engine_now_ms(e))) {
            prepend(&e->waiting, c);
            continue;
        }
        c->attempt.attempts += c->again;
        c->again = false;
        launch(e, c);
    }
}

static void warn_of_doubt(struct txs_engine *e, const struct conn *c)
{
    char text[160];
    snprintf(text, sizeof text,
             "%s: it has failed for everybody so far, as one does that has just been started: "
             "they are tried again, for a minute at most",
             ways_name(&e->ways, c));
    run_warn(e, text);
}

bool launch_again(struct txs_engine *e, const struct conn *c, enum txs_error error)
{
    unsigned pauses = c->doubt != NULL ? c->doubt->pauses : 0;
    if (e->stopping || c->doubt == NULL || !doubt_failed(c->doubt, error, txs_engine_now_ms(e)))
        return false;
    struct conn *again = conn_new(&e->host, c->owner);
    if (again == NULL)
        return false;
    again->attempt = c->attempt;
    again->attempt.put_back++;
    again->attempt.stood_still = false;
    again->address = c->address;
    again->seed = c->seed;
    again->again = true;
    prepend(&e->waiting, again);
    if (pauses == 1 && c->doubt->pauses == 2)
        warn_of_doubt(e, c);
    return true;
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
