/* Bytes of unknown origin as text that neither a terminal nor a parser trips over. */
#ifndef TXSURVEY_ESCAPE_H
#define TXSURVEY_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

/* Makes any bytes safe to print and to put into JSON: UTF-8 that a terminal shows stays, every
 * other byte, and the backslash, becomes the four characters \xNN, so that no two texts become the
 * same. The result is valid UTF-8, NUL-terminated; at most
 * four times as long. Returns its length. `out` has room for 4 * len + 1. */
size_t txs_escape_text(char *out, const uint8_t *bytes, size_t len);

#endif
