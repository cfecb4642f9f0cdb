#include "causes.h"

#include <stdio.h>

#define CAUSES_MAX 64 /* more than there are */

static const char *closed(enum txs_error error)
{
    if (error == TXS_ERROR_NO_TX_SLOT)
        return "had no place left for those who want transactions";
    if (error == TXS_ERROR_REFUSED)
        return "hung up at once, as nodes do that are full";
    return "hung up before the handshake was complete";
}

/* Texts that can be said of one peer and of many. */
static void cause(char out[RANKED_TEXT_MAX], enum txs_outcome outcome, enum txs_error error)
{
    const char *text = "";
    switch (outcome) {
    case TXS_OUTCOME_CONNECT_REFUSED:
        text = "refused the connection: nobody listens there";
        break;
    case TXS_OUTCOME_CONNECT_TIMEOUT:
        text = "did not answer the call in time";
        break;
    case TXS_OUTCOME_UNREACHABLE:
        text = "could not be reached: the network knows no way";
        break;
    case TXS_OUTCOME_CONNECT_FAILED:
        text = "could not be reached for another reason";
        break;
    case TXS_OUTCOME_HANDSHAKE_TIMEOUT:
        text = error == TXS_ERROR_NO_VERSION ? "took the call, but said nothing in time"
                                             : "took the call, but did not complete the handshake";
        break;
    case TXS_OUTCOME_CLOSED:
        text = closed(error);
        break;
    case TXS_OUTCOME_PROTOCOL_ERROR:
        text = error == TXS_ERROR_WRONG_NETWORK ? "spoke on another Bitcoin chain"
                                                : "broke the protocol";
        break;
    case TXS_OUTCOME_PROXY_FAILED:
        snprintf(out, RANKED_TEXT_MAX, "failed at the proxy: %s", txs_error_text(error));
        return;
    case TXS_OUTCOME_LOCAL_ERROR:
        snprintf(out, RANKED_TEXT_MAX, "failed here: %s", txs_error_text(error));
        return;
    case TXS_OUTCOME_INTERRUPTED:
        text = "had not answered yet when the survey was ended";
        break;
    case TXS_OUTCOME_ANSWERED:
    case TXS_OUTCOME_SILENT:
    case TXS_OUTCOME_COUNT:
        break;
    }
    snprintf(out, RANKED_TEXT_MAX, "%s", text);
}

struct ranking *causes_of_unmet(const struct txs_tally *tally)
{
    char text[RANKED_TEXT_MAX];
    struct ranking *causes = ranking_new(CAUSES_MAX);
    if (causes == NULL)
        return NULL;
    for (unsigned o = 0; o < TXS_OUTCOME_COUNT; o++)
        for (unsigned e = 0; e < TXS_ERROR_COUNT; e++) {
            if (tally->unmet[o][e] == 0)
                continue;
            cause(text, (enum txs_outcome)o, (enum txs_error)e);
            ranking_add(causes, text, tally->unmet[o][e]);
        }
    ranking_sort(causes);
    return causes;
}

const char *cause_of_notfound(enum txs_hint hint, uint64_t peers)
{
    static const char *const texts[TXS_HINT_COUNT][2] = {
        [TXS_HINT_OTHER_CHAIN] = {"follows another chain", "follow another chain"},
        [TXS_HINT_CONFIRMED] = {"has it in a block", "have it in a block"},
        [TXS_HINT_BLOCKSONLY] = {"wants blocks only, no transactions",
                                 "want blocks only, no transactions"},
        [TXS_HINT_IBD] = {"is still loading the chain", "are still loading the chain"},
        [TXS_HINT_BEHIND] = {"is more than a day behind the others",
                             "are more than a day behind the others"},
        [TXS_HINT_BELOW_FEEFILTER] = {"wants a higher fee than it pays",
                                      "want a higher fee than it pays"},
    };
    return texts[hint][peers != 1];
}
