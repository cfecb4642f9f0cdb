#include "base32.h"

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

void base32_encode(char *out, const uint8_t *bytes, size_t len)
{
    unsigned held = 0; /* bits read and not yet written: the low `bits` of it */
    unsigned bits = 0;
    for (size_t i = 0; i < len; i++) {
        held = held << 8 | bytes[i];
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            *out++ = alphabet[held >> bits & 31];
        }
        held &= (1u << bits) - 1;
    }
    if (bits > 0)
        *out++ = alphabet[held << (5 - bits) & 31];
    *out = '\0';
}

static int character_value(char c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    if (c >= '2' && c <= '7')
        return c - '2' + 26;
    return -1;
}

bool base32_decode(uint8_t *out, size_t len, const char *text, size_t text_len)
{
    if (text_len != (8 * len + 4) / 5)
        return false;
    unsigned held = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < text_len; i++) {
        int value = character_value(text[i]);
        if (value < 0)
            return false;
        held = held << 5 | (unsigned)value;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            *out++ = (uint8_t)(held >> bits);
            held &= (1u << bits) - 1;
        }
    }
    return held == 0;
}
