#include "options.h"

#include "census_option.h"
#include "command_line.h"

#include "txsurvey/book.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static enum txs_status take(struct options *o, const struct word *word, struct txs_message *message)
{
    const struct option_spec *spec = word->spec;
    struct txs_message reason;
    if (spec == NULL)
        return txs_plan_add_id(&o->plan, word->value, message);
    if (spec->take == NULL) {
        *(bool *)((char *)o + spec->sets) = true;
        return TXS_OK;
    }
    enum txs_status status = spec->take(o, word->value, &reason);
    if (status != TXS_OK)
        return txs_fail(message, status, "--%s: %.900s", spec->name, reason.text);
    return TXS_OK;
}

/* All words are walked once a pass, so that each option is taken when those it depends on are
 * known. */
static enum txs_status take_all(struct options *o, int argc, char **argv, enum option_pass pass,
                                struct txs_message *message)
{
    struct command_line line = {.argc = argc, .argv = argv, .at = 1};
    struct word word;
    enum txs_status status;
    while (command_line_next(&line, &word, &status, message)) {
        if ((word.spec == NULL ? PASS_REST : word.spec->pass) == pass)
            status = take(o, &word, message);
        if (status != TXS_OK)
            return status;
    }
    return status;
}

/* Behind a proxy a name leads to one node, whichever form it has: the plain one will do. */
static enum txs_status add_built_in_seeds(struct options *o, struct txs_message *message)
{
    size_t count;
    const struct txs_seed_name *names = txs_seed_names(o->plan.chain->name, &count);
    enum txs_status status = TXS_OK;
    for (size_t i = 0; i < count && status == TXS_OK; i++)
        if (!names[i].is_filter || !o->plan.proxy.given)
            status = txs_plan_add_seed(&o->plan, names[i].host, message);
    return status;
}

/* Both paths lead to one regular file. */
static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

static bool is_renewed(const struct options *o)
{
    for (size_t i = 0; i < o->input_count && o->save_peers != NULL; i++)
        if (strcmp(o->inputs[i].option, INPUT_OF_PEERS) == 0 &&
            same_file(o->save_peers, o->inputs[i].path))
            return true;
    return false;
}

/* The option that reads the file at `path`, but for `allowed`; NULL: none does. */
static const char *read_by(const struct options *o, const char *path, const char *allowed)
{
    for (size_t i = 0; path != NULL && i < o->input_count; i++)
        if ((allowed == NULL || strcmp(o->inputs[i].option, allowed) != 0) &&
            same_file(path, o->inputs[i].path))
            return o->inputs[i].option;
    return NULL;
}

/* Under one name, which need not be there yet, or by links. */
static bool written_twice(const char *a, const char *b)
{
    return a != NULL && b != NULL && (strcmp(a, b) == 0 || same_file(a, b));
}

/* What is written is not read, but for a list of peers that is renewed, and not written twice. */
static enum txs_status check_written(const struct options *o, struct txs_message *message)
{
    const struct {
        const char *option, *path, *may_be_read_by;
    } written[] = {{"output", o->output, NULL},
                   {"trace", o->trace, NULL},
                   {"metrics", o->metrics, NULL},
                   {"save-peers", o->save_peers, INPUT_OF_PEERS}};
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        const char *reader = read_by(o, written[i].path, written[i].may_be_read_by);
        if (reader != NULL)
            return txs_fail(message, TXS_E_USAGE, "--%s: %.200s is read for --%s as well",
                            written[i].option, written[i].path, reader);
        for (size_t k = 0; k < i; k++)
            if (written_twice(written[i].path, written[k].path))
                return txs_fail(message, TXS_E_USAGE, "--%s and --%s name the same file",
                                written[k].option, written[i].option);
    }
    return TXS_OK;
}

static enum txs_status check_resume(const struct options *o, struct txs_message *message)
{
    struct stat st;
    if (o->resume && stat(o->output, &st) == 0 && !S_ISREG(st.st_mode))
        return txs_fail(message, TXS_E_USAGE, "--resume: %.200s is no regular file", o->output);
    return TXS_OK;
}

static enum txs_status check_company(const struct options *o, struct txs_message *message)
{
    const struct {
        bool given, in_company;
        const char *option, *needs;
    } needy[] = {{o->block_peers_given, o->plan.block_given, "block-peers", "block"},
                 {o->list_notes.skip_bad, o->peer_lists, "skip-bad-lines", "peers"},
                 {o->resume, o->output != NULL, "resume", "output"}};
    for (size_t i = 0; i < sizeof needy / sizeof *needy; i++)
        if (needy[i].given && !needy[i].in_company)
            return txs_fail(message, TXS_E_USAGE, "--%s needs --%s", needy[i].option,
                            needy[i].needs);
    /* wtxidrelay and sendaddrv2 stand before our verack, and may not be said to peers whose version
     * is below 70016 or not yet known (BIP339, BIP155). */
    static const char unknown_version[] = ": how to ask depends on the peer's version";
    bool by_wtxid = o->plan.id_type == TXS_ID_TYPE_WTXID;
    const struct {
        bool together;
        const char *option, *other, *why;
    } opposed[] = {{o->no_seeds && o->own_seeds, "dnsseed", "no-dnsseed", ""},
                   {o->no_seeds && o->force_seeds, "force-dnsseed", "no-dnsseed", ""},
                   {o->plan.eager && by_wtxid, "eager", "wtxid", unknown_version},
                   {o->plan.eager && o->plan.crawl, "eager", "crawl", unknown_version}};
    for (size_t i = 0; i < sizeof opposed / sizeof *opposed; i++)
        if (opposed[i].together)
            return txs_fail(message, TXS_E_USAGE, "--%s and --%s exclude each other%s",
                            opposed[i].option, opposed[i].other, opposed[i].why);
    return TXS_OK;
}

static enum txs_status complete(struct options *o, struct txs_message *message)
{
    enum txs_status status = check_census(o, message);
    if (status != TXS_OK)
        return status;
    if (o->plan.id_count == 0 && !o->plan.census)
        return txs_fail(message, TXS_E_USAGE, "no transaction id given%s",
                        o->input_count > 0 ? ", and none found in a file" : "");
    status = check_company(o, message);
    if (status != TXS_OK)
        return status;
    if (o->plan.chain->local_is_routable)
        o->plan.allow_local = true;
    if (o->plan.user_agent == NULL)
        o->plan.user_agent = "/txsurvey:" TXSURVEY_VERSION "/";
    o->list_is_renewed = is_renewed(o);
    bool own_peers = o->plan.peer_count > 0 || o->peer_lists;
    bool built_in = o->force_seeds || !own_peers;
    if (built_in && !o->no_seeds && !o->own_seeds && txs_plan_may_ask_seeds(&o->plan)) {
        status = add_built_in_seeds(o, message);
        if (status != TXS_OK)
            return status;
    }
    if (o->missing_list != NULL && !own_peers && o->plan.seed_count == 0)
        return txs_fail(message, TXS_E_USAGE, "--peers: %.200s is not there, and nobody else named",
                        o->missing_list);
    if (txs_plan_complete(&o->plan) != TXS_OK)
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    status = check_resume(o, message);
    return status == TXS_OK ? check_written(o, message) : status;
}

enum txs_status options_parse(struct options *o, int argc, char **argv, struct txs_message *message)
{
    *o = (struct options){.action = ACTION_SURVEY};
    txs_plan_init(&o->plan);
    o->inputs = calloc((size_t)argc + 1, sizeof *o->inputs);
    if (o->inputs == NULL)
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    for (unsigned pass = 0; pass < PASS_COUNT; pass++) {
        enum txs_status status = take_all(o, argc, argv, pass, message);
        if (status != TXS_OK || o->action != ACTION_SURVEY)
            return status;
    }
    return complete(o, message);
}

void options_free(struct options *o)
{
    txs_plan_free(&o->plan);
    free(o->inputs);
}
