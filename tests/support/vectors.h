/* The test vectors of tests/vectors, read with jansson. */
#ifndef TXSURVEY_TEST_VECTORS_H
#define TXSURVEY_TEST_VECTORS_H

#include "txsurvey/bytes.h"

#include <jansson.h>

/* The parsed file tests/vectors/<name>; fails the test when it cannot be read. The caller decrefs.
 */
json_t *vectors_load(const char *name);
/* The same with every integer as a real number: primitives.json holds 2^64 - 1, too big for
 * jansson. */
json_t *vectors_load_as_reals(const char *name);
/* A string member of `object`; fails the test when it is missing. Borrowed. */
const char *vectors_text(const json_t *object, const char *key);
/* The bytes of a hex member, malloc'ed at exactly their size (so that reading past the end is seen
 * by sanitizers). The caller frees `data`. */
struct txs_span vectors_bytes(const json_t *object, const char *key);

#endif
