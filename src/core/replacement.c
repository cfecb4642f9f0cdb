/* Files that are replaced as a whole. */
#define _GNU_SOURCE /* O_PATH */
#include "txsurvey/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40

struct txs_replacement {
    char path[PATH_MAX];      /* of the file itself, not of a link to it */
    char temporary[PATH_MAX]; /* beside it */
};

static enum txs_status fail(const struct txs_replacement *file, struct txs_message *message)
{
    return txs_fail(message, TXS_E_IO, "%.200s: %s", file->path, strerror(errno));
}

/* How much of a path its folder takes, the slash included. */
static size_t folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash + 1 - path);
}

/* The path of a file's folder. */
static void folder_of(char folder[PATH_MAX], const char *path)
{
    size_t len = folder_len(path);
    snprintf(folder, PATH_MAX, "%.*s", len > 0 ? (int)len : 1, len > 0 ? path : ".");
}

/* In a folder where everybody may lay links, only those of the follower and of the folder's owner
 * are followed: the rule of fs.protected_symlinks (Linux: may_follow_link), whatever that is set
 * to. False with errno. */
static bool may_follow(const struct stat *link, const char *path)
{
    char folder[PATH_MAX];
    struct stat around;
    const mode_t shared = S_ISVTX | S_IWOTH;
    folder_of(folder, path);
    if (stat(folder, &around) != 0)
        return false;
    errno = EACCES;
    return link->st_uid == geteuid() || link->st_uid == around.st_uid ||
           (around.st_mode & shared) != shared;
}

/* What the link at `path` holds, its length; 0 where no link is there, -1 with errno. By one
 * descriptor, so that what is judged is what is read. */
static ssize_t read_link(char target[PATH_MAX], const char *path)
{
    struct stat st;
    ssize_t len = 0;
    int link = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (link < 0)
        return errno == ENOENT ? 0 : -1;
    if (fstat(link, &st) != 0)
        len = -1;
    else if (S_ISLNK(st.st_mode))
        len = may_follow(&st, path) ? readlinkat(link, "", target, PATH_MAX - 1) : -1;
    int error = errno;
    close(link);
    errno = error;
    return len;
}

/* One link further, to what need not exist. False, with errno, when it cannot be followed; `*more`
 * tells whether it was a link. */
static bool follow(char path[PATH_MAX], bool *more)
{
    char target[PATH_MAX];
    ssize_t len = read_link(target, path);
    *more = len > 0;
    if (len <= 0)
        return len == 0;
    target[len] = '\0';
    size_t folder = target[0] == '/' ? 0 : folder_len(path);
    if (folder + (size_t)len >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(path + folder, target, (size_t)len + 1);
    return true;
}

static bool resolve(char out[PATH_MAX], const char *path)
{
    bool more = true;
    if (strlen(path) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(out, path);
    for (int links = 0; more; links++) {
        if (links == LINKS_MAX) {
            errno = ELOOP;
            return false;
        }
        if (!follow(out, &more))
            return false;
    }
    return true;
}

/* An empty file beside the file, with the mode that the file has or would get. -1, and errno. */
static int make_temporary(struct txs_replacement *file)
{
    struct stat old;
    mode_t mask = umask(0), mode = 0666 & ~mask;
    umask(mask);
    if (stat(file->path, &old) == 0)
        mode = old.st_mode & 07777;
    int len = snprintf(file->temporary, sizeof file->temporary, "%s.XXXXXX", file->path);
    if (len >= (int)sizeof file->temporary) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkstemp(file->temporary);
    if (fd >= 0 && fchmod(fd, mode) != 0) {
        int error = errno;
        unlink(file->temporary);
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static enum txs_status check(struct txs_replacement *file, struct txs_message *message)
{
    struct stat st;
    if (stat(file->path, &st) == 0 && !S_ISREG(st.st_mode))
        return txs_fail(message, TXS_E_IO, "%.200s: %s", file->path,
                        S_ISDIR(st.st_mode) ? strerror(EISDIR) : "no regular file");
    int fd = make_temporary(file);
    if (fd < 0)
        return fail(file, message);
    unlink(file->temporary);
    close(fd);
    return TXS_OK;
}

enum txs_status txs_replacement_new(struct txs_replacement **out, const char *path,
                                    struct txs_message *message)
{
    struct txs_replacement *file = calloc(1, sizeof *file);
    enum txs_status status;
    if (file == NULL)
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    if (resolve(file->path, path))
        status = check(file, message);
    else
        status = txs_fail(message, TXS_E_IO, "%.200s: %s", path, strerror(errno));
    if (status == TXS_OK)
        *out = file;
    else
        txs_replacement_free(file);
    return status;
}

void txs_replacement_free(struct txs_replacement *file)
{
    free(file);
}

bool txs_replacement_is_ours(const struct txs_replacement *file, const char *beginning)
{
    char begin[64];
    size_t wanted = strlen(beginning);
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT;
    ssize_t len = read(fd, begin, wanted < sizeof begin ? wanted : sizeof begin);
    close(fd);
    return len == 0 || (len == (ssize_t)wanted && memcmp(begin, beginning, wanted) == 0);
}

bool txs_replacement_is_at(const struct txs_replacement *file, const char *path)
{
    char other[PATH_MAX], folder[PATH_MAX], other_folder[PATH_MAX];
    struct stat a, b;
    if (!resolve(other, path))
        return false;
    folder_of(folder, file->path);
    folder_of(other_folder, other);
    return strcmp(file->path + folder_len(file->path), other + folder_len(other)) == 0 &&
           stat(folder, &a) == 0 && stat(other_folder, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static bool write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

static bool write_parts(int fd, const struct txs_span *parts, size_t count,
                        enum txs_replacement_care care)
{
    for (size_t i = 0; i < count; i++)
        if (!write_all(fd, (const char *)parts[i].data, parts[i].len))
            return false;
    return care == TXS_REPLACEMENT_QUICK || fsync(fd) == 0;
}

/* So that the new name outlives a crash of the machine. Not every file system can. */
static void sync_folder(const struct txs_replacement *file)
{
    char folder[PATH_MAX];
    folder_of(folder, file->path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

enum txs_status txs_replacement_write(struct txs_replacement *file, const struct txs_span *parts,
                                      size_t count, enum txs_replacement_care care,
                                      struct txs_message *message)
{
    int fd = make_temporary(file);
    if (fd < 0)
        return fail(file, message);
    bool whole = write_parts(fd, parts, count, care);
    int error = errno;
    if (close(fd) != 0 && whole) {
        whole = false;
        error = errno;
    }
    if (whole && rename(file->temporary, file->path) != 0) {
        whole = false;
        error = errno;
    }
    if (!whole) {
        unlink(file->temporary);
        errno = error;
        return fail(file, message);
    }
    if (care == TXS_REPLACEMENT_DURABLE)
        sync_folder(file);
    return TXS_OK;
}
