#include "txsurvey/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum kind { KIND_REGULAR, KIND_STREAM, KIND_SOCKET };

struct txs_output {
    int fd;
    enum kind kind;
    bool own_fd;
    int restore_flags; /* of a shared descriptor that had to be made non-blocking; -1 otherwise */
    const char *path;
    bool created; /* by this run */
    bool begun;   /* its file is in use */
    char *buffer; /* whole lines; the first `sent` bytes of it are out already */
    size_t len, cap, sent;
    size_t line_len; /* of the line that is being put together behind them */
    bool lost;       /* a line could not be put together */
    off_t whole;     /* of a regular file: where its last whole line ends */
    bool broken;
    char error[256];
};

static enum txs_flush break_down(struct txs_output *o, const char *what, int error)
{
    if (!o->broken && !o->lost)
        snprintf(o->error, sizeof o->error, "%s: %s", what, strerror(error));
    o->broken = true;
    return TXS_BROKEN;
}

/* A FIFO is opened for writing alone, and so waits for its reader, as it does for any program. */
static int open_path(const char *path, bool *created)
{
    struct stat st;
    const int always = O_CLOEXEC | O_NOCTTY;
    *created = false;
    if (stat(path, &st) == 0)
        return open(path, (S_ISREG(st.st_mode) ? O_RDWR : O_WRONLY) | always);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | always, 0666);
    *created = fd >= 0;
    return fd >= 0 || errno != EEXIST ? fd : open(path, O_RDWR | O_CREAT | always, 0666);
}

static enum txs_status open_file(struct txs_output *o, const char *path,
                                 struct txs_message *message)
{
    struct stat st;
    o->fd = open_path(path, &o->created);
    if (o->fd < 0)
        return txs_fail(message, TXS_E_IO, "%.200s: %s", path, strerror(errno));
    o->path = path;
    o->own_fd = true;
    if (fstat(o->fd, &st) != 0 || !S_ISREG(st.st_mode) || flock(o->fd, LOCK_EX | LOCK_NB) == 0)
        return TXS_OK;
    if (errno == EWOULDBLOCK)
        return txs_fail(message, TXS_E_LOCKED, "%.200s: another run is writing this file", path);
    return txs_fail(message, TXS_E_IO, "%.200s: cannot lock it: %s", path, strerror(errno));
}

/* A pipe or terminal is opened once more, so that only our own handle of it does not block: whoever
 * shares the other one (a shell, our own standard error) is not touched. */
static void open_without_blocking(struct txs_output *o)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", o->fd);
    int again = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (again < 0)
        return;
    if (o->own_fd)
        close(o->fd);
    o->fd = again;
    o->own_fd = true;
}

/* A socket, and what could not be opened again, is made non-blocking as it is, until the run ends.
 */
static void stop_blocking(struct txs_output *o, int flags)
{
    if (o->own_fd || flags < 0 || (flags & O_NONBLOCK))
        return;
    if (fcntl(o->fd, F_SETFL, flags | O_NONBLOCK) == 0)
        o->restore_flags = flags;
}

static void classify(struct txs_output *o)
{
    struct stat st;
    int flags = fcntl(o->fd, F_GETFL);
    o->kind = KIND_STREAM;
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || fstat(o->fd, &st) != 0)
        return; /* closed, or not for writing: the first write will say so */
    if (S_ISREG(st.st_mode)) {
        o->kind = KIND_REGULAR;
        o->whole = lseek(o->fd, 0, flags & O_APPEND ? SEEK_END : SEEK_CUR);
        return;
    }
    if (S_ISSOCK(st.st_mode))
        o->kind = KIND_SOCKET;
    else
        open_without_blocking(o);
    stop_blocking(o, flags);
}

enum txs_status txs_output_open(struct txs_output **out, const char *path,
                                struct txs_message *message)
{
    struct txs_output *o = calloc(1, sizeof *o);
    if (o == NULL)
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    o->fd = STDOUT_FILENO;
    o->restore_flags = -1;
    if (path != NULL) {
        enum txs_status status = open_file(o, path, message);
        if (status != TXS_OK) {
            if (o->fd >= 0)
                close(o->fd);
            free(o);
            return status;
        }
    }
    classify(o);
    *out = o;
    return TXS_OK;
}

bool txs_output_is_own_file(const struct txs_output *o)
{
    return o->own_fd && o->kind == KIND_REGULAR;
}

enum txs_status txs_output_continue(struct txs_output *o, uint64_t keep_bytes,
                                    struct txs_message *message)
{
    o->begun = true;
    if (ftruncate(o->fd, (off_t)keep_bytes) != 0 || lseek(o->fd, (off_t)keep_bytes, SEEK_SET) < 0)
        return txs_fail(message, TXS_E_IO, "output: %s", strerror(errno));
    o->whole = (off_t)keep_bytes;
    return TXS_OK;
}

enum txs_status txs_output_append(struct txs_output *o, struct txs_message *message)
{
    char piece[4096];
    struct stat st;
    if (!txs_output_is_own_file(o))
        return txs_output_empty(o, message);
    if (fstat(o->fd, &st) != 0)
        return txs_fail(message, TXS_E_IO, "%.200s: %s", o->path, strerror(errno));
    off_t end = st.st_size;
    while (end > 0) {
        size_t len = end < (off_t)sizeof piece ? (size_t)end : sizeof piece;
        if (pread(o->fd, piece, len, end - (off_t)len) != (ssize_t)len)
            return txs_fail(message, TXS_E_IO, "%.200s: cannot be read", o->path);
        while (len > 0 && piece[len - 1] != '\n') {
            len--;
            end--;
        }
        if (len > 0)
            break;
    }
    return txs_output_continue(o, (uint64_t)end, message);
}

enum txs_status txs_output_empty(struct txs_output *o, struct txs_message *message)
{
    if (txs_output_is_own_file(o))
        return txs_output_continue(o, 0, message);
    o->begun = true;
    return TXS_OK;
}

static bool reserve(struct txs_output *o, size_t more)
{
    if (o->len + more <= o->cap)
        return true;
    size_t cap = o->cap ? o->cap : 65536;
    while (cap < o->len + more)
        cap *= 2;
    char *buffer = realloc(o->buffer, cap);
    if (buffer == NULL)
        return false;
    o->buffer = buffer;
    o->cap = cap;
    return true;
}

/* What can no longer be written takes no memory. */
bool txs_output_piece(struct txs_output *o, const char *bytes, size_t len)
{
    if (o->lost || o->broken)
        return true;
    if (!reserve(o, o->line_len + len + 1))
        return false;
    memcpy(o->buffer + o->len + o->line_len, bytes, len);
    o->line_len += len;
    return true;
}

void txs_output_end_line(struct txs_output *o, bool whole)
{
    if (o->lost || o->broken)
        return;
    o->lost = !whole || !reserve(o, o->line_len + 1);
    if (o->lost) {
        snprintf(o->error, sizeof o->error, "records: %s", strerror(ENOMEM));
    } else {
        o->buffer[o->len + o->line_len] = '\n';
        o->len += o->line_len + 1;
    }
    o->line_len = 0;
}

static void drop_sent(struct txs_output *o)
{
    memmove(o->buffer, o->buffer + o->sent, o->len - o->sent);
    o->len -= o->sent;
    o->sent = 0;
}

/* A full disk shows as a short write first: the file is cut back to its last whole line, unless
 * somebody else has appended to it since. */
static enum txs_flush cut_back(struct txs_output *o, int error)
{
    struct stat st;
    off_t written = o->whole + (off_t)o->sent;
    size_t end = o->sent;
    while (end > 0 && o->buffer[end - 1] != '\n')
        end--;
    o->whole += (off_t)end;
    if (end < o->sent && fstat(o->fd, &st) == 0 && st.st_size == written &&
        ftruncate(o->fd, o->whole) == 0)
        lseek(o->fd, o->whole, SEEK_SET);
    return break_down(o, "records", error);
}

static enum txs_flush flush_file(struct txs_output *o)
{
    while (o->sent < o->len) {
        ssize_t n = write(o->fd, o->buffer + o->sent, o->len - o->sent);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return cut_back(o, n < 0 ? errno : ENOSPC);
        o->sent += (size_t)n;
    }
    o->whole += (off_t)o->len;
    o->len = o->sent = 0;
    return TXS_FLUSHED;
}

/* Whole lines of at most PIPE_BUF bytes together, or what there is of a line that is longer. */
static size_t next_piece(const struct txs_output *o)
{
    size_t left = o->len - o->sent;
    if (left <= PIPE_BUF)
        return left;
    size_t piece = PIPE_BUF;
    while (piece > 0 && o->buffer[o->sent + piece - 1] != '\n')
        piece--;
    if (piece > 0)
        return piece;
    const char *end = memchr(o->buffer + o->sent, '\n', left);
    return (size_t)(end - (o->buffer + o->sent)) + 1;
}

static ssize_t write_piece(const struct txs_output *o, size_t len)
{
    if (o->kind == KIND_SOCKET)
        return send(o->fd, o->buffer + o->sent, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    return write(o->fd, o->buffer + o->sent, len);
}

static enum txs_flush flush_stream(struct txs_output *o)
{
    while (o->sent < o->len) {
        ssize_t n = write_piece(o, next_piece(o));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (n < 0)
            return break_down(o, "records", errno);
        o->sent += (size_t)n;
    }
    drop_sent(o);
    if (o->len == 0)
        return TXS_FLUSHED;
    return o->len < TXS_OUTPUT_FULL_BYTES ? TXS_WAITING : TXS_FULL;
}

enum txs_flush txs_output_flush(struct txs_output *o)
{
    enum txs_flush flushed = TXS_FLUSHED;
    if (o->broken)
        return TXS_BROKEN;
    if (o->len > 0)
        flushed = o->kind == KIND_REGULAR ? flush_file(o) : flush_stream(o);
    if (!o->lost)
        return flushed;
    return flushed == TXS_FLUSHED || flushed == TXS_BROKEN ? TXS_BROKEN : TXS_FULL;
}

size_t txs_output_queued_bytes(const struct txs_output *o)
{
    return o->len;
}

int txs_output_fd(const struct txs_output *o)
{
    return o->fd;
}

bool txs_output_is_at(const struct txs_output *o, const char *path)
{
    struct stat own, other;
    return fstat(o->fd, &own) == 0 && stat(path, &other) == 0 && own.st_dev == other.st_dev &&
           own.st_ino == other.st_ino;
}

const char *txs_output_error(const struct txs_output *o)
{
    return o->error;
}

bool txs_output_close(struct txs_output *o, struct txs_message *message)
{
    if (txs_output_flush(o) != TXS_FLUSHED)
        break_down(o, "records", ETIMEDOUT);
    if (!o->broken && o->kind == KIND_REGULAR && fsync(o->fd) != 0 && errno != EINVAL &&
        errno != EROFS)
        break_down(o, "records", errno);
    if (o->created && !o->begun)
        unlink(o->path);
    if (o->restore_flags >= 0)
        fcntl(o->fd, F_SETFL, o->restore_flags);
    if (o->own_fd && close(o->fd) != 0)
        break_down(o, "records", errno);
    bool whole = !o->broken;
    if (!whole)
        txs_fail(message, TXS_E_IO, "%s", o->error);
    free(o->buffer);
    free(o);
    return whole;
}
