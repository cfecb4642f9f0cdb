/* The command that the user gave, as text that a shell takes. */
#ifndef TXSURVEY_APP_COMMAND_H
#define TXSURVEY_APP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct command {
    int argc;
    char **argv;
};

/* The command with `more` behind its name. False where it is too long to be pasted, or holds what
 * is not printable. */
bool command_text(char *out, size_t room, const struct command *command, const char *more);

#endif
