/* Lines for people: each one thing, wrapped at words, written whole. While a survey runs nothing is
 * waited for. */
#ifndef TXSURVEY_APP_SCREEN_H
#define TXSURVEY_APP_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

struct screen {
    int fd;
    bool terminal;
    bool gone;       /* nobody reads there */
    bool patient;    /* nothing runs any more: lines wait for their reader (Ctrl-S) */
    size_t line_len; /* of the line that the next one takes the place of */
};

void screen_open(struct screen *s, int fd);
/* A line; what does not fit stands on further ones, indented by `hang`. A longer word than a line
 * is left whole. Bytes that are not ours must have been escaped before. */
void screen_say(struct screen *s, unsigned hang, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* One of a list of counts, one below the other. */
void screen_item(struct screen *s, const char *count, const char *text);
/* The same as screen_say(), but that what is no terminal, a log perhaps, has one line a message. */
void screen_message(struct screen *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A command to paste: a line that does not fit ends in a backslash. */
void screen_command(struct screen *s, const char *command);
/* Takes the place of the last such line, if none of the others came after it. `line` has at most
 * screen_line_room() characters. */
void screen_rewrite(struct screen *s, const char *line);
/* One less than the columns, so that no terminal begins a new line, and two for a `^C`. */
size_t screen_line_room(const struct screen *s);

#endif
