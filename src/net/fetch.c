#include "fetch.h"

#include "heard.h"
#include "launch.h"

/* What came of it */

static enum txs_seed_outcome outcome_of(enum txs_outcome outcome)
{
    switch (outcome) {
    case TXS_OUTCOME_CONNECT_TIMEOUT:
    case TXS_OUTCOME_HANDSHAKE_TIMEOUT:
    case TXS_OUTCOME_SILENT:
    case TXS_OUTCOME_ANSWERED: /* it was waited for addresses until their time was over */
        return TXS_SEED_TIMEOUT;
    case TXS_OUTCOME_CONNECT_REFUSED:
    case TXS_OUTCOME_UNREACHABLE:
    case TXS_OUTCOME_CONNECT_FAILED:
    case TXS_OUTCOME_PROXY_FAILED:
    case TXS_OUTCOME_CLOSED:
    case TXS_OUTCOME_PROTOCOL_ERROR:
    case TXS_OUTCOME_LOCAL_ERROR:
    case TXS_OUTCOME_INTERRUPTED:
    case TXS_OUTCOME_COUNT:
        break;
    }
    return TXS_SEED_FAILED;
}

static void settle(struct conn *c, enum txs_outcome outcome, enum txs_error error)
{
    struct txs_engine *e = c->host->context;
    const char *word = error != TXS_ERROR_NONE ? txs_error_name(error) : "no_addresses";
    if (e->stopping)
        seeds_settle(e, c->seed, TXS_SEED_FAILED, TXS_SEED_INTERRUPTED);
    else
        seeds_settle(e, c->seed, outcome_of(outcome), c->seed->addresses > 0 ? NULL : word);
}

/* The connection's owner */

static void on_lingers(struct conn *c)
{
    (void)c; /* it takes no place of the survey's */
}

static void on_connected(struct conn *c)
{
    struct txs_engine *e = c->host->context;
    ways_opened(c);
    c->peer = txs_peer_new(&e->seed_config, &c->address, txs_random_next(&e->random));
}

static void on_connect_failed(struct conn *c, enum txs_outcome outcome, enum txs_error error)
{
    if (!launch_again(c->host->context, c, error))
        settle(c, outcome, error);
}

static void on_no_socket(struct conn *c, int uv_error)
{
    enum txs_error code;
    enum txs_outcome outcome = conn_judge(c, uv_error, true, &code);
    settle(c, outcome, code);
    conn_free(c);
}

static void on_told(struct conn *c, const struct txs_told *told)
{
    struct txs_engine *e = c->host->context;
    size_t count = heard_read(e, c, told);
    seeds_hear_gossip(e, c->seed, e->heard, count);
}

static void on_finished(struct conn *c)
{
    const struct txs_peer_result *result = txs_peer_result(c->peer);
    settle(c, result->outcome, result->error);
}

static void on_gone(struct conn *c)
{
    launch_forget(c->host->context, c);
    conn_free(c);
}

static const struct conn_owner owner = {
    .lingers = on_lingers,
    .connected = on_connected,
    .connect_failed = on_connect_failed,
    .no_socket = on_no_socket,
    .told = on_told,
    .finished = on_finished,
    .gone = on_gone,
};

static void dial(struct txs_engine *e, struct seed *seed)
{
    struct conn *c = conn_new(&e->host, &owner);
    if (c == NULL) {
        seeds_settle(e, seed, TXS_SEED_FAILED, txs_error_name(TXS_ERROR_NO_MEMORY));
        return;
    }
    seeds_ask(e, seed);
    c->seed = seed;
    c->address = (struct txs_address){.network = TXS_NETWORK_IPV6, .port = e->plan->chain->port};
    launch(e, c);
}

void fetch_what_is_due(struct txs_engine *e)
{
    if (!e->plan->proxy.given)
        return;
    for (; e->seeds_dialled < e->seeds.count; e->seeds_dialled++) {
        struct seed *seed = &e->seeds.list[e->seeds_dialled];
        if (seed->settled)
            continue;
        if (!txs_survey_pace(e->survey, txs_engine_now_ms(e)))
            return;
        dial(e, seed);
    }
}

void fetch_stop(struct txs_engine *e)
{
    if (!e->plan->proxy.given)
        return;
    for (; e->seeds_dialled < e->seeds.count; e->seeds_dialled++)
        seeds_settle(e, &e->seeds.list[e->seeds_dialled], TXS_SEED_FAILED, TXS_SEED_INTERRUPTED);
}

/* Neither ids nor a control nor a block: a census of its addresses alone. */
void fetch_prepare(struct txs_engine *e)
{
    const struct txs_plan *plan = e->plan;
    e->seed_config = (struct txs_peer_config){
        .chain = plan->chain,
        .user_agent = e->peer_config.user_agent,
        .handshake_timeout_ms = plan->proxy_handshake_timeout_ms,
        .response_timeout_ms = plan->response_timeout_ms,
        .crawl = true,
        .pool = &e->pool,
        .out = &e->said,
    };
}
