/* Words of a line: separated by blanks outside of quotes. */
#ifndef TXSURVEY_SCENARIO_WORDS_H
#define TXSURVEY_SCENARIO_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORDS_MAX 40

struct words {
    char text[4096]; /* the words, each NUL-terminated */
    char *word[WORDS_MAX];
    size_t count;
};

/* Splits `line`; false when it is too long. */
bool words_split(struct words *out, const char *line);
/* Splits at commas outside of quotes: the next part, or NULL. Writes to `*rest`. */
char *words_next_part(char **rest);
/* The value of the word `key=value`, or NULL. */
const char *words_value(const struct words *w, const char *key);
/* The same as a number, `otherwise` where it is missing. Decimal, 0x... or negative. */
uint64_t words_number(const struct words *w, const char *key, uint64_t otherwise);
/* The bytes of a quoted word, with \xNN, \n, \" and \\; -1 when it is none. */
int words_unquote(uint8_t *out, size_t cap, const char *word);

#endif
