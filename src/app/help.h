/* What --help and -h print, made of the table of options. No line is wider than 80 columns. */
#ifndef TXSURVEY_APP_HELP_H
#define TXSURVEY_APP_HELP_H

#include <stdio.h>

void help_print(FILE *out);
void help_print_usual(FILE *out); /* the options that are used most */

#endif
