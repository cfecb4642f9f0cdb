/* --resume: the file of a run that ended early, read in again and made ready to go on.
 *
 *   good lines | left over: interrupted and suspect records, seeds, the summary, a torn line;
 *                good lines among them
 *
 * Nothing is changed before all is read and right. Then the file is cut where the first left-over
 * begins, and the good lines behind it are appended again. They are few, since the records of an
 * interruption are all written at once; behind suspect ones they may be many. A run that is killed
 * in between has lost some of those, and their peers are asked again. */
#include "fields.h"
#include "ours.h"
#include "parse.h"
#include "restored.h"
#include "target.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of good lines behind the first left-over. A run that ended by itself had them all in its output's
 * buffer. */
#define BEHIND_MAX_BYTES (1024u * 1024 * 1024)
#define MAX_INTEGER ((int64_t)1 << 53) /* no record holds one beyond */

struct recorded_peer {
    struct txs_address address;
    uint64_t line;
};

struct resume {
    struct txs_records *records;
    const struct txs_resume_events *events;
    struct restored peers;
    struct txs_line line;
    struct txs_message reason;
    bool begun;      /* the first survey line was read */
    bool crawls;     /* its part of the run asked for addresses */
    bool summarized; /* nothing but a torn line may follow */
    bool left_over;  /* the line that is being read is to go */
    uint64_t cut;    /* where the first that goes begins; UINT64_MAX: none does */
    uint64_t end;    /* of the last line */
    char *behind;    /* good lines behind the cut */
    size_t behind_len, behind_cap;
    struct recorded_peer *recorded;
    size_t recorded_count, recorded_cap;
    struct txs_address *told;
    size_t told_cap;
    struct txs_restored_summary summary;
};

/* NULL when out of memory; the list is then as it was. */
static void *room(void *list, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return list;
    size_t more = need > 2 * *cap ? need : 2 * *cap;
    void *grown = realloc(list, more * size);
    if (grown != NULL)
        *cap = more;
    return grown;
}

static enum txs_status refuse(struct resume *r, const char *reason)
{
    return txs_fail(&r->reason, TXS_E_USAGE, "%s", reason);
}

static enum txs_status no_memory(struct resume *r)
{
    return txs_fail(&r->reason, TXS_E_NOMEM, "out of memory");
}

static bool is_text(const json_t *record, const char *name, const char *expected)
{
    const char *text = parse_text(record, name);
    return text != NULL && strcmp(text, expected) == 0;
}

/* survey */

/* As many different ids, each of which is asked for. */
static bool same_ids(struct resume *r, const json_t *ids)
{
    size_t i;
    json_t *id;
    uint8_t hash[32];
    if (json_array_size(ids) != r->records->plan->id_count)
        return false;
    memset(r->peers.answered, 0, r->records->plan->id_count * sizeof *r->peers.answered);
    json_array_foreach(ids, i, id)
    {
        const char *text = json_string_value(id);
        int at = text != NULL && txs_hash_from_hex(hash, text, strlen(text))
                     ? target_find(r->records->plan, hash)
                     : -1;
        if (at < 0 || r->peers.answered[at])
            return false;
        r->peers.answered[at] = true;
    }
    return true;
}

static bool is_uuid(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (text == NULL || strlen(text) != sizeof form - 1)
        return false;
    for (size_t i = 0; form[i] != '\0'; i++)
        if (form[i] == '-' ? text[i] != '-' : strchr("0123456789abcdef", text[i]) == NULL)
            return false;
    return true;
}

/* The block that is looked into, or none, is the same. */
static bool same_block(const struct txs_plan *plan, const json_t *record)
{
    uint8_t hash[32];
    bool given = parse_hash(hash, json_object_get(record, "options"), "block");
    return given == plan->block_given &&
           (!given || memcmp(hash, plan->block_hash, sizeof hash) == 0);
}

/* The same blocks with the same labels, in any order: others may have sorted them. */
static bool same_anchors(const struct txs_plan *plan, const json_t *record)
{
    json_t *given = json_object_get(json_object_get(record, "options"), "anchor");
    if (json_object_size(given) != plan->anchor_count)
        return false;
    for (size_t i = 0; i < plan->anchor_count; i++) {
        uint8_t hash[32];
        if (!parse_hash(hash, given, plan->anchor_labels[i]) ||
            memcmp(hash, plan->anchors[i], sizeof hash) != 0)
            return false;
    }
    return true;
}

static enum txs_status take_survey(struct resume *r, const json_t *record)
{
    const struct txs_plan *plan = r->records->plan;
    char shard[SHARD_TEXT_MAX];
    shard_text(shard, plan);
    int64_t schema;
    if (!parse_integer(&schema, json_object_get(record, "schema"), SCHEMA, SCHEMA))
        return refuse(r, "its records are of another version");
    const char *chain = parse_text(record, "chain");
    if (chain == NULL || strcmp(chain, plan->chain->name) != 0)
        return txs_fail(&r->reason, TXS_E_USAGE, "the run was of chain %.20s, this one is of %s",
                        chain == NULL ? "?" : chain, plan->chain->name);
    if (!is_text(record, "id_type", id_type_name(plan)) ||
        !same_ids(r, json_object_get(record, "txids")))
        return refuse(r, "the run asked for other transactions");
    if (!same_block(plan, record))
        return refuse(r, "the run looked into another block");
    if (!same_anchors(plan, record))
        return refuse(r, "the run asked for other anchors");
    if (!is_text(record, "shard", shard))
        return refuse(r, "the run was of another shard");
    if (json_is_true(json_object_get(record, "resumed")) != r->begun)
        return refuse(r, r->begun ? "another run begins" : "the beginning of the run is missing");
    r->begun = true;
    r->crawls = json_is_true(json_object_get(json_object_get(record, "options"), "crawl"));
    return TXS_OK;
}

/* seed and peer */

static enum txs_status take_told(struct resume *r, const json_t *record, size_t *count)
{
    const json_t *list = json_object_get(record, "new_addresses");
    *count = json_array_size(list);
    if (list != NULL && !json_is_null(list) && !json_is_array(list))
        return refuse(r, "new_addresses is no list");
    void *told = room(r->told, &r->told_cap, *count, sizeof *r->told);
    if (told == NULL && *count > 0)
        return no_memory(r);
    r->told = told;
    for (size_t i = 0; i < *count; i++)
        if (!parse_told_address(&r->told[i], json_array_get(list, i)))
            return refuse(r, "new_addresses holds what is no address");
    return TXS_OK;
}

static bool was_interrupted(const json_t *seed)
{
    const char *error = parse_text(seed, "error");
    return error != NULL && strstr(error, TXS_SEED_INTERRUPTED) != NULL;
}

static enum txs_status take_seed(struct resume *r, const json_t *record)
{
    struct txs_restored_seed seed = {.host = parse_text(record, "host")};
    if (seed.host == NULL)
        return refuse(r, "a seed without a name");
    if (is_text(record, "outcome", txs_seed_outcome_name(TXS_SEED_FAILED)) ||
        is_text(record, "outcome", txs_seed_outcome_name(TXS_SEED_TIMEOUT)) ||
        was_interrupted(record)) {
        r->left_over = true; /* it is asked again */
        return TXS_OK;
    }
    if (!is_text(record, "outcome", txs_seed_outcome_name(TXS_SEED_RESOLVED)))
        return refuse(r, "a seed without a proper outcome");
    enum txs_status status = take_told(r, record, &seed.told_count);
    seed.told = r->told;
    return status == TXS_OK ? r->events->seed(r->events->context, &seed) : status;
}

static enum txs_status remember_peer(struct resume *r, const struct txs_address *address)
{
    void *recorded =
        room(r->recorded, &r->recorded_cap, r->recorded_count + 1, sizeof *r->recorded);
    if (recorded == NULL)
        return no_memory(r);
    r->recorded = recorded;
    r->recorded[r->recorded_count++] = (struct recorded_peer){*address, r->line.number};
    return TXS_OK;
}

/* 0 where it is null or not there. */
static bool take_count(uint64_t *out, const json_t *value)
{
    int64_t count = 0;
    if (value != NULL && !json_is_null(value) && !parse_integer(&count, value, 0, MAX_INTEGER))
        return false;
    *out = (uint64_t)count;
    return true;
}

/* The survey ended while its addresses were awaited. */
static bool was_not_heard_out(const json_t *record)
{
    return json_is_number(json_object_get(record, "handshake_ms")) &&
           json_is_null(json_object_get(record, "addresses"));
}

static void count_served(struct resume *r, const struct txs_peer_result *result)
{
    for (size_t i = 0; i < result->answer_count; i++)
        if (result->answers[i].status == TXS_ID_SERVED)
            forms_serve(&r->records->forms, i,
                        result->answers[i].has_wtxid ? result->answers[i].wtxid : NULL, false);
}

/* Its result is not the last word: it is asked again. */
static bool is_unfinished(const struct resume *r, const json_t *record, enum txs_outcome outcome)
{
    return outcome == TXS_OUTCOME_INTERRUPTED || json_is_true(json_object_get(record, "suspect")) ||
           (r->crawls && was_not_heard_out(record));
}

static enum txs_status take_peer(struct resume *r, const json_t *record)
{
    struct txs_peer_result result;
    struct txs_restored_peer peer = {.result = &result};
    uint64_t addresses;
    if (!parse_peer_address(&peer.address, record))
        return refuse(r, "a peer without a proper address");
    if (!take_count(&addresses, json_object_get(record, "addresses")))
        return refuse(r, "a peer without a proper count of addresses");
    const char *wrong = restored_result(&r->peers, &result, record);
    if (wrong != NULL)
        return refuse(r, wrong);
    enum txs_status status = take_told(r, record, &peer.told_count);
    if (status == TXS_OK)
        status = remember_peer(r, &peer.address);
    if (status != TXS_OK)
        return status;
    if (is_unfinished(r, record, result.outcome)) {
        r->left_over = true;
        return TXS_OK;
    }
    peer.told = r->told;
    count_served(r, &result);
    return r->events->peer(r->events->context, &peer);
}

/* transaction and summary */

static enum txs_status take_transaction(struct resume *r, const json_t *record)
{
    const struct txs_plan *plan = r->records->plan;
    uint8_t txid[32], hash[32];
    bool whole = parse_hash(hash, record, "hash");
    bool named = parse_hash(txid, record, "txid");
    const uint8_t *asked = plan->id_type == TXS_ID_TYPE_WTXID && whole ? hash : txid;
    int id = named ? target_find(plan, asked) : -1;
    if (id < 0)
        return refuse(r, "a transaction that is none of this run's");
    switch (forms_restore(&r->records->forms, (size_t)id, whole ? hash : NULL)) {
    case FORM_DUE:
        return TXS_OK;
    case FORM_RECORDED:
    case FORM_LEFT_OUT:
        return refuse(r, "a transaction that was recorded before");
    case FORM_NO_MEMORY:
        break;
    }
    return no_memory(r);
}

static enum txs_status take_summary(struct resume *r, const json_t *record)
{
    const json_t *ignored = json_object_get(json_object_get(record, "address_book"), "ignored");
    const json_t *suspect = json_object_get(record, "vantage_suspect");
    if (suspect != NULL && !json_is_boolean(suspect))
        return refuse(r, "a summary whose vantage_suspect is neither true nor false");
    for (unsigned i = 0; i < TXS_IGNORED_COUNT; i++) {
        const json_t *count = json_object_get(ignored, txs_ignored_name(i));
        if (!take_count(&r->summary.ignored[i], count))
            return refuse(r, "a summary that does not count what was left out");
    }
    r->summary.vantage_suspect = json_is_true(suspect);
    r->summarized = r->left_over = true;
    return TXS_OK;
}

/* Lines */

static enum txs_status take_record(struct resume *r, const json_t *record)
{
    static const struct {
        const char *type;
        enum txs_status (*take)(struct resume *r, const json_t *record);
    } takers[] = {
        {"survey", take_survey},           {"seed", take_seed},       {"peer", take_peer},
        {"transaction", take_transaction}, {"summary", take_summary},
    };
    const char *uuid = parse_text(record, "survey");
    if (!r->begun && (!parse_is_type(record, "survey") || !is_uuid(uuid)))
        return refuse(r, "the file does not begin with a survey's record");
    if (r->begun && (uuid == NULL || strcmp(uuid, r->records->uuid) != 0))
        return refuse(r, "a record of another run");
    if (!r->begun)
        memcpy(r->records->uuid, uuid, sizeof r->records->uuid);
    for (size_t i = 0; i < sizeof takers / sizeof *takers; i++)
        if (parse_is_type(record, takers[i].type))
            return takers[i].take(r, record);
    return refuse(r, "a record of an unknown type");
}

/* A transaction may be of any length: its ids come before what is long. */
static enum txs_status parse_record(struct resume *r, json_t **record)
{
    for (size_t i = 0; i < r->line.len; i++)
        if ((unsigned char)r->line.text[i] < ' ' || r->line.text[i] == '\x7f')
            return refuse(r, "it is no record: it holds a control character");
    if (r->line.len == 0 || r->line.text[0] != '{')
        return refuse(r, "it is no record");
    if (r->line.len == 1)
        return refuse(r, "it is no record: they stand one a line (jq -c)");
    if (!r->line.cut)
        return parse_object(record, r->line.text, r->line.len, &r->reason);
    enum txs_status status = parse_head(record, r->line.text, r->line.len, &r->reason);
    if (status == TXS_OK && !parse_is_type(*record, "transaction")) {
        json_decref(*record);
        return refuse(r, "it is too long");
    }
    return status;
}

/* A good line behind the cut, from the file itself since it may be of any length. */
static enum txs_status keep_behind(struct resume *r)
{
    size_t len = (size_t)(r->line.end - r->line.offset), done = 0;
    if (len > BEHIND_MAX_BYTES - r->behind_len)
        return refuse(r, "too much stands behind the first record of an interruption");
    void *behind = room(r->behind, &r->behind_cap, r->behind_len + len, 1);
    if (behind == NULL)
        return no_memory(r);
    r->behind = behind;
    while (done < len) {
        ssize_t n = pread(txs_output_fd(r->records->output), r->behind + r->behind_len + done,
                          len - done, (off_t)(r->line.offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return txs_fail(&r->reason, TXS_E_IO, "%s", n < 0 ? strerror(errno) : "it is gone");
        done += (size_t)n;
    }
    r->behind_len += len;
    return TXS_OK;
}

static enum txs_status take_line(struct resume *r)
{
    json_t *record;
    r->left_over = !r->line.ended;
    if (r->left_over && !r->begun && !ours_may_be_torn(r->line.text, r->line.len, FIRST_RECORD))
        return refuse(r, "the file does not begin with a survey's record");
    if (r->line.ended) {
        if (r->summarized)
            return refuse(r, "it stands behind a summary");
        enum txs_status status = parse_record(r, &record);
        if (status != TXS_OK)
            return status;
        status = take_record(r, record);
        json_decref(record);
        if (status != TXS_OK)
            return status;
    }
    r->end = r->line.end;
    if (r->left_over && r->cut == UINT64_MAX)
        r->cut = r->line.offset;
    if (!r->left_over && r->cut != UINT64_MAX)
        return keep_behind(r);
    return TXS_OK;
}

static int by_address_and_line(const void *a, const void *b)
{
    const struct recorded_peer *x = a, *y = b;
    int order = memcmp(&x->address, &y->address, sizeof x->address);
    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static enum txs_status no_peer_twice(struct resume *r, const char *path,
                                     struct txs_message *message)
{
    if (r->recorded_count > 0)
        qsort(r->recorded, r->recorded_count, sizeof *r->recorded, by_address_and_line);
    for (size_t i = 1; i < r->recorded_count; i++)
        if (txs_address_equal(&r->recorded[i - 1].address, &r->recorded[i].address))
            return txs_fail(message, TXS_E_USAGE,
                            "%.200s: line %" PRIu64 ": a peer that has a record in line %" PRIu64,
                            path, r->recorded[i].line, r->recorded[i - 1].line);
    return TXS_OK;
}

static enum txs_status read_file(struct resume *r, const char *path, struct txs_message *message)
{
    int fd = txs_output_fd(r->records->output);
    struct txs_line_reader *reader = txs_line_reader_new(fd, path, PARSE_LINE_MAX_BYTES);
    enum txs_status status = TXS_OK;
    if (reader == NULL)
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    while (status == TXS_OK && txs_line_next(reader, &r->line)) {
        txs_line_finish(reader, &r->line);
        status = take_line(r);
        if (status != TXS_OK)
            txs_line_refuse(reader, r->line.number, status, r->reason.text, message);
    }
    if (status == TXS_OK && txs_line_reader_status(reader, message) != TXS_OK)
        status = TXS_E_IO;
    txs_line_reader_free(reader);
    return status == TXS_OK ? no_peer_twice(r, path, message) : status;
}

static void append_again(struct resume *r)
{
    for (size_t at = 0; at < r->behind_len;) {
        const char *line = r->behind + at;
        size_t len = (size_t)((const char *)memchr(line, '\n', r->behind_len - at) - line);
        txs_output_end_line(r->records->output, txs_output_piece(r->records->output, line, len));
        at += len + 1;
    }
}

static enum txs_status go_on(struct resume *r, struct txs_message *message)
{
    struct txs_output *output = r->records->output;
    uint64_t keep = r->cut != UINT64_MAX ? r->cut : r->end;
    enum txs_status status = txs_output_continue(output, keep, message);
    if (status != TXS_OK)
        return status;
    append_again(r);
    if (txs_output_flush(output) == TXS_BROKEN)
        return txs_fail(message, TXS_E_IO, "%s", txs_output_error(output));
    r->events->summary(r->events->context, &r->summary);
    r->records->resumed = r->begun;
    return TXS_OK;
}

enum txs_status txs_records_resume(struct txs_records *records, const char *path,
                                   const struct txs_resume_events *events,
                                   struct txs_message *message)
{
    struct resume r = {
        .records = records,
        .events = events,
        .cut = UINT64_MAX,
    };
    if (!txs_output_is_own_file(records->output))
        return txs_fail(message, TXS_E_USAGE, "--resume: %.200s is no regular file", path);
    enum txs_status status = TXS_OK;
    if (!restored_init(&r.peers, records->plan))
        status = txs_fail(message, TXS_E_NOMEM, "out of memory");
    else
        status = read_file(&r, path, message);
    if (status == TXS_OK)
        status = go_on(&r, message);
    restored_free(&r.peers);
    free(r.told);
    free(r.recorded);
    free(r.behind);
    return status;
}
