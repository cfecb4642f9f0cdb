/* The forms in which lists of peers come, one row of a table each. */
#ifndef TXSURVEY_JSONL_PEER_FORMATS_H
#define TXSURVEY_JSONL_PEER_FORMATS_H

#include "txsurvey/peer_list.h"

#include <jansson.h>

/* A line, or a value of JSON. */
struct peer_item {
    const char *words;   /* of the line, without white space around them; NULL: it is JSON */
    const char *comment; /* what follows its #; NULL where there is none */
    json_t *json;
    bool is_member; /* an object of one member of a snapshot's nodes */
};

struct peer_source {
    struct txs_plan *plan;
    struct txs_list_notes *notes;
    bool other_chain; /* the list is of another chain than the plan */
};

/* Adds the peer that the item names, if it names one, to the plan. TXS_E_USAGE with the reason. */
enum txs_status peer_formats_take(struct peer_source *source, const struct peer_item *item,
                                  struct txs_message *reason);

#endif
