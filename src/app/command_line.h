/* The words of the command line, and which options they name. */
#ifndef TXSURVEY_APP_COMMAND_LINE_H
#define TXSURVEY_APP_COMMAND_LINE_H

#include "options.h"

/* A walk over it: `at` is 1 at its beginning, the rest 0. */
struct command_line {
    int argc;
    char **argv;
    int at;
    const char *cluster; /* in the middle of -qv */
    bool only_operands;  /* after -- */
};
struct word {
    const struct option_spec *spec; /* NULL: an operand */
    const char *value;              /* NULL: the option takes none */
};

/* The next word with its value. False at the end, and after a failure, which `status` tells.
 *
 * Options and operands may be mixed, up to `--`. Long options may be shortened as long as they are
 * the only one that begins so. Short ones may be joined (-qv), and take their values from the next
 * word: a word that begins with one dash is never read as an option with a value glued to it, since
 * -onlynet=onion would name a file. No value from a word of its own begins with a dash, but `-`. */
bool command_line_next(struct command_line *line, struct word *word, enum txs_status *status,
                       struct txs_message *message);

#endif
