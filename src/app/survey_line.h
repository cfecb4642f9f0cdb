/* The options in force, as the `survey` record has them. */
#ifndef TXSURVEY_APP_SURVEY_LINE_H
#define TXSURVEY_APP_SURVEY_LINE_H

#include "options.h"
#include "show.h"

#define SURVEY_LINE_MAX (OPTIONS_MAX + 2) /* two have another value behind a proxy */

struct survey_line {
    struct txs_option_value values[SURVEY_LINE_MAX]; /* point into texts, and to the options */
    size_t count;
    char names[SURVEY_LINE_MAX][OPTION_NAME_MAX + 1];
    char texts[SURVEY_LINE_MAX][SHOW_TEXT_MAX];
};

/* Those that their rows show, in the table's order, and the limits behind a proxy. An option's name
 * in the record is its own, with underscores for hyphens. */
void survey_line_fill(struct survey_line *line, const struct options *options);

#endif
