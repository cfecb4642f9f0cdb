/* The records as JSON lines. What a record consists of is declared once, in a table a record type,
 * which feeds the writer, the schema and the manual.
 */
#ifndef TXSURVEY_JSONL_H
#define TXSURVEY_JSONL_H

#include "txsurvey/output.h"
#include "txsurvey/plan.h"
#include "txsurvey/sink.h"

struct txs_records;

/* An option of the run as it stands in the `survey` line: a name and its value as JSON. */
enum txs_option_kind {
    TXS_OPTION_COUNT, /* never null */
    TXS_OPTION_NUMBER,
    TXS_OPTION_SECONDS,
    TXS_OPTION_SAT_VB,
    TXS_OPTION_BOOL,
    TXS_OPTION_TEXT,
    TXS_OPTION_ANCHORS
};
struct txs_option_value {
    const char *name;
    const char *about; /* what the option does, for the schema */
    enum txs_option_kind kind;
    uint64_t number;             /* thousandths for SECONDS and SAT_VB; UINT64_MAX is null */
    const char *text;            /* NULL is null */
    const struct txs_plan *plan; /* ANCHORS: the block's hash of each label; none is null */
};

/* Of `random` bytes the first 16 become a version 4 UUID, the rest stays secret. The rest is
 * borrowed. NULL when out of memory. */
#define TXS_RECORDS_RANDOM_BYTES 24
struct txs_records *txs_records_new(struct txs_output *output, const struct txs_plan *plan,
                                    const uint8_t random[TXS_RECORDS_RANDOM_BYTES],
                                    const struct txs_wall_clock *wall);
void txs_records_free(struct txs_records *records);

/* What the earlier part of a run recorded, in the order of its records; borrowed for the call.
 * Anything but TXS_OK ends the reading. */
struct txs_resume_events {
    void *context;
    enum txs_status (*peer)(void *context, const struct txs_restored_peer *peer);
    enum txs_status (*seed)(void *context, const struct txs_restored_seed *seed);
    /* The last call; all zero where there was no summary. */
    void (*summary)(void *context, const struct txs_restored_summary *summary);
};

/* An output's file, which is at `path`, may be emptied: it is empty, holds what we write, as far as
 * its beginning tells, or is no regular file. Else TXS_E_USAGE, or TXS_E_IO. */
enum txs_status txs_records_check_file(const struct txs_output *output, const char *path,
                                       struct txs_message *message);
enum txs_status txs_trace_check_file(const struct txs_output *output, const char *path,
                                     struct txs_message *message);

/* In place of txs_output_empty(), before the first line: makes the output's file, which is at
 * `path`, ready to be continued. The records take its UUID and know its transactions; what its end
 * left over is cut off. A file without a whole line begins a run of its own. TXS_E_USAGE, the file
 * as it was, where it is no run of the plan's targets, chain and shard, or is damaged before its
 * end. */
enum txs_status txs_records_resume(struct txs_records *records, const char *path,
                                   const struct txs_resume_events *events,
                                   struct txs_message *message);

/* Each appends one line. A line that cannot be made (memory) breaks the output: see
 * txs_output_flush(). */
void txs_records_survey(struct txs_records *records, const char *tool, uint64_t started_ms,
                        const struct txs_option_value *options, size_t option_count);
void txs_records_seed(struct txs_records *records, const struct txs_seed_record *record);
void txs_records_transaction(struct txs_records *records,
                             const struct txs_transaction_record *record);
void txs_records_peer(struct txs_records *records, const struct txs_peer_record *record);
void txs_records_summary(struct txs_records *records, const struct txs_ending *ending);

/* Whether a peer's record can be taken without more waiting to be written than the output's figure
 * and one record. A transaction can always be handed over: where there is no room, its bytes are
 * kept, up to a figure, and its line is made later. */
bool txs_records_have_room(const struct txs_records *records);
/* Makes the lines of transactions that wait, and flushes the output. Not FULL: there is room. */
enum txs_flush txs_records_flush(struct txs_records *records);

/* JSON Schema (2020-12) of a line of the records, or of the trace, with the options that a `survey`
 * line shows. Additional fields are allowed. To be freed; NULL when out of memory. */
char *txs_records_schema(const struct txs_option_value *options, size_t option_count);

/* The dictionary: what stands in the records, for the manual. */
struct txs_about {
    const char *path;  /* peer, peer.transactions; of codes the heading */
    const char *name;  /* of the field or the code; NULL: this is about the path itself */
    const char *kind;  /* of a field: what kind of value, with its unit; else NULL */
    const char *codes; /* of a field: the heading of the codes that it may hold, or NULL */
    const char *text;  /* may be empty */
};
typedef void txs_about_fn(void *context, const struct txs_about *about);
/* `visit` is called for each record and its fields, in the order in which they are written; what is
 * an object in it follows as a path of its own. */
void txs_records_describe(const struct txs_option_value *options, size_t option_count,
                          txs_about_fn *visit, void *context);
void txs_codes_describe(txs_about_fn *visit, void *context);

/* A trace of messages as JSON lines. */
struct txs_trace;
struct txs_trace *txs_trace_new(struct txs_output *output, const struct txs_chain *chain,
                                const struct txs_wall_clock *wall);
void txs_trace_free(struct txs_trace *trace);
/* As txs_sink.tap. */
void txs_trace_tap(struct txs_trace *trace, void **slot, const struct txs_tapped *peer,
                   enum txs_tap_event event, uint64_t now_ms, struct txs_span bytes);

#endif
