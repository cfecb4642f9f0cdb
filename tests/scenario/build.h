/* What a peer says, from the words of a dialogue: see README.md for the language. */
#ifndef TXSURVEY_SCENARIO_BUILD_H
#define TXSURVEY_SCENARIO_BUILD_H

#include "blocks.h"
#include "words.h"

#include "txsurvey/bytes.h"
#include "txsurvey/chain.h"

/* What the random id of the control is called. */
#define CONTROL_NAME 'Z'

/* What a message may refer to. */
struct build_context {
    const struct txs_chain *chain;
    bool by_wtxid;  /* how the survey names transactions */
    uint64_t nonce; /* of our version message */
    uint64_t fence; /* nonce of the last ping that we sent */
    uint8_t control_id[32];
    struct made_block block;
};

/* Bytes that grow. */
struct bytes {
    uint8_t *data;
    size_t len, cap;
};
void bytes_add(struct bytes *b, const void *data, size_t len);

/* Appends the message. False with `why` set when the words make no sense. */
bool build_message(struct bytes *out, const struct build_context *c, const struct words *w,
                   const char **why);
/* The survey's id of the transaction `name`. */
#define HEADER_LONG_BYTES 164
void build_header(uint8_t out[HEADER_LONG_BYTES], unsigned number);
void build_id(uint8_t out[32], const struct build_context *c, char name);

#endif
