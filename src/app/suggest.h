/* The word that somebody meant who wrote another one. */
#ifndef TXSURVEY_APP_SUGGEST_H
#define TXSURVEY_APP_SUGGEST_H

#include <stddef.h>

/* What people write where the letters do not lead to what they mean. */
struct alias {
    const char *said, *meant;
};
struct vocabulary {
    const char *const *words;
    size_t count;
    const struct alias *aliases; /* up to one without `said`; may be NULL */
};

/* What is meant by `text`, in one case or the other: by an alias, else the word that it is fewest
 * letters away from. NULL where none is near. */
const char *suggest(const struct vocabulary *vocabulary, const char *text, size_t len);

#endif
