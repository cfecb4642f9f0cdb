/* bitcoind's spellings of what both programs have. */
#ifndef TXSURVEY_APP_BITCOIND_H
#define TXSURVEY_APP_BITCOIND_H

#include <stdbool.h>

/* An option of ours. */
struct spelling {
    const char *option;
    const char *value; /* NULL: none is attached */
};

/* What `text`, a word without the dash in front of it, says to bitcoind. False where that is
 * nothing, or nothing that a survey has. */
bool bitcoind_spelling(struct spelling *out, const char *text);

#endif
