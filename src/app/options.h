/* The options of a run: one table of them, by which the command line is read, and help and manual
 * are printed. */
#ifndef TXSURVEY_APP_OPTIONS_H
#define TXSURVEY_APP_OPTIONS_H

#include "txsurvey/peer_list.h"
#include "txsurvey/plan.h"
#include "txsurvey/status.h"

#include "show.h"
#include "suggest.h"

enum option_group {
    GROUP_TARGET,
    GROUP_CHAIN,
    GROUP_PEERS,
    GROUP_PACE,
    GROUP_OUTPUT,
    GROUP_IDENTITY,
    GROUP_COUNT
};
/* When an option is taken: before the others, or before those that depend on it. */
enum option_pass { PASS_HELP, PASS_CHAIN, PASS_REST, PASS_COUNT };
enum progress_when { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };
enum action { ACTION_SURVEY, ACTION_USAGE, ACTION_HELP, ACTION_VERSION, ACTION_SCHEMA };

#define INPUT_OF_PEERS "peers"

/* A file that was read. */
struct input {
    const char *path;
    const char *option; /* that named it */
};

struct options {
    struct txs_plan plan;
    enum action action;
    const char *output; /* NULL: standard output */
    bool output_given;
    bool resume;
    const char *trace;      /* NULL: none */
    const char *metrics;    /* NULL: none */
    const char *save_peers; /* NULL: they are not kept */
    enum progress_when progress;
    int verbosity;                         /* -q lowers, -v raises it */
    bool no_seeds, force_seeds, own_seeds; /* --no-dnsseed, --force-dnsseed, --dnsseed */
    bool peer_lists;                       /* --peers */
    struct txs_list_notes list_notes;      /* of --peers */
    const char *missing_list; /* of --peers, which --save-peers is to make; NULL: none */
    bool list_is_renewed;     /* --save-peers names a list that was read */
    bool block_peers_given;
    bool only_networks;   /* --onlynet was given */
    struct input *inputs; /* the files that were read */
    size_t input_count;
    const char *standard_input_for; /* the option that reads it */
};

struct option_spec {
    char letter; /* 0: none */
    const char *name;
    const char *argument; /* NULL: takes none */
    enum option_group group;
    enum option_pass pass;
    const char *text; /* for the help: one sentence, no full stop */
    /* NULL: it sets the bool at this offset in the options. */
    enum txs_status (*take)(struct options *o, const char *value, struct txs_message *message);
    size_t sets;
    const struct vocabulary *words; /* the values that there are; NULL: they are not of a list */
    bool listed;                    /* several words may be given, with commas between them */
    /* How the `survey` record shows the member at this offset in the options. No row goes without:
     * what is no parameter of the survey, or stands elsewhere in its record, says show_nothing. */
    show_fn *show;
    size_t shown;
};

#define OPTIONS_MAX 64
#define OPTION_NAME_MAX 31

extern const struct option_spec option_specs[];
extern const size_t option_spec_count;
const char *option_group_name(enum option_group group);

/* Fills `o`, which options_free() releases. TXS_E_USAGE with a message for the user.
 * Reads the files that options name. */
enum txs_status options_parse(struct options *o, int argc, char **argv,
                              struct txs_message *message);
void options_free(struct options *o);

#endif
