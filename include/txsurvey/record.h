/* What a survey finds out, as plain values: results on their way to the records.
 *
 * Kept apart: how far a peer came (stage), why it ended (outcome), and what was said about each id
 * (status). All names are those that stand in the records; each is in one table.
 */
#ifndef TXSURVEY_RECORD_H
#define TXSURVEY_RECORD_H

#include "txsurvey/address.h"
#include "txsurvey/message.h"
#include "txsurvey/time.h"
#include "txsurvey/tx.h"

#include <stdbool.h>
#include <stdint.h>

/* Stages, X(enum, name, text): where it ended. */
#define TXS_STAGE_TABLE(X)                                                 \
    X(CONNECT, "connect", "before there was a connection")                 \
    X(HANDSHAKE, "handshake", "before both versions and veracks had come") \
    X(REQUEST, "request", "while answers were waited for")                 \
    X(DONE, "done", "when all was answered")

/* Outcomes, X(enum, name, text): how far a peer came and why no further. */
#define TXS_OUTCOME_TABLE(X)                                                              \
    X(ANSWERED, "answered", "every id was answered by tx or notfound")                    \
    X(SILENT, "silent", "handshake done, connection alive, an id got no answer")          \
    X(CONNECT_REFUSED, "connect_refused", "nobody listens there")                         \
    X(CONNECT_TIMEOUT, "connect_timeout", "no connection in time")                        \
    X(UNREACHABLE, "unreachable", "the network says that it cannot be reached")           \
    X(CONNECT_FAILED, "connect_failed", "no connection for another reason")               \
    X(PROXY_FAILED, "proxy_failed", "the proxy could not connect")                        \
    X(HANDSHAKE_TIMEOUT, "handshake_timeout", "connected, no complete handshake in time") \
    X(CLOSED, "closed", "the peer ended the connection before it had answered")           \
    X(PROTOCOL_ERROR, "protocol_error", "it broke the protocol, `error` says how")        \
    X(LOCAL_ERROR, "local_error", "our own machine failed, `error` says what")            \
    X(INTERRUPTED, "interrupted", "the survey ended while it was in progress")

/* Statuses of an id at a peer, X(enum, name, text). */
#define TXS_ID_STATUS_TABLE(X)                                                             \
    X(UNASKED, "unasked", "no connection, no complete handshake, or no way to ask")        \
    X(TIMEOUT, "timeout", "asked, no answer before the stage, connection or survey ended") \
    X(IGNORED, "ignored", "it answered the ping behind the request, but not the request")  \
    X(NOTFOUND, "notfound", "it says that it has none")                                    \
    X(SERVED, "served", "it sent it, and its hash is the id")

/* How a transaction came, X(enum, name, text). */
#define TXS_VIA_TABLE(X)                                                       \
    X(NONE, "", "")                                                            \
    X(TX, "tx", "by itself, as asked for")                                     \
    X(MERKLEBLOCK, "merkleblock",                                              \
      "behind a proof of its place in the block (BIP37), without its witness") \
    X(BLOCK, "block", "in the block, or as a part of it (BIP152)")

/* How a peer was asked for the block, by the message that answers it, X(enum, name, text). */
#define TXS_BLOCK_WAY_TABLE(X)                                                            \
    X(NONE, "", "")                                                                       \
    X(MERKLEBLOCK, "merkleblock", "for what a filter lets through (BIP37)")               \
    X(BLOCKTXN, "blocktxn", "for the transactions alone, whose place was known (BIP152)") \
    X(BLOCK, "block", "for all of it")

/* How far an answer can be relied on, X(enum, name, text). */
#define TXS_STRENGTH_TABLE(X)                                                              \
    X(NONE, "", "")                                                                        \
    X(WEAK, "weak", "a notfound of a peer that may have it all the same")                  \
    X(STRONG, "strong",                                                                    \
      "a notfound of one that did not have it, but for what came since the session began") \
    X(PROVEN, "proven", "it was served, and its hash is the id")

/* Error codes of proxies, X(enum, name, text): what stands beside the outcome `proxy_failed`. */
#define TXS_PROXY_ERROR_TABLE(X)                                                                   \
    X(PROXY_UNREACHABLE, "proxy_unreachable", "the proxy cannot be reached")                       \
    X(PROXY_REFUSED, "proxy_refused", "nobody listens at the proxy's address")                     \
    X(PROXY_SILENT, "proxy_silent", "the proxy did not speak in time")                             \
    X(PROXY_CLOSED, "proxy_closed", "the proxy ended the connection")                              \
    X(SOCKS5_MALFORMED, "socks5_malformed", "what the proxy says is no SOCKS5")                    \
    X(SOCKS5_NO_METHOD, "socks5_no_method", "the proxy wants another way to log in")               \
    X(SOCKS5_AUTH_FAILED, "socks5_auth_failed", "the proxy refuses user and password")             \
    X(SOCKS5_GENERAL_FAILURE, "socks5_general_failure", "the proxy says: general failure")         \
    X(SOCKS5_NOT_ALLOWED, "socks5_not_allowed", "the proxy says: forbidden by its rules")          \
    X(SOCKS5_NETWORK_UNREACHABLE, "socks5_network_unreachable",                                    \
      "the proxy says: network unreachable")                                                       \
    X(SOCKS5_HOST_UNREACHABLE, "socks5_host_unreachable", "the proxy says: host unreachable")      \
    X(SOCKS5_CONNECTION_REFUSED, "socks5_connection_refused",                                      \
      "the proxy says: connection refused")                                                        \
    X(SOCKS5_TTL_EXPIRED, "socks5_ttl_expired", "the proxy says: TTL expired")                     \
    X(SOCKS5_COMMAND_UNSUPPORTED, "socks5_command_unsupported", "the proxy says: no such command") \
    X(SOCKS5_ADDRESS_UNSUPPORTED, "socks5_address_unsupported",                                    \
      "the proxy says: no such addresses")                                                         \
    X(SOCKS5_UNKNOWN_REPLY, "socks5_unknown_reply", "the proxy says a code without a meaning")     \
    X(TOR_DESCRIPTOR_NOT_FOUND, "tor_descriptor_not_found", "Tor: the onion service is not known") \
    X(TOR_DESCRIPTOR_INVALID, "tor_descriptor_invalid", "Tor: its descriptor is invalid")          \
    X(TOR_INTRODUCTION_FAILED, "tor_introduction_failed", "Tor: the introduction failed")          \
    X(TOR_RENDEZVOUS_FAILED, "tor_rendezvous_failed", "Tor: the rendezvous failed")                \
    X(TOR_AUTHORIZATION_MISSING, "tor_authorization_missing", "Tor: the service wants one")        \
    X(TOR_AUTHORIZATION_WRONG, "tor_authorization_wrong", "Tor: the service refuses ours")         \
    X(TOR_BAD_ADDRESS, "tor_bad_address", "Tor: that is no onion address")                         \
    X(TOR_INTRODUCTION_TIMEOUT, "tor_introduction_timeout", "Tor: the introduction timed out")     \
    X(SAM_MALFORMED, "sam_malformed", "what the I2P router says is no SAM 3.1")                    \
    X(SAM_NO_VERSION, "sam_no_version", "the I2P router does not speak SAM 3.1")                   \
    X(SAM_SESSION_TIMEOUT, "sam_session_timeout", "the I2P router made no session in time")        \
    X(SAM_CANT_REACH_PEER, "sam_cant_reach_peer", "the I2P router says CANT_REACH_PEER")           \
    X(SAM_PEER_NOT_FOUND, "sam_peer_not_found", "the I2P router says PEER_NOT_FOUND")              \
    X(SAM_KEY_NOT_FOUND, "sam_key_not_found", "the I2P router says KEY_NOT_FOUND")                 \
    X(SAM_LEASESET_NOT_FOUND, "sam_leaseset_not_found", "the I2P router says LEASESET_NOT_FOUND")  \
    X(SAM_INVALID_KEY, "sam_invalid_key", "the I2P router says INVALID_KEY")                       \
    X(SAM_INVALID_ID, "sam_invalid_id", "the I2P router says INVALID_ID: the session is gone")     \
    X(SAM_TIMEOUT, "sam_timeout", "the I2P router says TIMEOUT")                                   \
    X(SAM_I2P_ERROR, "sam_i2p_error", "the I2P router says I2P_ERROR")                             \
    X(SAM_DUPLICATED_ID, "sam_duplicated_id", "the I2P router says DUPLICATED_ID")                 \
    X(SAM_DUPLICATED_DEST, "sam_duplicated_dest", "the I2P router says DUPLICATED_DEST")           \
    X(SAM_UNKNOWN_RESULT, "sam_unknown_result", "the I2P router says a RESULT without a meaning")  \
    X(I2P_PORT, "i2p_port", "SAM 3.1 reaches I2P peers on port 0 alone")

/* The likeliest reason why a peer says notfound, X(enum, name, text). */
#define TXS_HINT_TABLE(X)                                                                \
    X(NONE, "", "")                                                                      \
    X(OTHER_CHAIN, "other_chain", "the peer follows another chain")                      \
    X(CONFIRMED, "confirmed", "the transaction is in a block")                           \
    X(BLOCKSONLY, "blocksonly", "the peer wants no transactions, and so has hardly any") \
    X(IBD, "ibd", "the peer is still loading the chain, its mempool is closed")          \
    X(BEHIND, "behind", "its height is more than a day behind that of the others")       \
    X(BELOW_FEEFILTER, "below_feefilter", "its feefilter is above --fee-rate")           \
    X(RELAY_RULE, "relay_rule", "its version may have it, and not serve it yet or any more")

/* What came of a control question (--control), X(enum, name, text). */
#define TXS_CONTROL_TABLE(X)                                         \
    X(UNASKED, "", "")                                               \
    X(UNANSWERED, "ignored", "it was asked, and said nothing to it") \
    X(NOTFOUND, "notfound", "it says that it has none")              \
    X(SERVED, "served", "it sent it")                                \
    X(ANNOUNCED, "announced", "it announced what nobody can have")

/* Whether a peer has the block of an anchor (--anchor), X(enum, name, text). */
#define TXS_ANCHOR_TABLE(X)                                                       \
    X(UNKNOWN, "", "")                                                            \
    X(HAS, "has", "it sent the header, which hashes to it")                       \
    X(CLAIMS, "claims", "it sent a header of another kind, which proves nothing") \
    X(LACKS, "lacks", "it answered the ping behind the question, but not the question")
#define TXS_ANCHORS_MAX 8

/* Error codes, X(enum, name, text): stable words for the field `error`. */
#define TXS_ERROR_TABLE(X)                                                                   \
    X(NONE, "", "")                                                                          \
    X(WRONG_NETWORK, "wrong_network", "speaks on another Bitcoin chain")                     \
    X(NOT_BITCOIN, "not_bitcoin", "its first bytes are no Bitcoin message")                  \
    X(BAD_MAGIC, "bad_magic", "a message without the chain's magic")                         \
    X(BAD_CHECKSUM, "bad_checksum", "its version message has a wrong checksum")              \
    X(BAD_COMMAND, "bad_command", "its first message has an impossible name")                \
    X(OVERSIZED, "oversized", "a message of more than 4,000,000 bytes")                      \
    X(MALFORMED_VERSION, "malformed_version", "its version message cannot be read")          \
    X(MALFORMED_TX, "malformed_tx", "a tx message that holds no transaction")                \
    X(MALFORMED_NOTFOUND, "malformed_notfound", "a notfound message that cannot be read")    \
    X(MALFORMED_BLOCK, "malformed_block", "a block, or a part of one, that cannot be read")  \
    X(WRONG_BLOCK, "wrong_block", "another block than the one asked for")                    \
    X(BAD_MERKLE_ROOT, "bad_merkle_root", "a block whose transactions its header belies")    \
    X(BAD_MERKLEBLOCK, "bad_merkleblock", "a merkleblock that proves nothing")               \
    X(BAD_BLOCKTXN, "bad_blocktxn", "other transactions of the block than those asked for")  \
    X(SELF_CONNECTION, "self_connection", "it sent our own nonce back")                      \
    X(OBSOLETE_VERSION, "obsolete_version", "its protocol version is below 31800")           \
    X(BUDGET, "budget", "more unasked bytes or messages than a session may have")            \
    X(NO_VERSION, "no_version", "nothing was heard, or no version among it")                 \
    X(NO_VERACK, "no_verack", "its version came, its verack did not")                        \
    X(NO_ANSWER, "no_answer", "neither the request nor the ping behind it was answered")     \
    X(PARTIAL_TX, "partial_tx", "a tx message was still arriving")                           \
    X(UNSOLICITED_TX, "unsolicited_tx", "it sent transactions, but none that was asked for") \
    X(WTXID_UNSUPPORTED, "wtxid_unsupported", "it cannot be asked by wtxid")                 \
    X(RESET, "reset", "connection reset")                                                    \
    X(EOF, "eof", "connection closed")                                                       \
    X(REFUSED, "refused", "connection refused, or closed before a byte")                     \
    X(NO_TX_SLOT, "no_tx_slot", "no place left for peers that want transactions")            \
    X(TIMED_OUT, "timed_out", "timed out")                                                   \
    X(HOST_UNREACHABLE, "host_unreachable", "no route to the host")                          \
    X(NETWORK_UNREACHABLE, "network_unreachable", "the network is unreachable")              \
    X(NO_ROUTE, "no_route", "this machine has no route for the address")                     \
    X(FORBIDDEN, "forbidden", "this machine's rules forbid the connection")                  \
    X(NO_DESCRIPTORS, "no_descriptors", "this machine is out of file descriptors")           \
    X(NO_PORTS, "no_ports", "this machine is out of local ports")                            \
    X(NO_MEMORY, "no_memory", "this machine is out of memory")                               \
    X(SOCKET_FAILED, "socket_failed", "a socket of this machine failed")                     \
    TXS_PROXY_ERROR_TABLE(X)                                                                 \
    X(DEADLINE, "deadline", "the survey's deadline")                                         \
    X(SIGNAL, "signal", "a signal ended the survey")                                         \
    X(OUTPUT, "output", "the records could no longer be written")                            \
    X(OTHER, "other", "another error of the operating system")

enum txs_stage {
#define X(id, name, text) TXS_STAGE_##id,
    TXS_STAGE_TABLE(X) TXS_STAGE_COUNT
#undef X
};
enum txs_outcome {
#define X(id, name, text) TXS_OUTCOME_##id,
    TXS_OUTCOME_TABLE(X) TXS_OUTCOME_COUNT
#undef X
};
enum txs_id_status {
#define X(id, name, text) TXS_ID_##id,
    TXS_ID_STATUS_TABLE(X) TXS_ID_STATUS_COUNT
#undef X
};
enum txs_via {
#define X(id, name, text) TXS_VIA_##id,
    TXS_VIA_TABLE(X)
#undef X
};
enum txs_block_way {
#define X(id, name, text) TXS_BLOCK_WAY_##id,
    TXS_BLOCK_WAY_TABLE(X) TXS_BLOCK_WAY_COUNT
#undef X
};
enum txs_strength {
#define X(id, name, text) TXS_STRENGTH_##id,
    TXS_STRENGTH_TABLE(X)
#undef X
};
enum txs_hint {
#define X(id, name, text) TXS_HINT_##id,
    TXS_HINT_TABLE(X) TXS_HINT_COUNT
#undef X
};
enum txs_control {
#define X(id, name, text) TXS_CONTROL_##id,
    TXS_CONTROL_TABLE(X)
#undef X
};
enum txs_anchor_verdict {
#define X(id, name, text) TXS_ANCHOR_##id,
    TXS_ANCHOR_TABLE(X) TXS_ANCHOR_COUNT
#undef X
};
enum txs_error {
#define X(id, name, text) TXS_ERROR_##id,
    TXS_ERROR_TABLE(X) TXS_ERROR_COUNT
#undef X
};

const char *txs_stage_name(enum txs_stage stage);
const char *txs_outcome_name(enum txs_outcome outcome);
const char *txs_outcome_text(enum txs_outcome outcome);
const char *txs_id_status_name(enum txs_id_status status);
const char *txs_id_status_text(enum txs_id_status status);
const char *txs_via_name(enum txs_via via);             /* "" for none */
const char *txs_block_way_name(enum txs_block_way way); /* "" for none */
const char *txs_strength_name(enum txs_strength strength);
const char *txs_hint_name(enum txs_hint hint); /* "" for none */
const char *txs_hint_text(enum txs_hint hint);
const char *txs_control_name(enum txs_control control);       /* "" where it was not asked */
const char *txs_anchor_name(enum txs_anchor_verdict verdict); /* "" where it is not known */
const char *txs_error_name(enum txs_error error);
const char *txs_error_text(enum txs_error error);

/* Negotiation messages that a peer may send, X(enum, command, text). */
#define TXS_FEATURE_TABLE(X)                                                       \
    X(WTXIDRELAY, "wtxidrelay", "it relays by wtxid (BIP339)")                     \
    X(SENDADDRV2, "sendaddrv2", "it takes addresses of all networks (BIP155)")     \
    X(SENDHEADERS, "sendheaders", "it wants new blocks by their headers (BIP130)") \
    X(SENDCMPCT, "sendcmpct", "it knows compact blocks (BIP152)")                  \
    X(SENDTXRCNCL, "sendtxrcncl", "it reconciles announcements (BIP330)")          \
    X(FEATURE, "feature", "it names features (BIP434)")

enum txs_feature {
#define X(id, command, text) TXS_FEATURE_##id,
    TXS_FEATURE_TABLE(X) TXS_FEATURE_COUNT
#undef X
};
const char *txs_feature_command(enum txs_feature feature);

/* What one peer said about one id. Times are monotonic, TXS_NEVER where there is none. */
struct txs_answer {
    enum txs_id_status status : 8;
    enum txs_via via : 8;
    enum txs_strength strength : 8;
    enum txs_hint hint : 8; /* for a notfound */
    bool announced;         /* an inv named the id */
    bool withheld;          /* a notfound by the rules of its version, whatever it has */
    bool confirmed;         /* a notfound, of what is in a block that it should have */
    bool has_wtxid;         /* wtxid is that of what was served */
    bool has_position;      /* position is its place in the block that it was taken from */
    uint8_t wtxid[32];
    uint32_t position;
    uint32_t bytes;    /* of the transaction as it was served; 0 when it was not */
    uint32_t requests; /* how often this id was asked for */
    uint64_t first_request_ms;
    uint64_t answered_ms;  /* when the deciding message came */
    uint64_t announced_ms; /* when the first inv came that named it */
};

/* What the peer machine found out about one peer. */
struct txs_peer_result {
    enum txs_stage stage;
    enum txs_outcome outcome;
    enum txs_error error;
    uint32_t features;     /* bits by enum txs_feature */
    uint64_t handshake_ms; /* monotonic; TXS_NEVER when it was not completed */
    uint64_t bytes_sent, bytes_received;
    bool has_feefilter;
    bool has_version;                  /* the six fields from relaytxes to subver are known, */
    bool has_start_height, has_subver; /* but for these, which a short version leaves out */
    bool relaytxes;
    int32_t version;
    int32_t start_height; /* -1 while unknown */
    uint64_t services;
    int64_t timeoffset_s;
    struct txs_span subver; /* any bytes; lives as long as the peer */
    int64_t feefilter_sat_kvb;
    enum txs_control control_random;    /* a random id, which nobody can have */
    enum txs_control control_announced; /* a transaction that the peer itself had announced */
    bool asked_addresses;               /* getaddr was sent */
    uint8_t block_asked;                /* enum txs_block_way */
    bool on_fork;         /* it says that it follows the other part of a chain that has split */
    int32_t block_height; /* by its coinbase, where all of it came; else -1 */
    uint8_t anchors[TXS_ANCHORS_MAX]; /* enum txs_anchor_verdict, in the plan's order */
    uint32_t addresses;               /* that it told us */
    size_t answer_count;              /* the survey's ids, in their order */
    struct txs_answer *answers;
};

/* Whether the peer passed its control: 1, 0, or -1 where that is not known. */
int txs_control_passed(const struct txs_peer_result *result);
/* Whether it follows another chain than the one that counts: it lacks the first anchor's block, or
 * says so itself. */
bool txs_on_other_chain(const struct txs_peer_result *result);
/* By its fee filter, which a node sets to the highest figure meanwhile. */
bool txs_loads_the_chain(const struct txs_peer_result *result);

/* One peer, as it is recorded. */
struct txs_peer_record {
    const struct txs_address *address;
    const char *source;            /* dns:HOST, connect, file, gossip:ADDR:PORT */
    uint64_t started_ms, ended_ms; /* monotonic */
    uint64_t connected_ms;         /* TXS_NEVER without a connection */
    uint64_t connecting_ms;        /* start of the attempt that connected_ms belongs to */
    uint32_t attempts;
    bool suspect;                   /* the outcome may be the doing of this machine or its link */
    const struct txs_address *told; /* first heard of from this peer, and taken into the book */
    size_t told_count;
    const struct txs_peer_result *result;
};

/* Outcomes of a seed's name, X(enum, name, text). */
#define TXS_SEED_OUTCOME_TABLE(X)                                                                  \
    X(RESOLVED, "resolved", "it named somebody")                                                   \
    X(FAILED, "failed", "an error, or an empty answer")                                            \
    X(TIMEOUT, "timeout",                                                                          \
      "nothing in 5 s; with --proxy, where the node behind the name is asked, in the time that a " \
      "peer has")

enum txs_seed_outcome {
#define X(id, name, text) TXS_SEED_##id,
    TXS_SEED_OUTCOME_TABLE(X) TXS_SEED_OUTCOME_COUNT
#undef X
};
const char *txs_seed_outcome_name(enum txs_seed_outcome outcome);
/* In the error of one that the survey's end came before, whatever it had told until then. */
#define TXS_SEED_INTERRUPTED "interrupted"

/* One name asked of the DNS, as it is recorded. */
struct txs_seed_record {
    const char *host;
    enum txs_seed_outcome outcome;
    uint32_t addresses;             /* in the answer, each once */
    const struct txs_address *told; /* first heard of from this seed, and taken into the book */
    size_t told_count;
    const char *error; /* the resolver's word; NULL, when resolved, if no question failed */
    uint64_t duration_ms;
};

/* A record of an earlier part of this run (--resume): what the survey must know of it. */
struct txs_restored_peer {
    struct txs_address address;
    const struct txs_address *told;
    size_t told_count;
    /* outcome, stage; handshake_ms 0 where there was a handshake, else TXS_NEVER; of the answers
     * status, strength, hint, has_wtxid, wtxid, via, position; error; services, start_height,
     * anchors, controls, block_asked, block_height, bytes_sent, bytes_received */
    const struct txs_peer_result *result;
};
struct txs_restored_seed {
    const char *host;
    const struct txs_address *told;
    size_t told_count;
};

/* A transaction that a peer served. */
struct txs_transaction_record {
    const struct txs_tx_ids *ids;
    struct txs_span bytes; /* as it came, borrowed; empty where memory for it was not to be had */
    uint64_t parts;        /* over TXS_TX_PARTS_MAX its inputs and outputs are not shown */
    bool witness_known;    /* false: it may have a witness that was not sent */
    const struct txs_address *first_peer;
};

/* Why addresses were left out, X(enum, name, text). */
#define TXS_IGNORED_TABLE(X)                                                       \
    X(UNROUTABLE, "unroutable", "not publicly routable, see --allow-local")        \
    X(OWN, "own", "an address of this machine")                                    \
    X(NETWORK, "network", "of a network that has no way out, or not of --onlynet") \
    X(EXCLUDED, "excluded", "on the list of --exclude")                            \
    X(PORT, "port", "a port of another service, see --any-port, or none at all")   \
    X(SHARD, "shard", "of another shard")                                          \
    X(QUOTA, "quota", "beyond the share of a source, a host or a network group; each time")

enum txs_ignored {
#define X(id, name, text) TXS_IGNORED_##id,
    TXS_IGNORED_TABLE(X) TXS_IGNORED_COUNT
#undef X
};
const char *txs_ignored_name(enum txs_ignored reason);
const char *txs_ignored_text(enum txs_ignored reason);

/* The summary of an earlier part of this run, as far as it goes on. */
struct txs_restored_summary {
    uint64_t ignored[TXS_IGNORED_COUNT];
    bool vantage_suspect;
};

/* Why a survey ended, X(enum, name, text). */
#define TXS_REASON_TABLE(X)                          \
    X(FINISHED, "finished", "all was done")          \
    X(DEADLINE, "deadline", "--deadline came first") \
    X(SIGNAL, "signal", "a signal ended it")         \
    X(OUTPUT, "output", "the records could no longer be written")

enum txs_reason {
#define X(id, name, text) TXS_REASON_##id,
    TXS_REASON_TABLE(X)
#undef X
};
const char *txs_reason_name(enum txs_reason reason);

#endif
