/* Whether it is this machine's own link that failed, by what first attempts to connect came to. */
#ifndef TXSURVEY_SURVEY_LINK_H
#define TXSURVEY_SURVEY_LINK_H

#include <stdbool.h>
#include <stdint.h>

#define LINK_SLOTS 50
struct link_slot {
    uint64_t number;
    uint32_t ended, heard;
};
struct link {
    uint64_t slot_ms;
    struct link_slot ended[LINK_SLOTS]; /* by the time at which they ended; a ring */
    struct link_slot begun[LINK_SLOTS]; /* the same by that at which they began */
};
/* `timeout_ms` is the longest that an attempt takes. */
void link_init(struct link *link, uint64_t timeout_ms);
/* One attempt has ended; `heard`: by a word from over there, a connection or a refusal. True where
 * this machine's link seems to be broken rather than the network: for ten seconds, or twice the
 * timeout if that is more, nearly all failed, and by what came just before at least ten were to
 * succeed. */
bool link_note(struct link *link, uint64_t now_ms, uint64_t began_ms, bool heard);

#endif
