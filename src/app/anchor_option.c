#include "anchor_option.h"

#include "values.h"

#include <string.h>

static const char label_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

/* Of the text up to `equals`, or the default where that is NULL. */
static enum txs_status take_label(char out[TXS_ANCHOR_LABEL_MAX + 1], const struct txs_plan *plan,
                                  const char *text, const char *equals, struct txs_message *message)
{
    if (equals == NULL) {
        strcpy(out, "anchor");
        return plan->anchor_count == 0 ? TXS_OK
                                       : txs_fail(message, TXS_E_USAGE,
                                                  "'%.300s' needs a label, as in LABEL=HASH", text);
    }
    size_t len = (size_t)(equals - text);
    if (len == 0 || len > TXS_ANCHOR_LABEL_MAX || strspn(text, label_letters) != len)
        return txs_fail(message, TXS_E_USAGE,
                        "'%.*s' is no label: it takes 1 to %d of a-z, 0-9 and _",
                        len < 200 ? (int)len : 200, text, TXS_ANCHOR_LABEL_MAX);
    memcpy(out, text, len);
    out[len] = '\0';
    return TXS_OK;
}

static enum txs_status refuse_twice(const struct txs_plan *plan, const char *label,
                                    const uint8_t hash[32], struct txs_message *message)
{
    for (size_t i = 0; i < plan->anchor_count; i++) {
        if (strcmp(plan->anchor_labels[i], label) == 0)
            return txs_fail(message, TXS_E_USAGE, "the label '%s' is given twice", label);
        if (memcmp(plan->anchors[i], hash, 32) == 0)
            return txs_fail(message, TXS_E_USAGE, "'%s' and '%s' are the same block",
                            plan->anchor_labels[i], label);
    }
    return TXS_OK;
}

enum txs_status add_anchor(struct txs_plan *plan, const char *text, struct txs_message *message)
{
    char label[TXS_ANCHOR_LABEL_MAX + 1];
    uint8_t hash[32];
    const char *end = text + strcspn(text, "=/"); /* behind a slash it is an address's */
    const char *equals = *end == '=' ? end : NULL;
    enum txs_status status = value_block_hash(hash, equals != NULL ? equals + 1 : text, message);
    if (status != TXS_OK)
        return status;
    if (plan->anchor_count == TXS_ANCHORS_MAX)
        return txs_fail(message, TXS_E_USAGE, "more than %d of them", TXS_ANCHORS_MAX);
    status = take_label(label, plan, text, equals, message);
    if (status == TXS_OK)
        status = refuse_twice(plan, label, hash, message);
    if (status != TXS_OK)
        return status;
    strcpy(plan->anchor_labels[plan->anchor_count], label);
    memcpy(plan->anchors[plan->anchor_count++], hash, sizeof hash);
    return TXS_OK;
}
