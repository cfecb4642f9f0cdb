/* The options in force, as the `survey` record has them. */
#ifndef TXSURVEY_APP_SURVEY_LINE_H
#define TXSURVEY_APP_SURVEY_LINE_H

#include "options.h"
#include "show.h"

struct survey_line {
    struct txs_option_value values[OPTIONS_MAX]; /* point into the texts, and to the options */
    size_t count;
    char names[OPTIONS_MAX][OPTION_NAME_MAX + 1];
    char texts[OPTIONS_MAX][SHOW_TEXT_MAX];
};

/* Those that their rows show, in the table's order. An option's name in the record is its own, with
 * underscores for hyphens. */
void survey_line_fill(struct survey_line *line, const struct options *options);

#endif
