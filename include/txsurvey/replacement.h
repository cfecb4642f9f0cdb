/* A file that is replaced as a whole: what is new is written beside it, and then takes its place,
 * so that whatever happens the old one or the new one is there, and whoever reads has one of them.
 */
#ifndef TXSURVEY_REPLACEMENT_H
#define TXSURVEY_REPLACEMENT_H

#include "txsurvey/bytes.h"
#include "txsurvey/status.h"

struct txs_replacement;

/* Makes sure that the file at `path`, which need not be there, can be replaced. Changes nothing.
 * TXS_E_IO or TXS_E_NOMEM. */
enum txs_status txs_replacement_new(struct txs_replacement **out, const char *path,
                                    struct txs_message *message);
void txs_replacement_free(struct txs_replacement *file);
/* Whether the file is not there, empty, or begins so, which tells that we wrote it. */
bool txs_replacement_is_ours(const struct txs_replacement *file, const char *beginning);
/* Whether `path` leads to that file, which need not be there. */
bool txs_replacement_is_at(const struct txs_replacement *file, const char *path);
/* DURABLE: on disk when it returns TXS_OK, which may take its time. */
enum txs_replacement_care { TXS_REPLACEMENT_QUICK, TXS_REPLACEMENT_DURABLE };
/* Puts the parts, one behind the other, in the file's place; may be called again. TXS_E_IO with the
 * file as it was. */
enum txs_status txs_replacement_write(struct txs_replacement *file, const struct txs_span *parts,
                                      size_t count, enum txs_replacement_care care,
                                      struct txs_message *message);

#endif
