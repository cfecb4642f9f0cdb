#include "anchors.h"

/* `value` writes a label's. */
static void by_label(struct line *l, const struct txs_plan *plan,
                     void (*value)(struct line *l, const void *source, size_t anchor),
                     const void *source)
{
    if (plan->anchor_count == 0) {
        line_null(l);
        return;
    }
    line_open(l, '{');
    for (size_t i = 0; i < plan->anchor_count; i++) {
        line_name(l, plan->anchor_labels[i]);
        value(l, source, i);
    }
    line_close(l, '}');
}

static void given(struct line *l, const void *source, size_t anchor)
{
    line_hash(l, ((const struct txs_plan *)source)->anchors[anchor]);
}

static void said(struct line *l, const void *source, size_t anchor)
{
    line_text(l, txs_anchor_name(((const struct txs_peer_result *)source)->anchors[anchor]));
}

static const struct txs_anchor_tally *counts_of(const struct field_source *s)
{
    return s->thing;
}

static void has(struct line *l, const struct field_source *s)
{
    line_number(l, counts_of(s)->has);
}

static void lacks(struct line *l, const struct field_source *s)
{
    line_number(l, counts_of(s)->lacks);
}

static void unknown(struct line *l, const struct field_source *s)
{
    line_number(l, counts_of(s)->unknown);
}

static const struct field counts_fields[] = {
    FIELD("has", COUNT, "peers that have its block", has),
    FIELD("lacks", COUNT, "peers that lack it", lacks),
    FIELD("unknown", COUNT, "peers that did not prove either", unknown),
};
const struct fields anchor_counts = FIELDS("anchors", "one a label of --anchor", counts_fields);

static void counted(struct line *l, const void *source, size_t anchor)
{
    const struct txs_anchor_tally *tally = &((const struct txs_tally *)source)->anchors[anchor];
    fields_object(l, &anchor_counts, &(struct field_source){NULL, tally});
}

void anchors_given(struct line *l, const struct txs_plan *plan)
{
    by_label(l, plan, given, plan);
}

void anchors_said(struct line *l, const struct txs_plan *plan, const struct txs_peer_result *result)
{
    by_label(l, plan, said, result);
}

void anchors_counted(struct line *l, const struct txs_plan *plan, const struct txs_tally *tally)
{
    by_label(l, plan, counted, tally);
}
