/* What has been said of each id, and what it is worth in the end. */
#ifndef TXSURVEY_PEER_ANSWERS_H
#define TXSURVEY_PEER_ANSWERS_H

#include "session.h"

bool answers_any(const struct txs_peer *p, enum txs_id_status status);
/* Every id was answered, by tx or notfound; in a census, the fence was. */
bool answers_complete(const struct txs_peer *p);
bool answers_any_pending(const struct txs_peer *p);

void answers_note(struct txs_peer *p, size_t id, enum txs_id_status status);
/* The peer has served the id: `served` with `ids`, `bytes` and `parts` set, the rest is filled in.
 */
void answers_served(struct txs_peer *p, size_t id, enum txs_via via, struct txs_served *served);

void answers_announced(struct txs_peer *p, size_t id);
/* What a notfound of this peer is worth as things stand. */
struct txs_notfound answers_notfound(const struct txs_peer *p);
/* How far each can be relied on. Once the session is over. */
void answers_judge(struct txs_peer *p);
/* How a session ends by which nothing but the answers decides. */
enum txs_outcome answers_outcome(const struct txs_peer *p, enum txs_error *error);

#endif
