#include "next.h"

#include "advice.h"

#include "txsurvey/escape.h"

#include <string.h>

#define COMMAND_MAX 1500

static void say_where_the_records_are(struct console *c)
{
    char path[4 * 200 + 1];
    const char *output = c->options->output;
    if (c->reading) {
        screen_say(c->result, 2,
                   "The records were not kept: -o FILE writes them to a file, -o - "
                   "to the terminal.");
    } else if (output != NULL) {
        txs_escape_text(path, (const uint8_t *)output, strnlen(output, 200));
        screen_say(c->result, 2, "The records are in %s", path);
    }
}

static void say_how_to_go_on(struct console *c)
{
    char command[COMMAND_MAX];
    if (c->options->output == NULL) {
        screen_say(c->result, 2, "Without -o FILE it begins anew each time.");
        return;
    }
    bool resumes = c->options->resume;
    if (command_text(command, sizeof command, &c->command, resumes ? "" : "--resume")) {
        screen_say(c->result, 2, "To go on where it stopped:");
        screen_command(c->result, command);
    } else {
        screen_say(c->result, 2, "To go on where it stopped: the same command%s.",
                   resumes ? "" : " with --resume");
    }
}

static void say_advice(struct console *c, const struct txs_tally *tally)
{
    struct advice advice;
    advice_for_unserved(&advice, &c->options->plan, tally);
    for (size_t i = 0; i < advice.count; i++)
        screen_say(c->result, 2, "%s", advice.text[i]);
}

void say_next(struct console *c, const struct txs_ending *ending)
{
    say_advice(c, ending->tally);
    say_where_the_records_are(c);
    if (ending->reason == TXS_REASON_SIGNAL || ending->reason == TXS_REASON_DEADLINE)
        say_how_to_go_on(c);
}
