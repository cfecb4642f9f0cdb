/* The address book: which peers are known, who told of them, which are still to be tried.
 *
 * A peer is known once, whatever its spelling. 52 bytes of entry and order a peer, and 8 of hash
 * table.
 */
#ifndef TXSURVEY_BOOK_H
#define TXSURVEY_BOOK_H

#include "txsurvey/address.h"
#include "txsurvey/random.h"
#include "txsurvey/status.h"

#include <stddef.h>

struct txs_book;

/* `order` decides the order in which peers are taken, so that no network is visited in one go. */
struct txs_book *txs_book_new(struct txs_random order); /* NULL when out of memory */
void txs_book_free(struct txs_book *book);

/* A number for the text of a source (`dns:HOST`, ...), which the book copies. -1 when out of
 * memory. */
int txs_book_source(struct txs_book *book, const char *text);

enum txs_book_add { TXS_BOOK_ADDED, TXS_BOOK_KNOWN, TXS_BOOK_NO_MEMORY };
enum txs_book_add txs_book_add(struct txs_book *book, const struct txs_address *address,
                               int source);

/* The same for an address that shall never be taken, so that it is counted once. */
enum txs_book_add txs_book_leave_out(struct txs_book *book, const struct txs_address *address);

/* Takes a peer that was not taken before, at random; false when there is none. */
bool txs_book_take(struct txs_book *book, uint32_t *peer);

const struct txs_address *txs_book_address(const struct txs_book *book, uint32_t peer);
const char *txs_book_source_text(const struct txs_book *book, uint32_t peer);
size_t txs_book_known(const struct txs_book *book); /* without those left out */
size_t txs_book_untaken(const struct txs_book *book);

/* The DNS names of a chain's built-in seeds (seeds/<chain>.txt): of each the plain name and the
 * names of the service filters that it serves. NULL and 0 for a chain without seeds. */
const char *const *txs_seed_hosts(const char *chain_name, size_t *count);

#endif
