/* What the network saw: connections, the surveyor's messages, and its sins. */
#ifndef SIMNET_STATS_H
#define SIMNET_STATS_H

#include <stdbool.h>
#include <stdint.h>

/* The messages that a surveyor may send; anything else is a violation. */
#define SIM_COMMAND_TABLE(X)      \
    X(VERSION, "version")         \
    X(VERACK, "verack")           \
    X(WTXIDRELAY, "wtxidrelay")   \
    X(SENDADDRV2, "sendaddrv2")   \
    X(GETDATA, "getdata")         \
    X(PING, "ping")               \
    X(PONG, "pong")               \
    X(GETADDR, "getaddr")         \
    X(SENDCMPCT, "sendcmpct")     \
    X(FEEFILTER, "feefilter")     \
    X(FILTERLOAD, "filterload")   \
    X(GETBLOCKTXN, "getblocktxn") \
    X(OTHER, "other")

enum sim_command {
#define X(id, name) SIM_COMMAND_##id,
    SIM_COMMAND_TABLE(X)
#undef X
        SIM_COMMAND_COUNT
};

/* X(enum, name, what went wrong) */
#define SIM_VIOLATION_TABLE(X)                                                               \
    X(TWO_CONNECTIONS, "two_connections", "a second connection to a node while one is open") \
    X(NOT_LISTED, "not_listed", "dialled where no node is listed")                           \
    X(BAD_MAGIC, "bad_magic", "not this chain's magic")                                      \
    X(OVERSIZED, "oversized", "a header over the limit")                                     \
    X(BAD_CHECKSUM, "bad_checksum", "a wrong checksum")                                      \
    X(BAD_COMMAND, "bad_command", "a command that no surveyor sends")                        \
    X(FIRST_NOT_VERSION, "first_not_version", "the first message is not `version`")          \
    X(VERSION_TWICE, "version_twice", "a second `version`")                                  \
    X(VERSION_MALFORMED, "version_malformed", "a `version` that does not decode")            \
    X(VERSION_FIELDS, "version_fields", "`version` is not 70016, services 0, relay 1")       \
    X(BEFORE_OUR_VERSION, "before_our_version", "went on before it had our `version`")       \
    X(FEATURE_TO_OLD, "feature_to_old", "wtxidrelay or sendaddrv2 to a peer below 70016")    \
    X(FEATURE_AFTER_VERACK, "feature_after_verack", "wtxidrelay or sendaddrv2 after verack") \
    X(FEATURE_TWICE, "feature_twice", "wtxidrelay or sendaddrv2 twice")                      \
    X(VERACK_TWICE, "verack_twice", "a second `verack`")                                     \
    X(BEFORE_VERACK, "before_verack", "a request before its `verack`")                       \
    X(PAYLOAD, "payload", "a payload of the wrong length")                                   \
    X(GETDATA_MALFORMED, "getdata_malformed", "a `getdata` that does not decode")            \
    X(GETDATA_EMPTY, "getdata_empty", "a `getdata` of nothing")                              \
    X(GETDATA_TYPE, "getdata_type", "an item of an unknown type")                            \
    X(GETDATA_WTX, "getdata_wtx", "MSG_WTX to a peer that never sent wtxidrelay")            \
    X(GETDATA_WITNESS, "getdata_witness", "a witness type to a peer without WITNESS")        \
    X(GETDATA_OFTEN, "getdata_often", "more than nine requests in 30 s")                     \
    X(PONG_UNASKED, "pong_unasked", "a `pong` that answers no ping of ours")                 \
    X(GETADDR_TWICE, "getaddr_twice", "a second `getaddr`")                                  \
    X(GETADDR_UNWANTED, "getaddr_unwanted", "`getaddr`, though it is not to crawl")          \
    X(FILTERLOAD_UNASKED, "filterload_unasked", "`filterload` to a peer without BLOOM")

enum sim_violation {
#define X(id, name, what) SIM_VIOLATION_##id,
    SIM_VIOLATION_TABLE(X)
#undef X
        SIM_VIOLATION_COUNT
};

struct sim_stats {
    uint64_t accepted;
    uint64_t open;
    uint64_t max_open;
    uint64_t bytes_sent, bytes_received;
    uint64_t commands[SIM_COMMAND_COUNT];
    uint64_t violations[SIM_VIOLATION_COUNT];
    uint64_t violations_total;
};

enum sim_command sim_command_by_name(const char *name);

/* Counts, and says so on standard error (the first hundred). `who` names the node. */
void sim_stats_violation(struct sim_stats *stats, enum sim_violation violation, const char *who);
/* One JSON object. False when the file cannot be written. */
bool sim_stats_write(const struct sim_stats *stats, const char *path);
void sim_stats_print(const struct sim_stats *stats);

#endif
