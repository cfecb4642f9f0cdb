#include "exits.h"

int exit_code_of_failure(enum txs_status status)
{
    switch (status) {
    case TXS_OK:
        return EXIT_OK;
    case TXS_E_USAGE:
        return EXIT_USAGE;
    case TXS_E_LOCKED:
        return EXIT_LOCKED;
    case TXS_E_NOMEM:
    case TXS_E_IO:
    case TXS_E_SYSTEM:
        return EXIT_NOT_WRITTEN;
    }
    return EXIT_NOT_WRITTEN;
}

static bool enough_served(const struct txs_plan *plan, const struct txs_tally *tally)
{
    for (size_t i = 0; i < tally->id_count; i++)
        if (tally->ids[i].by_status[TXS_ID_SERVED] < plan->require_served)
            return false;
    return true;
}

/* Of a run that is continued. */
static bool nothing_was_left(const struct txs_ending *ending)
{
    const struct txs_tally *tally = ending->tally;
    return ending->reason == TXS_REASON_FINISHED && tally->restored > 0 &&
           tally->restored == tally->peers;
}

int exit_code_of_ending(const struct txs_plan *plan, const struct txs_ending *ending)
{
    if (ending->reason == TXS_REASON_OUTPUT)
        return EXIT_NOT_WRITTEN;
    if (ending->reason == TXS_REASON_SIGNAL)
        return EXIT_SIGNAL + ending->signal_number;
    bool enough = enough_served(plan, ending->tally);
    if (ending->tally->handshakes == 0 && !(nothing_was_left(ending) && enough))
        return EXIT_NOBODY_ASKED;
    return enough ? EXIT_OK : EXIT_TOO_FEW_SERVED;
}
