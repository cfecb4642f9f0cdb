#include "stats.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define LOGGED_MAX 100

static const char *const command_names[SIM_COMMAND_COUNT] = {
#define X(id, name) name,
    SIM_COMMAND_TABLE(X)
#undef X
};

static const char *const violation_names[SIM_VIOLATION_COUNT] = {
#define X(id, name, what) name,
    SIM_VIOLATION_TABLE(X)
#undef X
};

static const char *const violation_texts[SIM_VIOLATION_COUNT] = {
#define X(id, name, what) what,
    SIM_VIOLATION_TABLE(X)
#undef X
};

enum sim_command sim_command_by_name(const char *name)
{
    unsigned i = 0;
    while (i < SIM_COMMAND_OTHER && strcmp(command_names[i], name))
        i++;
    return (enum sim_command)i;
}

void sim_stats_violation(struct sim_stats *stats, enum sim_violation violation, const char *who)
{
    stats->violations[violation]++;
    if (stats->violations_total++ < LOGGED_MAX)
        fprintf(stderr, "simnet: violation: %s: %s (%s)\n", who, violation_names[violation],
                violation_texts[violation]);
}

static json_t *counts(const char *const *names, const uint64_t *values, size_t len)
{
    json_t *object = json_object();
    for (size_t i = 0; i < len; i++)
        json_object_set_new(object, names[i], json_integer((json_int_t)values[i]));
    return object;
}

static json_t *stats_json(const struct sim_stats *stats)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:o,s:o,s:I}", "accepted", (json_int_t)stats->accepted,
                     "max_open", (json_int_t)stats->max_open, "bytes_sent",
                     (json_int_t)stats->bytes_sent, "bytes_received",
                     (json_int_t)stats->bytes_received, "messages",
                     counts(command_names, stats->commands, SIM_COMMAND_COUNT), "violations",
                     counts(violation_names, stats->violations, SIM_VIOLATION_COUNT),
                     "violations_total", (json_int_t)stats->violations_total);
}

bool sim_stats_write(const struct sim_stats *stats, const char *path)
{
    json_t *json = stats_json(stats);
    bool ok = json && json_dump_file(json, path, JSON_INDENT(2)) == 0;
    json_decref(json);
    return ok;
}

void sim_stats_print(const struct sim_stats *stats)
{
    json_t *json = stats_json(stats);
    json_dumpf(json, stderr, JSON_INDENT(2));
    fputc('\n', stderr);
    json_decref(json);
}
