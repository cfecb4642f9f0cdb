/* The rate of new connections: credit accrues with time, a connection costs some, and no more than
 * a tenth of a second's worth is ever saved up. */
#ifndef TXSURVEY_SURVEY_PACE_H
#define TXSURVEY_SURVEY_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
    uint32_t rate; /* connections a second */
    bool begun;
    uint64_t last_ms;
    uint64_t credit; /* in thousandths of a connection */
};

/* True, and charged, when a connection may be made now. */
bool pace_take(struct pace *p, uint64_t now_ms);
/* The earliest time at which pace_take() succeeds. */
uint64_t pace_next_ms(const struct pace *p, uint64_t now_ms);

#endif
