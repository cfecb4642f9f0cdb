/* The list that --save-peers writes: beside the old one, which it then takes the place of, so that
 * whatever happens one of them is there, whole. */
#define _GNU_SOURCE /* O_PATH */
#include "txsurvey/peer_list.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40

struct txs_peer_list {
    char path[PATH_MAX];      /* of the file itself, not of a link to it */
    char temporary[PATH_MAX]; /* beside it */
    char *text;
    size_t len, cap, count;
    bool lost; /* a line, for want of memory */
};

static enum txs_status fail(const struct txs_peer_list *list, struct txs_message *message)
{
    return txs_fail(message, TXS_E_IO, "%.200s: %s", list->path, strerror(errno));
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

/* An empty file beside the list, with the mode that the list has or would get. -1, and errno. */
static int make_temporary(struct txs_peer_list *list)
{
    struct stat old;
    mode_t mask = umask(0), mode = 0666 & ~mask;
    umask(mask);
    if (stat(list->path, &old) == 0)
        mode = old.st_mode & 07777;
    int len = snprintf(list->temporary, sizeof list->temporary, "%s.XXXXXX", list->path);
    if (len >= (int)sizeof list->temporary) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkstemp(list->temporary);
    if (fd >= 0 && fchmod(fd, mode) != 0) {
        int error = errno;
        unlink(list->temporary);
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static enum txs_status check(struct txs_peer_list *list, struct txs_message *message)
{
    struct stat st;
    if (stat(list->path, &st) == 0 && !S_ISREG(st.st_mode))
        return txs_fail(message, TXS_E_IO, "%.200s: %s", list->path,
                        S_ISDIR(st.st_mode) ? strerror(EISDIR) : "no regular file");
    int fd = make_temporary(list);
    if (fd < 0)
        return fail(list, message);
    unlink(list->temporary);
    close(fd);
    return TXS_OK;
}

enum txs_status txs_peer_list_new(struct txs_peer_list **out, const char *path,
                                  struct txs_message *message)
{
    struct txs_peer_list *list = calloc(1, sizeof *list);
    enum txs_status status;
    if (list == NULL)
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    if (resolve(list->path, path))
        status = check(list, message);
    else
        status = txs_fail(message, TXS_E_IO, "%.200s: %s", path, strerror(errno));
    if (status == TXS_OK)
        *out = list;
    else
        txs_peer_list_free(list);
    return status;
}

void txs_peer_list_free(struct txs_peer_list *list)
{
    if (list != NULL)
        free(list->text);
    free(list);
}

void txs_peer_list_add(struct txs_peer_list *list, const struct txs_address *address)
{
    if (list->cap - list->len < TXS_ADDRESS_TEXT_MAX + 1) {
        size_t cap = list->cap ? list->cap * 2 : 4096;
        char *text = realloc(list->text, cap);
        list->lost |= text == NULL;
        if (text == NULL)
            return;
        list->text = text;
        list->cap = cap;
    }
    txs_address_text(list->text + list->len, address);
    list->len += strlen(list->text + list->len);
    list->text[list->len++] = '\n';
    list->count++;
}

size_t txs_peer_list_count(const struct txs_peer_list *list)
{
    return list->count;
}

bool txs_peer_list_may_replace(const struct txs_peer_list *list)
{
    static const char title[] = "# " TXS_LIST_TITLE;
    char begin[sizeof title - 1];
    int fd = open(list->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT;
    ssize_t len = read(fd, begin, sizeof begin);
    close(fd);
    return len == 0 || (len == sizeof begin && memcmp(begin, title, sizeof begin) == 0);
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

static bool write_list(const struct txs_peer_list *list, int fd, const char *title)
{
    char head[512];
    int len = snprintf(head, sizeof head, "# %.500s\n", title);
    return write_all(fd, head, (size_t)len) && write_all(fd, list->text, list->len) &&
           fsync(fd) == 0;
}

/* So that the new name outlives a crash of the machine. Not every file system can. */
static void sync_folder(const struct txs_peer_list *list)
{
    char folder[PATH_MAX];
    folder_of(folder, list->path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

enum txs_status txs_peer_list_write(struct txs_peer_list *list, const char *title,
                                    struct txs_message *message)
{
    if (list->lost)
        return txs_fail(message, TXS_E_NOMEM, "%.200s: %s", list->path, strerror(ENOMEM));
    int fd = make_temporary(list);
    if (fd < 0)
        return fail(list, message);
    bool whole = write_list(list, fd, title);
    int error = errno;
    if (close(fd) != 0 && whole) {
        whole = false;
        error = errno;
    }
    if (whole && rename(list->temporary, list->path) != 0) {
        whole = false;
        error = errno;
    }
    if (!whole) {
        unlink(list->temporary);
        errno = error;
        return fail(list, message);
    }
    sync_folder(list);
    return TXS_OK;
}
