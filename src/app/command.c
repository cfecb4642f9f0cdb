#include "command.h"

#include <stdio.h>
#include <string.h>

/* What no shell reads as anything but itself. */
#define PLAIN                                                        \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" \
    "-_./:=,+@%"

static bool put_word(char *out, size_t room, size_t *len, const char *word)
{
    if (*word == '\0')
        return false; /* it would have to be quoted */
    for (const char *at = word; *at != '\0'; at++) {
        bool plain = strchr(PLAIN, *at) != NULL;
        if (*at < ' ' || *at > '~' || *len + 3 > room)
            return false;
        if (!plain)
            out[(*len)++] = '\\';
        out[(*len)++] = *at;
    }
    out[*len] = '\0';
    return true;
}

bool command_text(char *out, size_t room, const struct command *c, const char *more)
{
    size_t len = 0;
    for (int i = 0; i < c->argc; i++) {
        if (i > 0)
            out[len++] = ' ';
        if (!put_word(out, room, &len, c->argv[i]))
            return false;
        if (i == 0 && *more != '\0' && len + strlen(more) + 2 < room)
            len += (size_t)sprintf(out + len, " %s", more);
    }
    return true;
}
