#include "txsurvey/time.h"

#include <stdio.h>
#include <time.h>

int64_t txs_wall_clock_ms(const struct txs_wall_clock *wall, uint64_t monotonic_ms)
{
    return wall->epoch_unix_ms + (int64_t)monotonic_ms;
}

/* Each record has some: printf() is ten times as long about it. */
static char *put_number(char *out, int number, int digits, char behind)
{
    for (int i = digits; i-- > 0; number /= 10)
        out[i] = (char)('0' + number % 10);
    out[digits] = behind;
    return out + digits + 1;
}

void txs_time_text(char out[TXS_TIME_TEXT_MAX], int64_t unix_ms)
{
    int64_t seconds = unix_ms / 1000, ms = unix_ms % 1000;
    if (ms < 0) {
        seconds -= 1;
        ms += 1000;
    }
    time_t t = (time_t)seconds;
    struct tm tm;
    if (gmtime_r(&t, &tm) == NULL || tm.tm_year < -1900 || tm.tm_year > 8099) {
        snprintf(out, TXS_TIME_TEXT_MAX, "1970-01-01T00:00:00.000Z");
        return;
    }
    out = put_number(out, tm.tm_year + 1900, 4, '-');
    out = put_number(out, tm.tm_mon + 1, 2, '-');
    out = put_number(out, tm.tm_mday, 2, 'T');
    out = put_number(out, tm.tm_hour, 2, ':');
    out = put_number(out, tm.tm_min, 2, ':');
    out = put_number(out, tm.tm_sec, 2, '.');
    out = put_number(out, (int)ms, 3, 'Z');
    *out = '\0';
}
