/* What the kinds of tunnels have in common: socks5.c and sam.c are such kinds. */
#ifndef TXSURVEY_PEER_TUNNEL_H
#define TXSURVEY_PEER_TUNNEL_H

#include "txsurvey/tunnel.h"

struct txs_tunnel {
    void (*greet)(struct txs_tunnel *t);
    /* Takes at least one byte off `in`, and none behind what makes it speak, open or fail. */
    void (*take)(struct txs_tunnel *t, struct txs_span *in);
    struct txs_span send;
    enum txs_tunnel_state state;
    enum txs_error error;
    bool greeted, asked;
};

void tunnel_fail(struct txs_tunnel *t, enum txs_error error);

#endif
