#include "txsurvey/time.h"

#include <stdio.h>
#include <time.h>

int64_t txs_wall_clock_ms(const struct txs_wall_clock *wall, uint64_t monotonic_ms)
{
    return wall->epoch_unix_ms + (int64_t)monotonic_ms;
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
    char date[TXS_TIME_TEXT_MAX];
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, TXS_TIME_TEXT_MAX, "%.20s.%03dZ", date, (int)ms);
}
