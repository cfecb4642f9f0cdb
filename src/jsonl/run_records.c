/* The records of a run as a whole: `survey`, `seed`, `summary`. */
#include "anchors.h"
#include "tables.h"
#include "target.h"

#include <math.h>

/* survey */

struct run {
    const char *tool;
    uint64_t started_ms;
    const struct txs_option_value *options;
    size_t option_count;
};

static const struct run *run_of(const struct field_source *s)
{
    return s->thing;
}

static json_t *schema(const struct field_source *s)
{
    (void)s;
    return json_integer(SCHEMA);
}

static json_t *tool(const struct field_source *s)
{
    return json_string(run_of(s)->tool);
}

static json_t *chain(const struct field_source *s)
{
    return json_string(s->records->plan->chain->name);
}

static json_t *txids(const struct field_source *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->records->plan->id_count && list != NULL; i++)
        list = json_append(list, json_hash(s->records->plan->ids[i]));
    return list;
}

static json_t *id_type(const struct field_source *s)
{
    return json_string(id_type_name(s->records->plan));
}

static json_t *started(const struct field_source *s)
{
    return field_time(s, run_of(s)->started_ms);
}

static json_t *shard(const struct field_source *s)
{
    char text[SHARD_TEXT_MAX];
    shard_text(text, s->records->plan);
    return json_string(text);
}

static json_t *resumed(const struct field_source *s)
{
    return json_boolean(s->records->resumed);
}

static json_t *option_value(const struct txs_option_value *o)
{
    switch (o->kind) {
    case TXS_OPTION_NUMBER:
        return json_number(o->number);
    case TXS_OPTION_SECONDS:
        if (o->number > INT64_MAX)
            return json_null();
        return o->number % 1000 == 0 ? json_number(o->number / 1000)
                                     : json_real((double)o->number / 1000);
    case TXS_OPTION_BOOL:
        return json_boolean(o->number != 0);
    case TXS_OPTION_TEXT:
        return json_text(o->text);
    case TXS_OPTION_ANCHORS:
        return anchors_given(o->plan);
    }
    return NULL;
}

static json_t *options(const struct field_source *s)
{
    json_t *object = json_object();
    for (size_t i = 0; i < run_of(s)->option_count && object != NULL; i++) {
        const struct txs_option_value *o = &run_of(s)->options[i];
        if (!json_put(object, o->name, option_value(o))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

const struct field survey_fields[] = {
    {"schema", "version of the records, 1", schema},
    {"tool", "the program and its version", tool},
    {"chain", "main, test, testnet4, signet or regtest", chain},
    {"txids", "the ids that are asked for", txids},
    {"id_type", "what they are: txid or wtxid", id_type},
    {"started", "when the run began", started},
    {"shard", "the part of the peers that this run surveys, I/N", shard},
    {"resumed", "whether this line continues an earlier run", resumed},
    {"options", "the options in force", options},
};
const size_t survey_field_count = sizeof survey_fields / sizeof *survey_fields;

void txs_records_survey(struct txs_records *r, const char *tool_name, uint64_t started_ms,
                        const struct txs_option_value *values, size_t count)
{
    const struct run run = {tool_name, started_ms, values, count};
    const struct field_source source = {r, &run};
    json_write_line(r->output, fields_record("survey", survey_fields, survey_field_count, &source),
                    9);
}

/* seed */

static const struct txs_seed_record *seed_of(const struct field_source *s)
{
    return s->thing;
}

static json_t *host(const struct field_source *s)
{
    return json_string(seed_of(s)->host);
}

static json_t *seed_outcome(const struct field_source *s)
{
    return json_string(txs_seed_outcome_name(seed_of(s)->outcome));
}

static json_t *seed_addresses(const struct field_source *s)
{
    return json_integer(seed_of(s)->addresses);
}

static json_t *seed_new_addresses(const struct field_source *s)
{
    return field_addresses(seed_of(s)->told, seed_of(s)->told_count);
}

static json_t *seed_error(const struct field_source *s)
{
    return json_text(seed_of(s)->error);
}

static json_t *seed_duration_ms(const struct field_source *s)
{
    return json_number(seed_of(s)->duration_ms);
}

const struct field seed_fields[] = {
    {"host", "the DNS name", host},
    {"outcome",
     "resolved (it named somebody), failed (an error or an empty answer) or timeout (5 s; with "
     "--proxy, where the node behind the name is asked, as long as a peer has)",
     seed_outcome},
    {"addresses", "how many addresses the answer held", seed_addresses},
    {"new_addresses", "those that are surveyed because it was the first to name them, ADDR:PORT",
     seed_new_addresses},
    {"error",
     "the resolver's error, or with --proxy that of the connection, or null; of one that resolved "
     "what its other question failed with, "
     "such "
     "as AAAA ETIMEDOUT",
     seed_error},
    {"duration_ms", "how long it took", seed_duration_ms},
};
const size_t seed_field_count = sizeof seed_fields / sizeof *seed_fields;

void txs_records_seed(struct txs_records *r, const struct txs_seed_record *record)
{
    const struct field_source source = {r, record};
    json_write_line(r->output, fields_record("seed", seed_fields, seed_field_count, &source), 6);
}

/* summary */

static const struct txs_ending *ending_of(const struct field_source *s)
{
    return s->thing;
}

static json_t *finished(const struct field_source *s)
{
    return field_time(s, ending_of(s)->finished_ms);
}

static json_t *duration_ms(const struct field_source *s)
{
    return json_number(ending_of(s)->duration_ms);
}

static json_t *complete(const struct field_source *s)
{
    return json_boolean(ending_of(s)->reason == TXS_REASON_FINISHED);
}

static json_t *reason(const struct field_source *s)
{
    return json_string(txs_reason_name(ending_of(s)->reason));
}

static json_t *vantage_suspect(const struct field_source *s)
{
    return json_boolean(ending_of(s)->tally->vantage_suspect);
}

static json_t *peers(const struct field_source *s)
{
    json_t *object = json_object();
    for (unsigned o = 0; o < TXS_OUTCOME_COUNT && object != NULL; o++) {
        if (!json_put(object, txs_outcome_name(o),
                      json_number(ending_of(s)->tally->by_outcome[o]))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *not_attempted(const struct field_source *s)
{
    return json_number(ending_of(s)->not_attempted);
}

static json_t *address_book(const struct field_source *s)
{
    json_t *object = json_object(), *ignored = json_object();
    bool whole = object != NULL && ignored != NULL &&
                 json_put(object, "known", json_number(ending_of(s)->known));
    for (unsigned i = 0; i < TXS_IGNORED_COUNT && whole; i++)
        whole =
            json_put(ignored, txs_ignored_name(i), json_number(ending_of(s)->tally->ignored[i]));
    if (whole && json_object_set(object, "ignored", ignored) == 0) {
        json_decref(ignored);
        return object;
    }
    json_decref(ignored);
    json_decref(object);
    return NULL;
}

struct share_of {
    const uint8_t *id_wire;
    const char *label;
    const struct txs_id_tally *tally;
    const struct txs_id_tally *controlled; /* NULL without --control */
    const struct txs_id_tally *anchored;   /* NULL without --anchor */
    uint64_t unrecorded;
};

static const struct txs_id_tally *tally_of(const struct field_source *s)
{
    return ((const struct share_of *)s->thing)->tally;
}

static json_t *t_txid(const struct field_source *s)
{
    return json_hash(((const struct share_of *)s->thing)->id_wire);
}

static json_t *t_label(const struct field_source *s)
{
    return json_text(((const struct share_of *)s->thing)->label);
}

static json_t *t_asked(const struct field_source *s)
{
    return json_number(txs_id_tally_asked(tally_of(s)));
}

static json_t *t_served(const struct field_source *s)
{
    return json_number(tally_of(s)->by_status[TXS_ID_SERVED]);
}

static json_t *t_notfound(const struct field_source *s)
{
    return json_number(tally_of(s)->by_status[TXS_ID_NOTFOUND]);
}

static json_t *t_ignored(const struct field_source *s)
{
    return json_number(tally_of(s)->by_status[TXS_ID_IGNORED]);
}

static json_t *t_timeout(const struct field_source *s)
{
    return json_number(tally_of(s)->by_status[TXS_ID_TIMEOUT]);
}

static json_t *t_unasked(const struct field_source *s)
{
    return json_number(tally_of(s)->by_status[TXS_ID_UNASKED]);
}

static json_t *t_unrecorded(const struct field_source *s)
{
    return json_number(((const struct share_of *)s->thing)->unrecorded);
}

/* Six digits say more than any survey can; the rest would be noise of the arithmetic. */
static json_t *fraction(double value)
{
    return json_real(round(value * 1e6) / 1e6);
}

static json_t *share_of_tally(const struct txs_id_tally *tally)
{
    double share = txs_id_tally_share(tally);
    return share < 0 ? json_null() : fraction(share);
}

static json_t *ci95_of_tally(const struct txs_id_tally *tally)
{
    double low, high;
    if (!txs_id_tally_ci95(tally, &low, &high))
        return json_null();
    return json_append(json_append(json_array(), fraction(low)), fraction(high));
}

static json_t *t_share(const struct field_source *s)
{
    return share_of_tally(tally_of(s));
}

static json_t *t_ci95(const struct field_source *s)
{
    return ci95_of_tally(tally_of(s));
}

/* Of a part of the peers; NULL gives null. */
static json_t *part(const struct txs_id_tally *t)
{
    if (t == NULL)
        return json_null();
    json_t *object = json_object();
    if (json_put(object, "asked", json_number(txs_id_tally_asked(t))) &&
        json_put(object, "served", json_number(t->by_status[TXS_ID_SERVED])) &&
        json_put(object, "share", share_of_tally(t)) && json_put(object, "ci95", ci95_of_tally(t)))
        return object;
    json_decref(object);
    return NULL;
}

static json_t *t_controlled(const struct field_source *s)
{
    return part(((const struct share_of *)s->thing)->controlled);
}

static json_t *t_anchored(const struct field_source *s)
{
    return part(((const struct share_of *)s->thing)->anchored);
}

const struct field share_fields[] = {
    {"txid", "the id asked for", t_txid},
    {"label", "its label in the file of ids, or null", t_label},
    {"asked", "peers that were asked for it", t_asked},
    {"served", "of them, those that served it", t_served},
    {"notfound", "that said notfound", t_notfound},
    {"ignored", "that ignored the request", t_ignored},
    {"timeout", "that gave no answer", t_timeout},
    {"unasked", "peers that could not be asked", t_unasked},
    {"unrecorded",
     "of those that served it, so many in a form (witness) without a transaction record: none had "
     "room for its bytes, or there were too many forms, and none of these was served as often as "
     "one with a record",
     t_unrecorded},
    {"share", "served of asked, null where nobody was asked", t_share},
    {"ci95", "its 95 % confidence interval (Wilson), low and high", t_ci95},
    {"controlled", "with --control: asked, served, share and ci95 without peers that failed it",
     t_controlled},
    {"anchored", "with --anchor: the same among peers that have the first anchor's block",
     t_anchored},
};
const size_t share_field_count = sizeof share_fields / sizeof *share_fields;

static json_t *shares(const struct field_source *s)
{
    const struct txs_tally *tally = ending_of(s)->tally;
    json_t *list = json_array();
    for (size_t i = 0; i < tally->id_count && list != NULL; i++) {
        const struct txs_plan *plan = s->records->plan;
        const struct share_of share = {plan->ids[i],
                                       plan->labels[i],
                                       &tally->ids[i],
                                       plan->control ? &tally->controlled[i] : NULL,
                                       plan->anchor_count > 0 ? &tally->anchored[i] : NULL,
                                       s->records->forms.ids[i].unrecorded};
        const struct field_source one = {s->records, &share};
        list = json_append(list, fields_object(share_fields, share_field_count, &one));
    }
    return list;
}

static json_t *controls(const struct field_source *s)
{
    if (!s->records->plan->control)
        return json_null();
    json_t *object = json_object();
    if (json_put(object, "passed", json_number(ending_of(s)->tally->control_passed)) &&
        json_put(object, "failed", json_number(ending_of(s)->tally->control_failed)))
        return object;
    json_decref(object);
    return NULL;
}

static json_t *anchors(const struct field_source *s)
{
    return anchors_counted(s->records->plan, ending_of(s)->tally);
}

static json_t *full(const struct field_source *s)
{
    json_t *object = json_object();
    const uint64_t *closed = ending_of(s)->tally->unmet[TXS_OUTCOME_CLOSED];
    if (json_put(object, "refused", json_number(closed[TXS_ERROR_REFUSED])) &&
        json_put(object, "no_tx_slot", json_number(closed[TXS_ERROR_NO_TX_SLOT])))
        return object;
    json_decref(object);
    return NULL;
}

static const struct txs_block_hunt *hunt_of(const struct field_source *s)
{
    return ending_of(s)->hunt;
}

static json_t *b_hash(const struct field_source *s)
{
    return json_hash(hunt_of(s)->hash);
}

static json_t *b_height(const struct field_source *s)
{
    return hunt_of(s)->height < 0 ? json_null() : json_integer(hunt_of(s)->height);
}

static json_t *b_can_serve(const struct field_source *s)
{
    const struct txs_block_tally *tally = &ending_of(s)->tally->block;
    if (tally->incomplete)
        return json_null();
    return json_number(txs_block_tally_can_serve(tally, hunt_of(s)->height));
}

static json_t *b_asked(const struct field_source *s)
{
    return json_number(ending_of(s)->tally->block.asked);
}

static json_t *b_served(const struct field_source *s)
{
    return json_number(ending_of(s)->tally->block.served);
}

const struct field block_fields[] = {
    {"hash", "the block that was looked into", b_hash},
    {"height", "its height (BIP34), null where no peer gave all of it", b_height},
    {"can_serve", "peers that completed a handshake and have it by their services and height",
     b_can_serve},
    {"asked", "peers that were asked for it", b_asked},
    {"served", "of them, those that served an id from it", b_served},
};
const size_t block_field_count = sizeof block_fields / sizeof *block_fields;

static json_t *block(const struct field_source *s)
{
    return hunt_of(s) == NULL ? json_null() : fields_object(block_fields, block_field_count, s);
}

const struct field summary_fields[] = {
    {"finished", "when the run ended", finished},
    {"duration_ms", "how long it took; with --resume, its last part", duration_ms},
    {"complete", "every planned peer has its record", complete},
    {"reason", "why it ended: finished, deadline, signal or output", reason},
    {"vantage_suspect",
     "our own machine or link, not the peers, seems to have failed for some time, or all the time: "
     "not "
     "one peer said a word",
     vantage_suspect},
    {"peers", "the number of peers by outcome", peers},
    {"not_attempted", "addresses that were known but not attempted", not_attempted},
    {"full", "of the closed ones, those that had no place for us, by error: refused, no_tx_slot",
     full},
    {"address_book", "addresses: how many are known, and how many were left out, by reason",
     address_book},
    {"controls", "with --control: how many peers passed and failed it", controls},
    {"anchors",
     "with --anchor: for each label, how many peers have its block, lack it, or did not prove "
     "either (unknown)",
     anchors},
    {"shares", "what the peers said, an entry an id", shares},
    {"block", "the block of --block; null without", block},
};
const size_t summary_field_count = sizeof summary_fields / sizeof *summary_fields;

void txs_records_summary(struct txs_records *r, const struct txs_ending *ending)
{
    const struct field_source source = {r, ending};
    json_write_line(r->output,
                    fields_record("summary", summary_fields, summary_field_count, &source), 6);
}
