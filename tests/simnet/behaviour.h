/* What a node may do: one row a behaviour, with the record that it must lead to.
 *
 * X(enum, name, default weight, phase, identity, outcome, error, status, least version,
 *   on accept, on version, on getdata)
 *
 * phase     where the session is decided: a node that is decided before the request is never asked.
 * identity  whether the record must carry the fields of its version message: KNOWN, NONE (all of
 *           them null) or ANY (not compared).
 * outcome, error, status
 *           as in a peer record. Status NULL: an honest node, whose answer follows from what it
 *           holds. Error NULL: not compared; `a|b`: either.
 * least version
 *           the behaviour would make no sense, or be ambiguous, below this protocol version.
 * on ...    suffixes of the functions in dialogue.c: accept_*, greet_*, answer_*.
 */
#ifndef SIMNET_BEHAVIOUR_H
#define SIMNET_BEHAVIOUR_H

#include "mix.h"

#include <stdint.h>

/* clang-format off */
#define SIM_BEHAVIOUR_TABLE(X) \
    X(SERVED, "served", 300, REQUEST, KNOWN, "answered", NULL, NULL, 0, wait, burst, honest) \
    X(NOTFOUND, "notfound", 200, REQUEST, KNOWN, "answered", NULL, NULL, 0, wait, burst, honest) \
    X(PARTIAL, "partial", 40, REQUEST, KNOWN, "answered", NULL, NULL, 0, wait, burst, honest) \
    X(TICK_INV, "tick_inv", 40, REQUEST, KNOWN, "answered", NULL, NULL, 70001, wait, burst, honest) \
    X(TICK_QUIET, "tick_quiet", 20, REQUEST, KNOWN, "answered", NULL, NULL, 70001, wait, burst, honest) \
    X(RULE, "rule", 0, REQUEST, KNOWN, "answered", NULL, NULL, 0, wait, burst, honest) \
    X(IGNORED, "ignored", 20, REQUEST, KNOWN, "silent", NULL, "ignored", 0, wait, burst, nothing) \
    X(MUTE, "mute", 20, REQUEST, KNOWN, "silent", "no_answer", "timeout", 0, wait, burst, mute) \
    X(NO_VERSION, "no_version", 20, HANDSHAKE, NONE, "handshake_timeout", "no_version", "unasked", 0, wait, nothing, nothing) \
    X(NO_VERACK, "no_verack", 10, HANDSHAKE, KNOWN, "handshake_timeout", "no_verack", "unasked", 0, wait, no_verack, nothing) \
    X(DRIP, "drip", 10, HANDSHAKE, NONE, "handshake_timeout", "no_version", "unasked", 0, wait, drip, nothing) \
    X(CLOSE_ACCEPT, "close_accept", 20, HANDSHAKE, NONE, "closed", "refused", "unasked", 0, close, nothing, nothing) \
    X(RESET_ACCEPT, "reset_accept", 10, HANDSHAKE, NONE, "closed", "refused", "unasked", 0, reset, nothing, nothing) \
    X(HALF_CLOSE, "half_close", 10, HANDSHAKE, NONE, "closed", "refused", "unasked", 0, half_close, nothing, nothing) \
    X(CLOSE_VERSION, "close_version", 10, HANDSHAKE, KNOWN, "closed", "eof|reset|no_tx_slot", "unasked", 0, wait, version_close, nothing) \
    X(NO_TX_SLOT, "no_tx_slot", 0, HANDSHAKE, KNOWN, "closed", "no_tx_slot", "unasked", 0, wait, no_tx_slot, nothing) \
    X(CLOSE_GETDATA, "close_getdata", 10, REQUEST, KNOWN, "closed", "eof|reset", "timeout", 0, wait, burst, close) \
    X(WRONG_NETWORK, "wrong_network", 10, HANDSHAKE, NONE, "protocol_error", "wrong_network", "unasked", 0, wait, wrong_network, nothing) \
    X(HTTP, "http", 10, HANDSHAKE, NONE, "protocol_error", "not_bitcoin", "unasked", 0, wait, http, nothing) \
    X(RANDOM64, "random64", 10, HANDSHAKE, NONE, "protocol_error", "not_bitcoin|bad_magic|maybe_v2", "unasked", 0, wait, random64, nothing) \
    X(OBSOLETE, "obsolete", 10, HANDSHAKE, ANY, "protocol_error", "obsolete_version", "unasked", 0, wait, burst, nothing) \
    X(ECHO, "echo", 10, HANDSHAKE, ANY, "protocol_error", "self_connection", "unasked", 0, echo, nothing, nothing) \
    X(OVERSIZED_VERSION, "oversized_version", 10, HANDSHAKE, NONE, "protocol_error", "oversized", "unasked", 0, wait, oversized, nothing) \
    X(OVERSIZED_TX, "oversized_tx", 10, REQUEST, KNOWN, "protocol_error", "oversized", "timeout", 0, wait, burst, oversized) \
    X(BAD_CHECKSUM_VERSION, "bad_checksum_version", 10, HANDSHAKE, NONE, "protocol_error", "bad_checksum", "unasked", 0, wait, bad_checksum, nothing) \
    X(BAD_CHECKSUM_OTHER, "bad_checksum_other", 10, REQUEST, KNOWN, "answered", NULL, NULL, 70001, wait, burst, bad_checksum) \
    X(MALFORMED_VERSION, "malformed_version", 10, HANDSHAKE, NONE, "protocol_error", "malformed_version", "unasked", 0, wait, malformed, nothing) \
    X(MALFORMED_NOTFOUND, "malformed_notfound", 10, REQUEST, KNOWN, "protocol_error", "malformed_notfound", "timeout", 70001, wait, burst, malformed_notfound) \
    X(MALFORMED_TX, "malformed_tx", 10, REQUEST, KNOWN, "protocol_error", "malformed_tx", "timeout", 0, wait, burst, malformed_tx) \
    X(WRONG_TX, "wrong_tx", 10, REQUEST, KNOWN, "silent", "unsolicited_tx", "ignored", 0, wait, burst, wrong_tx) \
    X(WRONG_THEN_RIGHT, "wrong_then_right", 10, REQUEST, KNOWN, "answered", NULL, NULL, 0, wait, burst, wrong_then_right) \
    X(BYTE_BY_BYTE, "byte_by_byte", 10, REQUEST, KNOWN, "answered", NULL, NULL, 0, wait, byte_by_byte, honest) \
    X(ONE_SEGMENT, "one_segment", 10, REQUEST, KNOWN, "answered", NULL, NULL, 0, wait, one_segment, honest) \
    X(CHATTER, "chatter", 10, REQUEST, KNOWN, "answered", NULL, NULL, 0, wait, chatter, honest) \
    X(EARLY_PING, "early_ping", 10, REQUEST, KNOWN, "answered", NULL, NULL, 0, ping, burst, honest) \
    X(ADDR_FLOOD, "addr_flood", 10, REQUEST, KNOWN, "answered", NULL, NULL, 0, wait, burst, addr_flood) \
    X(INV_FLOOD, "inv_flood", 5, REQUEST, KNOWN, "answered", NULL, NULL, 0, wait, burst, inv_flood) \
    X(BUDGET, "budget", 5, REQUEST, KNOWN, "protocol_error", "budget", "timeout", 0, wait, burst, budget) \
    X(HOSTILE_AGENT, "hostile_agent", 20, REQUEST, KNOWN, "answered", NULL, NULL, 0, wait, burst, honest) \
    X(REFUSED, "refused", 30, CONNECT, NONE, "connect_refused", "refused", "unasked", 0, wait, nothing, nothing) \
    X(BLACK_HOLE, "black_hole", 20, CONNECT, NONE, "connect_timeout", "timed_out", "unasked", 0, wait, nothing, nothing)
/* clang-format on */

enum sim_behaviour {
#define X(id, ...) SIM_##id,
    SIM_BEHAVIOUR_TABLE(X)
#undef X
        SIM_BEHAVIOUR_COUNT
};

enum sim_phase { SIM_PHASE_CONNECT, SIM_PHASE_HANDSHAKE, SIM_PHASE_REQUEST };
enum sim_identity { SIM_IDENTITY_NONE, SIM_IDENTITY_KNOWN, SIM_IDENTITY_ANY };

struct sim_behaviour_info {
    const char *name;
    unsigned weight;
    enum sim_phase phase;
    enum sim_identity identity;
    const char *outcome;
    const char *error;
    const char *status;
    int32_t least_version;
};

extern const struct sim_behaviour_info sim_behaviours[SIM_BEHAVIOUR_COUNT];

/* Their names, as --mix takes them; NULL at the end. */
extern const char *const sim_behaviour_names[SIM_BEHAVIOUR_COUNT + 1];

void sim_behaviour_mix_default(struct sim_mix *mix);

#endif
