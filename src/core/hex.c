#include "txsurvey/bytes.h"

void txs_hex_encode(char *out, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool txs_hex_decode(uint8_t *out, size_t len, const char *text, size_t text_len)
{
    if (text_len / 2 != len || text_len % 2 != 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = digit_value(text[2 * i]);
        int low = digit_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static void reverse(uint8_t out[32], const uint8_t in[32])
{
    for (int i = 0; i < 32; i++)
        out[i] = in[31 - i];
}

void txs_hash_to_hex(char out[65], const uint8_t hash_wire[32])
{
    uint8_t display[32];
    reverse(display, hash_wire);
    txs_hex_encode(out, display, sizeof display);
}

bool txs_hash_from_hex(uint8_t hash_wire[32], const char *text, size_t text_len)
{
    uint8_t display[32];
    if (!txs_hex_decode(display, sizeof display, text, text_len))
        return false;
    reverse(hash_wire, display);
    return true;
}
