/* Bytes of peers as text that neither a terminal nor a parser can trip over. */
#include "txsurvey/escape.h"

#include <stdbool.h>
#include <stdio.h>

size_t txs_utf8_decode(uint32_t *c, const uint8_t *s, size_t len)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
    if (n == 0 || n > len)
        return 0;
    *c = n == 1 ? s[0] : s[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        *c = *c << 6 | (s[i] & 0x3f);
    }
    bool surrogate = *c >= 0xd800 && *c <= 0xdfff;
    return *c < least[n] || *c > 0x10ffff || surrogate ? 0 : n;
}

/* Controls, what is invisible or turns the direction of writing, private use and non-characters. */
static bool is_unprintable(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x0000, 0x001f}, {0x007f, 0x009f},   {0x00ad, 0x00ad},    {0x061c, 0x061c},
        {0x115f, 0x1160}, {0x17b4, 0x17b5},   {0x180b, 0x180f},    {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x206f},   {0x3164, 0x3164},    {0xe000, 0xf8ff},
        {0xfdd0, 0xfdef}, {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},    {0xffa0, 0xffa0},
        {0xfff0, 0xffff}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return (c & 0xfffe) == 0xfffe;
}

size_t txs_escape_text(char *out, const uint8_t *bytes, size_t len)
{
    size_t written = 0;
    for (size_t at = 0; at < len;) {
        uint32_t c;
        if (bytes[at] >= ' ' && bytes[at] <= '~' && bytes[at] != '\\') {
            out[written++] = (char)bytes[at++];
            continue;
        }
        size_t n = txs_utf8_decode(&c, bytes + at, len - at);
        if (n == 0 || is_unprintable(c) || c == '\\') {
            written += (size_t)snprintf(out + written, 5, "\\x%02x", bytes[at++]);
            continue;
        }
        while (n-- > 0)
            out[written++] = (char)bytes[at++];
    }
    out[written] = '\0';
    return written;
}
