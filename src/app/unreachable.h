/* Peers that the user named and that no way leads to: left out, and said. */
#ifndef TXSURVEY_APP_UNREACHABLE_H
#define TXSURVEY_APP_UNREACHABLE_H

#include "console.h"

#include "txsurvey/plan.h"

/* One warning a network, unless --onlynet leaves it out anyway. */
void warn_of_unreachable(struct console *console, const struct txs_plan *plan);

#endif
