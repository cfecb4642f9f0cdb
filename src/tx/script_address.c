/* The address of an output script (Core: ExtractDestination, EncodeDestination). */
#include "txsurvey/tx.h"

#include "address_text.h"
#include "script_ops.h"

static void encode_witness(char *out, const struct txs_chain *chain, struct txs_span script)
{
    uint8_t version = script.data[0] == OP_0 ? 0 : (uint8_t)(script.data[0] - OP_1 + 1);
    struct txs_span program = {script.data + 2, script.len - 2};
    bech32_encode_program(out, chain->bech32_hrp, version, program);
}

bool txs_script_address(char out[TXS_SCRIPT_ADDRESS_MAX], const struct txs_chain *chain,
                        struct txs_span script)
{
    out[0] = '\0';
    switch (txs_script_classify(script)) {
    case TXS_SCRIPT_PUBKEYHASH:
        base58_encode_hash(out, chain->p2pkh_prefix, script.data + 3);
        return true;
    case TXS_SCRIPT_SCRIPTHASH:
        base58_encode_hash(out, chain->p2sh_prefix, script.data + 2);
        return true;
    case TXS_SCRIPT_WITNESS_V0_KEYHASH:
    case TXS_SCRIPT_WITNESS_V0_SCRIPTHASH:
    case TXS_SCRIPT_WITNESS_V1_TAPROOT:
    case TXS_SCRIPT_ANCHOR:
    case TXS_SCRIPT_WITNESS_UNKNOWN:
        encode_witness(out, chain, script);
        return true;
    case TXS_SCRIPT_NONSTANDARD:
    case TXS_SCRIPT_PUBKEY:
    case TXS_SCRIPT_MULTISIG:
    case TXS_SCRIPT_NULLDATA:
        break;
    }
    return false;
}
