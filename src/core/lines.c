#include "txsurvey/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES 65536

struct txs_line_reader {
    int fd;
    bool own_fd;
    char name[256];
    size_t max_bytes;
    char *buffer;
    size_t cap, begin, end; /* what is read and not handed out: buffer[begin..end) */
    uint64_t number, offset;
    bool unfinished; /* the line that was handed out is cut, and still there */
    int error;       /* errno of a failure */
};

struct txs_line_reader *txs_line_reader_new(int fd, const char *name, size_t max_bytes)
{
    struct txs_line_reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->fd = fd;
    r->max_bytes = max_bytes;
    snprintf(r->name, sizeof r->name, "%.250s", name);
    return r;
}

void txs_line_reader_free(struct txs_line_reader *r)
{
    if (r == NULL)
        return;
    if (r->own_fd)
        close(r->fd);
    free(r->buffer);
    free(r);
}

/* Room for more behind a line that has not ended, which then stands at the buffer's beginning. */
static bool make_room(struct txs_line_reader *r)
{
    if (r->begin > 0) {
        memmove(r->buffer, r->buffer + r->begin, r->end - r->begin);
        r->end -= r->begin;
        r->begin = 0;
    }
    if (r->end < r->cap)
        return true;
    size_t most = r->max_bytes + CHUNK_BYTES, cap = r->cap ? r->cap * 2 : CHUNK_BYTES;
    cap = cap < most ? cap : most;
    char *buffer = realloc(r->buffer, cap);
    if (buffer == NULL) {
        r->error = ENOMEM;
        return false;
    }
    r->buffer = buffer;
    r->cap = cap;
    return true;
}

/* False at the end of the file and after a failure. */
static bool read_more(struct txs_line_reader *r)
{
    ssize_t n;
    if (!make_room(r))
        return false;
    do
        n = read(r->fd, r->buffer + r->end, r->cap - r->end);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        r->error = errno;
    else
        r->end += (size_t)n;
    return n > 0;
}

/* Some editors put one in front of UTF-8. Reads no further than it takes to know. */
static void skip_byte_order_mark(struct txs_line_reader *r)
{
    static const char mark[] = "\xef\xbb\xbf";
    for (size_t i = 0; i < 3; i++)
        if ((r->end == i && !read_more(r)) || r->buffer[i] != mark[i])
            return;
    r->begin = r->offset = 3;
}

enum txs_status txs_line_reader_open(struct txs_line_reader **out, const char *path,
                                     size_t max_bytes, struct txs_message *message)
{
    bool standard_input = strcmp(path, "-") == 0;
    int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return txs_fail(message, TXS_E_USAGE, "%.200s: %s", path, strerror(errno));
    *out = txs_line_reader_new(fd, standard_input ? "standard input" : path, max_bytes);
    if (*out == NULL) {
        if (!standard_input)
            close(fd);
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    }
    (*out)->own_fd = !standard_input;
    skip_byte_order_mark(*out);
    return TXS_OK;
}

/* The newline behind the first `searched` bytes of what is read; NULL: there is none. */
static const char *find_newline(const struct txs_line_reader *r, size_t searched)
{
    size_t len = r->end - r->begin;
    return len > searched ? memchr(r->buffer + r->begin + searched, '\n', len - searched) : NULL;
}

void txs_line_finish(struct txs_line_reader *r, struct txs_line *line)
{
    const char *newline;
    size_t searched = r->max_bytes;
    if (!r->unfinished)
        return;
    r->unfinished = false;
    line->end = r->offset;
    do {
        newline = find_newline(r, searched);
        if (newline == NULL) {
            line->end += r->end - r->begin - r->max_bytes;
            r->end = r->begin + r->max_bytes;
        }
    } while (newline == NULL && read_more(r));
    size_t rest = r->max_bytes;
    if (newline != NULL)
        rest = (size_t)(newline - (r->buffer + r->begin)) + 1;
    line->text = r->buffer + r->begin;
    line->end += rest;
    line->ended = newline != NULL;
    r->offset = line->end;
    r->begin += rest;
}

/* What stands next, to the end of its line or as much as may be handed out at a time. */
static bool next_piece(struct txs_line_reader *r, struct txs_line *line)
{
    const char *newline;
    size_t searched = 0;
    while ((newline = find_newline(r, searched)) == NULL) {
        searched = r->end - r->begin;
        if (searched > r->max_bytes || !read_more(r))
            break;
    }
    size_t len = newline != NULL ? (size_t)(newline - (r->buffer + r->begin)) : searched;
    size_t consumed = len + (newline != NULL);
    *line = (struct txs_line){
        .text = r->buffer + r->begin,
        .len = len,
        .number = r->number,
        .offset = r->offset,
        .end = r->offset + consumed,
        .ended = newline != NULL,
    };
    if (newline == NULL && (len == 0 || r->error != 0))
        return false;
    if (len > r->max_bytes) {
        line->len = r->max_bytes;
        line->cut = r->unfinished = true;
        return true;
    }
    r->offset = line->end;
    r->begin += consumed;
    return true;
}

bool txs_line_next(struct txs_line_reader *r, struct txs_line *line)
{
    txs_line_finish(r, line);
    if (!next_piece(r, line))
        return false;
    line->number = ++r->number;
    return true;
}

bool txs_line_more(struct txs_line_reader *r, struct txs_line *line)
{
    if (!r->unfinished)
        return false;
    r->unfinished = false;
    r->begin += r->max_bytes;
    r->offset += r->max_bytes;
    return next_piece(r, line);
}

enum txs_status txs_line_reader_status(const struct txs_line_reader *r, struct txs_message *message)
{
    if (r->error == 0)
        return TXS_OK;
    enum txs_status status = r->error == ENOMEM ? TXS_E_NOMEM : TXS_E_USAGE;
    return txs_fail(message, status, "%s: %s", r->name, strerror(r->error));
}

enum txs_status txs_line_refuse(const struct txs_line_reader *r, uint64_t number,
                                enum txs_status status, const char *reason,
                                struct txs_message *message)
{
    return txs_fail(message, status, "%.200s: line %llu: %.600s", r->name,
                    (unsigned long long)number, reason);
}

enum txs_status txs_line_item(char out[TXS_LINE_ITEM_MAX], const struct txs_line *line,
                              struct txs_message *reason)
{
    if (line->cut || line->len >= TXS_LINE_ITEM_MAX)
        return txs_fail(reason, TXS_E_USAGE, "it is longer than %d bytes", TXS_LINE_ITEM_MAX - 1);
    if (line->len > 0 && memchr(line->text, '\0', line->len) != NULL)
        return txs_fail(reason, TXS_E_USAGE, "it holds a NUL byte");
    const char *at = line->text, *end = at + line->len;
    const char *comment = line->len > 0 ? memchr(at, '#', line->len) : NULL;
    end = comment != NULL ? comment : end;
    while (at < end && strchr(" \t\r", *at) != NULL)
        at++;
    while (end > at && strchr(" \t\r", end[-1]) != NULL)
        end--;
    memcpy(out, at, (size_t)(end - at));
    out[end - at] = '\0';
    return TXS_OK;
}

static enum txs_status take_items(struct txs_line_reader *reader, txs_line_fn *take, void *context,
                                  struct txs_message *message)
{
    struct txs_line line;
    char item[TXS_LINE_ITEM_MAX];
    while (txs_line_next(reader, &line)) {
        struct txs_message reason = {""};
        enum txs_status status = txs_line_item(item, &line, &reason);
        if (status == TXS_OK && *item != '\0')
            status = take(context, item, &reason);
        if (status != TXS_OK)
            return txs_line_refuse(reader, line.number, status, reason.text, message);
    }
    return txs_line_reader_status(reader, message);
}

enum txs_status txs_lines_read(const char *path, txs_line_fn *take, void *context,
                               struct txs_message *message)
{
    struct txs_line_reader *reader;
    enum txs_status status = txs_line_reader_open(&reader, path, TXS_LINE_ITEM_MAX - 1, message);
    if (status != TXS_OK)
        return status;
    status = take_items(reader, take, context, message);
    txs_line_reader_free(reader);
    return status;
}
