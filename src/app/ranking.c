#include "ranking.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ranking *ranking_new(size_t max)
{
    struct ranking *r = calloc(1, sizeof *r + max * sizeof *r->list);
    if (r != NULL)
        r->max = max;
    return r;
}

void ranking_add(struct ranking *r, const char *text, uint64_t count)
{
    char cut[RANKED_TEXT_MAX];
    size_t i = 0;
    snprintf(cut, sizeof cut, "%s", text);
    r->total += count;
    while (i < r->len && strcmp(r->list[i].text, cut) != 0)
        i++;
    if (i == r->max) {
        r->others += count;
        return;
    }
    if (i == r->len)
        memcpy(r->list[r->len++].text, cut, sizeof cut);
    r->list[i].count += count;
}

void ranking_add_other(struct ranking *r)
{
    r->total++;
    r->others++;
}

static int most_first(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->text, y->text);
}

void ranking_sort(struct ranking *r)
{
    qsort(r->list, r->len, sizeof *r->list, most_first);
}
