#include "anchors.h"

/* `value` makes a label's member. */
static json_t *by_label(const struct txs_plan *plan,
                        json_t *(*value)(const void *source, size_t anchor), const void *source)
{
    if (plan->anchor_count == 0)
        return json_null();
    json_t *object = json_object();
    for (size_t i = 0; i < plan->anchor_count && object != NULL; i++) {
        if (!json_put(object, plan->anchor_labels[i], value(source, i))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *given(const void *source, size_t anchor)
{
    return json_hash(((const struct txs_plan *)source)->anchors[anchor]);
}

static json_t *said(const void *source, size_t anchor)
{
    return json_text(txs_anchor_name(((const struct txs_peer_result *)source)->anchors[anchor]));
}

static json_t *counted(const void *source, size_t anchor)
{
    const struct txs_anchor_tally *tally = &((const struct txs_tally *)source)->anchors[anchor];
    json_t *object = json_object();
    if (json_put(object, "has", json_number(tally->has)) &&
        json_put(object, "lacks", json_number(tally->lacks)) &&
        json_put(object, "unknown", json_number(tally->unknown)))
        return object;
    json_decref(object);
    return NULL;
}

json_t *anchors_given(const struct txs_plan *plan)
{
    return by_label(plan, given, plan);
}

json_t *anchors_said(const struct txs_plan *plan, const struct txs_peer_result *result)
{
    return by_label(plan, said, result);
}

json_t *anchors_counted(const struct txs_plan *plan, const struct txs_tally *tally)
{
    return by_label(plan, counted, tally);
}
