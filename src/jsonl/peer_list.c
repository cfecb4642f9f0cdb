/* Peers from a file: lines and JSON, in any of the forms of peer_formats.c. */
#include "txsurvey/peer_list.h"

#include "json_items.h"
#include "parse.h"
#include "peer_formats.h"

#include <string.h>

struct reading {
    struct peer_source source;
    struct txs_line_reader *reader;
    struct json_items items;
    uint64_t at;     /* the line of the item that is taken */
    bool last_ended; /* the last line ended with a newline */
    bool over;       /* the file has ended */
};

/* What names no address may be left out. */
static enum txs_status judge(struct reading *r, enum txs_status status, struct txs_message *reason)
{
    struct txs_list_notes *notes = r->source.notes;
    struct txs_message message;
    if (status != TXS_E_USAGE || !notes->skip_bad || r->source.other_chain)
        return status;
    txs_line_refuse(r->reader, r->at, status, reason->text, &message);
    if (notes->skipped++ == 0)
        notes->first_skipped = message;
    return TXS_OK;
}

static enum txs_status take_value(struct reading *r, const struct json_item *item,
                                  struct txs_message *reason)
{
    json_t *value;
    enum txs_status status = item->cut ? parse_head(&value, item->text, item->len, reason)
                                       : parse_value(&value, item->text, item->len, reason);
    if (status != TXS_OK)
        return status;
    bool is_peer = parse_text(value, "type") == NULL || parse_is_type(value, "peer");
    if (item->cut && is_peer)
        status =
            txs_fail(reason, TXS_E_USAGE, "a peer in more than %u bytes", PARSE_LINE_MAX_BYTES);
    else
        status = peer_formats_take(
            &r->source, &(struct peer_item){.json = value, .is_member = item->is_member}, reason);
    json_decref(value);
    return status;
}

/* A record that a killed run left unfinished, in the last line, is passed over. */
static bool is_torn_at_the_end(const struct reading *r, const struct json_item *item)
{
    return r->over && !r->last_ended && item->line == r->items.line;
}

static enum txs_status on_item(void *context, const struct json_item *item,
                               struct txs_message *reason)
{
    struct reading *r = context;
    r->at = item->line;
    if (item->ended)
        return judge(r, take_value(r, item, reason), reason);
    if (is_torn_at_the_end(r, item))
        return TXS_OK;
    return judge(r, txs_fail(reason, TXS_E_USAGE, "it is no JSON: it ends early"), reason);
}

static enum txs_status take_json(struct reading *r, struct txs_line *line,
                                 struct txs_message *reason)
{
    enum txs_status status = json_items_line_begins(&r->items, line->len > 0 ? line->text[0] : '\0',
                                                    line->number, reason);
    do {
        if (status == TXS_OK)
            status = json_items_add(&r->items, line->text, line->len, reason);
    } while (txs_line_more(r->reader, line));
    r->last_ended = line->ended;
    return status == TXS_OK && line->ended ? json_items_line_ends(&r->items, reason) : status;
}

static enum txs_status take_words(struct reading *r, const struct txs_line *line,
                                  struct txs_message *reason)
{
    char words[TXS_LINE_ITEM_MAX], comment[TXS_LINE_ITEM_MAX];
    enum txs_status status = txs_line_item(words, line, reason);
    if (status != TXS_OK)
        return status;
    const char *mark = line->len > 0 ? memchr(line->text, '#', line->len) : NULL;
    size_t len = mark == NULL ? 0 : line->len - (size_t)(mark + 1 - line->text);
    if (mark != NULL)
        memcpy(comment, mark + 1, len);
    comment[len] = '\0';
    const struct peer_item item = {.words = words, .comment = mark == NULL ? NULL : comment};
    return peer_formats_take(&r->source, &item, reason);
}

static enum txs_status take_line(struct reading *r, struct txs_line *line,
                                 struct txs_message *reason)
{
    r->at = line->number;
    if (!json_items_idle(&r->items) || json_items_begin(line->text, line->len))
        return take_json(r, line, reason);
    enum txs_status status = judge(r, take_words(r, line, reason), reason);
    txs_line_finish(r->reader, line);
    r->last_ended = line->ended;
    return status;
}

static enum txs_status read_all(struct reading *r, struct txs_message *message)
{
    struct txs_line line;
    struct txs_message reason = {""};
    enum txs_status status = TXS_OK;
    while (status == TXS_OK && txs_line_next(r->reader, &line))
        status = take_line(r, &line, &reason);
    if (status == TXS_OK)
        status = txs_line_reader_status(r->reader, message);
    else
        return txs_line_refuse(r->reader, r->at, status, reason.text, message);
    r->over = true;
    if (status == TXS_OK && json_items_end(&r->items, &reason) != TXS_OK)
        return txs_line_refuse(r->reader, r->at, TXS_E_USAGE, reason.text, message);
    return status;
}

enum txs_status txs_peer_list_read(struct txs_plan *plan, const char *path,
                                   struct txs_list_notes *notes, struct txs_message *message)
{
    struct reading r = {.source = {.plan = plan, .notes = notes}};
    enum txs_status status = txs_line_reader_open(&r.reader, path, PARSE_LINE_MAX_BYTES, message);
    if (status != TXS_OK)
        return status;
    json_items_init(&r.items, PARSE_LINE_MAX_BYTES, on_item, &r);
    status = read_all(&r, message);
    json_items_free(&r.items);
    txs_line_reader_free(r.reader);
    return status;
}
