#include "console.h"

#include "progress.h"
#include "verbose.h"
#include "words.h"

#include "txsurvey/escape.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void console_init(struct console *c, const struct options *options, struct command command)
{
    *c = (struct console){.options = options, .command = command, .verbosity = options->verbosity};
    screen_open(&c->screen, STDERR_FILENO);
    screen_open(&c->paper, STDOUT_FILENO);
    c->reading = c->paper.terminal && !options->output_given;
    c->result = c->reading && !c->screen.terminal ? &c->paper : &c->screen;
    bool records_there = c->paper.terminal && options->output_given && options->output == NULL;
    c->progress = options->progress == PROGRESS_ALWAYS ||
                  (options->progress == PROGRESS_AUTO && c->screen.terminal &&
                   options->verbosity >= 0 && !records_there);
}

/* A message may quote a file or an argument: it is one line, whatever those hold. */
static void say(struct console *c, const char *kind, const char *text)
{
    char safe[4 * sizeof(((struct txs_message *)0)->text) + 1];
    txs_escape_text(safe, (const uint8_t *)text,
                    strnlen(text, sizeof(((struct txs_message *)0)->text)));
    screen_message(&c->screen, "txsurvey: %s%s", kind, safe);
}

void console_error(struct console *c, const char *text)
{
    say(c, "", text);
}

void console_warn(struct console *c, const char *text)
{
    if (c->verbosity >= 0)
        say(c, "warning: ", text);
}

void console_resumed(struct console *c, size_t peers)
{
    if (c->verbosity >= 0 && peers > 0)
        screen_message(&c->screen, "txsurvey: going on: %s node%s a record already",
                       words_count(peers).text, words_of(peers, " has", "s have"));
}

static void note_failed(struct console *c, const struct txs_seed_record *seed)
{
    size_t len = strlen(c->failed_seeds), room = sizeof c->failed_seeds - len;
    char text[400];
    int more = snprintf(text, sizeof text, "%s%s (%s)", len > 0 ? ", " : "", seed->host,
                        seed->error != NULL ? seed->error : txs_seed_outcome_name(seed->outcome));
    c->seeds_failed++;
    if (more <= 0 || (size_t)more >= room)
        return;
    memcpy(c->failed_seeds + len, text, (size_t)more + 1);
    c->seeds_named++;
}

void console_seed(struct console *c, const struct txs_seed_record *seed)
{
    if (seed->outcome == TXS_SEED_RESOLVED)
        c->seeds_resolved++;
    else
        note_failed(c, seed);
    if (c->verbosity > 0)
        verbose_seed(&c->screen, seed);
}

void console_peer(struct console *c, const struct txs_peer_record *peer)
{
    if (c->verbosity > 0)
        verbose_peer(&c->screen, &c->options->plan, peer);
}

void console_progress(struct console *c, const struct txs_progress *p)
{
    progress_show(&c->screen, &c->options->plan, p);
}
