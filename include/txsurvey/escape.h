/* Bytes of unknown origin as text that neither a terminal nor a parser trips over. */
#ifndef TXSURVEY_ESCAPE_H
#define TXSURVEY_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

/* Decodes the first character of strict UTF-8: its length, 0 where the bytes, one or more, are
 * none. */
size_t txs_utf8_decode(uint32_t *character, const uint8_t *bytes, size_t len);

/* Makes any bytes safe to print and to put into JSON: UTF-8 that a terminal shows stays, every
 * other byte, and the backslash, becomes the four characters \xNN, so that no two texts become the
 * same. The result is valid UTF-8, NUL-terminated; at most
 * four times as long. Returns its length. `out` has room for 4 * len + 1. */
size_t txs_escape_text(char *out, const uint8_t *bytes, size_t len);

#endif
