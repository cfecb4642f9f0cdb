/* Texts, how often each was counted, and in the end the most frequent first. */
#ifndef TXSURVEY_APP_RANKING_H
#define TXSURVEY_APP_RANKING_H

#include <stddef.h>
#include <stdint.h>

#define RANKED_TEXT_MAX 120

struct ranked {
    uint64_t count;
    char text[RANKED_TEXT_MAX];
};
struct ranking {
    size_t len, max;
    uint64_t total;  /* of all counts */
    uint64_t others; /* of them, those without a text, or with one for which there was no room */
    struct ranked list[];
};

/* For so many different texts; to be freed by free(). NULL when out of memory. */
struct ranking *ranking_new(size_t max);
/* A longer text is cut. */
void ranking_add(struct ranking *ranking, const char *text, uint64_t count);
void ranking_add_other(struct ranking *ranking);
/* Sorts the list; of the same count by their texts. */
void ranking_sort(struct ranking *ranking);

#endif
