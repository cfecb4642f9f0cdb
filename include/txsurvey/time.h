/* Points in time. Every deadline and duration is monotonic milliseconds; the wall clock is read
 * once, at the start, and only ever turns a monotonic time into text for a record. */
#ifndef TXSURVEY_TIME_H
#define TXSURVEY_TIME_H

#include <stdint.h>

#define TXS_NEVER UINT64_MAX

/* RFC 3339 UTC with milliseconds, `2026-11-20T09:30:58.123Z`, of milliseconds since 1970. */
#define TXS_TIME_TEXT_MAX 32
void txs_time_text(char out[TXS_TIME_TEXT_MAX], int64_t unix_ms);

#endif
