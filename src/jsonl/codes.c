#include "codes.h"

#include "txsurvey/record.h"

/* The words of one of record.h's tables. */
#define ROW(id, name, text) {name, text},
#define CODES(name, title, table)                          \
    static const struct code name##_list[] = {table(ROW)}; \
    const struct codes name##_codes = {title, name##_list, sizeof name##_list / sizeof *name##_list}
/* Those that stand here. */
#define OWN_CODES(name, title, ...)                         \
    static const struct code name##_list[] = {__VA_ARGS__}; \
    const struct codes name##_codes = {title, name##_list, sizeof name##_list / sizeof *name##_list}

CODES(outcome, "Outcomes of a peer", TXS_OUTCOME_TABLE);
CODES(stage, "Stages of a session", TXS_STAGE_TABLE);
CODES(status, "Statuses of an id", TXS_ID_STATUS_TABLE);
CODES(strength, "Strengths of an answer", TXS_STRENGTH_TABLE);
CODES(hint, "Hints at a notfound", TXS_HINT_TABLE);
CODES(via, "Ways of a transaction", TXS_VIA_TABLE);
CODES(way, "Ways to ask for a block", TXS_BLOCK_WAY_TABLE);
CODES(control, "Answers to a control question", TXS_CONTROL_TABLE);
CODES(anchor, "Answers about an anchor", TXS_ANCHOR_TABLE);
CODES(feature, "Features", TXS_FEATURE_TABLE);
CODES(seed_outcome, "Outcomes of a seed", TXS_SEED_OUTCOME_TABLE);
CODES(ignored, "Reasons to leave an address out", TXS_IGNORED_TABLE);
CODES(reason, "Reasons for the end", TXS_REASON_TABLE);
CODES(error, "Errors", TXS_ERROR_TABLE);

#define SCRIPT_ROW(id, name) {name, ""},
#define SCRIPT_TABLE(X) TXS_SCRIPT_TABLE(SCRIPT_ROW)
CODES(script, "Kinds of output scripts", SCRIPT_TABLE);
#define NETWORK_ROW(id, name, bip155, len) {name, ""},
#define NETWORK_TABLE(X) TXS_NETWORK_TABLE(NETWORK_ROW)
CODES(network, "Networks", NETWORK_TABLE);

OWN_CODES(chain, "Chains", {"main", "Bitcoin"}, {"test", "testnet3"},
          {"testnet4", "testnet4 (BIP94)"}, {"signet", "the default signet (BIP325)"},
          {"regtest", "chains for tests"});
OWN_CODES(id_type, "Kinds of ids", {"txid", "of the form without witness"},
          {"wtxid", "of the whole form (BIP141)"});
OWN_CODES(fork, "Other chains", {"blake2b", "that of service bit 28"});
OWN_CODES(direction, "Directions", {"sent", "by us"}, {"received", "from the peer"});

const struct codes *const all_codes[] = {
    &outcome_codes, &error_codes,        &stage_codes,   &status_codes,  &strength_codes,
    &hint_codes,    &via_codes,          &way_codes,     &control_codes, &anchor_codes,
    &fork_codes,    &feature_codes,      &network_codes, &script_codes,  &chain_codes,
    &id_type_codes, &seed_outcome_codes, &ignored_codes, &reason_codes,  &direction_codes,
};
const size_t all_codes_count = sizeof all_codes / sizeof *all_codes;
