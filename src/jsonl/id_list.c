/* Ids from a file: plain lines, or what getrawmempool prints. */
#include "txsurvey/id_list.h"

#include "parse.h"

#include "txsurvey/message.h"

#include <stdlib.h>
#include <string.h>

/* A thousand ids have a tenth of it, with all that getrawmempool can tell of them. */
#define JSON_MAX_BYTES (16u * 1024 * 1024)

struct id_list {
    struct txs_plan *plan;
    bool begun, is_json;
    char *json; /* the lines so far, each with its newline */
    size_t len, cap;
};

static enum txs_status append(struct id_list *list, const struct txs_line *line,
                              struct txs_message *reason)
{
    size_t len = list->len + line->len + 1;
    if (line->cut || len > JSON_MAX_BYTES)
        return txs_fail(reason, TXS_E_USAGE,
                        "more than %u MB of JSON: a run asks for at most %d transaction ids",
                        JSON_MAX_BYTES / (1024 * 1024), TXS_GETDATA_MAX);
    if (len > list->cap) {
        size_t cap = len * 2;
        char *json = realloc(list->json, cap);
        if (json == NULL)
            return txs_fail(reason, TXS_E_NOMEM, "out of memory");
        list->json = json;
        list->cap = cap;
    }
    memcpy(list->json + list->len, line->text, line->len);
    list->json[len - 1] = '\n';
    list->len = len;
    return TXS_OK;
}

static enum txs_status take_line(struct id_list *list, const struct txs_line *line,
                                 struct txs_message *reason)
{
    char item[TXS_LINE_ITEM_MAX];
    size_t lead = 0;
    while (lead < line->len && strchr(" \t\r", line->text[lead]) != NULL)
        lead++;
    if (!list->begun && lead < line->len) {
        list->begun = true;
        list->is_json = line->text[lead] == '[' || line->text[lead] == '{';
    }
    if (list->is_json)
        return append(list, line, reason);
    enum txs_status status = txs_line_item(item, line, reason);
    if (status == TXS_OK && *item != '\0')
        status = txs_plan_add_labelled_id(list->plan, item, reason);
    return status;
}

/* Where the ids are: in a list, or as the names of an object's members. */
static const json_t *place_of_ids(const json_t *document)
{
    const json_t *result = json_object_get(document, "result"); /* of an RPC server's answer */
    if (json_is_object(result) || json_is_array(result))
        document = result;
    const json_t *txids = json_object_get(document, "txids"); /* beside mempool_sequence */
    return json_is_array(txids) ? txids : document;
}

static enum txs_status add(struct txs_plan *plan, const char *id, size_t number,
                           struct txs_message *message)
{
    struct txs_message reason;
    enum txs_status status = txs_plan_add_id(plan, id, &reason);
    if (status != TXS_OK)
        return txs_fail(message, status, "id %zu of its JSON: %.600s", number, reason.text);
    return status;
}

static enum txs_status add_all(struct txs_plan *plan, const json_t *ids, struct txs_message *reason)
{
    enum txs_status status = TXS_OK;
    size_t count = json_is_array(ids) ? json_array_size(ids) : json_object_size(ids);
    void *member = json_object_iter((json_t *)(uintptr_t)ids);
    if (count > TXS_GETDATA_MAX)
        return txs_fail(
            reason, TXS_E_USAGE,
            "it holds %zu transaction ids: a run asks for at most %d (jq '.[:%d]' takes the "
            "first of them)",
            count, TXS_GETDATA_MAX, TXS_GETDATA_MAX);
    for (size_t i = 0; i < count && status == TXS_OK; i++) {
        const char *id = member != NULL ? json_object_iter_key(member)
                                        : json_string_value(json_array_get(ids, i));
        status = add(plan, id != NULL ? id : "", i + 1, reason);
        if (member != NULL)
            member = json_object_iter_next((json_t *)(uintptr_t)ids, member);
    }
    return status;
}

static enum txs_status take_json(const struct id_list *list, struct txs_message *reason)
{
    json_t *document;
    enum txs_status status = parse_document(&document, list->json, list->len - 1, reason);
    if (status != TXS_OK)
        return status;
    status = add_all(list->plan, place_of_ids(document), reason);
    json_decref(document);
    return status;
}

static enum txs_status take_lines(struct id_list *list, const char *path,
                                  struct txs_message *message)
{
    struct txs_line_reader *reader;
    struct txs_line line;
    struct txs_message reason;
    enum txs_status status = txs_line_reader_open(&reader, path, JSON_MAX_BYTES, message);
    if (status != TXS_OK)
        return status;
    while (status == TXS_OK && txs_line_next(reader, &line)) {
        status = take_line(list, &line, &reason);
        if (status != TXS_OK)
            txs_line_refuse(reader, line.number, status, reason.text, message);
    }
    if (status == TXS_OK)
        status = txs_line_reader_status(reader, message);
    txs_line_reader_free(reader);
    return status;
}

enum txs_status txs_id_list_read(struct txs_plan *plan, const char *path,
                                 struct txs_message *message)
{
    struct id_list list = {.plan = plan};
    struct txs_message reason;
    enum txs_status status = take_lines(&list, path, message);
    if (status == TXS_OK && list.is_json) {
        status = take_json(&list, &reason);
        if (status != TXS_OK)
            txs_fail(message, status, "%.200s: %.700s",
                     strcmp(path, "-") == 0 ? "standard input" : path, reason.text);
    }
    free(list.json);
    return status;
}
