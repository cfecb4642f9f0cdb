/* Figures and words as people read them. */
#ifndef TXSURVEY_APP_WORDS_H
#define TXSURVEY_APP_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* A value: it can stand in the arguments of a call. */
struct words {
    char text[40];
};

struct words words_count(uint64_t n);   /* 1,234,567 */
struct words words_share(double share); /* 56 %, 0.3 %, under 0.1 % */
struct words words_time(uint64_t ms);   /* 28 s, 3 min, 1 h 20 min; rounded up */
const char *words_of(uint64_t n, const char *one, const char *many);
/* What a peer or a file says, in printable ASCII, cut where the room ends. */
void words_plain(char *out, size_t room, const void *bytes, size_t len);

#endif
