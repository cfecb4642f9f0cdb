/* The payloads that are spoken, as plain values: decode, encode.
 *
 * Decoders take a whole payload, return false for a malformed one (nothing is promised of `out`
 * then) and ignore bytes after the last field, as Core does. Spans in what they fill are borrowed
 * from the payload. Encoders append to a bounded writer. Hashes are in wire order everywhere.
 */
#ifndef TXSURVEY_MESSAGE_H
#define TXSURVEY_MESSAGE_H

#include "txsurvey/address.h"
#include "txsurvey/bytes.h"

#define TXS_PROTOCOL_VERSION 70016   /* what we say */
#define TXS_MIN_PEER_VERSION 31800   /* MIN_PEER_PROTO_VERSION */
#define TXS_WTXIDRELAY_VERSION 70016 /* BIP339; in practice also for sendaddrv2 (BIP155) */
#define TXS_BIP31_VERSION 60000      /* pings carry a nonce in versions over this */
#define TXS_NOTFOUND_VERSION 70001
#define TXS_SUBVER_MAX_BYTES 256  /* MAX_SUBVERSION_LENGTH */
#define TXS_INV_MAX 50000         /* MAX_INV_SZ */
#define TXS_GETDATA_MAX 1000      /* MAX_GETDATA_SZ: what Core itself asks for at once */
#define TXS_ADDR_MAX 1000         /* MAX_ADDR_TO_SEND */
#define TXS_ADDRV2_MAX_BYTES 512  /* MAX_ADDRV2_SIZE */
#define TXS_VERSION_MAX_BYTES 352 /* all fields with the longest user agent */

#define TXS_INV_TX 1u
#define TXS_INV_BLOCK 2u
#define TXS_INV_FILTERED_BLOCK 3u
#define TXS_INV_CMPCT_BLOCK 4u
#define TXS_INV_WTX 5u
#define TXS_INV_WITNESS_TX 0x40000001u
#define TXS_INV_WITNESS_BLOCK 0x40000002u

/* Service bits, X(bit, name), names as Core prints them (serviceFlagToStr); those that only Knots
 * knows, experimental ones, as its src/protocol.h has them. */
#define TXS_SERVICE_TABLE(X) \
    X(0, "NETWORK")          \
    X(2, "BLOOM")            \
    X(3, "WITNESS")          \
    X(6, "COMPACT_FILTERS")  \
    X(10, "NETWORK_LIMITED") \
    X(11, "P2P_V2")          \
    X(12, "UTREEXO")         \
    X(13, "UTREEXO_ARCHIVE") \
    X(26, "REPLACE_BY_FEE")  \
    X(27, "REDUCED_DATA")    \
    X(28, "BLAKE2B")         \
    X(29, "MALICIOUS")

#define TXS_SERVICE_NETWORK (1ull << 0)
#define TXS_SERVICE_BLOOM (1ull << 2)
#define TXS_SERVICE_WITNESS (1ull << 3)
#define TXS_SERVICE_NETWORK_LIMITED (1ull << 10)
#define TXS_SERVICE_BLAKE2B (1ull << 28) /* follows the chain that split off by BLAKE2b in 2026 */

/* The name of one service bit, `UNKNOWN[2^n]` where Core has none. */
void txs_service_name(char out[24], unsigned bit);

struct txs_version {
    int32_t version;
    uint64_t services;
    int64_t timestamp; /* Unix seconds, as the peer claims */
    uint64_t recv_services;
    uint8_t recv_ip[16];
    uint16_t recv_port;
    uint64_t from_services;
    uint8_t from_ip[16];
    uint16_t from_port;
    uint64_t nonce;
    struct txs_span subver;
    int32_t start_height;
    bool relay;                                   /* true where the byte is absent (BIP37) */
    bool has_subver, has_start_height, has_relay; /* it was there */
};

/* Only the first 46 bytes, through addr_recv, must be there; what is missing after them is zero.
 * A user agent over 256 bytes is malformed. */
bool txs_version_decode(struct txs_version *out, struct txs_span payload);
/* Writes the relay byte when has_relay. */
void txs_version_encode(struct txs_writer *w, const struct txs_version *version);

/* ping, pong (nonce) and feefilter (satoshi per 1000 virtual bytes): eight bytes. */
bool txs_u64_decode(uint64_t *out, struct txs_span payload);
void txs_u64_encode(struct txs_writer *w, uint64_t value);

struct txs_sendcmpct {
    uint8_t high_bandwidth;
    uint64_t version;
};
bool txs_sendcmpct_decode(struct txs_sendcmpct *out, struct txs_span payload);
void txs_sendcmpct_encode(struct txs_writer *w, const struct txs_sendcmpct *message);

/* inv, getdata and notfound are one list of items; they are read as they arrive, since one may be
 * 1.8 MB long. */
struct txs_inv_item {
    uint32_t type;
    uint8_t hash[32];
};
struct txs_inv_reader {
    uint64_t count; /* claimed, once known */
    uint64_t seen;  /* items given out */
    bool counted;   /* the count has been read */
    bool malformed; /* non-minimal count, or over TXS_INV_MAX */
    uint8_t carry_len;
    uint8_t carry[36];
};
void txs_inv_reader_init(struct txs_inv_reader *r);
/* True and fills `item` for each item that is complete; false when `chunk` is used up, all items
 * are read or the list is malformed. */
bool txs_inv_next(struct txs_inv_reader *r, struct txs_inv_item *item, struct txs_span *chunk);
/* After the last chunk: the list was whole. */
bool txs_inv_complete(const struct txs_inv_reader *r);
void txs_inv_encode(struct txs_writer *w, const struct txs_inv_item *items, size_t count);

/* One entry of addr or addrv2. */
struct txs_addr_entry {
    uint32_t time; /* Unix seconds, gossip */
    uint64_t services;
    uint8_t network_id;    /* BIP155; 1 or 2 from an addr */
    struct txs_span bytes; /* as on the wire: 16 bytes from an addr */
    uint16_t port;
};
/* A list read entry by entry. */
struct txs_addr_reader {
    struct txs_reader bytes; /* failed: the list is malformed */
    uint64_t left;
    bool v2;
};
struct txs_addr_reader txs_addr_reader_of(struct txs_span payload, bool v2);
/* False at the end of the list, and where it is malformed: the rules are those of
 * txs_addr_decode(). */
bool txs_addr_next(struct txs_addr_reader *reader, struct txs_addr_entry *entry);
/* The number of entries of a whole list, -1 for a malformed one. */
int txs_addr_count(struct txs_span payload, bool v2);
/* Reads up to `max` entries into `out`. Returns their number, or -1 for a malformed list: more than
 * TXS_ADDR_MAX, a known network with a wrong length, an address over TXS_ADDRV2_MAX_BYTES, data
 * that ends early. Entries of unknown networks are given out too: txs_addr_entry_address() skips
 * them. */
int txs_addr_decode(struct txs_addr_entry *out, size_t max, struct txs_span payload);
int txs_addrv2_decode(struct txs_addr_entry *out, size_t max, struct txs_span payload);
void txs_addr_encode(struct txs_writer *w, const struct txs_addr_entry *entries, size_t count);
void txs_addrv2_encode(struct txs_writer *w, const struct txs_addr_entry *entries, size_t count);
/* The address of an entry. False for a network that we do not know, for Tor version 2, and for IPv4
 * that addrv2 calls IPv6. */
bool txs_addr_entry_address(struct txs_address *out, const struct txs_addr_entry *entry);

#define TXS_BLOCK_HEADER_BYTES 80

/* Asks for one header, that of `hash`: an empty locator, and it as hash_stop (Core:
 * ProcessMessage, GETHEADERS). */
void txs_getheaders_encode(struct txs_writer *w, const uint8_t hash[32]);

/* A block, read one transaction at a time. Hashing the header gives the block's hash. */
struct txs_block {
    struct txs_span header; /* 80 bytes */
    uint64_t tx_count;
    struct txs_span transactions; /* all that follows the count */
};
bool txs_block_decode(struct txs_block *out, struct txs_span payload);
void txs_block_encode(struct txs_writer *w, const struct txs_block *block);

/* BIP152. Indexes are absolute here, differential on the wire. */
struct txs_getblocktxn {
    uint8_t block_hash[32];
    size_t count;
    uint32_t indexes[TXS_GETDATA_MAX];
};
bool txs_getblocktxn_decode(struct txs_getblocktxn *out, struct txs_span payload);
void txs_getblocktxn_encode(struct txs_writer *w, const struct txs_getblocktxn *message);
struct txs_blocktxn {
    uint8_t block_hash[32];
    uint64_t tx_count;
    struct txs_span transactions;
};
bool txs_blocktxn_decode(struct txs_blocktxn *out, struct txs_span payload);
void txs_blocktxn_encode(struct txs_writer *w, const struct txs_blocktxn *message);

/* BIP37. `hashes` is hash_count times 32 bytes. */
struct txs_merkleblock {
    struct txs_span header;
    uint32_t tx_total;
    uint64_t hash_count;
    struct txs_span hashes;
    struct txs_span flags;
};
bool txs_merkleblock_decode(struct txs_merkleblock *out, struct txs_span payload);
void txs_merkleblock_encode(struct txs_writer *w, const struct txs_merkleblock *message);

/* BIP37. `functions` hash functions of the filter's bits. */
struct txs_filterload {
    struct txs_span filter; /* at most 36,000 bytes */
    uint32_t functions;     /* at most 50 */
    uint32_t tweak;
    uint8_t flags;
};
void txs_filterload_encode(struct txs_writer *w, const struct txs_filterload *message);
/* Sets the bits of one element in a filter of `len` bytes, at least one. */
void txs_bloom_add(uint8_t *filter, size_t len, uint32_t functions, uint32_t tweak,
                   struct txs_span element);

#endif
