/* The operations of a script, one by one. */
#ifndef TXSURVEY_TX_SCRIPT_OPS_H
#define TXSURVEY_TX_SCRIPT_OPS_H

#include "txsurvey/bytes.h"

enum opcode {
    OP_0 = 0x00,
    OP_PUSHDATA1 = 0x4c,
    OP_PUSHDATA2 = 0x4d,
    OP_PUSHDATA4 = 0x4e,
    OP_1NEGATE = 0x4f,
    OP_1 = 0x51,
    OP_16 = 0x60,
    OP_NOP = 0x61,
    OP_RETURN = 0x6a,
    OP_DUP = 0x76,
    OP_EQUAL = 0x87,
    OP_EQUALVERIFY = 0x88,
    OP_HASH160 = 0xa9,
    OP_CHECKSIG = 0xac,
    OP_CHECKMULTISIG = 0xae,
    OP_CHECKSIGADD = 0xba,
    OP_INVALIDOPCODE = 0xff,
};

struct script_op {
    uint8_t opcode;
    struct txs_span push; /* empty unless opcode <= OP_PUSHDATA4 */
};

/* Reads the next operation; false where a push goes past the script's end (Core: GetScriptOp). */
bool script_next_op(struct txs_reader *r, struct script_op *op);

#endif
