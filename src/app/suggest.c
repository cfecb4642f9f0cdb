#include "suggest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define LONGEST 31

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '_' ? '-' : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters must be put in, taken out, changed, or swapped with the next one; SIZE_MAX where
 * one of the two is long. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t d[LONGEST + 1][LONGEST + 1];
    if (a_len > LONGEST || b_len > LONGEST)
        return SIZE_MAX;
    for (size_t i = 0; i <= a_len; i++)
        d[i][0] = i;
    for (size_t k = 0; k <= b_len; k++)
        d[0][k] = k;
    for (size_t i = 1; i <= a_len; i++) {
        for (size_t k = 1; k <= b_len; k++) {
            bool same = folded(a[i - 1]) == folded(b[k - 1]);
            d[i][k] = least(d[i - 1][k - 1] + !same, least(d[i - 1][k], d[i][k - 1]) + 1);
            if (i > 1 && k > 1 && folded(a[i - 1]) == folded(b[k - 2]) &&
                folded(a[i - 2]) == folded(b[k - 1]))
                d[i][k] = least(d[i][k], d[i - 2][k - 2] + 1);
        }
    }
    return d[a_len][b_len];
}

/* Of a short word one letter may be wrong, of a long one a third. */
static size_t tolerance(size_t len)
{
    return len < 2 ? 0 : len < 6 ? 1 : len / 3;
}

const char *suggest(const struct vocabulary *vocabulary, const char *text, size_t len)
{
    const char *nearest = NULL;
    size_t most = tolerance(len);
    const struct alias *alias = vocabulary->aliases;
    for (; alias != NULL && alias->said != NULL; alias++)
        if (strlen(alias->said) == len && strncasecmp(alias->said, text, len) == 0)
            return alias->meant;
    for (size_t i = 0; i < vocabulary->count; i++) {
        const char *word = vocabulary->words[i];
        size_t d = distance(text, len, word, strlen(word));
        if (d < most || (d == most && nearest == NULL)) {
            most = d;
            nearest = word;
        }
    }
    return nearest;
}
