/* Whether it is this machine's own link that failed, by what first attempts to connect came to. */
#ifndef TXSURVEY_SURVEY_LINK_H
#define TXSURVEY_SURVEY_LINK_H

#include <stdbool.h>
#include <stdint.h>

#define LINK_SLOTS 200
struct link_slot {
    uint64_t number;
    uint32_t dialled, ended, heard;
};
struct link {
    uint64_t slot_ms;
    bool silent;
    struct link_slot ended[LINK_SLOTS]; /* by the time at which they ended; a ring */
    struct link_slot begun[LINK_SLOTS]; /* the same by that at which they began */
};
/* `timeout_ms` is the longest that an attempt takes. */
void link_init(struct link *link, uint64_t timeout_ms);
/* One attempt begins. */
void link_dialled(struct link *link, uint64_t now_ms);
/* One attempt has ended; `heard`: by a word from over there, a connection or a refusal. True where
 * this machine's link seems to be broken rather than the network: for ten seconds, or twice the
 * timeout if that is more, nearly all failed, and by what came just before at least ten were to
 * succeed. */
bool link_note(struct link *link, uint64_t now_ms, uint64_t began_ms, bool heard);
/* Whether what failed in this time may be the link's doing: of all attempts that began since then
 * not one was heard, and by what came before at least ten were to be; and from there on until one
 * is, as from the beginning until the first one is. Sooner known than the verdict above, and not as
 * sure. */
bool link_is_silent(struct link *link, uint64_t now_ms, uint64_t since_ms);

#endif
