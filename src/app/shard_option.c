#include "shard_option.h"

#include "values.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS "TXSURVEY_SHARDS"

/* A variable that must be set; any number will do where `max` is UINT32_MAX. */
static enum txs_status read_variable(uint64_t *out, const char *name, uint64_t min, uint64_t max,
                                     struct txs_message *message)
{
    struct txs_message reason;
    const char *text = getenv(name);
    if (text == NULL)
        return txs_fail(message, TXS_E_USAGE, "auto: %s is not set", name);
    if (value_number(out, text, min, max, &reason) != TXS_OK)
        return txs_fail(message, TXS_E_USAGE, "auto: %s: %.300s", name, reason.text);
    return TXS_OK;
}

static enum txs_status complete(uint32_t *index, uint32_t *count, uint64_t i, uint64_t n)
{
    *index = (uint32_t)i;
    *count = (uint32_t)n;
    return TXS_OK;
}

static enum txs_status check_count(uint64_t count, const char *name, struct txs_message *message)
{
    uint64_t shards;
    if (getenv(SHARDS) == NULL)
        return TXS_OK;
    enum txs_status status = read_variable(&shards, SHARDS, 1, SHARDS_MAX, message);
    if (status == TXS_OK && shards != count)
        return txs_fail(message, TXS_E_USAGE, "auto: %s is %" PRIu64 ", but " SHARDS " is %" PRIu64,
                        name, count, shards);
    return status;
}

struct array {
    uint64_t id, min, max, step, count;
};

static enum txs_status read_array(struct array *a, struct txs_message *message)
{
    const struct {
        uint64_t *out;
        const char *name;
        uint64_t min, max;
    } variables[] = {
        {&a->id, "SLURM_ARRAY_TASK_ID", 0, UINT32_MAX},
        {&a->min, "SLURM_ARRAY_TASK_MIN", 0, UINT32_MAX},
        {&a->max, "SLURM_ARRAY_TASK_MAX", 0, UINT32_MAX},
        {&a->step, "SLURM_ARRAY_TASK_STEP", 1, UINT32_MAX},
        {&a->count, "SLURM_ARRAY_TASK_COUNT", 1, SHARDS_MAX},
    };
    enum txs_status status = TXS_OK;
    for (size_t i = 0; i < sizeof variables / sizeof *variables && status == TXS_OK; i++)
        status = read_variable(variables[i].out, variables[i].name, variables[i].min,
                               variables[i].max, message);
    return status;
}

/* The ids of an array are MIN, MIN + STEP, ..., MAX. One with gaps is refused in each of its tasks:
 * no task may survey another one's shard. */
static enum txs_status read_slurm_array(uint32_t *index, uint32_t *count,
                                        struct txs_message *message)
{
    struct array a;
    const char *tasks = getenv("SLURM_STEP_NUM_TASKS");
    enum txs_status status = read_array(&a, message);
    if (status != TXS_OK)
        return status;
    if (tasks != NULL && strcmp(tasks, "1") != 0)
        return txs_fail(
            message, TXS_E_USAGE,
            "auto: SLURM_ARRAY_TASK_ID is set, and SLURM_STEP_NUM_TASKS is not 1: which "
            "of the two counts?");
    if (a.max < a.min || (a.max - a.min) % a.step != 0 || (a.max - a.min) / a.step + 1 != a.count)
        return txs_fail(message, TXS_E_USAGE,
                        "auto: the Slurm array has gaps: SLURM_ARRAY_TASK_COUNT is %" PRIu64
                        ", from %" PRIu64 " to %" PRIu64 " in steps of %" PRIu64,
                        a.count, a.min, a.max, a.step);
    if (a.id < a.min || a.id > a.max || (a.id - a.min) % a.step != 0)
        return txs_fail(message, TXS_E_USAGE,
                        "auto: SLURM_ARRAY_TASK_ID is %" PRIu64 ", which is none of %" PRIu64
                        " to %" PRIu64 " in steps of %" PRIu64,
                        a.id, a.min, a.max, a.step);
    status = check_count(a.count, "SLURM_ARRAY_TASK_COUNT", message);
    return status == TXS_OK ? complete(index, count, (a.id - a.min) / a.step + 1, a.count) : status;
}

/* The tasks of one srun. A batch script itself looks like the first of them, but for SLURM_STEP_ID.
 */
static enum txs_status read_slurm_tasks(uint32_t *index, uint32_t *count,
                                        struct txs_message *message)
{
    uint64_t rank, n;
    if (getenv("SLURM_JOB_ID") != NULL && getenv("SLURM_STEP_ID") == NULL)
        return txs_fail(message, TXS_E_USAGE,
                        "auto: SLURM_STEP_ID is not set: start the shards with srun, or submit an "
                        "array");
    enum txs_status status = read_variable(&n, "SLURM_NTASKS", 1, SHARDS_MAX, message);
    if (status == TXS_OK)
        status = read_variable(&rank, "SLURM_PROCID", 0, n - 1, message);
    if (status == TXS_OK)
        status = check_count(n, "SLURM_NTASKS", message);
    return status == TXS_OK ? complete(index, count, rank + 1, n) : status;
}

static enum txs_status read_counted(uint32_t *index, uint32_t *count, const char *name,
                                    uint64_t first, struct txs_message *message)
{
    uint64_t i, n;
    enum txs_status status = read_variable(&n, SHARDS, 1, SHARDS_MAX, message);
    if (status == TXS_OK)
        status = read_variable(&i, name, first, first + n - 1, message);
    return status == TXS_OK ? complete(index, count, i - first + 1, n) : status;
}

static enum txs_status read_kubernetes(uint32_t *index, uint32_t *count,
                                       struct txs_message *message)
{
    return read_counted(index, count, "JOB_COMPLETION_INDEX", 0, message);
}

static enum txs_status read_parallel(uint32_t *index, uint32_t *count, struct txs_message *message)
{
    return read_counted(index, count, "PARALLEL_SEQ", 1, message);
}

static enum txs_status read_environment(uint32_t *index, uint32_t *count,
                                        struct txs_message *message)
{
    bool in_array = getenv("SLURM_ARRAY_TASK_ID") != NULL; /* where SLURM_PROCID may be set, too */
    const struct {
        const char *sign;
        enum txs_status (*read)(uint32_t *index, uint32_t *count, struct txs_message *message);
    } systems[] = {
        {in_array ? "SLURM_ARRAY_TASK_ID" : "SLURM_PROCID",
         in_array ? read_slurm_array : read_slurm_tasks},
        {"JOB_COMPLETION_INDEX", read_kubernetes},
        {"PARALLEL_SEQ", read_parallel},
    };
    size_t known = sizeof systems / sizeof *systems, found = known;
    for (size_t i = 0; i < known; i++) {
        if (getenv(systems[i].sign) == NULL)
            continue;
        if (found != known)
            return txs_fail(message, TXS_E_USAGE,
                            "auto: both %s and %s are set: which of the two counts?",
                            systems[found].sign, systems[i].sign);
        found = i;
    }
    if (found == known)
        return txs_fail(message, TXS_E_USAGE,
                        "auto: none of SLURM_ARRAY_TASK_ID, SLURM_PROCID, JOB_COMPLETION_INDEX and "
                        "PARALLEL_SEQ is set");
    return systems[found].read(index, count, message);
}

enum txs_status value_shard(uint32_t *index, uint32_t *count, const char *text,
                            struct txs_message *message)
{
    uint64_t i, n;
    char first[16];
    size_t len = strcspn(text, "/");
    if (strcmp(text, "auto") == 0)
        return read_environment(index, count, message);
    snprintf(first, sizeof first, "%.*s", len < sizeof first ? (int)len : 0, text);
    if (text[len] != '/' || value_number(&n, text + len + 1, 1, SHARDS_MAX, message) != TXS_OK ||
        value_number(&i, first, 1, n, message) != TXS_OK)
        return txs_fail(message, TXS_E_USAGE,
                        "'%.200s' is no shard: I/N with 1 <= I <= N <= %d, or auto", text,
                        SHARDS_MAX);
    return complete(index, count, i, n);
}
