#include "txsurvey/bytes.h"

#include <string.h>

/* White space, quotes, brackets and commas, and what is not ASCII, such as other quotes. */
static bool surrounds(char c)
{
    return (c & 0x80) != 0 || (c != '\0' && strchr(" \t\r\n\v\f\"'`<>()[]{},;", c) != NULL);
}

static void strip(const char **begin, const char **end)
{
    while (*begin < *end && surrounds(**begin))
        ++*begin;
    while (*begin < *end && surrounds((*end)[-1]))
        --*end;
}

/* Where the path of an address ends, before its query or fragment; some have their path behind #/.
 */
static const char *path_end(const char *begin, const char *end)
{
    for (const char *at = begin; at < end; at++)
        if (*at == '?' || (*at == '#' && !(at + 1 < end && at[1] == '/')))
            return at;
    return end;
}

static void take_last_element(const char **begin, const char **end)
{
    *end = path_end(*begin, *end);
    while (*begin < *end && (*end)[-1] == '/')
        --*end;
    for (const char *at = *end; at > *begin; at--) {
        if (at[-1] == '/') {
            *begin = at;
            return;
        }
    }
}

bool txs_hash_from_pasted(uint8_t hash_wire[32], const char *text, size_t len)
{
    const char *begin = text, *end = text + len;
    strip(&begin, &end);
    if (begin < end && memchr(begin, '/', (size_t)(end - begin)) != NULL)
        take_last_element(&begin, &end);
    if (end - begin >= 2 && begin[0] == '0' && (begin[1] == 'x' || begin[1] == 'X'))
        begin += 2;
    return txs_hash_from_hex(hash_wire, begin, (size_t)(end - begin));
}
