#include "txsurvey/lines.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 4096

static char *trim(char *line)
{
    line[strcspn(line, "#")] = '\0';
    line += strspn(line, " \t\r\n");
    size_t len = strlen(line);
    while (len > 0 && strchr(" \t\r\n", line[len - 1]) != NULL)
        line[--len] = '\0';
    return line;
}

/* One raw line into `buffer`. False at the end of the file; `why` tells of a line that cannot be.
 */
static bool next_line(FILE *file, char buffer[LINE_MAX_BYTES], const char **why)
{
    size_t len = 0;
    int c;
    while ((c = getc(file)) != EOF && c != '\n') {
        if (c == '\0')
            *why = "holds a NUL byte";
        else if (len + 1 >= LINE_MAX_BYTES)
            *why = "is longer than 4095 bytes";
        if (*why != NULL)
            return true;
        buffer[len++] = (char)c;
    }
    buffer[len] = '\0';
    return c != EOF || len > 0;
}

static enum txs_status read_all(FILE *file, const char *name, txs_line_fn *take, void *context,
                                struct txs_message *message)
{
    char buffer[LINE_MAX_BYTES];
    const char *why = NULL;
    for (unsigned long number = 1; next_line(file, buffer, &why); number++) {
        if (why != NULL)
            return txs_fail(message, TXS_E_USAGE, "%s: line %lu %s", name, number, why);
        char *line = trim(buffer);
        if (*line == '\0')
            continue;
        struct txs_message reason = {""};
        enum txs_status status = take(context, line, &reason);
        if (status != TXS_OK)
            return txs_fail(message, status, "%s: line %lu: %.300s", name, number, reason.text);
    }
    if (ferror(file))
        return txs_fail(message, TXS_E_USAGE, "%s: %s", name, strerror(errno));
    return TXS_OK;
}

enum txs_status txs_lines_read(const char *path, txs_line_fn *take, void *context,
                               struct txs_message *message)
{
    if (strcmp(path, "-") == 0)
        return read_all(stdin, "standard input", take, context, message);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return txs_fail(message, TXS_E_USAGE, "%.200s: %s", path, strerror(errno));
    char name[256];
    snprintf(name, sizeof name, "%.250s", path);
    enum txs_status status = read_all(file, name, take, context, message);
    fclose(file);
    return status;
}
