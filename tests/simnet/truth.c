#include "truth.h"

#include "block.h"
#include "node.h"
#include "place.h"
#include "reach.h"
#include "txsurvey/message.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

static const char *const identity_names[] = {"none", "known", "any"};
static const char *const reach_names[] = {"sure", "possible", "never"};

static json_t *hash_json(const uint8_t hash[32])
{
    char hex[65];
    txs_hash_to_hex(hex, hash);
    return json_string(hex);
}

static json_t *tx_json(const struct txs_tx_ids *ids)
{
    return json_pack("{s:o,s:o,s:I,s:I,s:I}", "txid", hash_json(ids->txid), "wtxid",
                     hash_json(ids->wtxid), "size", (json_int_t)ids->size_bytes, "vsize",
                     (json_int_t)txs_tx_vsize(ids), "weight", (json_int_t)txs_tx_weight(ids));
}

static json_t *settings_json(const struct sim_settings *settings)
{
    json_t *txs = json_array();
    char seed[24];
    for (size_t k = 0; k < settings->tx_count; k++)
        json_array_append_new(txs, tx_json(&settings->txs[k].ids));
    snprintf(seed, sizeof(seed), "%" PRIu64, settings->seed);
    return json_pack("{s:s,s:s,s:i,s:I,s:s,s:I,s:I,s:s,s:b,s:o}", "type", "settings", "chain",
                     settings->chain->name, "port", (int)settings->port, "nodes",
                     (json_int_t)settings->nodes, "seed", seed, "max_latency_ms",
                     (json_int_t)settings->max_latency_ms, "patience_ms",
                     (json_int_t)settings->patience_ms, "by", settings->by_wtxid ? "wtxid" : "txid",
                     "crawl", settings->crawl, "transactions", txs);
}

/* The surveyor cannot name a transaction to this node by its wtxid. */
static bool is_unaskable(const struct sim_settings *settings, const struct sim_node *node)
{
    return settings->by_wtxid && !node->wtxidrelay &&
           sim_behaviours[node->behaviour].phase == SIM_PHASE_REQUEST;
}

/* NULL: it depends on when it is asked. */
static const char *status_of(const struct sim_settings *settings, const struct sim_node *node,
                             size_t k)
{
    const char *stated = sim_behaviours[node->behaviour].status;
    if (is_unaskable(settings, node))
        return "unasked";
    if (stated)
        return stated;
    if (node->ruled)
        return NULL;
    if (sim_node_serves(node, k, settings->patience_ms))
        return "served";
    if (node->version < TXS_NOTFOUND_VERSION)
        return "ignored";
    return sim_block_is_at(settings, node) ? "served" : "notfound";
}

static json_t *statuses_json(const struct sim_settings *settings, const struct sim_node *node,
                             bool *unanswered)
{
    json_t *statuses = json_object();
    *unanswered = false;
    for (size_t k = 0; k < settings->tx_count; k++) {
        const struct txs_tx_ids *ids = &settings->txs[k].ids;
        const char *status = status_of(settings, node, k);
        char hex[65];
        txs_hash_to_hex(hex, settings->by_wtxid ? ids->wtxid : ids->txid);
        json_object_set_new(statuses, hex, status ? json_string(status) : json_null());
        *unanswered = *unanswered || (status && status[0] == 'i');
    }
    return statuses;
}

static void add_expectation(json_t *line, const struct sim_settings *settings,
                            const struct sim_node *node)
{
    const struct sim_behaviour_info *info = &sim_behaviours[node->behaviour];
    bool unaskable = is_unaskable(settings, node), unanswered;
    const char *error = unaskable ? "wtxid_unsupported" : info->error;
    const char *outcome = info->outcome;

    json_object_set_new(line, "statuses", statuses_json(settings, node, &unanswered));
    if (unaskable || (!info->status && unanswered))
        outcome = "silent";
    json_object_set_new(line, "outcome", json_string(outcome));
    json_object_set_new(line, "error", error ? json_string(error) : json_null());
}

/* Null where it is not printable ASCII: `subver_hex` tells it then. */
static json_t *subver_json(struct txs_span agent)
{
    for (size_t i = 0; i < agent.len; i++) {
        if (agent.data[i] < ' ' || agent.data[i] > '~')
            return json_null();
    }
    return json_stringn((const char *)agent.data, agent.len);
}

static void add_identity(json_t *line, const struct sim_node *node)
{
    char services[17], hex[2 * TXS_SUBVER_MAX_BYTES + 1];

    txs_hex_encode(hex, node->agent.data, node->agent.len);
    snprintf(services, sizeof(services), "%016" PRIx64, node->services);
    json_object_set_new(line, "identity",
                        json_string(identity_names[sim_behaviours[node->behaviour].identity]));
    json_object_set_new(line, "version", json_integer(node->version));
    json_object_set_new(line, "subver", subver_json(node->agent));
    json_object_set_new(line, "subver_hex", json_string(hex));
    json_object_set_new(line, "services", json_string(services));
    json_object_set_new(line, "startingheight", json_integer(node->height));
    json_object_set_new(line, "relaytxes", json_boolean(node->relay));
    json_object_set_new(line, "feefilter_sat_kvb",
                        node->feefilter < 0 ? json_null() : json_integer(node->feefilter));
    json_object_set_new(line, "wtxidrelay", json_boolean(node->wtxidrelay));
    json_object_set_new(line, "sendaddrv2", json_boolean(node->sendaddrv2));
}

/* How many entries its record must count: null where more than its plain answer may be counted. */
static json_t *told_json(const struct sim_settings *settings, const struct sim_node *node)
{
    static struct sim_told told[SIM_TOLD_MAX];
    bool plain = node->gossip != SIM_GOSSIP_CHATTY && node->gossip != SIM_GOSSIP_ODD &&
                 node->behaviour != SIM_ADDR_FLOOD && !sim_gossips[node->gossip].inventions;
    if (!settings->crawl || !plain)
        return json_null();
    if (!sim_node_tells(node) || sim_gossips[node->gossip].truth == SIM_TRUTH_NEVER)
        return json_integer(0);
    return json_integer((json_int_t)sim_gossip_known(told, settings, node->index) +
                        node->self_first);
}

static json_t *node_json(const struct sim_settings *settings, uint32_t index, uint8_t reach)
{
    struct txs_address address = sim_node_address(settings, index);
    struct sim_node node;
    char host[TXS_ADDRESS_TEXT_MAX];

    sim_node_make(&node, settings, index);
    txs_address_host(host, &address);
    json_t *line = json_pack("{s:s,s:s,s:i,s:s}", "type", "node", "address", host, "port",
                             (int)address.port, "behaviour", sim_behaviours[node.behaviour].name);
    json_object_set_new(line, "gossip", json_string(sim_gossip_names[node.gossip]));
    json_object_set_new(line, "rule",
                        node.ruled ? json_string(sim_rule_names[node.rule]) : json_null());
    json_object_set_new(line, "reach", json_string(reach_names[reach]));
    json_object_set_new(line, "told", told_json(settings, &node));
    add_identity(line, &node);
    add_expectation(line, settings, &node);
    return line;
}

/* Takes `line` over. */
static bool write_line(FILE *file, json_t *line)
{
    bool ok = line && json_dumpf(line, file, JSON_COMPACT | JSON_ENSURE_ASCII) == 0 &&
              fputc('\n', file) != EOF;
    json_decref(line);
    return ok;
}

/* An address where nobody is. */
static bool write_nobody(FILE *file, const struct sim_settings *settings,
                         struct txs_address address, const char *kind, enum sim_truth reach)
{
    bool swallows = sim_place_swallows(settings, &address);
    char host[TXS_ADDRESS_TEXT_MAX];
    txs_address_host(host, &address);
    return write_line(file, json_pack("{s:s,s:s,s:i,s:s,s:s,s:s}", "type", kind, "address", host,
                                      "port", (int)address.port, "reach", reach_names[reach],
                                      "outcome", swallows ? "connect_timeout" : "connect_refused",
                                      "error", swallows ? "timed_out" : "refused"));
}

static bool write_inventions(FILE *file, const struct sim_settings *settings, uint32_t index)
{
    struct sim_node node;
    bool ok = true;
    sim_node_make(&node, settings, index);
    if (!sim_node_tells(&node))
        return true;
    for (uint32_t i = 0; i < sim_gossips[node.gossip].inventions && ok; i++)
        ok = write_nobody(file, settings, sim_gossip_invention(settings, index, i), "invented",
                          SIM_TRUTH_POSSIBLE);
    return ok;
}

static bool write_all(FILE *file, const struct sim_settings *settings,
                      const struct sim_reach *reach)
{
    uint32_t dead = settings->crawl ? sim_gossip_dead(settings) : 0;
    bool ok = write_line(file, settings_json(settings));
    for (uint32_t i = 0; i < settings->nodes && ok; i++)
        ok = write_line(file, node_json(settings, i, reach->nodes[i]));
    for (uint32_t i = 0; i < dead && ok; i++)
        ok = write_nobody(file, settings, sim_place_of_dead(settings, i), "dead", reach->dead[i]);
    for (uint32_t i = 0; i < settings->nodes && settings->crawl && ok; i++)
        ok = reach->nodes[i] == SIM_TRUTH_NEVER || write_inventions(file, settings, i);
    return ok;
}

static json_t *played_tx_json(const struct sim_session *s, size_t k)
{
    const struct sim_settings *settings = s->net->settings;
    const struct txs_tx_ids *ids = &settings->txs[k].ids;
    int64_t enters_ms = sim_rule_enters_ms(settings, s->node.index, k);
    return json_pack("{s:o,s:s,s:o,s:b,s:b,s:b}", "id",
                     hash_json(settings->by_wtxid ? ids->wtxid : ids->txid), "enter",
                     sim_enter_names[sim_rule_enter(settings, s->node.index, k)], "entered_ms",
                     enters_ms == SIM_ENTERS_NEVER ? json_null() : json_integer(enters_ms),
                     "announced", (int)(s->play.announced >> k & 1), "served",
                     (int)(s->play.served >> k & 1), "withheld", (int)(s->play.withheld >> k & 1));
}

void sim_truth_played(FILE *file, const struct sim_session *s)
{
    struct txs_address address = sim_node_address(s->net->settings, s->node.index);
    char host[TXS_ADDRESS_TEXT_MAX];
    json_t *txs = json_array();
    txs_address_host(host, &address);
    for (size_t k = 0; k < s->net->settings->tx_count; k++)
        json_array_append_new(txs, played_tx_json(s, k));
    write_line(file,
               json_pack("{s:s,s:i,s:s,s:i,s:i,s:I,s:o}", "address", host, "port",
                         (int)address.port, "rule", sim_rule_names[s->node.rule], "requests",
                         (int)s->play.requests, "ticks", (int)s->play.ticks, "lived_ms",
                         (json_int_t)(uv_now(s->net->loop) - s->accepted_ms), "transactions", txs));
}

bool sim_truth_write(const struct sim_settings *settings, const char *path)
{
    struct sim_reach reach;
    FILE *file = fopen(path, "w");
    if (!file)
        return false;
    bool ok = sim_reach_find(&reach, settings) && write_all(file, settings, &reach);
    sim_reach_free(&reach);
    return fclose(file) == 0 && ok;
}

bool sim_list_write(const struct sim_settings *settings, const char *path)
{
    FILE *file = fopen(path, "w");
    bool ok = true;
    if (!file)
        return false;
    for (uint32_t i = 0; i < settings->start && ok; i++) {
        struct txs_address address = sim_node_address(settings, i);
        char text[TXS_ADDRESS_TEXT_MAX];
        txs_address_text(text, &address);
        ok = fprintf(file, "%s\n", text) > 0;
    }
    return fclose(file) == 0 && ok;
}
