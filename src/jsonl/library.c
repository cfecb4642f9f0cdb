#include "txsurvey/library.h"

#include <jansson.h>
#include <stdio.h>

void txs_jsonl_library(struct txs_library *out)
{
    *out = (struct txs_library){.name = "jansson"};
    snprintf(out->built, sizeof out->built, "%s", JANSSON_VERSION);
#if JANSSON_VERSION_HEX >= 0x020d00 /* an earlier one does not tell what was loaded */
    snprintf(out->running, sizeof out->running, "%s", jansson_version_str());
#else
    snprintf(out->running, sizeof out->running, "%s", JANSSON_VERSION);
#endif
}
