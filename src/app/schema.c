#include "schema.h"

#include "survey_line.h"

#include <stdlib.h>

bool schema_print(FILE *out, const struct options *options)
{
    struct survey_line line;
    survey_line_fill(&line, options);
    char *text = txs_records_schema(line.values, line.count);
    if (text == NULL)
        return false;
    fprintf(out, "%s\n", text);
    free(text);
    return true;
}
