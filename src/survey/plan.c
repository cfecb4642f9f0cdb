#include "txsurvey/plan.h"

#include "txsurvey/escape.h"

#include <stdlib.h>
#include <string.h>

#define LABEL_MAX_BYTES 100

void txs_plan_init(struct txs_plan *plan)
{
    *plan = (struct txs_plan){
        .chain = txs_chain_by_name("main"),
        .block_peers = 20,
        .max_peers = UINT64_MAX,
        .networks = (1u << TXS_NETWORK_COUNT) - 1,
        .concurrency = 1000,
        .rate = 1000,
        .connect_timeout_ms = 5000,
        .handshake_timeout_ms = 10000,
        /* Of 67 onion services that answered, all took 4 to 29 s for both together. */
        .proxy_connect_timeout_ms = 30000,
        .proxy_handshake_timeout_ms = 30000,
        .shard_index = 1,
        .shard_count = 1,
        .response_timeout_ms = 15000,
        .patience_ms = 30000,
        .deadline_ms = TXS_NEVER,
    };
}

void txs_plan_free(struct txs_plan *plan)
{
    for (size_t i = 0; i < plan->id_count; i++)
        free(plan->labels[i]);
    free(plan->labels);
    free(plan->ids);
    free(plan->id_order);
    txs_address_pool_free(&plan->peer_addresses);
    free(plan->peers);
    free(plan->seeds);
    txs_address_set_free(&plan->exclude);
}

/* Room for one element more in a list that grows by doubling; NULL when out of memory. */
static void *room(void *list, size_t count, size_t size)
{
    if (count & (count - 1))
        return list;
    if (count > SIZE_MAX / 2 / size)
        return NULL;
    return realloc(list, (count ? count * 2 : 1) * size);
}

static enum txs_status out_of_memory(struct txs_message *message)
{
    return txs_fail(message, TXS_E_NOMEM, "out of memory");
}

static enum txs_status set_label(struct txs_plan *plan, size_t id, const char *label,
                                 struct txs_message *message)
{
    char safe[4 * LABEL_MAX_BYTES + 1];
    size_t len = strlen(label);
    if (len > LABEL_MAX_BYTES)
        return txs_fail(message, TXS_E_USAGE, "a label has at most %d bytes, this one %zu",
                        LABEL_MAX_BYTES, len);
    txs_escape_text(safe, (const uint8_t *)label, len);
    if (plan->labels[id] != NULL && strcmp(plan->labels[id], safe) == 0)
        return TXS_OK;
    if (plan->labels[id] != NULL)
        return txs_fail(message, TXS_E_USAGE, "another label than before: '%s'", plan->labels[id]);
    plan->labels[id] = strdup(safe);
    return plan->labels[id] != NULL ? TXS_OK : out_of_memory(message);
}

/* The index of the id, which may be there already; as many as fit are added. */
static enum txs_status find_or_add(struct txs_plan *plan, const uint8_t id[32], size_t *index,
                                   struct txs_message *message)
{
    for (*index = 0; *index < plan->id_count; ++*index)
        if (memcmp(plan->ids[*index], id, 32) == 0)
            return TXS_OK;
    if (plan->id_count == TXS_GETDATA_MAX)
        return txs_fail(message, TXS_E_USAGE, "a run asks for at most %d transaction ids",
                        TXS_GETDATA_MAX);
    void *ids = room(plan->ids, plan->id_count, sizeof *plan->ids);
    if (ids == NULL)
        return out_of_memory(message);
    plan->ids = ids;
    void *labels = room(plan->labels, plan->id_count, sizeof *plan->labels);
    if (labels == NULL)
        return out_of_memory(message);
    plan->labels = labels;
    plan->labels[plan->id_count] = NULL;
    memcpy(plan->ids[plan->id_count++], id, 32);
    return TXS_OK;
}

static enum txs_status add_id(struct txs_plan *plan, const char *text, size_t len, size_t *index,
                              struct txs_message *message)
{
    uint8_t id[32];
    if (!txs_hash_from_pasted(id, text, len))
        return txs_fail(message, TXS_E_USAGE, "'%.*s' is no transaction id: it takes 64 hex digits",
                        len < 300 ? (int)len : 300, text);
    return find_or_add(plan, id, index, message);
}

enum txs_status txs_plan_add_id(struct txs_plan *plan, const char *text,
                                struct txs_message *message)
{
    size_t index;
    return add_id(plan, text, strlen(text), &index, message);
}

enum txs_status txs_plan_add_labelled_id(struct txs_plan *plan, const char *line,
                                         struct txs_message *message)
{
    uint8_t other[32];
    size_t index, len = strcspn(line, " \t");
    enum txs_status status = add_id(plan, line, len, &index, message);
    const char *label = line + len + strspn(line + len, " \t");
    if (status != TXS_OK || *label == '\0')
        return status;
    if (txs_hash_from_pasted(other, label, strcspn(label, " \t")))
        return txs_fail(message, TXS_E_USAGE,
                        "'%.300s' is no label but a second id: each has a line of its own", label);
    return set_label(plan, index, label, message);
}

enum txs_status txs_plan_add_address(struct txs_plan *plan, const struct txs_named_peer *peer,
                                     struct txs_message *message)
{
    void *peers = room(plan->peers, plan->peer_count, sizeof *plan->peers);
    if (peers == NULL)
        return out_of_memory(message);
    plan->peers = peers;
    uint32_t place = (uint32_t)plan->peer_addresses.len;
    if (!txs_address_pool_add(&plan->peer_addresses, &peer->address))
        return out_of_memory(message);
    plan->peers[plan->peer_count++] = (struct txs_naming){place, peer->named_by, peer->expect};
    return TXS_OK;
}

struct txs_named_peer txs_plan_peer(const struct txs_plan *plan, size_t i)
{
    const struct txs_naming *naming = &plan->peers[i];
    return (struct txs_named_peer){
        .address = txs_address_pool_get(&plan->peer_addresses, naming->address),
        .named_by = naming->named_by,
        .expect = naming->expect,
    };
}

enum txs_status txs_plan_add_peer(struct txs_plan *plan, const char *text,
                                  enum txs_named_by named_by, struct txs_message *message)
{
    struct txs_named_peer peer = {.named_by = (uint8_t)named_by, .expect = TXS_EXPECT_ANSWER};
    enum txs_status status = txs_address_read(&peer.address, text, plan->chain->port, message);
    return status == TXS_OK ? txs_plan_add_address(plan, &peer, message) : status;
}

enum txs_status txs_plan_add_seed(struct txs_plan *plan, const char *host,
                                  struct txs_message *message)
{
    for (size_t i = 0; i < plan->seed_count; i++)
        if (strcmp(plan->seeds[i], host) == 0)
            return TXS_OK;
    void *seeds = room(plan->seeds, plan->seed_count, sizeof *plan->seeds);
    if (seeds == NULL)
        return out_of_memory(message);
    plan->seeds = seeds;
    plan->seeds[plan->seed_count++] = host;
    return TXS_OK;
}

/* Bits by enum txs_network: IPv4 and IPv6, the others as far as a way to them is given. */
bool txs_plan_may_ask_seeds(const struct txs_plan *plan)
{
    const uint32_t named = 1u << TXS_NETWORK_IPV4 | 1u << TXS_NETWORK_IPV6;
    return plan->proxy.given || (plan->networks & named) != 0;
}

static uint32_t networks_with_a_way(const struct txs_plan *plan)
{
    uint32_t networks = 1u << TXS_NETWORK_IPV4 | 1u << TXS_NETWORK_IPV6;
    if (plan->proxy.given || plan->onion.given)
        networks |= 1u << TXS_NETWORK_ONION;
    if (plan->i2psam.given)
        networks |= 1u << TXS_NETWORK_I2P;
    if (plan->cjdns_reachable)
        networks |= 1u << TXS_NETWORK_CJDNS;
    return networks;
}

bool txs_plan_reaches(const struct txs_plan *plan, const struct txs_address *a)
{
    return (networks_with_a_way(plan) & (1u << a->network)) != 0 && !txs_address_wraps_name(a);
}

bool txs_plan_has_proxies(const struct txs_plan *plan)
{
    return plan->proxy.given || plan->onion.given || plan->i2psam.given;
}

enum txs_status txs_plan_complete(struct txs_plan *plan)
{
    txs_address_set_complete(&plan->exclude);
    /* one more than there are: of none, NULL would not say that memory is short */
    plan->id_order = malloc((plan->id_count + 1) * sizeof *plan->id_order);
    if (plan->id_order == NULL)
        return TXS_E_NOMEM;
    txs_id_order(plan->id_order, (const uint8_t(*)[32])plan->ids, plan->id_count);
    return TXS_OK;
}
