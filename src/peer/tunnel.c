#include "tunnel.h"

#include <assert.h>
#include <stdlib.h>

void tunnel_fail(struct txs_tunnel *t, enum txs_error error)
{
    t->state = TXS_TUNNEL_FAILED;
    t->error = error;
}

struct txs_tunnel_actions txs_tunnel_step(struct txs_tunnel *t, struct txs_span bytes)
{
    assert(t->state == TXS_TUNNEL_BUSY);
    t->send = (struct txs_span){NULL, 0};
    if (!t->greeted) {
        t->greeted = true;
        t->greet(t);
    }
    while (bytes.len > 0 && t->send.len == 0 && t->state == TXS_TUNNEL_BUSY)
        t->take(t, &bytes);
    return (struct txs_tunnel_actions){
        .send = t->send,
        .rest = bytes,
        .state = t->state,
        .error = t->error,
        .asked = t->asked,
    };
}

void txs_tunnel_free(struct txs_tunnel *t)
{
    free(t);
}
