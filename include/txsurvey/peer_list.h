/* Lists of peers that a user keeps: read by --peers, written by --save-peers. */
#ifndef TXSURVEY_PEER_LIST_H
#define TXSURVEY_PEER_LIST_H

#include "txsurvey/plan.h"

/* How lists are read, and what of them was left out. */
struct txs_list_notes {
    bool skip_bad;                    /* leave out what names no address, */
    uint64_t skipped;                 /* so many, */
    struct txs_message first_skipped; /* the first of them with its file and line */
    uint64_t inbound;                 /* entries of getpeerinfo whose port nobody listens at */
};

/* Adds the peers of a file, or of standard input where `path` is `-`, to the plan, whose chain must
 * be set. In any order there stand lines of `ADDR[:PORT]`, comments, records of an earlier run, of
 * which those of peers count, and what other tools write: see src/jsonl/peer_formats.c. A record
 * that a killed run left unfinished at the end is passed over. TXS_E_USAGE, with file and line, for
 * anything else, and for a list of another chain. */
enum txs_status txs_peer_list_read(struct txs_plan *plan, const char *path,
                                   struct txs_list_notes *notes, struct txs_message *message);

/* A list on its way to a file, which is replaced as a whole or stays as it is. */
struct txs_peer_list;

/* Makes sure that the file can be replaced. Changes nothing. TXS_E_IO or TXS_E_NOMEM. */
enum txs_status txs_peer_list_new(struct txs_peer_list **out, const char *path,
                                  struct txs_message *message);
/* What is added is kept until it is written. */
void txs_peer_list_add(struct txs_peer_list *list, const struct txs_address *address);
size_t txs_peer_list_count(const struct txs_peer_list *list);
/* Whether the file is not there, empty, or a list that was written so: its first line begins with
 * `# ` and TXS_LIST_TITLE. */
bool txs_peer_list_may_replace(const struct txs_peer_list *list);
#define TXS_LIST_TITLE "txsurvey "
/* Writes the list, behind `title` as a comment, which begins with TXS_LIST_TITLE. On disk when it
 * returns TXS_OK. */
enum txs_status txs_peer_list_write(struct txs_peer_list *list, const char *title,
                                    struct txs_message *message);
void txs_peer_list_free(struct txs_peer_list *list);

#endif
