/* The `peer` record: one a peer attempted. */
#include "anchors.h"
#include "tables.h"

#include "txsurvey/client.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct txs_peer_record *peer_of(const struct field_source *s)
{
    return s->thing;
}

static const struct txs_peer_result *result_of(const struct field_source *s)
{
    return peer_of(s)->result;
}

static json_t *span_ms(uint64_t from_ms, uint64_t to_ms)
{
    return from_ms == TXS_NEVER || to_ms == TXS_NEVER ? json_null() : json_number(to_ms - from_ms);
}

static json_t *address(const struct field_source *s)
{
    char text[TXS_ADDRESS_TEXT_MAX];
    txs_address_host(text, peer_of(s)->address);
    return json_string(text);
}

static json_t *port(const struct field_source *s)
{
    return json_integer(peer_of(s)->address->port);
}

static json_t *network(const struct field_source *s)
{
    return json_string(txs_network_name(peer_of(s)->address->network));
}

static json_t *source(const struct field_source *s)
{
    const char *text = peer_of(s)->source;
    char safe[4 * 300 + 1];
    txs_escape_text(safe, (const uint8_t *)text, strnlen(text, 300));
    return json_string(safe);
}

static json_t *started(const struct field_source *s)
{
    return field_time(s, peer_of(s)->started_ms);
}

static json_t *duration_ms(const struct field_source *s)
{
    return span_ms(peer_of(s)->started_ms, peer_of(s)->ended_ms);
}

static json_t *attempts(const struct field_source *s)
{
    return json_integer(peer_of(s)->attempts);
}

static json_t *outcome(const struct field_source *s)
{
    return json_string(txs_outcome_name(result_of(s)->outcome));
}

static json_t *stage(const struct field_source *s)
{
    return json_string(txs_stage_name(result_of(s)->stage));
}

static json_t *error(const struct field_source *s)
{
    return json_text(txs_error_name(result_of(s)->error));
}

static json_t *suspect(const struct field_source *s)
{
    return json_boolean(peer_of(s)->suspect);
}

static json_t *connect_ms(const struct field_source *s)
{
    return span_ms(peer_of(s)->connecting_ms, peer_of(s)->connected_ms);
}

static json_t *handshake_ms(const struct field_source *s)
{
    return span_ms(peer_of(s)->connected_ms, result_of(s)->handshake_ms);
}

static json_t *version(const struct field_source *s)
{
    return result_of(s)->has_version ? json_integer(result_of(s)->version) : json_null();
}

/* At most as many bytes as a user agent has. */
static json_t *escaped(struct txs_span bytes)
{
    char text[4 * TXS_SUBVER_MAX_BYTES + 1];
    size_t len = txs_escape_text(text, bytes.data, bytes.len);
    return json_stringn(text, len);
}

static json_t *subver(const struct field_source *s)
{
    const struct txs_peer_result *r = result_of(s);
    return r->has_subver ? escaped((struct txs_span){(const uint8_t *)r->subver, r->subver_len})
                         : json_null();
}

static struct txs_client client_of(const struct field_source *s)
{
    const struct txs_peer_result *r = result_of(s);
    return txs_client_of((struct txs_span){(const uint8_t *)r->subver, r->subver_len});
}

static json_t *client(const struct field_source *s)
{
    return json_text(client_of(s).name);
}

static json_t *client_version(const struct field_source *s)
{
    struct txs_client known = client_of(s);
    return known.name != NULL ? escaped(known.version) : json_null();
}

static json_t *services(const struct field_source *s)
{
    if (!result_of(s)->has_version)
        return json_null();
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, result_of(s)->services);
    return json_string(text);
}

static json_t *servicesnames(const struct field_source *s)
{
    if (!result_of(s)->has_version)
        return json_null();
    json_t *names = json_array();
    for (unsigned bit = 0; bit < 64 && names != NULL; bit++) {
        if (!(result_of(s)->services >> bit & 1))
            continue;
        char name[24];
        txs_service_name(name, bit);
        names = json_append(names, json_string(name));
    }
    return names;
}

static json_t *startingheight(const struct field_source *s)
{
    return result_of(s)->has_start_height ? json_integer(result_of(s)->start_height) : json_null();
}

static json_t *relaytxes(const struct field_source *s)
{
    return result_of(s)->has_version ? json_boolean(result_of(s)->relaytxes) : json_null();
}

static json_t *timeoffset(const struct field_source *s)
{
    return result_of(s)->has_version ? json_signed(result_of(s)->timeoffset_s) : json_null();
}

static json_t *features(const struct field_source *s)
{
    json_t *list = json_array();
    for (unsigned f = 0; f < TXS_FEATURE_COUNT && list != NULL; f++) {
        if (!(result_of(s)->features >> f & 1))
            continue;
        list = json_append(list, json_string(txs_feature_command(f)));
    }
    return list;
}

static json_t *feefilter(const struct field_source *s)
{
    return result_of(s)->has_feefilter ? json_signed(result_of(s)->feefilter_sat_kvb) : json_null();
}

static json_t *anchors(const struct field_source *s)
{
    return anchors_said(s->records->plan, result_of(s));
}

static json_t *fork(const struct field_source *s)
{
    return result_of(s)->services & TXS_SERVICE_BLAKE2B ? json_string("blake2b") : json_null();
}

static json_t *bytessent(const struct field_source *s)
{
    return json_number(result_of(s)->bytes_sent);
}

static json_t *bytesrecv(const struct field_source *s)
{
    return json_number(result_of(s)->bytes_received);
}

static json_t *addresses(const struct field_source *s)
{
    const struct txs_peer_result *r = result_of(s);
    return r->asked_addresses ? json_integer(r->addresses) : json_null();
}

static json_t *new_addresses(const struct field_source *s)
{
    if (!result_of(s)->asked_addresses)
        return json_null();
    return field_addresses(peer_of(s)->told, peer_of(s)->told_count);
}

static json_t *block_asked(const struct field_source *s)
{
    return json_text(txs_block_way_name(result_of(s)->block_asked));
}

static json_t *block_height(const struct field_source *s)
{
    int32_t height = result_of(s)->block_height;
    return height < 0 ? json_null() : json_integer(height);
}

/* One id at this peer. */
struct asked {
    const uint8_t *id_wire;
    const char *label;
    const struct txs_answer *answer;
};

static const struct txs_answer *answer_of(const struct field_source *s)
{
    return ((const struct asked *)s->thing)->answer;
}

static json_t *a_txid(const struct field_source *s)
{
    return json_hash(((const struct asked *)s->thing)->id_wire);
}

static json_t *a_label(const struct field_source *s)
{
    return json_text(((const struct asked *)s->thing)->label);
}

static json_t *a_status(const struct field_source *s)
{
    return json_string(txs_id_status_name(answer_of(s)->status));
}

static json_t *a_via(const struct field_source *s)
{
    return json_text(txs_via_name(answer_of(s)->via));
}

static json_t *a_answered(const struct field_source *s)
{
    return field_time(s, answer_of(s)->answered_ms);
}

static json_t *a_response_ms(const struct field_source *s)
{
    return span_ms(answer_of(s)->first_request_ms, answer_of(s)->answered_ms);
}

static json_t *a_bytes(const struct field_source *s)
{
    return answer_of(s)->bytes > 0 ? json_integer(answer_of(s)->bytes) : json_null();
}

static json_t *a_requests(const struct field_source *s)
{
    return json_integer(answer_of(s)->requests);
}

static json_t *a_announced(const struct field_source *s)
{
    return json_boolean(answer_of(s)->announced);
}

static json_t *a_announced_at(const struct field_source *s)
{
    return field_time(s, answer_of(s)->announced_ms);
}

static json_t *a_wtxid(const struct field_source *s)
{
    return answer_of(s)->has_wtxid ? json_hash(answer_of(s)->wtxid) : json_null();
}

static json_t *a_position(const struct field_source *s)
{
    return answer_of(s)->has_position ? json_integer(answer_of(s)->position) : json_null();
}

static json_t *a_strength(const struct field_source *s)
{
    return json_text(txs_strength_name(answer_of(s)->strength));
}

static json_t *a_hint(const struct field_source *s)
{
    return json_text(txs_hint_name(answer_of(s)->hint));
}

const struct field answer_fields[] = {
    {"txid", "the id asked for, a txid or (with --wtxid) a wtxid", a_txid},
    {"label", "its label in the file of ids, or null", a_label},
    {"status", "what came of it, see below", a_status},
    {"via", "how it was served: tx; merkleblock or block (with --block)", a_via},
    {"answered", "when the deciding message came", a_answered},
    {"response_ms", "from the first request to the deciding message", a_response_ms},
    {"bytes", "of the transaction as it was served", a_bytes},
    {"requests", "how often it was asked for", a_requests},
    {"announced", "the peer sent an inv for it, as far as it is known for one", a_announced},
    {"announced_at", "when the first of those came", a_announced_at},
    {"wtxid", "of what was served", a_wtxid},
    {"position", "its place in the block, from 0, where it was taken from that", a_position},
    {"strength", "how far the answer can be relied on: proven, strong, weak", a_strength},
    {"hint", "the likeliest reason of a notfound, see below, or null", a_hint},
};
const size_t answer_field_count = sizeof answer_fields / sizeof *answer_fields;

static json_t *control(const struct field_source *s)
{
    const struct txs_peer_result *r = result_of(s);
    int passed = txs_control_passed(r);
    if (!s->records->plan->control)
        return json_null();
    json_t *object = json_object();
    if (json_put(object, "random", json_text(txs_control_name(r->control_random))) &&
        json_put(object, "announced", json_text(txs_control_name(r->control_announced))) &&
        json_put(object, "passed", passed < 0 ? json_null() : json_boolean(passed)))
        return object;
    json_decref(object);
    return NULL;
}

static json_t *transactions(const struct field_source *s)
{
    const struct txs_peer_result *r = result_of(s);
    json_t *list = json_array();
    for (size_t i = 0; i < r->answer_count && list != NULL; i++) {
        const struct asked asked = {s->records->plan->ids[i], s->records->plan->labels[i],
                                    &r->answers[i]};
        const struct field_source one = {s->records, &asked};
        list = json_append(list, fields_object(answer_fields, answer_field_count, &one));
    }
    return list;
}

const struct field peer_fields[] = {
    {"address", "as getnodeaddresses prints it, without the port", address},
    {"port", "its port", port},
    {"network", "ipv4, ipv6, onion, i2p or cjdns", network},
    {"source", "who named it first: dns:HOST, connect, file or gossip:ADDR:PORT", source},
    {"started", "when the first connection attempt began", started},
    {"duration_ms", "from then to the end", duration_ms},
    {"attempts",
     "connection attempts, among them those while a proxy, just started, failed for everybody",
     attempts},
    {"outcome", "how far it came, see below", outcome},
    {"stage", "where it ended: connect, handshake, request or done", stage},
    {"error", "a short stable code, or null", error},
    {"suspect",
     "the outcome may be the doing of our own machine or link: --resume asks this peer again",
     suspect},
    {"connect_ms", "how long the successful connection took", connect_ms},
    {"handshake_ms", "from the connection to the end of the handshake", handshake_ms},
    {"version", "its protocol version", version},
    {"subver", "its user agent (BIP14); unprintable bytes, and the backslash, as \\xNN", subver},
    {"client", "what that claims: Core, Knots, btcd, ...; null where that is not known", client},
    {"client_version", "the version of that, or null", client_version},
    {"services", "its service bits, 16 hex digits", services},
    {"servicesnames", "their names", servicesnames},
    {"fork", "the chain that it says it follows: blake2b for service bit 28, else null", fork},
    {"anchors",
     "with --anchor, for each label: has (proven by the block's header), claims (by a header of "
     "another kind), lacks; null where it was not asked or did not say",
     anchors},
    {"startingheight", "its height, as it claims", startingheight},
    {"relaytxes", "it wants transactions announced (false: blocksonly)", relaytxes},
    {"timeoffset", "its clock less ours, in seconds", timeoffset},
    {"features", "the negotiation messages that it sent", features},
    {"feefilter_sat_kvb", "its last feefilter (BIP133), satoshi per 1000 virtual bytes", feefilter},
    {"bytessent", "bytes that we sent it", bytessent},
    {"bytesrecv", "bytes that it sent us", bytesrecv},
    {"addresses", "how many addresses it told us; null where it was not asked (--crawl)",
     addresses},
    {"new_addresses", "those that are surveyed because it was the first to tell, ADDR:PORT",
     new_addresses},
    {"control",
     "with --control: what it said about a random id and about one that it had announced", control},
    {"block_asked", "how it was asked for the block: merkleblock, blocktxn or block; null: not",
     block_asked},
    {"block_height", "the block's height by its coinbase (BIP34), where all of it came; else null",
     block_height},
    {"transactions", "what it said, an entry an id", transactions},
};
const size_t peer_field_count = sizeof peer_fields / sizeof *peer_fields;

void txs_records_peer(struct txs_records *r, const struct txs_peer_record *record)
{
    const struct field_source source_of_peer = {r, record};
    json_write_line(r->output,
                    fields_record("peer", peer_fields, peer_field_count, &source_of_peer), 6);
}
