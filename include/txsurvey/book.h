/* The address book: which peers are known, who told of them first, which are still to be tried and
 * in what order.
 *
 * A peer is known once, whatever its spelling, and a source that names it counts once, however
 * often it does; so do all peers of one network group together. An address costs 12 bytes of entry,
 * 4 of order, 5 to 11 of hash table and 8 (IPv4), 20 (IPv6) or 36 of its own, and what one source
 * told at a time 12 bytes more.
 */
#ifndef TXSURVEY_BOOK_H
#define TXSURVEY_BOOK_H

#include "txsurvey/address.h"
#include "txsurvey/random.h"
#include "txsurvey/status.h"

#include <stddef.h>

/* How likely a peer is to answer, in tiers: those of the first are taken before those of the
 * second. Whoever is named again by other sources rises, as far as TXS_TIER_GOSSIP. */
#define TXS_TIERS 12
#define TXS_TIER_NAMED 0  /* the user named it, or it answered in an earlier run */
#define TXS_TIER_SEED 1   /* a DNS seed named it, or an earlier run connected to it */
#define TXS_TIER_GOSSIP 2 /* the best that peers' word alone can give */
#define TXS_TIER_LAST (TXS_TIERS - 1)

/* More addresses than this are not taken in, and no more than this remembered as left out. */
#define TXS_BOOK_MAX 4000000u
#define TXS_BOOK_LEFT_OUT_MAX 1000000u

struct txs_book;

/* `order` decides the order within a tier, so that no network is visited in one go. */
struct txs_book *txs_book_new(struct txs_random order); /* NULL when out of memory */
void txs_book_free(struct txs_book *book);

/* What is added from now on comes from this source: a text (`connect`, `file`, `dns:HOST`), which
 * the book copies, or what a peer of the book told. A batch has a number, 1 and up; 0 when out of
 * memory. `previous` is that of an earlier batch of the same source, or 0; `group` a number that
 * all peers have in common who count as one teller. */
uint32_t txs_book_batch(struct txs_book *book, const char *source, uint32_t previous);
uint32_t txs_book_batch_of_peer(struct txs_book *book, uint32_t peer, uint32_t previous,
                                uint64_t group);
/* Until the next batch, what is added counts as told by TXS_BOOK_MANY_TELLERS at least. */
void txs_book_many_tell(struct txs_book *book);
#define TXS_BOOK_MANY_TELLERS 4
/* The addresses that were new with a batch and those before it of the same source: up to `max` of
 * them go into `out`. Returns their number. */
size_t txs_book_batch_addresses(const struct txs_book *book, uint32_t batch,
                                struct txs_address *out, size_t max);
/* How many of all those are like this one. */
size_t txs_book_batch_alike(const struct txs_book *book, uint32_t batch,
                            const struct txs_address *address,
                            bool (*alike)(const struct txs_address *, const struct txs_address *));

enum txs_book_add { TXS_BOOK_ADDED, TXS_BOOK_KNOWN, TXS_BOOK_FULL, TXS_BOOK_NO_MEMORY };
enum txs_book_add txs_book_add(struct txs_book *book, const struct txs_address *address,
                               unsigned tier);
/* The same for an address that shall never be taken, so that it is counted once. */
enum txs_book_add txs_book_leave_out(struct txs_book *book, const struct txs_address *address);
/* The same for an address that is known already; false, and nothing is done, when it is not. */
bool txs_book_hear_again(struct txs_book *book, const struct txs_address *address, unsigned tier);

/* Takes a peer that was not taken before, at random among those of the best tier; false when there
 * is none. */
bool txs_book_take(struct txs_book *book, uint32_t *peer);
/* Takes this address, which need not be known yet, and may have been left out. False when out of
 * memory, or when it had been taken before. */
bool txs_book_take_address(struct txs_book *book, const struct txs_address *address,
                           uint32_t *peer);

/* How many independent sources named it: up to 16, and from a few on less than there were. */
unsigned txs_book_tellers(const struct txs_book *book, uint32_t peer);
/* Gives back a peer that was taken. Put off: it is taken again after all that are not. Turned away:
 * it is known no more, until a further source names it. */
void txs_book_put_off(struct txs_book *book, uint32_t peer);
void txs_book_turn_away(struct txs_book *book, uint32_t peer);
/* There is nobody left to be taken but those that were put off, or nobody at all. */
bool txs_book_all_put_off(const struct txs_book *book);

/* What came of a peer that was taken. */
enum txs_peer_worth { TXS_WORTH_NONE, TXS_WORTH_REACHED, TXS_WORTH_ANSWERED, TXS_WORTH_UNKNOWN };
void txs_book_judge(struct txs_book *book, uint32_t peer, enum txs_peer_worth worth);
/* Calls `visit` for each peer of that worth; for TXS_WORTH_UNKNOWN for those that the user named
 * (`connect`, `file`), also where they were never taken. Returns their number. */
size_t txs_book_visit(const struct txs_book *book, enum txs_peer_worth worth,
                      void (*visit)(void *context, const struct txs_address *address),
                      void *context);

struct txs_address txs_book_address(const struct txs_book *book, uint32_t peer);
/* The user named it (`connect`, `file`), whoever else did. */
bool txs_book_is_named(const struct txs_book *book, uint32_t peer);
#define TXS_SOURCE_TEXT_MAX 300
/* Who told of it first: `connect`, `file`, `dns:HOST`, `gossip:ADDR:PORT`. */
void txs_book_source_text(const struct txs_book *book, uint32_t peer,
                          char out[TXS_SOURCE_TEXT_MAX]);
size_t txs_book_known(const struct txs_book *book); /* without those left out or turned away */
size_t txs_book_untaken(const struct txs_book *book);

/* The DNS names of a chain's built-in seeds (seeds/<chain>.txt): of each the plain name and the
 * names of the service filters that it serves. NULL and 0 for a chain without seeds. */
struct txs_seed_name {
    const char *host;
    bool is_filter;
};
const struct txs_seed_name *txs_seed_names(const char *chain_name, size_t *count);

#endif
