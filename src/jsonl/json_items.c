#include "json_items.h"

#include <stdlib.h>
#include <string.h>

void json_items_init(struct json_items *t, size_t max_bytes, json_item_fn *take, void *context)
{
    *t = (struct json_items){.take = take, .context = context, .max_bytes = max_bytes};
}

void json_items_free(struct json_items *t)
{
    free(t->text);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool json_items_begin(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len && is_blank(text[at]))
        at++;
    if (at == len || (text[at] != '{' && text[at] != '['))
        return false;
    bool array = text[at++] == '[';
    while (at < len && is_blank(text[at]))
        at++;
    return !array || at == len || (text[at] != '\0' && strchr("[{\"]", text[at]) != NULL);
}

bool json_items_idle(const struct json_items *t)
{
    return t->depth == 0 && t->len == 0;
}

static bool make_room(struct json_items *t)
{
    if (t->len < t->cap)
        return true;
    size_t cap = t->cap ? 2 * t->cap : 4096;
    char *text = realloc(t->text, cap);
    if (text == NULL)
        return false;
    t->text = text;
    t->cap = cap;
    return true;
}

static enum txs_status keep(struct json_items *t, char c, struct txs_message *reason)
{
    if (t->skipping || (t->len == 0 && is_blank(c)))
        return TXS_OK;
    if (t->len == 0)
        t->item_line = t->line;
    if (t->len == 0 && t->kind == ITEMS_ARE_MEMBERS && make_room(t))
        t->text[t->len++] = '{';
    if (t->len >= t->max_bytes)
        t->cut = true;
    else if (!make_room(t))
        return txs_fail(reason, TXS_E_NOMEM, "out of memory");
    else
        t->text[t->len++] = c;
    return TXS_OK;
}

static enum txs_status hand_out(struct json_items *t, bool ended, struct txs_message *reason)
{
    if (t->len == 0)
        return TXS_OK;
    if (t->kind == ITEMS_ARE_MEMBERS && !make_room(t))
        return txs_fail(reason, TXS_E_NOMEM, "out of memory");
    if (t->kind == ITEMS_ARE_MEMBERS)
        t->text[t->len++] = '}';
    const struct json_item item = {t->text, t->len, t->kind == ITEMS_ARE_MEMBERS,
                                   t->cut,  ended,  t->item_line};
    t->len = 0;
    t->cut = false;
    return t->take(t->context, &item, reason);
}

/* The name, in its quotes, stands before the member that begins, which is one of an outermost
 * object. */
static bool is_called(const struct json_items *t, const char *name)
{
    size_t len = t->len, name_len = strlen(name);
    while (len > 0 && (is_blank(t->text[len - 1]) || t->text[len - 1] == ':'))
        len--;
    return t->kind == ITEMS_ARE_VALUES && t->depth == 1 && !t->cut && len >= name_len &&
           memcmp(t->text + len - name_len, name, name_len) == 0;
}

/* What has come so far is no item, but stands around the items. */
static enum txs_status begin_items(struct json_items *t, enum json_items_kind kind)
{
    t->kind = kind;
    t->base = ++t->depth;
    t->len = 0;
    return TXS_OK;
}

static enum txs_status open_value(struct json_items *t, char c, struct txs_message *reason)
{
    if (c == '[' && ((t->depth == 0 && t->len == 0) || is_called(t, "\"result\"")))
        return begin_items(t, ITEMS_ARE_ELEMENTS);
    if (c == '{' && is_called(t, "\"nodes\""))
        return begin_items(t, ITEMS_ARE_MEMBERS);
    t->depth++;
    return keep(t, c, reason);
}

static enum txs_status close_list(struct json_items *t, char c, struct txs_message *reason)
{
    bool members = t->kind == ITEMS_ARE_MEMBERS;
    if (c != (members ? '}' : ']'))
        return txs_fail(reason, TXS_E_USAGE, "it is no JSON");
    enum txs_status status = hand_out(t, true, reason);
    t->kind = ITEMS_ARE_VALUES;
    t->base = 0;
    t->depth--;
    t->skipping = t->depth > 0;
    return status;
}

static enum txs_status close_value(struct json_items *t, char c, struct txs_message *reason)
{
    if (t->depth == 0)
        return keep(t, c, reason); /* it is no JSON, as will be seen */
    if (t->kind != ITEMS_ARE_VALUES && t->depth == t->base)
        return close_list(t, c, reason);
    t->depth--;
    enum txs_status status = keep(t, c, reason);
    if (status != TXS_OK || t->depth > 0)
        return status;
    t->skipping = false;
    return hand_out(t, true, reason);
}

static enum txs_status add(struct json_items *t, char c, struct txs_message *reason)
{
    if (t->in_string) {
        t->in_string = t->escaped || c != '"';
        t->escaped = !t->escaped && c == '\\';
        return keep(t, c, reason);
    }
    if (c == '{' || c == '[')
        return open_value(t, c, reason);
    if (c == '}' || c == ']')
        return close_value(t, c, reason);
    if (c == ',' && t->kind != ITEMS_ARE_VALUES && t->depth == t->base)
        return hand_out(t, true, reason);
    t->in_string = c == '"';
    return keep(t, c, reason);
}

enum txs_status json_items_add(struct json_items *t, const char *text, size_t len,
                               struct txs_message *reason)
{
    enum txs_status status = TXS_OK;
    for (size_t i = 0; i < len && status == TXS_OK; i++)
        status = add(t, text[i], reason);
    return status;
}

static enum txs_status tear(struct json_items *t, struct txs_message *reason)
{
    t->depth = 0;
    t->in_string = t->escaped = t->skipping = false;
    return hand_out(t, false, reason);
}

/* Printers over many lines indent what is within an object: one that begins a line begins anew, and
 * what is open was torn as its writer was killed. */
enum txs_status json_items_line_begins(struct json_items *t, char first, uint64_t number,
                                       struct txs_message *reason)
{
    t->line = number;
    return first == '{' && t->kind == ITEMS_ARE_VALUES && t->depth > 0 ? tear(t, reason) : TXS_OK;
}

enum txs_status json_items_line_ends(struct json_items *t, struct txs_message *reason)
{
    enum txs_status status = add(t, '\n', reason);
    if (status == TXS_OK && t->depth == 0)
        status = hand_out(t, true, reason); /* no JSON */
    return status;
}

enum txs_status json_items_end(struct json_items *t, struct txs_message *reason)
{
    if (t->kind != ITEMS_ARE_VALUES)
        return txs_fail(reason, TXS_E_USAGE, "it is no JSON: the list ends early");
    return tear(t, reason);
}
