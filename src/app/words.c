#include "words.h"

#include "txsurvey/escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct words words_count(uint64_t n)
{
    struct words out = {""};
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    char *at = out.text;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *at++ = ',';
        *at++ = digits[i];
    }
    return out;
}

/* Whole numbers, but for the ends, where the rest of a per cent counts. */
struct words words_share(double share)
{
    struct words out;
    double percent = 100 * share;
    if (percent > 0 && percent < 0.1)
        snprintf(out.text, sizeof out.text, "under 0.1 %%");
    else if (percent < 100 && percent > 99.9)
        snprintf(out.text, sizeof out.text, "over 99.9 %%");
    else if ((percent > 0 && percent < 1) || (percent > 99 && percent < 100))
        snprintf(out.text, sizeof out.text, "%.1f %%", percent);
    else
        snprintf(out.text, sizeof out.text, "%.0f %%", percent);
    return out;
}

struct words words_time(uint64_t ms)
{
    struct words out;
    uint64_t seconds = (ms + 999) / 1000, minutes = (seconds + 59) / 60;
    if (seconds < 120)
        snprintf(out.text, sizeof out.text, "%" PRIu64 " s", seconds);
    else if (minutes < 60)
        snprintf(out.text, sizeof out.text, "%" PRIu64 " min", minutes);
    else
        snprintf(out.text, sizeof out.text, "%" PRIu64 " h %" PRIu64 " min", minutes / 60,
                 minutes % 60);
    return out;
}

const char *words_of(uint64_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

void words_plain(char *out, size_t room, const void *bytes, size_t len)
{
    size_t written = 0;
    for (size_t i = 0; i < len; i++) {
        const uint8_t *byte = (const uint8_t *)bytes + i;
        char piece[5];
        size_t more = *byte < 0x80 ? txs_escape_text(piece, byte, 1)
                                   : (size_t)snprintf(piece, sizeof piece, "\\x%02x", *byte);
        if (written + more >= room)
            break;
        memcpy(out + written, piece, more);
        written += more;
    }
    out[written] = '\0';
}
