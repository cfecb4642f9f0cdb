#ifndef TXSURVEY_APP_SCHEMA_H
#define TXSURVEY_APP_SCHEMA_H

#include "options.h"

#include <stdio.h>

/* The records' schema, whose options are those that `options` would show. False when out of memory;
 * what could not be written is the stream's error. */
bool schema_print(FILE *out, const struct options *options);

#endif
