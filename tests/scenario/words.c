#include "words.h"

#include "txsurvey/bytes.h"

#include <stdlib.h>
#include <string.h>

/* Whether the quote at `at` begins or ends a quoted part. */
static bool is_quote(const char *text, const char *at)
{
    return *at == '"' && (at == text || at[-1] != '\\');
}

bool words_split(struct words *out, const char *line)
{
    out->count = 0;
    if (strlen(line) >= sizeof out->text)
        return false;
    strcpy(out->text, line);
    bool quoted = false, in_word = false;
    for (char *at = out->text; *at != '\0'; at++) {
        quoted ^= is_quote(out->text, at);
        if (!quoted && (*at == ' ' || *at == '\t')) {
            *at = '\0';
            in_word = false;
        } else if (!in_word) {
            if (out->count == WORDS_MAX)
                return false;
            out->word[out->count++] = at;
            in_word = true;
        }
    }
    return !quoted;
}

char *words_next_part(char **rest)
{
    if (*rest == NULL)
        return NULL;
    char *begin = *rest + strspn(*rest, " ");
    bool quoted = false;
    char *at = begin;
    while (*at != '\0' && (quoted || *at != ',')) {
        quoted ^= is_quote(begin, at);
        at++;
    }
    *rest = *at == '\0' ? NULL : at + 1;
    *at = '\0';
    while (at > begin && at[-1] == ' ')
        *--at = '\0';
    return begin;
}

const char *words_value(const struct words *w, const char *key)
{
    size_t len = strlen(key);
    for (size_t i = 0; i < w->count; i++)
        if (strncmp(w->word[i], key, len) == 0 && w->word[i][len] == '=')
            return w->word[i] + len + 1;
    return NULL;
}

uint64_t words_number(const struct words *w, const char *key, uint64_t otherwise)
{
    const char *value = words_value(w, key);
    return value == NULL ? otherwise : strtoull(value, NULL, 0);
}

static int unescape(uint8_t *out, const char *at)
{
    if (at[0] != '\\') {
        *out = (uint8_t)at[0];
        return 1;
    }
    if (at[1] == 'x' && txs_hex_decode(out, 1, at + 2, 2))
        return 4;
    *out = at[1] == 'n' ? '\n' : at[1] == 'r' ? '\r' : (uint8_t)at[1];
    return 2;
}

int words_unquote(uint8_t *out, size_t cap, const char *word)
{
    size_t len = strlen(word), written = 0;
    if (len < 2 || word[0] != '"' || word[len - 1] != '"')
        return -1;
    for (size_t at = 1; at < len - 1;) {
        if (written == cap)
            return -1;
        at += (size_t)unescape(&out[written++], word + at);
    }
    return (int)written;
}
