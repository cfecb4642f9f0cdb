/* What is said of the peers that the user named, before the survey begins. */
#ifndef TXSURVEY_APP_NAMED_PEERS_H
#define TXSURVEY_APP_NAMED_PEERS_H

#include "console.h"

/* Warns of what lists held and is left out, and of peers that no way leads to, unless --onlynet
 * leaves their network out anyway. */
void warn_of_named_peers(struct console *console, const struct options *options);

#endif
