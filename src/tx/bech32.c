/* Bech32 and Bech32m (BIP173, BIP350). */
#include "address_text.h"

#include <string.h>

#define CHECKSUM_DIGITS 6
#define BECH32_CONSTANT 1u
#define BECH32M_CONSTANT 0x2bc830a3u

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/* The checksum is the remainder of a polynomial over GF(32); this divides with one digit more. */
static uint32_t push_digit(uint32_t remainder, uint8_t digit)
{
    static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                          0x2a1462b3};
    uint32_t top = remainder >> 25;
    remainder = (remainder & 0x1ffffff) << 5 ^ digit;
    for (unsigned i = 0; i < 5; i++) {
        if ((top >> i & 1) != 0)
            remainder ^= generator[i];
    }
    return remainder;
}

static uint32_t checksum_of_hrp(const char *hrp)
{
    uint32_t remainder = 1;
    for (const char *c = hrp; *c != '\0'; c++)
        remainder = push_digit(remainder, (uint8_t)(*c >> 5));
    remainder = push_digit(remainder, 0);
    for (const char *c = hrp; *c != '\0'; c++)
        remainder = push_digit(remainder, (uint8_t)(*c & 31));
    return remainder;
}

static char *put_digit(char *out, uint32_t *remainder, uint8_t digit)
{
    *remainder = push_digit(*remainder, digit);
    *out = alphabet[digit];
    return out + 1;
}

/* Bytes as digits of five bits, the last one filled up with zeros. */
static char *put_program(char *out, uint32_t *remainder, struct txs_span program)
{
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < program.len; i++) {
        held = (held << 8 | program.data[i]) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            out = put_digit(out, remainder, (uint8_t)(held >> (bits - 5) & 31));
    }
    if (bits > 0)
        out = put_digit(out, remainder, (uint8_t)(held << (5 - bits) & 31));
    return out;
}

void bech32_encode_program(char *out, const char *hrp, uint8_t version, struct txs_span program)
{
    size_t hrp_len = strlen(hrp);
    uint32_t remainder = checksum_of_hrp(hrp);
    memcpy(out, hrp, hrp_len);
    out[hrp_len] = '1';
    out = put_digit(out + hrp_len + 1, &remainder, version);
    out = put_program(out, &remainder, program);

    for (unsigned i = 0; i < CHECKSUM_DIGITS; i++)
        remainder = push_digit(remainder, 0);
    remainder ^= version == 0 ? BECH32_CONSTANT : BECH32M_CONSTANT;
    for (unsigned i = 0; i < CHECKSUM_DIGITS; i++)
        *out++ = alphabet[remainder >> 5 * (CHECKSUM_DIGITS - 1 - i) & 31];
    *out = '\0';
}
