/* Values of options, checked to the last character. */
#ifndef TXSURVEY_APP_VALUES_H
#define TXSURVEY_APP_VALUES_H

#include "suggest.h"

#include "txsurvey/plan.h"
#include "txsurvey/status.h"

#include <stdbool.h>
#include <stdint.h>

/* A whole number of digits alone, min..max. */
enum txs_status value_number(uint64_t *out, const char *text, uint64_t min, uint64_t max,
                             struct txs_message *message);
/* A positive number with up to three decimals. */
enum txs_status value_thousandths(uint64_t *out, const char *text, struct txs_message *message);
/* Seconds, or a number with ms, s, m or h behind it; a fraction is allowed. min_ms is 0 or 1. */
enum txs_status value_time(uint64_t *out_ms, const char *text, uint64_t min_ms,
                           struct txs_message *message);
/* The index of the word that the first `len` bytes of `text` are; `what` says what words these are.
 */
enum txs_status value_choice(size_t *out, const char *text, size_t len,
                             const struct vocabulary *choices, const char *what,
                             struct txs_message *message);
/* As it is pasted, also in an explorer's address. */
enum txs_status value_block_hash(uint8_t hash_wire[32], const char *text,
                                 struct txs_message *message);
enum txs_status value_file(const char *text, struct txs_message *message); /* any name but none */
enum txs_status value_real_file(const char *text, struct txs_message *message); /* nor - */
/* A DNS name: letters, digits, hyphens, underscores and dots, at most 253 characters; none of
 * Tor or I2P, since it is looked up. */
enum txs_status value_host(const char *text, struct txs_message *message);
/* HOST:PORT of a proxy; HOST a DNS name, an IPv4 address, or an IPv6 address in brackets. Of names,
 * those that value_host() takes. */
enum txs_status value_proxy(struct txs_proxy *out, const char *text, struct txs_message *message);
/* At most 256 bytes of the characters that Core's SanitizeString leaves alone. */
enum txs_status value_user_agent(const char *text, struct txs_message *message);

#endif
