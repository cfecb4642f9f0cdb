/* A library to be preloaded: allocations that fail.
 *
 * OOM_FROM, OOM_TO: those of these numbers (without the last one), counted from 1.
 * OOM_PLACE: the first one of that place, or with OOM_ALWAYS all of them. A place is a way through
 * our program to the allocation: all that was called, as far as it is code of the program itself.
 * OOM_PLACES: a file to which each place is written when it is come to for the first time.
 *
 * By glibc's own names of its allocator or AddressSanitizer's, so that no look-up allocates. What
 * the runtime does once main() has returned is no business of ours. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <unwind.h>

#define PLACES 8192

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
__attribute__((weak)) void *__interceptor_malloc(size_t size);
__attribute__((weak)) void *__interceptor_calloc(size_t count, size_t size);
__attribute__((weak)) void *__interceptor_realloc(void *old, size_t size);

static atomic_bool is_running;
static atomic_long made;
static long from, to;
static uint64_t wanted;
static bool always;
static atomic_bool was_refused;
static int places = -1;
static _Atomic uint64_t known[PLACES];
static uintptr_t begin, end; /* of the program's code */

static uint64_t number(const char *name, int base)
{
    const char *text = getenv(name);
    return text == NULL ? 0 : strtoull(text, NULL, base);
}

/* The first object is the program. */
static int find_program(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    begin = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD)
            end = begin + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
    return 1;
}

__attribute__((constructor)) static void read_environment(void)
{
    const char *path = getenv("OOM_PLACES");
    dl_iterate_phdr(find_program, NULL);
    from = (long)number("OOM_FROM", 10);
    to = (long)number("OOM_TO", 10);
    wanted = number("OOM_PLACE", 16);
    always = getenv("OOM_ALWAYS") != NULL;
    if (path != NULL)
        places = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    is_running = true;
}

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *hash)
{
    uintptr_t at = _Unwind_GetIP(context);
    if (at >= begin && at < end)
        *(uint64_t *)hash = (*(uint64_t *)hash ^ (at - begin)) * 0x100000001b3u;
    return _URC_NO_REASON;
}

static void note(uint64_t place)
{
    for (size_t i = place % PLACES;; i = (i + 1) % PLACES) {
        uint64_t none = 0;
        if (known[i] == place)
            return;
        if (atomic_compare_exchange_strong(&known[i], &none, place))
            break;
    }
    char line[18];
    snprintf(line, sizeof line, "%016llx\n", (unsigned long long)place);
    if (write(places, line, 17) != 17)
        _exit(99);
}

static bool is_refused_here(void)
{
    uint64_t place = 0xcbf29ce484222325u;
    const uint64_t nowhere = place; /* a library's own, in a thread of its own */
    if (places < 0 && (wanted == 0 || (was_refused && !always)))
        return false;
    _Unwind_Backtrace(add_frame, &place);
    if (places >= 0 && place != nowhere)
        note(place);
    if (place != wanted || place == nowhere)
        return false;
    return !atomic_exchange(&was_refused, true) || always;
}

static bool is_refused(void)
{
    if (!is_running)
        return false;
    long nth = atomic_fetch_add(&made, 1) + 1;
    if (!(nth >= from && nth < to) && !is_refused_here())
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    if (is_refused())
        return NULL;
    return __interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (is_refused())
        return NULL;
    return __interceptor_calloc ? __interceptor_calloc(count, size) : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    if (is_refused())
        return NULL;
    return __interceptor_realloc ? __interceptor_realloc(old, size) : __libc_realloc(old, size);
}

/* Around main(), since a program's exit runs its destructors before those of libraries. */
static int (*real_main)(int, char **, char **);

static int counted_main(int argc, char **argv, char **environment)
{
    int status = real_main(argc, argv, environment);
    is_running = false;
    return status;
}

int __libc_start_main(int (*program)(int, char **, char **), int argc, char **argv,
                      void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
                      void *stack_end);

#include <dlfcn.h>

int __libc_start_main(int (*program)(int, char **, char **), int argc, char **argv,
                      void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
                      void *stack_end)
{
    is_running = false;
    __typeof__(&__libc_start_main) start =
        (__typeof__(&__libc_start_main))dlsym(RTLD_NEXT, "__libc_start_main");
    real_main = program;
    is_running = true;
    return start(counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}
