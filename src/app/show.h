/* Values of options as the `survey` record shows them: the way back of values.h. */
#ifndef TXSURVEY_APP_SHOW_H
#define TXSURVEY_APP_SHOW_H

#include "txsurvey/jsonl.h"

#define SHOW_TEXT_MAX (sizeof(((struct txs_proxy *)NULL)->host) + 16)

/* Makes a value of a member of the options, all but its name; `text` has room for what must be put
 * together, and lives as long as the value. False: the record does not show it. */
typedef bool show_fn(struct txs_option_value *value, char text[SHOW_TEXT_MAX], const void *member);

show_fn show_nothing;
show_fn show_bool;
show_fn show_count;    /* uint32_t */
show_fn show_number;   /* uint64_t; UINT64_MAX is null */
show_fn show_positive; /* uint64_t; 0 is null */
show_fn show_seconds;  /* uint64_t, milliseconds; TXS_NEVER is null */
show_fn show_text;     /* const char * */
show_fn show_proxy;    /* struct txs_proxy: HOST:PORT as it is given; null where none is */
show_fn show_block;    /* struct txs_plan: the hash; null where none is given */
show_fn show_anchors;  /* struct txs_plan: label and hash of each; null where none is given */
show_fn show_fee_rate; /* struct txs_plan: sat/vB; null where none is given */

#endif
