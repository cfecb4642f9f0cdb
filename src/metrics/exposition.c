#include "exposition.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void exposition_begin(struct exposition *x, const char *survey)
{
    x->len = 0;
    x->lost = false;
    x->survey = survey;
}

void exposition_free(struct exposition *x)
{
    free(x->text);
}

static void put(struct exposition *x, const char *text, size_t len)
{
    if (x->cap - x->len < len) {
        size_t cap = 2 * x->cap + len + 4096;
        char *grown = realloc(x->text, cap);
        x->lost |= grown == NULL;
        if (grown == NULL)
            return;
        x->text = grown;
        x->cap = cap;
    }
    memcpy(x->text + x->len, text, len);
    x->len += len;
}

static void put_text(struct exposition *x, const char *text)
{
    put(x, text, strlen(text));
}

/* HELP and label values know two escapes and three. */
static void put_escaped(struct exposition *x, const char *text, const char *special)
{
    for (; *text != '\0'; text++) {
        if (strchr(special, *text) != NULL)
            put(x, "\\", 1);
        put(x, *text == '\n' ? "n" : text, 1);
    }
}

void exposition_metric(struct exposition *x, const char *name, const char *help)
{
    x->metric = name;
    x->help = help;
    x->headed = false;
}

static void put_head(struct exposition *x)
{
    put_text(x, "# HELP ");
    put_text(x, x->metric);
    put_text(x, " ");
    put_escaped(x, x->help, "\\\n");
    put_text(x, "\n# TYPE ");
    put_text(x, x->metric);
    put_text(x, " gauge\n");
    x->headed = true;
}

static void put_label(struct exposition *x, const char *name, const char *value)
{
    put_text(x, name);
    put_text(x, "=\"");
    put_escaped(x, value, "\\\n\"");
    put_text(x, "\"");
}

void exposition_open(struct exposition *x)
{
    if (!x->headed)
        put_head(x);
    put_text(x, x->metric);
    put_text(x, "{");
    put_label(x, "survey", x->survey);
}

void exposition_label(struct exposition *x, const char *name, const char *value)
{
    put_text(x, ",");
    put_label(x, name, value);
}

void exposition_count(struct exposition *x, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "} %" PRIu64 "\n", value);
    put_text(x, text);
}

void exposition_decimal(struct exposition *x, uint64_t value, unsigned digits)
{
    char text[64];
    uint64_t one = 1;
    for (unsigned i = 0; i < digits; i++)
        one *= 10;
    snprintf(text, sizeof text, "} %" PRIu64 ".%0*" PRIu64 "\n", value / one, (int)digits,
             value % one);
    put_text(x, text);
}

void exposition_labelled(struct exposition *x, const char *name, const char *label, uint64_t value)
{
    exposition_open(x);
    exposition_label(x, name, label);
    exposition_count(x, value);
}

void exposition_plain(struct exposition *x, uint64_t value)
{
    exposition_open(x);
    exposition_count(x, value);
}

void exposition_plain_decimal(struct exposition *x, uint64_t value, unsigned digits)
{
    exposition_open(x);
    exposition_decimal(x, value, digits);
}
