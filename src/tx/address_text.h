/* The two spellings of addresses, for what script_address.c has to spell. */
#ifndef TXSURVEY_TX_ADDRESS_TEXT_H
#define TXSURVEY_TX_ADDRESS_TEXT_H

#include "txsurvey/bytes.h"

/* A version byte and a hash of 20 bytes in Base58Check: at most 35 characters and a NUL. */
void base58_encode_hash(char *out, uint8_t version, const uint8_t hash[20]);

/* A witness program of 2 to 40 bytes as BIP173 (version 0) and BIP350 (1 to 16) spell it: at most
 * strlen(hrp) + 72 characters and a NUL. */
void bech32_encode_program(char *out, const char *hrp, uint8_t version, struct txs_span program);

#endif
