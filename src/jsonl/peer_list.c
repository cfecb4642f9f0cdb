/* Peers from a file: plain addresses, or the records of an earlier run. */
#include "txsurvey/peer_list.h"

#include "parse.h"

#include <string.h>

static bool is_known(const json_t *record, const char *name)
{
    const json_t *value = json_object_get(record, name);
    return value != NULL && !json_is_null(value);
}

static enum txs_expect expect_of(const json_t *record)
{
    const char *outcome = parse_text(record, "outcome");
    if (outcome != NULL && strcmp(outcome, txs_outcome_name(TXS_OUTCOME_ANSWERED)) == 0)
        return TXS_EXPECT_ANSWER;
    bool connected = is_known(record, "handshake_ms") || is_known(record, "connect_ms");
    return connected ? TXS_EXPECT_CONNECTION : TXS_EXPECT_NOTHING;
}

static enum txs_status take_record(struct txs_plan *plan, const json_t *record,
                                   struct txs_message *reason)
{
    if (parse_text(record, "type") == NULL)
        return txs_fail(reason, TXS_E_USAGE, "a record without a type");
    if (!parse_is_type(record, "peer"))
        return TXS_OK;
    struct txs_named_peer peer = {.named_by = TXS_NAMED_FILE, .expect = (uint8_t)expect_of(record)};
    if (!parse_peer_address(&peer.address, record))
        return txs_fail(reason, TXS_E_USAGE, "a peer's record without a proper address and port");
    return txs_plan_add_address(plan, &peer, reason);
}

/* Of a line that is too long the type is all that can be known, and enough unless it is a peer's.
 */
static enum txs_status take_json(struct txs_plan *plan, const struct txs_line *line,
                                 struct txs_message *reason)
{
    json_t *record;
    enum txs_status status = line->cut ? parse_head(&record, line->text, line->len, reason)
                                       : parse_object(&record, line->text, line->len, reason);
    if (status == TXS_E_USAGE && !line->ended)
        return TXS_OK;
    if (status != TXS_OK)
        return status;
    if (line->cut && line->ended && parse_text(record, "type") == NULL)
        status = txs_fail(reason, TXS_E_USAGE, "a record without a type");
    else if (line->cut && line->ended && parse_is_type(record, "peer"))
        status = txs_fail(reason, TXS_E_USAGE, "a peer's record of more than %u bytes",
                          PARSE_LINE_MAX_BYTES);
    else if (!line->cut)
        status = take_record(plan, record, reason);
    json_decref(record);
    return status;
}

/* The bytes before a line's first word. */
static size_t lead_of(const struct txs_line *line)
{
    size_t lead = 0;
    while (lead < line->len && (line->text[lead] == ' ' || line->text[lead] == '\t'))
        lead++;
    return lead;
}

static enum txs_status take_line(void *context, struct txs_line_reader *reader,
                                 struct txs_line *line, struct txs_message *reason)
{
    struct txs_plan *plan = context;
    char item[TXS_LINE_ITEM_MAX];
    size_t lead = lead_of(line);
    bool is_record = lead < line->len && line->text[lead] == '{';
    if (is_record)
        txs_line_finish(reader, line);
    line->text += lead;
    line->len -= lead;
    if (is_record)
        return take_json(plan, line, reason);
    enum txs_status status = txs_line_item(item, line, reason);
    if (status == TXS_OK && *item != '\0')
        status = txs_plan_add_peer(plan, item, TXS_NAMED_FILE, reason);
    return status;
}

enum txs_status txs_peer_list_read(struct txs_plan *plan, const char *path,
                                   struct txs_message *message)
{
    return txs_lines_each(path, PARSE_LINE_MAX_BYTES, take_line, plan, message);
}
