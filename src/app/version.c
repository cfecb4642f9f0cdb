#include "version.h"

#include "txsurvey/library.h"

#include <string.h>

static void print_libraries(FILE *out)
{
    static void (*const all[])(struct txs_library *) = {txs_engine_library, txs_hash_library,
                                                        txs_jsonl_library};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct txs_library library;
        all[i](&library);
        fprintf(out, "%s %s %s", i == 0 ? "Libraries:" : ",", library.name, library.running);
        if (strcmp(library.built, library.running) != 0)
            fprintf(out, " (built with %s)", library.built);
    }
    fputc('\n', out);
}

void version_print(FILE *out)
{
    fputs("txsurvey " TXSURVEY_VERSION "\n", out);
    print_libraries(out);
    fputs("Build: " TXSURVEY_BUILD "\nOptions: " TXSURVEY_BUILD_OPTIONS "\n", out);
}
