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

static void span_ms(struct line *l, uint64_t from_ms, uint64_t to_ms)
{
    line_known(l, from_ms != TXS_NEVER && to_ms != TXS_NEVER, (int64_t)(to_ms - from_ms));
}

static void address(struct line *l, const struct field_source *s)
{
    char text[TXS_ADDRESS_TEXT_MAX];
    txs_address_host(text, peer_of(s)->address);
    line_string(l, text);
}

static void port(struct line *l, const struct field_source *s)
{
    line_number(l, peer_of(s)->address->port);
}

static void network(struct line *l, const struct field_source *s)
{
    line_string(l, txs_network_name(peer_of(s)->address->network));
}

static void source(struct line *l, const struct field_source *s)
{
    const char *text = peer_of(s)->source;
    char safe[4 * 300 + 1];
    txs_escape_text(safe, (const uint8_t *)text, strnlen(text, 300));
    line_string(l, safe);
}

static void started(struct line *l, const struct field_source *s)
{
    field_time(l, s, peer_of(s)->started_ms);
}

static void duration_ms(struct line *l, const struct field_source *s)
{
    span_ms(l, peer_of(s)->started_ms, peer_of(s)->ended_ms);
}

static void attempts(struct line *l, const struct field_source *s)
{
    line_number(l, peer_of(s)->attempts);
}

static void outcome(struct line *l, const struct field_source *s)
{
    line_string(l, txs_outcome_name(result_of(s)->outcome));
}

static void stage(struct line *l, const struct field_source *s)
{
    line_string(l, txs_stage_name(result_of(s)->stage));
}

static void error(struct line *l, const struct field_source *s)
{
    line_text(l, txs_error_name(result_of(s)->error));
}

static void suspect(struct line *l, const struct field_source *s)
{
    line_bool(l, peer_of(s)->suspect);
}

static void connect_ms(struct line *l, const struct field_source *s)
{
    span_ms(l, peer_of(s)->connecting_ms, peer_of(s)->connected_ms);
}

static void handshake_ms(struct line *l, const struct field_source *s)
{
    span_ms(l, peer_of(s)->connected_ms, result_of(s)->handshake_ms);
}

static void version(struct line *l, const struct field_source *s)
{
    line_known(l, result_of(s)->has_version, result_of(s)->version);
}

/* At most as many bytes as a user agent has. */
static void escaped(struct line *l, struct txs_span bytes)
{
    char text[4 * TXS_SUBVER_MAX_BYTES + 1];
    txs_escape_text(text, bytes.data, bytes.len);
    line_string(l, text);
}

static void subver(struct line *l, const struct field_source *s)
{
    const struct txs_peer_result *r = result_of(s);
    if (r->has_subver)
        escaped(l, r->subver);
    else
        line_null(l);
}

static struct txs_client client_of(const struct field_source *s)
{
    const struct txs_peer_result *r = result_of(s);
    return txs_client_of(r->subver);
}

static void client(struct line *l, const struct field_source *s)
{
    line_text(l, client_of(s).name);
}

static void client_version(struct line *l, const struct field_source *s)
{
    struct txs_client known = client_of(s);
    if (known.name != NULL)
        escaped(l, known.version);
    else
        line_null(l);
}

static void services(struct line *l, const struct field_source *s)
{
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, result_of(s)->services);
    line_text(l, result_of(s)->has_version ? text : NULL);
}

static void servicesnames(struct line *l, const struct field_source *s)
{
    if (!result_of(s)->has_version) {
        line_null(l);
        return;
    }
    line_open(l, '[');
    for (unsigned bit = 0; bit < 64; bit++) {
        if (!(result_of(s)->services >> bit & 1))
            continue;
        char name[24];
        txs_service_name(name, bit);
        line_string(l, name);
    }
    line_close(l, ']');
}

static void startingheight(struct line *l, const struct field_source *s)
{
    line_known(l, result_of(s)->has_start_height, result_of(s)->start_height);
}

static void relaytxes(struct line *l, const struct field_source *s)
{
    if (result_of(s)->has_version)
        line_bool(l, result_of(s)->relaytxes);
    else
        line_null(l);
}

static void timeoffset(struct line *l, const struct field_source *s)
{
    line_known(l, result_of(s)->has_version, result_of(s)->timeoffset_s);
}

static void features(struct line *l, const struct field_source *s)
{
    if (!result_of(s)->has_version) {
        line_null(l);
        return;
    }
    line_open(l, '[');
    for (unsigned f = 0; f < TXS_FEATURE_COUNT; f++)
        if (result_of(s)->features >> f & 1)
            line_string(l, txs_feature_command(f));
    line_close(l, ']');
}

static void feefilter(struct line *l, const struct field_source *s)
{
    line_known(l, result_of(s)->has_feefilter, result_of(s)->feefilter_sat_kvb);
}

static void anchors(struct line *l, const struct field_source *s)
{
    anchors_said(l, s->records->plan, result_of(s));
}

static void fork(struct line *l, const struct field_source *s)
{
    line_text(l, result_of(s)->services & TXS_SERVICE_BLAKE2B ? "blake2b" : NULL);
}

static void bytessent(struct line *l, const struct field_source *s)
{
    line_number(l, result_of(s)->bytes_sent);
}

static void bytesrecv(struct line *l, const struct field_source *s)
{
    line_number(l, result_of(s)->bytes_received);
}

static void addresses(struct line *l, const struct field_source *s)
{
    const struct txs_peer_result *r = result_of(s);
    line_known(l, r->asked_addresses, r->addresses);
}

static void new_addresses(struct line *l, const struct field_source *s)
{
    if (result_of(s)->asked_addresses)
        field_addresses(l, peer_of(s)->told, peer_of(s)->told_count);
    else
        line_null(l);
}

static void block_asked(struct line *l, const struct field_source *s)
{
    line_text(l, txs_block_way_name(result_of(s)->block_asked));
}

static void block_height(struct line *l, const struct field_source *s)
{
    int32_t height = result_of(s)->block_height;
    line_known(l, height >= 0, height);
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

static void a_txid(struct line *l, const struct field_source *s)
{
    line_hash(l, ((const struct asked *)s->thing)->id_wire);
}

static void a_label(struct line *l, const struct field_source *s)
{
    line_text(l, ((const struct asked *)s->thing)->label);
}

static void a_status(struct line *l, const struct field_source *s)
{
    line_string(l, txs_id_status_name(answer_of(s)->status));
}

static void a_via(struct line *l, const struct field_source *s)
{
    line_text(l, txs_via_name(answer_of(s)->via));
}

static void a_answered(struct line *l, const struct field_source *s)
{
    field_time(l, s, answer_of(s)->answered_ms);
}

static void a_response_ms(struct line *l, const struct field_source *s)
{
    span_ms(l, answer_of(s)->first_request_ms, answer_of(s)->answered_ms);
}

static void a_bytes(struct line *l, const struct field_source *s)
{
    line_known(l, answer_of(s)->bytes > 0, answer_of(s)->bytes);
}

static void a_requests(struct line *l, const struct field_source *s)
{
    line_number(l, answer_of(s)->requests);
}

static void a_announced(struct line *l, const struct field_source *s)
{
    line_bool(l, answer_of(s)->announced);
}

static void a_announced_at(struct line *l, const struct field_source *s)
{
    field_time(l, s, answer_of(s)->announced_ms);
}

static void a_wtxid(struct line *l, const struct field_source *s)
{
    line_hash(l, answer_of(s)->has_wtxid ? answer_of(s)->wtxid : NULL);
}

static void a_position(struct line *l, const struct field_source *s)
{
    line_known(l, answer_of(s)->has_position, answer_of(s)->position);
}

static void a_strength(struct line *l, const struct field_source *s)
{
    line_text(l, txs_strength_name(answer_of(s)->strength));
}

static void a_hint(struct line *l, const struct field_source *s)
{
    line_text(l, txs_hint_name(answer_of(s)->hint));
}

static const struct field answer_fields[] = {
    FIELD("txid", HASH, "the id asked for, a txid or (with --wtxid) a wtxid", a_txid),
    FIELD("label", OR_NULL | TEXT, "its label in the file of ids", a_label),
    FIELD("status", WORD, "what came of it", a_status, .codes = &status_codes),
    FIELD("via", OR_NULL | WORD, "how it was served; null where it was not", a_via,
          .codes = &via_codes),
    FIELD("answered", OR_NULL | TIME, "when the deciding message came", a_answered),
    FIELD("response_ms", OR_NULL | MS, "from the first request to the deciding message",
          a_response_ms),
    FIELD("bytes", OR_NULL | BYTES, "size of the transaction as it was served", a_bytes),
    FIELD("requests", COUNT, "how often it was asked for", a_requests),
    FIELD("announced", BOOL, "whether the peer sent an inv for it, as far as it is known for one",
          a_announced),
    FIELD("announced_at", OR_NULL | TIME, "when the first of those came", a_announced_at),
    FIELD("wtxid", OR_NULL | HASH,
          "wtxid of what was served; null where its witness may have been left out", a_wtxid),
    FIELD("position", OR_NULL | COUNT,
          "its place in the block, from 0, where it was taken from that", a_position),
    FIELD("strength", OR_NULL | WORD,
          "how far the answer can be relied on; null where there was none", a_strength,
          .codes = &strength_codes),
    FIELD("hint", OR_NULL | WORD, "the likeliest reason of a notfound, where there is one to see",
          a_hint, .codes = &hint_codes),
};
static const struct fields answer_of_peer =
    FIELDS("transactions", "one an id that was asked for, or was to be", answer_fields);

static void c_random(struct line *l, const struct field_source *s)
{
    line_text(l, txs_control_name(result_of(s)->control_random));
}

static void c_announced(struct line *l, const struct field_source *s)
{
    line_text(l, txs_control_name(result_of(s)->control_announced));
}

static void c_passed(struct line *l, const struct field_source *s)
{
    int passed = txs_control_passed(result_of(s));
    if (passed < 0)
        line_null(l);
    else
        line_bool(l, passed);
}

static const struct field control_fields[] = {
    FIELD("random", OR_NULL | WORD, "what it said about an id that nobody can have", c_random,
          .codes = &control_codes),
    FIELD("announced", OR_NULL | WORD, "what it said about one that it had announced", c_announced,
          .codes = &control_codes),
    FIELD("passed", OR_NULL | BOOL, "whether that is right; null where it cannot be told",
          c_passed),
};
static const struct fields control_of_peer =
    FIELDS("control", "the peer's answers to the questions of --control", control_fields);

static void control(struct line *l, const struct field_source *s)
{
    if (s->records->plan->control)
        fields_object(l, &control_of_peer, s);
    else
        line_null(l);
}

static void transactions(struct line *l, const struct field_source *s)
{
    const struct txs_peer_result *r = result_of(s);
    line_open(l, '[');
    for (size_t i = 0; i < r->answer_count; i++) {
        const struct asked asked = {s->records->plan->ids[i], s->records->plan->labels[i],
                                    &r->answers[i]};
        fields_object(l, &answer_of_peer, &(struct field_source){s->records, &asked});
    }
    line_close(l, ']');
}

static const struct field peer_fields[] = {
    FIELD("address", TEXT, "as getnodeaddresses prints it, without the port", address),
    FIELD("port", PORT, "its port", port),
    FIELD("network", WORD, "the network that it is on", network, .codes = &network_codes),
    FIELD("source", SOURCE, "who named it first: dns:HOST, connect, file or gossip:ADDR:PORT",
          source),
    FIELD("started", TIME, "when the first connection attempt began", started),
    FIELD("duration_ms", OR_NULL | MS, "from then to the end", duration_ms),
    FIELD("attempts", COUNT,
          "connection attempts, among them those while a proxy, just started, failed for everybody",
          attempts),
    FIELD("outcome", WORD, "how far it came, and why no further", outcome, .codes = &outcome_codes),
    FIELD("stage", WORD, "where it ended", stage, .codes = &stage_codes),
    FIELD("error", OR_NULL | CODE, "what was wrong, where something was", error,
          .codes = &error_codes),
    FIELD("suspect", BOOL,
          "whether the outcome may be the doing of our own machine or link: --resume asks this "
          "peer again",
          suspect),
    FIELD("connect_ms", OR_NULL | MS, "how long the successful connection took", connect_ms),
    FIELD("handshake_ms", OR_NULL | MS, "from the connection to the end of the handshake",
          handshake_ms),
    FIELD("version", OR_NULL | INTEGER, "its protocol version", version),
    FIELD("subver", OR_NULL | TEXT,
          "its user agent (BIP14); unprintable bytes, and the backslash, as \\xNN", subver),
    FIELD("client", OR_NULL | TEXT,
          "what that claims: Core, Knots, btcd, ...; null where that is not known", client),
    FIELD("client_version", OR_NULL | TEXT, "the version of that", client_version),
    FIELD("services", OR_NULL | SERVICES, "its service bits, 16 digits", services),
    FIELD("servicesnames", OR_NULL | LIST | TEXT, "their names; UNKNOWN[2^N] for one without",
          servicesnames),
    FIELD("fork", OR_NULL | WORD,
          "the chain that it says it follows, where it is not the usual one", fork,
          .codes = &fork_codes),
    FIELD("anchors", OR_NULL | BY_LABEL | EACH_OR_NULL | WORD,
          "with --anchor, for each label, whether it has the block; null where it was not asked or "
          "did not say",
          anchors, .codes = &anchor_codes),
    FIELD("startingheight", OR_NULL | INTEGER, "its height, as it claims", startingheight),
    FIELD("relaytxes", OR_NULL | BOOL,
          "whether it wants transactions announced (false: blocksonly)", relaytxes),
    FIELD("timeoffset", OR_NULL | SECONDS, "its clock less ours", timeoffset),
    FIELD("features", OR_NULL | LIST | WORD, "the negotiation messages that it sent", features,
          .codes = &feature_codes),
    FIELD("feefilter_sat_kvb", OR_NULL | SAT_KVB, "its last feefilter (BIP133)", feefilter),
    FIELD("bytessent", BYTES, "bytes that we sent it", bytessent),
    FIELD("bytesrecv", BYTES, "bytes that it sent us", bytesrecv),
    FIELD("addresses", OR_NULL | COUNT,
          "how many addresses it told us; null where it was not asked (--crawl)", addresses),
    FIELD("new_addresses", OR_NULL | LIST | ENDPOINT,
          "those that are surveyed because it was the first to tell", new_addresses),
    FIELD("control", OR_NULL | OBJECT,
          "with --control: what it said about a random id and about one that it had announced",
          control, .members = &control_of_peer),
    FIELD("block_asked", OR_NULL | WORD,
          "how it was asked for the block of --block; null where it was not", block_asked,
          .codes = &way_codes),
    FIELD("block_height", OR_NULL | COUNT,
          "that block's height by its coinbase (BIP34), where all of it came", block_height),
    FIELD("transactions", LIST | OBJECT, "what it said, an entry an id", transactions,
          .members = &answer_of_peer),
};
const struct fields peer_record = FIELDS("peer", "one a peer that was attempted", peer_fields);

void txs_records_peer(struct txs_records *r, const struct txs_peer_record *record)
{
    fields_record(&peer_record, &(struct field_source){r, record});
}
