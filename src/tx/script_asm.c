/* Scripts as text. */
#include "txsurvey/tx.h"

#include "script_ops.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRIPT_MAX_BYTES 10000 /* MAX_SCRIPT_SIZE: a longer one can never be spent */
#define SIGNATURE_MAX_BYTES 73
#define ANYONECANPAY 0x80

/* From OP_1NEGATE to OP_CHECKSIGADD, as Core's GetOpName names them. */
/* clang-format off */
static const char *const op_names[] = {
    "-1", "OP_RESERVED", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14",
    "15", "16", "OP_NOP", "OP_VER", "OP_IF", "OP_NOTIF", "OP_VERIF", "OP_VERNOTIF", "OP_ELSE",
    "OP_ENDIF", "OP_VERIFY", "OP_RETURN", "OP_TOALTSTACK", "OP_FROMALTSTACK", "OP_2DROP", "OP_2DUP",
    "OP_3DUP", "OP_2OVER", "OP_2ROT", "OP_2SWAP", "OP_IFDUP", "OP_DEPTH", "OP_DROP", "OP_DUP",
    "OP_NIP", "OP_OVER", "OP_PICK", "OP_ROLL", "OP_ROT", "OP_SWAP", "OP_TUCK", "OP_CAT",
    "OP_SUBSTR", "OP_LEFT", "OP_RIGHT", "OP_SIZE", "OP_INVERT", "OP_AND", "OP_OR", "OP_XOR",
    "OP_EQUAL", "OP_EQUALVERIFY", "OP_RESERVED1", "OP_RESERVED2", "OP_1ADD", "OP_1SUB", "OP_2MUL",
    "OP_2DIV", "OP_NEGATE", "OP_ABS", "OP_NOT", "OP_0NOTEQUAL", "OP_ADD", "OP_SUB", "OP_MUL",
    "OP_DIV", "OP_MOD", "OP_LSHIFT", "OP_RSHIFT", "OP_BOOLAND", "OP_BOOLOR", "OP_NUMEQUAL",
    "OP_NUMEQUALVERIFY", "OP_NUMNOTEQUAL", "OP_LESSTHAN", "OP_GREATERTHAN", "OP_LESSTHANOREQUAL",
    "OP_GREATERTHANOREQUAL", "OP_MIN", "OP_MAX", "OP_WITHIN", "OP_RIPEMD160", "OP_SHA1",
    "OP_SHA256", "OP_HASH160", "OP_HASH256", "OP_CODESEPARATOR", "OP_CHECKSIG", "OP_CHECKSIGVERIFY",
    "OP_CHECKMULTISIG", "OP_CHECKMULTISIGVERIFY", "OP_NOP1", "OP_CHECKLOCKTIMEVERIFY",
    "OP_CHECKSEQUENCEVERIFY", "OP_NOP4", "OP_NOP5", "OP_NOP6", "OP_NOP7", "OP_NOP8", "OP_NOP9",
    "OP_NOP10", "OP_CHECKSIGADD",
};
/* clang-format on */
_Static_assert(sizeof op_names / sizeof op_names[0] == OP_CHECKSIGADD - OP_1NEGATE + 1,
               "a name for each opcode");

/* A text that is measured first (`data` is NULL) and written then. */
struct text {
    char *data;
    size_t len;
};

static void add_text(struct text *out, const char *text)
{
    size_t len = strlen(text);
    if (out->data != NULL)
        memcpy(out->data + out->len, text, len);
    out->len += len;
}

static void add_hex(struct text *out, struct txs_span bytes)
{
    if (out->data != NULL)
        txs_hex_encode(out->data + out->len, bytes.data, bytes.len);
    out->len += 2 * bytes.len;
}

/* At most four bytes as a script number: little-endian, the topmost bit is the sign. */
static void add_number(struct text *out, struct txs_span push)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < push.len; i++)
        bits |= (uint32_t)push.data[i] << (8 * i);
    uint32_t sign = push.len > 0 ? (uint32_t)0x80 << (8 * (push.len - 1)) : 0;
    int64_t value = bits & ~sign;
    char text[16];
    snprintf(text, sizeof text, "%" PRId64, (bits & sign) != 0 ? -value : value);
    add_text(out, text);
}

static const char *op_name(uint8_t opcode)
{
    if (opcode >= OP_1NEGATE && opcode <= OP_CHECKSIGADD)
        return op_names[opcode - OP_1NEGATE];
    return opcode == OP_INVALIDOPCODE ? "OP_INVALIDOPCODE" : "OP_UNKNOWN";
}

/* One of the two integers of a signature: not empty, not negative, no needless zero in front. */
static bool get_der_integer(struct txs_reader *r)
{
    if (txs_get_u8(r) != 0x02)
        return false;
    struct txs_span n = txs_get_bytes(r, txs_get_u8(r));
    if (n.len == 0 || (n.data[0] & 0x80) != 0)
        return false;
    return n.len == 1 || n.data[0] != 0 || (n.data[1] & 0x80) != 0;
}

/* A signature in strict DER (BIP66) and, after it, a sighash byte that Core defines. */
static bool is_signature(struct txs_span s)
{
    if (s.len > SIGNATURE_MAX_BYTES)
        return false;
    struct txs_reader r = txs_reader_of(s);
    if (txs_get_u8(&r) != 0x30 || txs_get_u8(&r) != s.len - 3)
        return false;
    if (!get_der_integer(&r) || !get_der_integer(&r) || r.left != 1)
        return false;
    unsigned type = txs_get_u8(&r) & ~(unsigned)ANYONECANPAY;
    return type >= 1 && type <= 3;
}

static void add_signature(struct text *out, struct txs_span s)
{
    static const char *const names[] = {"", "[ALL", "[NONE", "[SINGLE"};
    uint8_t type = s.data[s.len - 1];
    add_hex(out, (struct txs_span){s.data, s.len - 1});
    add_text(out, names[type & 3]);
    add_text(out, (type & ANYONECANPAY) != 0 ? "|ANYONECANPAY]" : "]");
}

static void add_op(struct text *out, const struct script_op *op, bool sighashes)
{
    if (op->opcode > OP_PUSHDATA4)
        add_text(out, op_name(op->opcode));
    else if (op->push.len <= 4)
        add_number(out, op->push);
    else if (sighashes && is_signature(op->push))
        add_signature(out, op->push);
    else
        add_hex(out, op->push);
}

static void add_script(struct text *out, struct txs_span script, enum txs_asm_style style)
{
    struct txs_reader r = txs_reader_of(script);
    bool unspendable =
        script.len > SCRIPT_MAX_BYTES || (script.len > 0 && script.data[0] == OP_RETURN);
    bool sighashes = style == TXS_ASM_SIGHASHES && !unspendable;
    struct script_op op;
    while (r.left > 0) {
        if (out->len > 0)
            add_text(out, " ");
        if (!script_next_op(&r, &op)) {
            add_text(out, "[error]");
            return;
        }
        add_op(out, &op, sighashes);
    }
}

char *txs_script_asm(struct txs_span script, enum txs_asm_style style)
{
    struct text measure = {0};
    add_script(&measure, script, style);
    struct text out = {.data = malloc(measure.len + 1)};
    if (out.data == NULL)
        return NULL;
    add_script(&out, script, style);
    out.data[out.len] = '\0';
    return out.data;
}
