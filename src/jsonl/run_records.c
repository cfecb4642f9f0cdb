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

static void schema(struct line *l, const struct field_source *s)
{
    (void)s;
    line_number(l, SCHEMA);
}

static void tool(struct line *l, const struct field_source *s)
{
    line_string(l, run_of(s)->tool);
}

static void chain(struct line *l, const struct field_source *s)
{
    line_string(l, s->records->plan->chain->name);
}

static void txids(struct line *l, const struct field_source *s)
{
    line_open(l, '[');
    for (size_t i = 0; i < s->records->plan->id_count; i++)
        line_hash(l, s->records->plan->ids[i]);
    line_close(l, ']');
}

static void id_type(struct line *l, const struct field_source *s)
{
    line_string(l, id_type_name(s->records->plan));
}

static void started(struct line *l, const struct field_source *s)
{
    field_time(l, s, run_of(s)->started_ms);
}

static void shard(struct line *l, const struct field_source *s)
{
    char text[SHARD_TEXT_MAX];
    shard_text(text, s->records->plan);
    line_string(l, text);
}

static void resumed(struct line *l, const struct field_source *s)
{
    line_bool(l, s->records->resumed);
}

static void seconds(struct line *l, uint64_t ms)
{
    if (ms > INT64_MAX)
        line_null(l);
    else if (ms % 1000 == 0)
        line_number(l, ms / 1000);
    else
        line_decimal(l, (int64_t)ms, 3, 1);
}

static void option_value(struct line *l, const struct txs_option_value *o)
{
    switch (o->kind) {
    case TXS_OPTION_NUMBER:
        line_number(l, o->number);
        break;
    case TXS_OPTION_SECONDS:
        seconds(l, o->number);
        break;
    case TXS_OPTION_BOOL:
        line_bool(l, o->number != 0);
        break;
    case TXS_OPTION_TEXT:
        line_text(l, o->text);
        break;
    case TXS_OPTION_ANCHORS:
        anchors_given(l, o->plan);
        break;
    }
}

static void options(struct line *l, const struct field_source *s)
{
    line_open(l, '{');
    for (size_t i = 0; i < run_of(s)->option_count; i++) {
        line_name(l, run_of(s)->options[i].name);
        option_value(l, &run_of(s)->options[i]);
    }
    line_close(l, '}');
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
    fields_record(r->output, "survey", survey_fields, survey_field_count, &source);
}

/* seed */

static const struct txs_seed_record *seed_of(const struct field_source *s)
{
    return s->thing;
}

static void host(struct line *l, const struct field_source *s)
{
    line_string(l, seed_of(s)->host);
}

static void seed_outcome(struct line *l, const struct field_source *s)
{
    line_string(l, txs_seed_outcome_name(seed_of(s)->outcome));
}

static void seed_addresses(struct line *l, const struct field_source *s)
{
    line_number(l, seed_of(s)->addresses);
}

static void seed_new_addresses(struct line *l, const struct field_source *s)
{
    field_addresses(l, seed_of(s)->told, seed_of(s)->told_count);
}

static void seed_error(struct line *l, const struct field_source *s)
{
    line_text(l, seed_of(s)->error);
}

static void seed_duration_ms(struct line *l, const struct field_source *s)
{
    line_number(l, seed_of(s)->duration_ms);
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
    fields_record(r->output, "seed", seed_fields, seed_field_count, &source);
}

/* summary */

static const struct txs_ending *ending_of(const struct field_source *s)
{
    return s->thing;
}

static void finished(struct line *l, const struct field_source *s)
{
    field_time(l, s, ending_of(s)->finished_ms);
}

static void duration_ms(struct line *l, const struct field_source *s)
{
    line_number(l, ending_of(s)->duration_ms);
}

static void complete(struct line *l, const struct field_source *s)
{
    line_bool(l, ending_of(s)->reason == TXS_REASON_FINISHED);
}

static void reason(struct line *l, const struct field_source *s)
{
    line_string(l, txs_reason_name(ending_of(s)->reason));
}

static void vantage_suspect(struct line *l, const struct field_source *s)
{
    line_bool(l, ending_of(s)->tally->vantage_suspect);
}

static void peers(struct line *l, const struct field_source *s)
{
    line_open(l, '{');
    for (unsigned o = 0; o < TXS_OUTCOME_COUNT; o++)
        line_count(l, txs_outcome_name(o), ending_of(s)->tally->by_outcome[o]);
    line_close(l, '}');
}

static void not_attempted(struct line *l, const struct field_source *s)
{
    line_number(l, ending_of(s)->not_attempted);
}

static void address_book(struct line *l, const struct field_source *s)
{
    line_open(l, '{');
    line_count(l, "known", ending_of(s)->known);
    line_name(l, "ignored");
    line_open(l, '{');
    for (unsigned i = 0; i < TXS_IGNORED_COUNT; i++)
        line_count(l, txs_ignored_name(i), ending_of(s)->tally->ignored[i]);
    line_close(l, '}');
    line_close(l, '}');
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

static void t_txid(struct line *l, const struct field_source *s)
{
    line_hash(l, ((const struct share_of *)s->thing)->id_wire);
}

static void t_label(struct line *l, const struct field_source *s)
{
    line_text(l, ((const struct share_of *)s->thing)->label);
}

static void t_asked(struct line *l, const struct field_source *s)
{
    line_number(l, txs_id_tally_asked(tally_of(s)));
}

static void t_served(struct line *l, const struct field_source *s)
{
    line_number(l, tally_of(s)->by_status[TXS_ID_SERVED]);
}

static void t_notfound(struct line *l, const struct field_source *s)
{
    line_number(l, tally_of(s)->by_status[TXS_ID_NOTFOUND]);
}

static void t_ignored(struct line *l, const struct field_source *s)
{
    line_number(l, tally_of(s)->by_status[TXS_ID_IGNORED]);
}

static void t_timeout(struct line *l, const struct field_source *s)
{
    line_number(l, tally_of(s)->by_status[TXS_ID_TIMEOUT]);
}

static void t_unasked(struct line *l, const struct field_source *s)
{
    line_number(l, tally_of(s)->by_status[TXS_ID_UNASKED]);
}

static void t_unrecorded(struct line *l, const struct field_source *s)
{
    line_number(l, ((const struct share_of *)s->thing)->unrecorded);
}

/* Six digits say more than any survey can; the rest would be noise of the arithmetic. */
static void fraction(struct line *l, double value)
{
    line_decimal(l, llround(value * 1e6), 6, 1);
}

static void share_of_tally(struct line *l, const struct txs_id_tally *tally)
{
    double share = txs_id_tally_share(tally);
    if (share < 0)
        line_null(l);
    else
        fraction(l, share);
}

static void ci95_of_tally(struct line *l, const struct txs_id_tally *tally)
{
    double low, high;
    if (!txs_id_tally_ci95(tally, &low, &high)) {
        line_null(l);
        return;
    }
    line_open(l, '[');
    fraction(l, low);
    fraction(l, high);
    line_close(l, ']');
}

static void t_share(struct line *l, const struct field_source *s)
{
    share_of_tally(l, tally_of(s));
}

static void t_ci95(struct line *l, const struct field_source *s)
{
    ci95_of_tally(l, tally_of(s));
}

/* Of a part of the peers; NULL gives null. */
static void part(struct line *l, const struct txs_id_tally *t)
{
    if (t == NULL) {
        line_null(l);
        return;
    }
    line_open(l, '{');
    line_count(l, "asked", txs_id_tally_asked(t));
    line_count(l, "served", t->by_status[TXS_ID_SERVED]);
    line_name(l, "share");
    share_of_tally(l, t);
    line_name(l, "ci95");
    ci95_of_tally(l, t);
    line_close(l, '}');
}

static void t_controlled(struct line *l, const struct field_source *s)
{
    part(l, ((const struct share_of *)s->thing)->controlled);
}

static void t_anchored(struct line *l, const struct field_source *s)
{
    part(l, ((const struct share_of *)s->thing)->anchored);
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

static void shares(struct line *l, const struct field_source *s)
{
    const struct txs_tally *tally = ending_of(s)->tally;
    line_open(l, '[');
    for (size_t i = 0; i < tally->id_count; i++) {
        const struct txs_plan *plan = s->records->plan;
        const struct share_of share = {plan->ids[i],
                                       plan->labels[i],
                                       &tally->ids[i],
                                       plan->control ? &tally->controlled[i] : NULL,
                                       plan->anchor_count > 0 ? &tally->anchored[i] : NULL,
                                       s->records->forms.ids[i].unrecorded};
        fields_object(l, share_fields, share_field_count,
                      &(struct field_source){s->records, &share});
    }
    line_close(l, ']');
}

static void controls(struct line *l, const struct field_source *s)
{
    if (!s->records->plan->control) {
        line_null(l);
        return;
    }
    line_open(l, '{');
    line_count(l, "passed", ending_of(s)->tally->control_passed);
    line_count(l, "failed", ending_of(s)->tally->control_failed);
    line_close(l, '}');
}

static void anchors(struct line *l, const struct field_source *s)
{
    anchors_counted(l, s->records->plan, ending_of(s)->tally);
}

static void full(struct line *l, const struct field_source *s)
{
    const uint64_t *closed = ending_of(s)->tally->unmet[TXS_OUTCOME_CLOSED];
    line_open(l, '{');
    line_count(l, "refused", closed[TXS_ERROR_REFUSED]);
    line_count(l, "no_tx_slot", closed[TXS_ERROR_NO_TX_SLOT]);
    line_close(l, '}');
}

static const struct txs_block_hunt *hunt_of(const struct field_source *s)
{
    return ending_of(s)->hunt;
}

static void b_hash(struct line *l, const struct field_source *s)
{
    line_hash(l, hunt_of(s)->hash);
}

static void b_height(struct line *l, const struct field_source *s)
{
    line_known(l, hunt_of(s)->height >= 0, hunt_of(s)->height);
}

static void b_can_serve(struct line *l, const struct field_source *s)
{
    const struct txs_block_tally *tally = &ending_of(s)->tally->block;
    if (tally->incomplete)
        line_null(l);
    else
        line_number(l, txs_block_tally_can_serve(tally, hunt_of(s)->height));
}

static void b_asked(struct line *l, const struct field_source *s)
{
    line_number(l, ending_of(s)->tally->block.asked);
}

static void b_served(struct line *l, const struct field_source *s)
{
    line_number(l, ending_of(s)->tally->block.served);
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

static void block(struct line *l, const struct field_source *s)
{
    if (hunt_of(s) == NULL)
        line_null(l);
    else
        fields_object(l, block_fields, block_field_count, s);
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
    fields_record(r->output, "summary", summary_fields, summary_field_count, &source);
}
