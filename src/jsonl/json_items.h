/* The values of a JSON text of any size and layout, one at a time and in bounded memory, as it
 * comes: values one behind the other (JSON lines, or printed over many lines), the elements of an
 * array, also of one that is called "result" within an object (as RPC servers answer), and the
 * members of an object that is called "nodes" within one. It finds where they begin and end;
 * whether they are JSON, their reader sees. */
#ifndef TXSURVEY_JSONL_JSON_ITEMS_H
#define TXSURVEY_JSONL_JSON_ITEMS_H

#include "txsurvey/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_item {
    const char *text;
    size_t len;
    bool is_member; /* an object of one member of nodes */
    bool cut;       /* it is longer than the most that is kept: this is its beginning */
    bool ended;     /* false: the text ended, or another value began, before it did */
    uint64_t line;  /* where it begins */
};
/* Anything but TXS_OK ends the reading. */
typedef enum txs_status json_item_fn(void *context, const struct json_item *item,
                                     struct txs_message *reason);

struct json_items {
    json_item_fn *take;
    void *context;
    size_t max_bytes;
    enum json_items_kind { ITEMS_ARE_VALUES, ITEMS_ARE_ELEMENTS, ITEMS_ARE_MEMBERS } kind;
    size_t depth; /* of open arrays and objects */
    size_t base;  /* the depth at which items stand */
    bool in_string, escaped;
    bool skipping; /* what stands around the items */
    bool cut;
    char *text;
    size_t len, cap;
    uint64_t line, item_line;
};

/* json_items_free() releases it. */
void json_items_init(struct json_items *items, size_t max_bytes, json_item_fn *take, void *context);
void json_items_free(struct json_items *items);
/* Whether a line begins with an array or object. An IPv6 address in brackets is none. */
bool json_items_begin(const char *text, size_t len);
/* Nothing is open: what follows need not be JSON. */
bool json_items_idle(const struct json_items *items);
/* A line begins; where a value is open, its `first` byte (0: none) may tell that it was torn. */
enum txs_status json_items_line_begins(struct json_items *items, char first, uint64_t number,
                                       struct txs_message *reason);
/* The line in one piece or several. */
enum txs_status json_items_add(struct json_items *items, const char *text, size_t len,
                               struct txs_message *reason);
enum txs_status json_items_line_ends(struct json_items *items, struct txs_message *reason);
/* At the end of the text: what is still open ends. */
enum txs_status json_items_end(struct json_items *items, struct txs_message *reason);

#endif
