/* What kind of output a script is. */
#include "txsurvey/tx.h"

#include "script_ops.h"

#include <assert.h>
#include <string.h>

#define MULTISIG_MAX_KEYS 20 /* MAX_PUBKEYS_PER_MULTISIG */

bool script_next_op(struct txs_reader *r, struct script_op *op)
{
    size_t len = 0;
    op->opcode = txs_get_u8(r);
    if (op->opcode < OP_PUSHDATA1)
        len = op->opcode;
    else if (op->opcode == OP_PUSHDATA1)
        len = txs_get_u8(r);
    else if (op->opcode == OP_PUSHDATA2)
        len = txs_get_u16le(r);
    else if (op->opcode == OP_PUSHDATA4)
        len = txs_get_u32le(r);
    op->push = txs_get_bytes(r, len);
    return !r->failed;
}

const char *txs_script_kind_name(enum txs_script_kind kind)
{
    static const char *const names[] = {
#define X(id, name) name,
        TXS_SCRIPT_TABLE(X)
#undef X
    };
    assert((size_t)kind < sizeof names / sizeof names[0]);
    return names[kind];
}

static bool is_scripthash(struct txs_span s)
{
    return s.len == 23 && s.data[0] == OP_HASH160 && s.data[1] == 20 && s.data[22] == OP_EQUAL;
}

static bool is_pubkeyhash(struct txs_span s)
{
    return s.len == 25 && s.data[0] == OP_DUP && s.data[1] == OP_HASH160 && s.data[2] == 20 &&
           s.data[23] == OP_EQUALVERIFY && s.data[24] == OP_CHECKSIG;
}

/* BIP141: a version (0, 1..16), then one direct push of 2 to 40 bytes that ends the script. */
static bool is_witness_program(struct txs_span s)
{
    return s.len >= 4 && s.len <= 42 &&
           (s.data[0] == OP_0 || (s.data[0] >= OP_1 && s.data[0] <= OP_16)) &&
           s.data[1] == s.len - 2;
}

static enum txs_script_kind witness_kind(struct txs_span s)
{
    size_t program_len = s.len - 2;
    if (s.data[0] == OP_0) {
        if (program_len == 20)
            return TXS_SCRIPT_WITNESS_V0_KEYHASH;
        return program_len == 32 ? TXS_SCRIPT_WITNESS_V0_SCRIPTHASH : TXS_SCRIPT_NONSTANDARD;
    }
    if (s.data[0] == OP_1 && program_len == 32)
        return TXS_SCRIPT_WITNESS_V1_TAPROOT;
    if (s.data[0] == OP_1 && program_len == 2 && s.data[2] == 0x4e && s.data[3] == 0x73)
        return TXS_SCRIPT_ANCHOR;
    return TXS_SCRIPT_WITNESS_UNKNOWN;
}

/* Core counts every opcode up to OP_16 as a push, OP_RESERVED included. */
static bool is_nulldata(struct txs_span s)
{
    struct txs_reader r = txs_reader_of(s);
    struct script_op op;
    if (txs_get_u8(&r) != OP_RETURN)
        return false;
    while (r.left > 0) {
        if (!script_next_op(&r, &op) || op.opcode > OP_16)
            return false;
    }
    return true;
}

/* The length must fit the first byte; whether the point is on the curve is not looked at. */
static bool is_public_key(struct txs_span s)
{
    if (s.len == 33)
        return s.data[0] == 2 || s.data[0] == 3;
    return s.len == 65 && (s.data[0] == 4 || s.data[0] == 6 || s.data[0] == 7);
}

static bool is_pubkey(struct txs_span s)
{
    if ((s.len != 35 && s.len != 67) || s.data[0] != s.len - 2 || s.data[s.len - 1] != OP_CHECKSIG)
        return false;
    return is_public_key((struct txs_span){s.data + 1, s.len - 2});
}

/* The 1..20 of a multisig, -1 for anything else. Pushes must be minimal, so that OP_1..OP_16 stand
 * for 1..16 and only 17..20 are pushes of a byte. */
static int multisig_number(const struct script_op *op)
{
    if (op->opcode >= OP_1 && op->opcode <= OP_16)
        return op->opcode - OP_1 + 1;
    if (op->opcode == 1 && op->push.data[0] > 16 && op->push.data[0] <= MULTISIG_MAX_KEYS)
        return op->push.data[0];
    return -1;
}

static bool is_multisig(struct txs_span s)
{
    struct txs_reader r = txs_reader_of(s);
    struct script_op op;
    if (s.len == 0 || s.data[s.len - 1] != OP_CHECKMULTISIG || !script_next_op(&r, &op))
        return false;
    int required = multisig_number(&op);
    if (required < 0)
        return false;
    int keys = 0;
    bool whole = script_next_op(&r, &op);
    while (whole && is_public_key(op.push) && keys <= MULTISIG_MAX_KEYS) {
        keys++;
        whole = script_next_op(&r, &op);
    }
    return whole && keys >= required && multisig_number(&op) == keys && r.left == 1;
}

enum txs_script_kind txs_script_classify(struct txs_span script)
{
    if (is_scripthash(script))
        return TXS_SCRIPT_SCRIPTHASH;
    if (is_witness_program(script))
        return witness_kind(script);
    if (is_nulldata(script))
        return TXS_SCRIPT_NULLDATA;
    if (is_pubkey(script))
        return TXS_SCRIPT_PUBKEY;
    if (is_pubkeyhash(script))
        return TXS_SCRIPT_PUBKEYHASH;
    if (is_multisig(script))
        return TXS_SCRIPT_MULTISIG;
    return TXS_SCRIPT_NONSTANDARD;
}
