/* Base32 of RFC 4648, lower case and without padding, as names of onion and i2p hosts use it. */
#ifndef TXSURVEY_WIRE_BASE32_H
#define TXSURVEY_WIRE_BASE32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes (8 * len + 4) / 5 characters and a NUL. */
void base32_encode(char *out, const uint8_t *bytes, size_t len);
/* Reads exactly the text that encodes `len` bytes. False for another length, a character that is
 * not of the alphabet or bits set past the last byte; `out` may be partly written then. */
bool base32_decode(uint8_t *out, size_t len, const char *text, size_t text_len);

#endif
