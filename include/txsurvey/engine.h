/* The engine: one libuv loop that resolves seeds, opens connections, moves bytes between sockets
 * and peer machines, and hands every result to a sink. Returns when all is over.
 */
#ifndef TXSURVEY_ENGINE_H
#define TXSURVEY_ENGINE_H

#include "txsurvey/plan.h"
#include "txsurvey/sink.h"
#include "txsurvey/status.h"

struct txs_engine;

/* Prepares loop and limits; contacts nobody. The plan is borrowed until close; its concurrency is
 * lowered where descriptors do not suffice. Failures leave a message. */
enum txs_status txs_engine_open(struct txs_engine **out, struct txs_plan *plan,
                                const struct txs_sink *sink, struct txs_message *message);
/* For the texts of times; it is the engine's, and follows the machine's. */
const struct txs_wall_clock *txs_engine_wall_clock(const struct txs_engine *engine);
uint64_t txs_engine_now_ms(const struct txs_engine *engine);
void txs_engine_run(struct txs_engine *engine, struct txs_ending *ending);
/* What an earlier part of this run recorded (--resume), in the order of its records: peers are not
 * attempted again, names of seeds not asked again, and both count in the summary. Before
 * txs_engine_run(). TXS_E_NOMEM or TXS_OK. */
enum txs_status txs_engine_restore_peer(struct txs_engine *engine,
                                        const struct txs_restored_peer *peer);
enum txs_status txs_engine_restore_seed(struct txs_engine *engine,
                                        const struct txs_restored_seed *seed);
void txs_engine_restore_summary(struct txs_engine *engine,
                                const struct txs_restored_summary *summary);

/* After the run, the peers that a next one should begin with, the best first: those that answered,
 * those that completed a handshake, and of those that the user had named the ones that this run did
 * not come to, or not to the end of. Returns how many of them completed a handshake. */
size_t txs_engine_visit_good_peers(const struct txs_engine *engine,
                                   void (*visit)(void *context, const struct txs_address *address),
                                   void *context);

/* False when a look-up still hangs in a thread that cannot be ended: the process must then leave by
 * _exit(), since returning from main would wait for it. */
bool txs_engine_close(struct txs_engine *engine);

/* From the system, for seeds of nonces, orders and UUIDs. False when the system has none to give.
 */
bool txs_system_random(void *out, size_t len);
/* First thing in main: descriptors 0 to 2 are open afterwards (a closed one would be given to
 * libuv's own pipes), and neither a closed pipe nor a file-size limit kills the process. */
void txs_process_prepare(void);

#endif
