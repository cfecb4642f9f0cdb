/* What an error of a socket says: something about the peer, or about this machine. */
#ifndef TXSURVEY_NET_CONNECT_ERROR_H
#define TXSURVEY_NET_CONNECT_ERROR_H

#include "txsurvey/record.h"

/* `at_once`: the system refused the call itself, and nothing was sent. ENETUNREACH at once means
 * that the routing table has nothing for the address; later it is a router's word. Of a connection
 * that stood only the code says what ended it, and whether the outcome is LOCAL_ERROR. */
enum txs_outcome connect_error_judge(int uv_error, bool at_once, enum txs_error *code);
/* The same of a connection to a proxy: what is the peer's fault there is the proxy's. */
enum txs_outcome connect_error_judge_proxy(int uv_error, bool at_once, enum txs_error *code);

#endif
