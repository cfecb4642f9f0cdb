#include "mdoc.h"

#include <ctype.h>
#include <stdio.h>

#define COLUMNS 70

/* No line begins with a dot, and no backslash escapes. */
void mdoc_text(const char *text)
{
    int column = 0;
    for (; *text != '\0'; text++, column++) {
        if (column == 0 && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        if (*text == '\\') {
            fputs("\\e", stdout);
        } else if (*text == '-') {
            fputs("\\-", stdout);
        } else if (*text == ' ' && column > COLUMNS) {
            putchar('\n');
            column = -1;
        } else {
            putchar(*text);
        }
    }
    putchar('\n');
}

void mdoc_sentence(const char *text)
{
    char sentence[400];
    snprintf(sentence, sizeof sentence, "%s.", text);
    sentence[0] = (char)toupper((unsigned char)sentence[0]);
    mdoc_text(sentence);
}

void mdoc_command(const char *text)
{
    static const struct {
        char c;
        const char *escape;
    } escapes[] = {{'\\', "\\e"},  {'-', "\\-"},   {'\'', "\\(aq"},
                   {'`', "\\(ga"}, {'^', "\\(ha"}, {'~', "\\(ti"}};
    for (; *text != '\0'; text++) {
        size_t i = 0;
        while (i < sizeof escapes / sizeof *escapes && escapes[i].c != *text)
            i++;
        if (i < sizeof escapes / sizeof *escapes)
            fputs(escapes[i].escape, stdout);
        else
            putchar(*text);
    }
    putchar('\n');
}
