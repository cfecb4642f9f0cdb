/* --census, and what goes with a transaction alone. */
#ifndef TXSURVEY_APP_CENSUS_OPTION_H
#define TXSURVEY_APP_CENSUS_OPTION_H

#include "options.h"

/* After the last word. */
enum txs_status check_census(const struct options *o, struct txs_message *message);

#endif
