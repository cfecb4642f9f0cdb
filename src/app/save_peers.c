#include "save_peers.h"

#include "txsurvey/time.h"

#include <stdio.h>
#include <unistd.h>

static void on_good_peer(void *context, const struct txs_address *address)
{
    txs_peer_list_add(context, address);
}

bool save_peers(struct txs_peer_list *list, const char *path, const struct txs_engine *engine,
                const struct txs_chain *chain, struct console *console)
{
    char title[256], text[400], time[TXS_TIME_TEXT_MAX];
    struct txs_message message;
    size_t reached = txs_engine_visit_good_peers(engine, on_good_peer, list);
    if (reached == 0) {
        snprintf(text, sizeof text, "no peer completed a handshake: %.300s %s", path,
                 access(path, F_OK) == 0 ? "stays as it was" : "is not made");
        console_warn(console, text);
        return true;
    }
    txs_time_text(time,
                  txs_wall_clock_ms(txs_engine_wall_clock(engine), txs_engine_now_ms(engine)));
    size_t count = txs_peer_list_count(list);
    snprintf(
        title, sizeof title,
        TXS_LIST_TITLE TXSURVEY_VERSION
        ", %s, chain %s: %zu peers, %zu completed a handshake, "
        "%zu that were named not asked (--max-peers, deadline, signal, failure of this machine)",
        time, chain->name, count, reached, count - reached);
    if (txs_peer_list_write(list, title, &message) == TXS_OK)
        return true;
    console_error(console, message.text);
    return false;
}
