/* A file of transaction ids. */
#ifndef TXSURVEY_ID_LIST_H
#define TXSURVEY_ID_LIST_H

#include "txsurvey/plan.h"

/* Adds the ids of `path`, or of standard input where it is `-`, to the plan: of lines `TXID` or
 * `TXID LABEL`, or of the JSON that getrawmempool prints, in each of its forms and within the
 * answer of an RPC server. TXS_E_USAGE, with the file and the place in it, for what is none. */
enum txs_status txs_id_list_read(struct txs_plan *plan, const char *path,
                                 struct txs_message *message);

#endif
