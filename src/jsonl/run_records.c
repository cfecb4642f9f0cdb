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

static void thousandths(struct line *l, uint64_t number)
{
    if (number > INT64_MAX)
        line_null(l);
    else if (number % 1000 == 0)
        line_number(l, number / 1000);
    else
        line_decimal(l, (int64_t)number, 3, 1);
}

static void option_value(struct line *l, const struct txs_option_value *o)
{
    switch (o->kind) {
    case TXS_OPTION_COUNT:
    case TXS_OPTION_NUMBER:
        line_number(l, o->number);
        break;
    case TXS_OPTION_SECONDS:
    case TXS_OPTION_SAT_VB:
        thousandths(l, o->number);
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

static const struct field survey_fields[] = {
    FIELD("schema", VERSION, "the number of the records' form, which changes when readers must",
          schema),
    FIELD("tool", TEXT, "the program and its version", tool),
    FIELD("chain", WORD, "the chain", chain, .codes = &chain_codes),
    FIELD("txids", LIST | HASH, "the ids that are asked for", txids),
    FIELD("id_type", WORD, "what they are", id_type, .codes = &id_type_codes),
    FIELD("started", TIME, "when the run began", started),
    FIELD("shard", SHARD, "the part of the peers that this run surveys, I/N", shard),
    FIELD("resumed", BOOL, "whether this line continues an earlier run", resumed),
    FIELD("options", OPTIONS, "the options in force", options),
};
const struct fields survey_record =
    FIELDS("survey", "what was asked, and how; the first line, and one more for each --resume",
           survey_fields);

void txs_records_survey(struct txs_records *r, const char *tool_name, uint64_t started_ms,
                        const struct txs_option_value *values, size_t count)
{
    const struct run run = {tool_name, started_ms, values, count};
    fields_record(&survey_record, &(struct field_source){r, &run});
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

static const struct field seed_fields[] = {
    FIELD("host", TEXT, "the DNS name", host),
    FIELD("outcome", WORD, "what came of it", seed_outcome, .codes = &seed_outcome_codes),
    FIELD("addresses", COUNT, "how many addresses the answer held", seed_addresses),
    FIELD("new_addresses", LIST | ENDPOINT,
          "those that are surveyed because it was the first to name them", seed_new_addresses),
    FIELD("error", OR_NULL | TEXT,
          "the resolver's error, or with --proxy that of the connection; of one that resolved what "
          "its other question failed with, such as AAAA ETIMEDOUT",
          seed_error),
    FIELD("duration_ms", MS, "how long it took", seed_duration_ms),
};
const struct fields seed_record = FIELDS("seed", "one a DNS name that was asked", seed_fields);

void txs_records_seed(struct txs_records *r, const struct txs_seed_record *record)
{
    fields_record(&seed_record, &(struct field_source){r, record});
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

static void known(struct line *l, const struct field_source *s)
{
    line_number(l, ending_of(s)->known);
}

static void ignored(struct line *l, const struct field_source *s)
{
    line_open(l, '{');
    for (unsigned i = 0; i < TXS_IGNORED_COUNT; i++)
        line_count(l, txs_ignored_name(i), ending_of(s)->tally->ignored[i]);
    line_close(l, '}');
}

static const struct field book_fields[] = {
    FIELD("known", COUNT, "how many are known", known),
    FIELD("ignored", BY_CODE | COUNT, "how many were left out, by reason", ignored,
          .codes = &ignored_codes),
};
static const struct fields book_of_run =
    FIELDS("address_book", "addresses that came up", book_fields);

static void address_book(struct line *l, const struct field_source *s)
{
    fields_object(l, &book_of_run, s);
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

static void t_share(struct line *l, const struct field_source *s)
{
    double share = txs_id_tally_share(tally_of(s));
    if (share < 0)
        line_null(l);
    else
        fraction(l, share);
}

static void t_ci95(struct line *l, const struct field_source *s)
{
    double low, high;
    if (!txs_id_tally_ci95(tally_of(s), &low, &high)) {
        line_null(l);
        return;
    }
    line_open(l, '[');
    fraction(l, low);
    fraction(l, high);
    line_close(l, ']');
}

static const struct field part_fields[] = {
    FIELD("asked", COUNT, "of these peers, those that were asked for it", t_asked),
    FIELD("served", COUNT, "of them, those that served it", t_served),
    FIELD("share", OR_NULL | SHARE, "served of asked; null where nobody was asked", t_share),
    FIELD("ci95", OR_NULL | PAIR | SHARE, "its 95 % confidence interval (Wilson), low and high",
          t_ci95),
};
static const struct fields part = FIELDS("part", "a part of the peers", part_fields);

/* Of a part of the peers; NULL gives null. */
static void share_of_part(struct line *l, const struct field_source *s,
                          const struct txs_id_tally *t)
{
    if (t == NULL)
        line_null(l);
    else
        fields_object(l, &part, &(struct field_source){s->records, &(struct share_of){.tally = t}});
}

static void t_controlled(struct line *l, const struct field_source *s)
{
    share_of_part(l, s, ((const struct share_of *)s->thing)->controlled);
}

static void t_anchored(struct line *l, const struct field_source *s)
{
    share_of_part(l, s, ((const struct share_of *)s->thing)->anchored);
}

static const struct field share_fields[] = {
    FIELD("txid", HASH, "the id asked for", t_txid),
    FIELD("label", OR_NULL | TEXT, "its label in the file of ids", t_label),
    FIELD("asked", COUNT, "peers that were asked for it", t_asked),
    FIELD("served", COUNT, "of them, those that served it", t_served),
    FIELD("notfound", COUNT, "of them, those that said notfound", t_notfound),
    FIELD("ignored", COUNT, "of them, those that ignored the request", t_ignored),
    FIELD("timeout", COUNT, "of them, those that gave no answer", t_timeout),
    FIELD("unasked", COUNT, "peers that could not be asked", t_unasked),
    FIELD("unrecorded", COUNT,
          "of those that served it, so many in a form (witness) without a transaction record: none "
          "had room for its bytes, or there were too many forms, and none of these was served as "
          "often as one with a record",
          t_unrecorded),
    FIELD("share", OR_NULL | SHARE, "served of asked; null where nobody was asked", t_share),
    FIELD("ci95", OR_NULL | PAIR | SHARE, "its 95 % confidence interval (Wilson), low and high",
          t_ci95),
    FIELD("controlled", OR_NULL | OBJECT, "with --control: the same without peers that failed it",
          t_controlled, .members = &part),
    FIELD("anchored", OR_NULL | OBJECT,
          "with --anchor: the same among peers that have the first anchor's block", t_anchored,
          .members = &part),
};
static const struct fields share_of_id =
    FIELDS("shares", "one an id that was asked for", share_fields);

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
        fields_object(l, &share_of_id, &(struct field_source){s->records, &share});
    }
    line_close(l, ']');
}

static void control_passed(struct line *l, const struct field_source *s)
{
    line_number(l, ending_of(s)->tally->control_passed);
}

static void control_failed(struct line *l, const struct field_source *s)
{
    line_number(l, ending_of(s)->tally->control_failed);
}

static const struct field controls_fields[] = {
    FIELD("passed", COUNT, "peers that passed it", control_passed),
    FIELD("failed", COUNT, "peers that failed it", control_failed),
};
static const struct fields controls_of_run =
    FIELDS("controls", "what peers made of --control", controls_fields);

static void controls(struct line *l, const struct field_source *s)
{
    if (s->records->plan->control)
        fields_object(l, &controls_of_run, s);
    else
        line_null(l);
}

static void anchors(struct line *l, const struct field_source *s)
{
    anchors_counted(l, s->records->plan, ending_of(s)->tally);
}

static void closed_by(struct line *l, const struct field_source *s, enum txs_error error)
{
    line_number(l, ending_of(s)->tally->unmet[TXS_OUTCOME_CLOSED][error]);
}

static void full_refused(struct line *l, const struct field_source *s)
{
    closed_by(l, s, TXS_ERROR_REFUSED);
}

static void full_no_tx_slot(struct line *l, const struct field_source *s)
{
    closed_by(l, s, TXS_ERROR_NO_TX_SLOT);
}

static const struct field full_fields[] = {
    FIELD("refused", COUNT, "peers that closed before a byte", full_refused),
    FIELD("no_tx_slot", COUNT, "peers without a place for one that wants transactions",
          full_no_tx_slot),
};
static const struct fields full_of_run =
    FIELDS("full", "peers that had no place for us", full_fields);

static void full(struct line *l, const struct field_source *s)
{
    fields_object(l, &full_of_run, s);
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

static const struct field block_fields[] = {
    FIELD("hash", HASH, "the block that was looked into", b_hash),
    FIELD("height", OR_NULL | COUNT, "its height (BIP34); null where no peer gave all of it",
          b_height),
    FIELD("can_serve", OR_NULL | COUNT,
          "peers that completed a handshake and have it by their services and height; null where "
          "an earlier part of the run does not say",
          b_can_serve),
    FIELD("asked", COUNT, "peers that were asked for it", b_asked),
    FIELD("served", COUNT, "of them, those that served an id from it", b_served),
};
static const struct fields block_of_run = FIELDS("block", "the block of --block", block_fields);

static void block(struct line *l, const struct field_source *s)
{
    if (hunt_of(s) == NULL)
        line_null(l);
    else
        fields_object(l, &block_of_run, s);
}

static const struct field summary_fields[] = {
    FIELD("finished", TIME, "when the run ended", finished),
    FIELD("duration_ms", MS, "how long it took; with --resume, its last part", duration_ms),
    FIELD("complete", BOOL, "whether every planned peer has its record", complete),
    FIELD("reason", WORD, "why it ended", reason, .codes = &reason_codes),
    FIELD("vantage_suspect", BOOL,
          "our own machine or link, not the peers, seems to have failed for some time, or all the "
          "time: not one peer said a word",
          vantage_suspect),
    FIELD("peers", BY_CODE | COUNT, "the number of peers by outcome", peers,
          .codes = &outcome_codes),
    FIELD("not_attempted", COUNT, "addresses that were known but not attempted", not_attempted),
    FIELD("full", OBJECT, "of the closed ones, those that had no place for us, by error", full,
          .members = &full_of_run),
    FIELD("address_book", OBJECT, "addresses that came up", address_book, .members = &book_of_run),
    FIELD("controls", OR_NULL | OBJECT, "with --control: what peers made of it", controls,
          .members = &controls_of_run),
    FIELD("anchors", OR_NULL | BY_LABEL | OBJECT,
          "with --anchor: for each label, what peers made of it", anchors,
          .members = &anchor_counts),
    FIELD("shares", LIST | OBJECT, "what the peers said, an entry an id", shares,
          .members = &share_of_id),
    FIELD("block", OR_NULL | OBJECT, "the block of --block; null without", block,
          .members = &block_of_run),
};
const struct fields summary_record = FIELDS(
    "summary", "what came of it; the last line of a run that was not killed", summary_fields);

void txs_records_summary(struct txs_records *r, const struct txs_ending *ending)
{
    fields_record(&summary_record, &(struct field_source){r, ending});
}
