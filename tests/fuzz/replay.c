/* Runs every file of a directory through a fuzz target. Further words are facts that the sessions
 * of those files must have come to, each in one of them at least: see machine.c. */
#include "machine.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(1);
    }
    size_t size = (size_t)ftell(file);
    uint8_t *data = malloc(size > 0 ? size : 1);
    rewind(file);
    if (data == NULL || fread(data, 1, size, file) != size) {
        perror(path);
        exit(1);
    }
    fclose(file);
    fprintf(stderr, "%s\n", path); /* stands last where it fails */
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

static unsigned run_directory(const char *path)
{
    DIR *directory = opendir(path);
    unsigned count = 0;
    if (directory == NULL) {
        perror(path);
        exit(1);
    }
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char name[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        run_file(name);
        count++;
    }
    closedir(directory);
    return count;
}

int main(int argc, char **argv)
{
    unsigned count = argc > 1 ? run_directory(argv[1]) : 0;
    int status = count == 0;
    for (int i = 2; i < argc; i++) {
        if (session_came_to(argv[i]))
            continue;
        fprintf(stderr, "no session came to this: %s\n", argv[i]);
        status = 1;
    }
    printf("%u inputs\n", count);
    return status;
}
