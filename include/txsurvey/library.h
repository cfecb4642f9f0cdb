/* A library of others that the program is linked with. Each layer that has one tells of its own. */
#ifndef TXSURVEY_LIBRARY_H
#define TXSURVEY_LIBRARY_H

#define TXS_LIBRARY_VERSION_BYTES 32

struct txs_library {
    const char *name;
    char built[TXS_LIBRARY_VERSION_BYTES];   /* of its headers */
    char running[TXS_LIBRARY_VERSION_BYTES]; /* of what was loaded */
};

void txs_hash_library(struct txs_library *out);
void txs_engine_library(struct txs_library *out);
void txs_jsonl_library(struct txs_library *out);

#endif
