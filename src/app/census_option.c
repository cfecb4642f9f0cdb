#include "census_option.h"

#include <string.h>

static bool reads_ids(const struct options *o)
{
    for (size_t i = 0; i < o->input_count; i++)
        if (strcmp(o->inputs[i].option, "txid-file") == 0)
            return true;
    return false;
}

enum txs_status check_census(const struct options *o, struct txs_message *message)
{
    const struct txs_plan *plan = &o->plan;
    const struct {
        bool given;
        const char *option, *why;
    } excluded[] = {
        {reads_ids(o), "txid-file", "a census asks for no transaction"},
        {plan->id_type == TXS_ID_TYPE_WTXID, "wtxid", "a census asks for no transaction"},
        {plan->block_given, "block", "a census looks for no transaction in a block"},
        {plan->control, "control", "a census has no answers to be controlled"},
        {plan->has_fee_rate, "fee-rate", "a census has no notfound to be explained"},
        {plan->require_served > 0, "require-served", "in a census nobody serves anything"},
    };
    for (size_t i = 0; i < sizeof excluded / sizeof *excluded && plan->census; i++)
        if (excluded[i].given)
            return txs_fail(message, TXS_E_USAGE, "--census and --%s exclude each other: %s",
                            excluded[i].option, excluded[i].why);
    if (plan->census && plan->id_count > 0)
        return txs_fail(message, TXS_E_USAGE,
                        "--census asks for no transaction: it takes no transaction id");
    return TXS_OK;
}
