#include "peer_formats.h"

#include "parse.h"

#include <stdio.h>
#include <string.h>

#define HOST_MAX 200

static enum txs_status add(const struct peer_source *s, const struct txs_address *address,
                           enum txs_expect expect, struct txs_message *reason)
{
    const struct txs_named_peer peer = {*address, TXS_NAMED_FILE, (uint8_t)expect};
    return txs_plan_add_address(s->plan, &peer, reason);
}

static enum txs_status add_text(const struct peer_source *s, const char *text,
                                enum txs_expect expect, struct txs_message *reason)
{
    struct txs_address address;
    enum txs_status status = txs_address_read(&address, text, s->plan->chain->port, reason);
    return status == TXS_OK ? add(s, &address, expect, reason) : status;
}

static enum txs_status check_chain(struct peer_source *s, const char *chain,
                                   struct txs_message *reason)
{
    if (chain == NULL || strcmp(chain, s->plan->chain->name) == 0)
        return TXS_OK;
    s->other_chain = true;
    return txs_fail(reason, TXS_E_USAGE, "a list of chain %.20s, and the survey is of chain %s",
                    chain, s->plan->chain->name);
}

/* One address a line; Core's nodes_main.txt is of these, with comments. */

static bool is_plain(const struct peer_item *item)
{
    return item->words != NULL && *item->words != '\0';
}

static enum txs_status take_plain(struct peer_source *s, const struct peer_item *item,
                                  struct txs_message *reason)
{
    return add_text(s, item->words, TXS_EXPECT_ANSWER, reason);
}

/* What --save-peers writes in front: see app/save_peers.c. */

static bool is_title(const struct peer_item *item)
{
    return item->comment != NULL && *item->words == '\0' &&
           strncmp(item->comment, " " TXS_LIST_TITLE, strlen(" " TXS_LIST_TITLE)) == 0;
}

static enum txs_status take_title(struct peer_source *s, const struct peer_item *item,
                                  struct txs_message *reason)
{
    char chain[20] = "";
    const char *at = strstr(item->comment, ", chain ");
    if (at == NULL || sscanf(at, ", chain %19[a-z0-9]", chain) != 1)
        return TXS_OK;
    return check_chain(s, chain, reason);
}

static bool is_blank(const struct peer_item *item)
{
    return item->words != NULL && *item->words == '\0';
}

static enum txs_status take_nothing(struct peer_source *s, const struct peer_item *item,
                                    struct txs_message *reason)
{
    (void)s;
    (void)item;
    (void)reason;
    return TXS_OK;
}

/* dnsseed.dump of the seeders: address, good, lastSuccess, five percentages, ... Core's makeseeds
 * takes the good ones; here the others come last. */

static bool read_dump(char host[HOST_MAX], unsigned *good, const struct peer_item *item)
{
    double percent;
    char sign = '\0';
    return item->words != NULL &&
           sscanf(item->words, "%199s %u %*u %lf%c", host, good, &percent, &sign) == 4 &&
           *good <= 1 && sign == '%';
}

static bool is_dump(const struct peer_item *item)
{
    char host[HOST_MAX];
    unsigned good;
    return read_dump(host, &good, item);
}

static enum txs_status take_dump(struct peer_source *s, const struct peer_item *item,
                                 struct txs_message *reason)
{
    char host[HOST_MAX];
    unsigned good = 0;
    read_dump(host, &good, item);
    return add_text(s, host, good ? TXS_EXPECT_CONNECTION : TXS_EXPECT_NOTHING, reason);
}

/* Records of ours */

static bool is_record(const struct peer_item *item)
{
    return parse_text(item->json, "type") != NULL;
}

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

/* Of a host that is none, what it seems to be. */
static enum txs_status no_address(const json_t *object, struct txs_message *reason)
{
    struct txs_address address;
    const char *host = parse_text(object, "address");
    if (host != NULL && txs_address_read(&address, host, 1, reason) != TXS_OK)
        return TXS_E_USAGE;
    return txs_fail(reason, TXS_E_USAGE, "a peer without a proper address, port and network");
}

static enum txs_status add_object(const struct peer_source *s, const json_t *object,
                                  enum txs_expect expect, struct txs_message *reason)
{
    struct txs_address address;
    if (!parse_peer_address(&address, object))
        return no_address(object, reason);
    return add(s, &address, expect, reason);
}

static enum txs_status take_record(struct peer_source *s, const struct peer_item *item,
                                   struct txs_message *reason)
{
    if (parse_is_type(item->json, "survey"))
        return check_chain(s, parse_text(item->json, "chain"), reason);
    if (!parse_is_type(item->json, "peer"))
        return TXS_OK;
    return add_object(s, item->json, expect_of(item->json), reason);
}

/* getnodeaddresses */

static bool is_node_address(const struct peer_item *item)
{
    return parse_text(item->json, "address") != NULL;
}

static enum txs_status take_node_address(struct peer_source *s, const struct peer_item *item,
                                         struct txs_message *reason)
{
    return add_object(s, item->json, TXS_EXPECT_ANSWER, reason);
}

/* getpeerinfo: whoever connected to that node did it from some port at which nobody listens. */

static bool is_peer_info(const struct peer_item *item)
{
    return parse_text(item->json, "addr") != NULL;
}

static enum txs_status take_peer_info(struct peer_source *s, const struct peer_item *item,
                                      struct txs_message *reason)
{
    bool inbound = json_is_true(json_object_get(item->json, "inbound"));
    s->notes->inbound += inbound;
    return inbound ? TXS_OK
                   : add_text(s, parse_text(item->json, "addr"), TXS_EXPECT_ANSWER, reason);
}

/* A Bitnodes snapshot: {"nodes": {"ADDR:PORT": [...], ...}}, of which this is one member. */

static bool is_snapshot_node(const struct peer_item *item)
{
    return item->is_member && json_object_size(item->json) == 1;
}

static enum txs_status take_snapshot_node(struct peer_source *s, const struct peer_item *item,
                                          struct txs_message *reason)
{
    return add_text(s, json_object_iter_key(json_object_iter(item->json)), TXS_EXPECT_ANSWER,
                    reason);
}

/* A Bitnodes export: [["ADDR", PORT, ...], ...], of which this is one element. */

static bool is_export_node(const struct peer_item *item)
{
    return json_is_string(json_array_get(item->json, 0));
}

static enum txs_status take_export_node(struct peer_source *s, const struct peer_item *item,
                                        struct txs_message *reason)
{
    if (json_array_size(item->json) < 2)
        return txs_fail(reason, TXS_E_USAGE, "a node without a port");
    json_t *object = json_pack("{s:O, s:O}", "address", json_array_get(item->json, 0), "port",
                               json_array_get(item->json, 1));
    if (object == NULL)
        return txs_fail(reason, TXS_E_NOMEM, "out of memory");
    enum txs_status status = add_object(s, object, TXS_EXPECT_ANSWER, reason);
    json_decref(object);
    return status;
}

static const struct {
    bool (*recognises)(const struct peer_item *item);
    enum txs_status (*take)(struct peer_source *source, const struct peer_item *item,
                            struct txs_message *reason);
} formats[] = {
    {is_title, take_title},
    {is_blank, take_nothing},
    {is_dump, take_dump},
    {is_plain, take_plain},
    {is_snapshot_node, take_snapshot_node},
    {is_record, take_record},
    {is_node_address, take_node_address},
    {is_peer_info, take_peer_info},
    {is_export_node, take_export_node},
};

enum txs_status peer_formats_take(struct peer_source *s, const struct peer_item *item,
                                  struct txs_message *reason)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].recognises(item))
            return formats[i].take(s, item, reason);
    return txs_fail(reason, TXS_E_USAGE, "JSON that is neither a record nor a list of peers");
}
