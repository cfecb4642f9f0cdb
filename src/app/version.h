/* What --version prints: the program's version, a line for scripts, then what it is made of. */
#ifndef TXSURVEY_APP_VERSION_H
#define TXSURVEY_APP_VERSION_H

#include <stdio.h>

void version_print(FILE *out);

#endif
