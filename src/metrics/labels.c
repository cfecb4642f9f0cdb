#include "labels.h"

#include "txsurvey/bytes.h"
#include "txsurvey/escape.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS 8
#define SUFFIX ".prom"

char *label_of_file(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t len = strlen(name), suffix = strlen(SUFFIX);
    if (len > suffix && strcmp(name + len - suffix, SUFFIX) == 0)
        len -= suffix;
    char *label = malloc(4 * len + 1);
    if (label != NULL)
        txs_escape_text(label, (const uint8_t *)name, len);
    return label;
}

static bool is_taken(char *const *labels, size_t count, const char *label)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(labels[i], label) == 0)
            return true;
    return false;
}

enum txs_status make_id_labels(char **out, const struct txs_plan *plan, struct txs_message *message)
{
    for (size_t i = 0; i < plan->id_count; i++) {
        char digits[65], first[DIGITS + 1] = "";
        txs_hash_to_hex(digits, plan->ids[i]);
        memcpy(first, digits, DIGITS);
        const char *label = plan->labels[i] != NULL ? plan->labels[i] : first;
        if (is_taken(out, i, label))
            label = digits; /* which no label is, see txs_plan_add_labelled_id() */
        out[i] = strdup(label);
        if (out[i] == NULL)
            return txs_fail(message, TXS_E_NOMEM, "out of memory");
    }
    return TXS_OK;
}
