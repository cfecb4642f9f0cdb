#include "txsurvey/library.h"

#include <stdio.h>
#include <uv.h>

void txs_engine_library(struct txs_library *out)
{
    *out = (struct txs_library){.name = "libuv"};
    snprintf(out->built, sizeof out->built, "%d.%d.%d", UV_VERSION_MAJOR, UV_VERSION_MINOR,
             UV_VERSION_PATCH);
    snprintf(out->running, sizeof out->running, "%s", uv_version_string());
}
