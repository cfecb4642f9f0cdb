/* Transactions: a walker that computes the ids of one as its bytes arrive, and a parser of a whole
 * one with all that `decoderawtransaction` shows of it (BIP144; Core:
 * src/primitives/transaction.h).
 */
#ifndef TXSURVEY_TX_H
#define TXSURVEY_TX_H

#include "txsurvey/bytes.h"
#include "txsurvey/chain.h"
#include "txsurvey/hash.h"

/* The ids and sizes of a transaction. */
struct txs_tx_ids {
    uint8_t txid[32];  /* wire order; hash of the form without witness */
    uint8_t wtxid[32]; /* hash of the form as it came */
    bool has_witness;
    uint32_t size_bytes;
    uint32_t stripped_bytes;
};

uint32_t txs_tx_weight(const struct txs_tx_ids *ids); /* 3 * stripped + size */
uint32_t txs_tx_vsize(const struct txs_tx_ids *ids);  /* weight / 4, rounded up */

/* Computes the ids of a transaction of any size in a fixed amount of memory. */
struct txs_tx_walker {
    struct txs_sha256 stripped;
    struct txs_sha256 whole;
    uint64_t inputs_left, outputs_left, inputs, items_left;
    uint64_t parts; /* inputs, outputs and witness items, as their counts have come */
    uint64_t skip;  /* bytes of the current field not yet seen */
    uint64_t size_bytes, stripped_bytes;
    uint8_t state;
    uint8_t carry[9];
    uint8_t carry_len;
    bool has_witness;
    bool witness_seen;
};

enum txs_walk {
    TXS_WALK_MORE,      /* all of `in` is used up and the transaction goes on */
    TXS_WALK_DONE,      /* complete; `in` holds what comes after it */
    TXS_WALK_MALFORMED, /* cannot be a transaction */
};

void txs_tx_walker_init(struct txs_tx_walker *w);
/* Takes the transaction's bytes from the front of `in`, in any split. Malformed are: no inputs, a
 * flag other than 1, a witness flag without any witness (Core: "Superfluous witness record"),
 * compact sizes in a form that is too long; a count, a length or the whole over TXS_TX_MAX_BYTES.
 */
enum txs_walk txs_tx_walk(struct txs_tx_walker *w, struct txs_span *in);
/* What stands behind the transaction, or behind where it could not be read on: for the digest
 * alone. */
void txs_tx_walk_rest(struct txs_tx_walker *w, struct txs_span rest);
/* SHA256d of all bytes that were handed in, in place of the ids. */
void txs_tx_walker_digest(struct txs_tx_walker *w, uint8_t out[32]);
/* After TXS_WALK_DONE, once. */
void txs_tx_walker_ids(struct txs_tx_walker *w, struct txs_tx_ids *out);

#define TXS_TX_MAX_BYTES 4000000u

/* More inputs, outputs and witness items than this no transaction has that is relayed: each weighs
 * at least one unit (MAX_STANDARD_TX_WEIGHT). What has more is not taken apart: a txid does not
 * cover the witness, so that any peer may serve the right transaction with millions of empty items.
 */
#define TXS_TX_PARTS_MAX 400000u

/* A parsed transaction; every span is borrowed from the bytes that were parsed. */
struct txs_tx_input {
    uint8_t prev_txid[32]; /* wire order */
    uint32_t prev_vout;
    struct txs_span script_sig;
    uint32_t sequence;
    size_t witness_first, witness_count; /* into txs_tx.witness */
};
struct txs_tx_output {
    int64_t value_sat;
    struct txs_span script_pub_key;
};
struct txs_tx {
    struct txs_tx_ids ids;
    uint32_t version; /* unsigned, as Core 28 and newer print it */
    uint32_t locktime;
    size_t input_count, output_count, witness_count;
    struct txs_tx_input *inputs;
    struct txs_tx_output *outputs;
    struct txs_span *witness; /* the items of all inputs, in order */
};

/* Parses exactly one transaction: bytes that follow it make it malformed. Returns false, with
 * nothing to free, when malformed or out of memory; else txs_tx_free() releases what `out` owns. */
bool txs_tx_parse(struct txs_tx *out, struct txs_span bytes);
void txs_tx_free(struct txs_tx *tx);
/* An input that spends no output: the one of a coinbase transaction (Core:
 * CTransaction::IsCoinBase). */
bool txs_tx_is_coinbase(const struct txs_tx *tx);
/* Whether a transaction that came without witness may have one that was left out. It has none for
 * sure when each input brings a scriptSig that is more than the push of a witness program: a
 * witness beside such a one is invalid (BIP141). */
bool txs_tx_may_lack_witness(const struct txs_tx *tx);

/* Kinds of output scripts with the names of Core's GetTxnOutputType. */
#define TXS_SCRIPT_TABLE(X)                           \
    X(NONSTANDARD, "nonstandard")                     \
    X(PUBKEY, "pubkey")                               \
    X(PUBKEYHASH, "pubkeyhash")                       \
    X(SCRIPTHASH, "scripthash")                       \
    X(MULTISIG, "multisig")                           \
    X(NULLDATA, "nulldata")                           \
    X(WITNESS_V0_KEYHASH, "witness_v0_keyhash")       \
    X(WITNESS_V0_SCRIPTHASH, "witness_v0_scripthash") \
    X(WITNESS_V1_TAPROOT, "witness_v1_taproot")       \
    X(ANCHOR, "anchor")                               \
    X(WITNESS_UNKNOWN, "witness_unknown")

enum txs_script_kind {
#define X(id, name) TXS_SCRIPT_##id,
    TXS_SCRIPT_TABLE(X)
#undef X
};

const char *txs_script_kind_name(enum txs_script_kind kind);
/* Core: Solver() in src/script/solver.cpp. */
enum txs_script_kind txs_script_classify(struct txs_span script);

#define TXS_SCRIPT_ADDRESS_MAX 96
/* The address of an output script on `chain`: false, `out` empty, where it has none (pubkey,
 * multisig, nulldata, nonstandard), as `decoderawtransaction` does. */
bool txs_script_address(char out[TXS_SCRIPT_ADDRESS_MAX], const struct txs_chain *chain,
                        struct txs_span script);

enum txs_asm_style {
    TXS_ASM_PLAIN,     /* scriptPubKey */
    TXS_ASM_SIGHASHES, /* scriptSig: a signature's last byte as [ALL], [NONE|ANYONECANPAY], ... */
};
/* The text of a script (Core: ScriptToAsmStr). A NUL-terminated string that the caller frees, NULL
 * only when out of memory. */
char *txs_script_asm(struct txs_span script, enum txs_asm_style style);

#endif
