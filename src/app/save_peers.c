#include "save_peers.h"

#include "txsurvey/time.h"

#include <stdio.h>

static void on_good_peer(void *context, const struct txs_address *address)
{
    txs_peer_list_add(context, address);
}

bool save_peers(struct txs_peer_list *list, const char *path, const struct txs_engine *engine,
                const struct txs_chain *chain, struct console *console)
{
    char title[128], text[400], time[TXS_TIME_TEXT_MAX];
    struct txs_message message;
    if (txs_engine_visit_good_peers(engine, on_good_peer, list) == 0) {
        snprintf(text, sizeof text, "no peer completed a handshake: %.300s stays as it was", path);
        console_warn(console, text);
        return true;
    }
    txs_time_text(time,
                  txs_wall_clock_ms(txs_engine_wall_clock(engine), txs_engine_now_ms(engine)));
    snprintf(title, sizeof title, "txsurvey " TXSURVEY_VERSION ", %s, chain %s", time, chain->name);
    if (txs_peer_list_write(list, title, &message) == TXS_OK)
        return true;
    console_error(console, message.text);
    return false;
}
