/* Base58Check (Core: EncodeBase58Check in src/base58.cpp). */
#include "address_text.h"

#include "txsurvey/hash.h"

#include <string.h>

#define PAYLOAD_BYTES 21
#define CHECKED_BYTES (PAYLOAD_BYTES + 4)
#define DIGITS_MAX 35 /* 25 bytes below 58^35 */

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* digits = digits * 256 + byte, least digit first. Returns how many digits there are now. */
static size_t push_byte(uint8_t digits[DIGITS_MAX], size_t count, uint8_t byte)
{
    unsigned carry = byte;
    for (size_t i = 0; i < count || carry > 0; i++) {
        if (i == count)
            digits[count++] = 0;
        carry += 256u * digits[i];
        digits[i] = (uint8_t)(carry % 58);
        carry /= 58;
    }
    return count;
}

void base58_encode_hash(char *out, uint8_t version, const uint8_t hash[20])
{
    uint8_t bytes[CHECKED_BYTES], check[32], digits[DIGITS_MAX];
    bytes[0] = version;
    memcpy(bytes + 1, hash, PAYLOAD_BYTES - 1);
    txs_sha256d(check, bytes, PAYLOAD_BYTES);
    memcpy(bytes + PAYLOAD_BYTES, check, CHECKED_BYTES - PAYLOAD_BYTES);

    size_t zeros = 0, count = 0;
    while (zeros < CHECKED_BYTES && bytes[zeros] == 0)
        zeros++;
    for (size_t i = zeros; i < CHECKED_BYTES; i++)
        count = push_byte(digits, count, bytes[i]);
    memset(out, alphabet[0], zeros);
    for (size_t i = 0; i < count; i++)
        out[zeros + i] = alphabet[digits[count - 1 - i]];
    out[zeros + count] = '\0';
}
