/* Examples of use, for help and manual. A test runs each command as it stands here. */
#ifndef TXSURVEY_APP_EXAMPLES_H
#define TXSURVEY_APP_EXAMPLES_H

#include <stdbool.h>
#include <stddef.h>

struct example {
    const char *aim;     /* one sentence of at most 77 bytes, no full stop */
    const char *command; /* one line of at most 76 bytes for a shell; TXID and HASH stand for ids */
    bool usual;          /* also in the short help */
};

extern const struct example examples[];
extern const size_t example_count;

#endif
