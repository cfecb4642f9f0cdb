/* A library to be preloaded: the allocations OOM_FROM to OOM_TO (without that one), counted from 1,
 * fail. By glibc's own names of its allocator, so that no look-up allocates. */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static atomic_long made;

static long limit(const char *name)
{
    const char *text = getenv(name);
    return text == NULL ? 0 : atol(text);
}

static int is_refused(void)
{
    long number = atomic_fetch_add(&made, 1) + 1;
    if (number < limit("OOM_FROM") || number >= limit("OOM_TO"))
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return is_refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return is_refused() ? NULL : __libc_realloc(old, size);
}
