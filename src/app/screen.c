#include "screen.h"

#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_USUAL 80
#define COLUMNS_MIN 20
#define TEXT_MAX 3000 /* of a line before it is wrapped: after that it is within PIPE_BUF */
#define INTERRUPT_ECHO 2

void screen_open(struct screen *s, int fd)
{
    *s = (struct screen){.fd = fd, .terminal = isatty(fd)};
}

/* How many characters a line may have, as the screen is now. */
static size_t columns_of(const struct screen *s)
{
    struct winsize size;
    const char *given = getenv("COLUMNS");
    long columns = 0;
    if (ioctl(s->fd, TIOCGWINSZ, &size) == 0)
        columns = size.ws_col;
    if (columns == 0 && given != NULL)
        columns = strtol(given, NULL, 10);
    if (columns <= 0 || columns > TEXT_MAX)
        columns = COLUMNS_USUAL;
    return columns < COLUMNS_MIN ? COLUMNS_MIN : (size_t)columns;
}

/* Where poll() says yes, a pipe takes PIPE_BUF bytes without blocking. What its reader has no room
 * for is lost. */
static void write_whole(struct screen *s, const char *text, size_t len)
{
    struct pollfd ready = {.fd = s->fd, .events = POLLOUT};
    if (!s->gone && poll(&ready, 1, s->patient ? -1 : 0) == 1 && (ready.revents & POLLOUT))
        s->gone = write(s->fd, text, len) < 0;
}

/* Text that grows as far as there is room. */
struct text {
    char bytes[PIPE_BUF];
    size_t len;
};

static void put(struct text *t, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len && t->len < sizeof t->bytes; i++)
        t->bytes[t->len++] = bytes[i];
}

/* Whatever was forgotten, no control character gets through. */
static void put_word(struct text *t, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        put(t, (uint8_t)bytes[i] < 0x20 || bytes[i] == 0x7f ? "?" : bytes + i, 1);
}

static void put_spaces(struct text *t, size_t count)
{
    while (count-- > 0)
        put(t, " ", 1);
}

/* Takes the progress line off the screen, so that something else can be printed there. */
static void put_erasure(struct text *t, struct screen *s)
{
    if (s->line_len > 0) {
        put(t, "\r", 1);
        put_spaces(t, s->line_len + INTERRUPT_ECHO);
        put(t, "\r", 1);
    }
    s->line_len = 0;
}

/* A number and its per cent sign are one word, and so is what a backslash holds together. */
static size_t word_len(const char *at)
{
    size_t len = strcspn(at, " ");
    while (at[len] == ' ' && (at[len + 1] == '%' || (len > 0 && at[len - 1] == '\\')))
        len += 1 + strcspn(at + len + 1, " ");
    return len;
}

/* Of UTF-8, whose later bytes take no place. */
static size_t width(const char *bytes, size_t len)
{
    size_t columns = 0;
    for (size_t i = 0; i < len; i++)
        columns += ((uint8_t)bytes[i] & 0xc0) != 0x80;
    return columns;
}

struct wrapping {
    size_t columns;
    size_t hang;
    const char *line_end; /* stands before each further line */
};

static void put_wrapped(struct text *t, const char *text, struct wrapping w)
{
    size_t column = 0;
    bool begun = false; /* there is a word on the line */
    while (*text != '\0') {
        size_t spaces = strspn(text, " "), len = word_len(text + spaces);
        size_t more = spaces + width(text + spaces, len);
        size_t end = text[spaces + len] != '\0' ? strlen(w.line_end) : 0;
        if (begun && column + more + end > w.columns) {
            put(t, w.line_end, strlen(w.line_end));
            put(t, "\n", 1);
            more += w.hang - spaces;
            spaces = w.hang;
            column = 0;
            put_spaces(t, spaces);
            text += strspn(text, " ");
        } else {
            put_spaces(t, spaces);
            text += spaces;
        }
        put_word(t, text, len);
        text += len;
        column += more;
        begun = true;
    }
    put(t, "\n", 1);
}

static void show(struct screen *s, const char *text, struct wrapping w)
{
    struct text t = {.len = 0};
    put_erasure(&t, s);
    put_wrapped(&t, text, w);
    t.bytes[t.len - 1] = '\n';
    write_whole(s, t.bytes, t.len);
}

void screen_say(struct screen *s, unsigned hang, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    show(s, text, (struct wrapping){columns_of(s), hang, ""});
}

void screen_item(struct screen *s, const char *count, const char *text)
{
    screen_say(s, 9, "%7s  %s", count, text);
}

void screen_message(struct screen *s, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t hang = strspn(text, " ") + 2;
    show(s, text, (struct wrapping){s->terminal ? columns_of(s) : SIZE_MAX, hang, ""});
}

void screen_command(struct screen *s, const char *command)
{
    char text[TEXT_MAX];
    snprintf(text, sizeof text, "  %s", command);
    show(s, text, (struct wrapping){columns_of(s), 4, " \\"});
}

size_t screen_line_room(const struct screen *s)
{
    return columns_of(s) - 1 - INTERRUPT_ECHO;
}

void screen_rewrite(struct screen *s, const char *line)
{
    struct text t = {.len = 0};
    size_t len = strlen(line), before = s->line_len;
    put(&t, "\r", 1);
    put(&t, line, len);
    put_spaces(&t, before > len ? before - len : 0);
    s->line_len = len;
    write_whole(s, t.bytes, t.len);
}
