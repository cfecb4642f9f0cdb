/* Points in time. Every deadline and duration is monotonic milliseconds; the wall clock only ever
 * turns a monotonic time into text for a record, and is compared with those of peers. */
#ifndef TXSURVEY_TIME_H
#define TXSURVEY_TIME_H

#include <stdint.h>

#define TXS_NEVER UINT64_MAX

/* The wall clock beside the monotonic one. It changes where the machine's clock is set, or where
 * the monotonic one stood still (suspension): so it is borrowed, never copied, and times that stand
 * together are made together. */
struct txs_wall_clock {
    int64_t epoch_unix_ms; /* milliseconds since 1970 at monotonic time 0 */
};
int64_t txs_wall_clock_ms(const struct txs_wall_clock *wall, uint64_t monotonic_ms);

/* RFC 3339 UTC with milliseconds, `2026-11-20T09:30:58.123Z`, of milliseconds since 1970. */
#define TXS_TIME_TEXT_MAX 32
void txs_time_text(char out[TXS_TIME_TEXT_MAX], int64_t unix_ms);

#endif
