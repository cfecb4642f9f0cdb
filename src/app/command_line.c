#include "command_line.h"

#include "bitcoind.h"
#include "suggest.h"

#include <stdio.h>
#include <string.h>

#define LISTED_MAX 300

/* In words that are no option's, or of bitcoind alone. */
static const struct alias aliases[] = {
    {"main", "--chain main"},
    {"mainnet", "--chain main"},
    {"test", "--chain test"},
    {"testnet", "--chain test"},
    {"testnet3", "--chain test"},
    {"testnet4", "--chain testnet4"},
    {"signet", "--chain signet"},
    {"regtest", "--chain regtest"},
    {"network", "--onlynet"},
    {"tor", "--onion"},
    {"socks", "--proxy"},
    {"socks5", "--proxy"},
    {"addnode", "--connect"},
    {"node", "--connect"},
    {"seednode", "--dnsseed"},
    {"nodes", "--peers"},
    {"limit", "--max-peers"},
    {"maxconnections", "--concurrency"},
    {"parallel", "--concurrency"},
    {"threads", "--concurrency"},
    {"timeout", "--deadline, or --connect-timeout"},
    {"txids", "--txid-file"},
    {"blockhash", "--block"},
    {"agent", "--user-agent"},
    {"uacomment", "--user-agent"},
    {"continue", "--resume"},
    {"silent", "--quiet"},
    {"debug", "--verbose"},
    {NULL, NULL},
};

static const struct option_spec *spec_by_name(const char *name, size_t len)
{
    for (size_t i = 0; i < option_spec_count; i++)
        if (strlen(option_specs[i].name) == len && strncmp(option_specs[i].name, name, len) == 0)
            return &option_specs[i];
    return NULL;
}

static const struct option_spec *spec_by_letter(char letter)
{
    for (size_t i = 0; i < option_spec_count && letter != '\0'; i++)
        if (option_specs[i].letter == letter)
            return &option_specs[i];
    return NULL;
}

static const char *meant_by(const char *name, size_t len)
{
    const char *names[OPTIONS_MAX];
    for (size_t i = 0; i < option_spec_count; i++)
        names[i] = option_specs[i].name;
    return suggest(&(struct vocabulary){names, option_spec_count, aliases}, name, len);
}

/* `dashes` and `text` are the word as it was given, of whose name it is `len` bytes. */
static enum txs_status refuse_unknown(const char *dashes, const char *text, size_t len,
                                      struct txs_message *message)
{
    const char *meant = meant_by(text, len);
    if (meant == NULL)
        return txs_fail(message, TXS_E_USAGE, "unknown option %s%.200s", dashes, text);
    return txs_fail(message, TXS_E_USAGE, "unknown option %s%.200s: did you mean %s%s?", dashes,
                    text, spec_by_name(meant, strlen(meant)) != NULL ? "--" : "", meant);
}

/* The option whose name begins so, if there is one alone. */
static const struct option_spec *spec_by_beginning(const char *name, size_t len, size_t *count,
                                                   char listed[LISTED_MAX])
{
    const struct option_spec *found = NULL;
    size_t used = 0;
    *count = 0;
    for (size_t i = 0; i < option_spec_count && len > 0; i++) {
        if (strncmp(option_specs[i].name, name, len) != 0)
            continue;
        found = &option_specs[i];
        int more = snprintf(listed + used, LISTED_MAX - used, "%s--%s", *count > 0 ? ", " : "",
                            found->name);
        used += more > 0 && (size_t)more < LISTED_MAX - used ? (size_t)more : 0;
        ++*count;
    }
    return found;
}

static bool looks_like_option(const char *text)
{
    return text[0] == '-' && text[1] != '\0';
}

static enum txs_status take_value(struct command_line *line, struct word *word,
                                  const char *attached, struct txs_message *message)
{
    const struct option_spec *spec = word->spec;
    word->value = attached;
    if (spec->argument == NULL && attached != NULL)
        return txs_fail(message, TXS_E_USAGE, "option --%s takes no value", spec->name);
    if (spec->argument == NULL || attached != NULL)
        return TXS_OK;
    if (line->at == line->argc)
        return txs_fail(message, TXS_E_USAGE, "option --%s needs a value (%s)", spec->name,
                        spec->argument);
    word->value = line->argv[line->at++];
    if (looks_like_option(word->value))
        return txs_fail(message, TXS_E_USAGE,
                        "option --%s needs a value (%s), and '%.200s' looks like an option: where "
                        "it is meant, write --%s=%.200s",
                        spec->name, spec->argument, word->value, spec->name, word->value);
    return TXS_OK;
}

static enum txs_status next_long(struct command_line *line, struct word *word, const char *text,
                                 struct txs_message *message)
{
    size_t count, len = strcspn(text, "=");
    char listed[LISTED_MAX] = "";
    word->spec = spec_by_name(text, len);
    if (word->spec == NULL) {
        word->spec = spec_by_beginning(text, len, &count, listed);
        if (count > 1)
            return txs_fail(message, TXS_E_USAGE, "option --%.*s may be one of %s", (int)len, text,
                            listed);
    }
    if (word->spec == NULL)
        return refuse_unknown("--", text, len, message);
    return take_value(line, word, text[len] == '=' ? text + len + 1 : NULL, message);
}

static enum txs_status next_letter(struct command_line *line, struct word *word,
                                   struct txs_message *message)
{
    word->spec = spec_by_letter(*line->cluster++);
    if (*line->cluster == '\0')
        line->cluster = NULL;
    return take_value(line, word, NULL, message);
}

/* Letters of options, of which but the last takes a value. */
static bool is_cluster(const char *text)
{
    for (; *text != '\0'; text++) {
        const struct option_spec *spec = spec_by_letter(*text);
        if (spec == NULL || (spec->argument != NULL && text[1] != '\0'))
            return false;
    }
    return true;
}

static enum txs_status refuse_one_dash(const char *text, struct txs_message *message)
{
    size_t len = strcspn(text, "=");
    const struct option_spec *spec = spec_by_letter(*text);
    if (spec == NULL || spec->argument == NULL || meant_by(text, len) != NULL)
        return refuse_unknown("-", text, len, message);
    return txs_fail(message, TXS_E_USAGE,
                    "unknown option -%.200s: the value of -%c is a word of its own, -%c %.200s",
                    text, *text, *text, text + 1);
}

static enum txs_status next_one_dash(struct command_line *line, struct word *word, const char *text,
                                     struct txs_message *message)
{
    struct spelling ours;
    if (bitcoind_spelling(&ours, text)) {
        word->spec = spec_by_name(ours.option, strlen(ours.option));
        return take_value(line, word, ours.value, message);
    }
    if (!is_cluster(text))
        return refuse_one_dash(text, message);
    line->cluster = text;
    return next_letter(line, word, message);
}

bool command_line_next(struct command_line *line, struct word *word, enum txs_status *status,
                       struct txs_message *message)
{
    *word = (struct word){NULL, NULL};
    *status = TXS_OK;
    if (line->cluster != NULL) {
        *status = next_letter(line, word, message);
        return *status == TXS_OK;
    }
    if (!line->only_operands && line->at < line->argc && strcmp(line->argv[line->at], "--") == 0) {
        line->only_operands = true;
        line->at++;
    }
    if (line->at == line->argc)
        return false;
    const char *text = line->argv[line->at++];
    if (line->only_operands || !looks_like_option(text))
        word->value = text;
    else if (text[1] == '-')
        *status = next_long(line, word, text + 2, message);
    else
        *status = next_one_dash(line, word, text + 1, message);
    return *status == TXS_OK;
}
