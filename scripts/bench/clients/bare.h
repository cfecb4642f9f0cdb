/* What the bare clients share: a survey with nothing to it but its connections. All that is sent is
 * framed once, before the first of them; of what is received only the names of messages are looked
 * at.
 *
 * A dialogue: `hello` (version) once connected; `request` (verack, getdata, ping) at the peer's
 * version; over at the pong, before which a tx or a notfound has come, or nothing from those that
 * know no notfound.
 */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include "txsurvey/bytes.h"
#include "txsurvey/frame.h"

#include <netinet/in.h>

struct bare_plan {
    struct sockaddr_in *peers;
    size_t peer_count;
    size_t next; /* the first that nobody has been given */
    size_t concurrency;
    struct txs_span hello, request;
    size_t served, notfound, failed;
};

struct bare_talk {
    uint8_t header[TXS_FRAME_HEADER_BYTES];
    uint8_t header_len;
    uint32_t skip; /* of the payload in hand, not yet seen */
    bool requested, served, notfound, pong;
};

enum bare_next { BARE_READ, BARE_REQUEST, BARE_OVER };

/* Takes the words of the command line: a file of one ADDR:PORT a line, a txid, how many at once.
 * Exits where they are none. */
void bare_plan_init(struct bare_plan *plan, int argc, char **argv);
/* The next peer, NULL after the last. */
const struct sockaddr_in *bare_next_peer(struct bare_plan *plan);
/* What is to be done after these bytes; BARE_REQUEST once. */
enum bare_next bare_scan(struct bare_talk *talk, struct txs_span in);
/* Counts a peer that is over. */
void bare_count(struct bare_plan *plan, const struct bare_talk *talk);
/* Prints the counts. The exit status of the program. */
int bare_report(const struct bare_plan *plan);

#endif
