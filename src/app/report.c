#include "report.h"

#include "causes.h"
#include "next.h"
#include "shares.h"
#include "words.h"

#include <signal.h>
#include <stdlib.h>

static void say_unmet(struct console *c, const struct txs_tally *tally)
{
    struct ranking *causes = causes_of_unmet(tally);
    if (causes == NULL)
        return;
    if (causes->total > 0)
        screen_say(c->result, 2,
                   "%s of %s node%s could not be asked:", words_count(causes->total).text,
                   words_count(tally->peers).text, words_of(tally->peers, "", "s"));
    for (size_t i = 0; i < causes->len; i++)
        screen_item(c->result, words_count(causes->list[i].count).text, causes->list[i].text);
    free(causes);
}

static void say_block(struct console *c, const struct txs_block_hunt *hunt, size_t ids)
{
    uint64_t found = 0;
    if (hunt == NULL)
        return;
    for (size_t i = 0; i < ids; i++)
        found += hunt->positions[i] >= 0;
    if (!hunt->read && found == 0)
        screen_say(c->result, 2, "Nobody gave out the block of --block.");
    else
        screen_say(c->result, 2, "%s of %s transaction%s %s in the block of --block.",
                   words_count(found).text, words_count(ids).text, words_of(ids, "", "s"),
                   words_of(found, "is", "are"));
}

static void say_left_out(struct console *c, const struct txs_tally *tally)
{
    uint64_t sum = txs_tally_ignored(tally);
    if (sum > 0)
        screen_say(c->result, 2, "%s address%s left out:", words_count(sum).text,
                   words_of(sum, " was", "es were"));
    for (unsigned i = 0; i < TXS_IGNORED_COUNT; i++)
        if (tally->ignored[i] > 0)
            screen_item(c->result, words_count(tally->ignored[i]).text,
                        txs_ignored_text((enum txs_ignored)i));
}

static void say_doubts(struct console *c, const struct txs_tally *tally)
{
    uint64_t seeds = c->seeds_resolved + c->seeds_failed;
    if (c->options->plan.control)
        screen_say(c->result, 2, "Control questions: %s passed, %s failed.",
                   words_count(tally->control_passed).text,
                   words_count(tally->control_failed).text);
    if (c->seeds_failed > 0)
        screen_say(c->result, 2, "%s of %s DNS seed%s gave no address: %s%s.",
                   words_count(c->seeds_failed).text, words_count(seeds).text,
                   words_of(seeds, "", "s"), c->failed_seeds,
                   c->seeds_named == c->seeds_failed ? "" : ", ... (-v tells of each)");
    if (tally->vantage_suspect && tally->handshakes > 0)
        screen_say(c->result, 2,
                   "This machine or its link seems to have failed for some time: the figures may "
                   "be too low.");
}

static void say_how_it_ended(struct console *c, const struct txs_ending *ending)
{
    uint64_t ms = ending->duration_ms;
    struct words time = words_time(ms > 1000 ? ms - 499 : ms); /* to the nearest second */
    switch (ending->reason) {
    case TXS_REASON_FINISHED:
        screen_say(c->result, 2, "Done in %s.", time.text);
        break;
    case TXS_REASON_DEADLINE:
        screen_say(c->result, 2, "Stopped at the deadline, after %s.", time.text);
        break;
    case TXS_REASON_SIGNAL:
        screen_say(c->result, 2, "Stopped by %s after %s.",
                   ending->signal_number == SIGINT ? "Ctrl-C" : "a signal", time.text);
        break;
    case TXS_REASON_OUTPUT:
        screen_say(c->result, 2, "Stopped after %s, since the records cannot be written.",
                   time.text);
        break;
    }
    if (ending->not_attempted > 0)
        screen_say(c->result, 2, "%s more node%s known and not asked.",
                   words_count(ending->not_attempted).text,
                   words_of(ending->not_attempted, " is", "s are"));
}

void report(struct console *c, const struct txs_ending *ending, struct census *census)
{
    const struct txs_plan *plan = &c->options->plan;
    bool quiet = c->verbosity < 0;
    if (quiet && !c->reading)
        return;
    c->result->patient = c->result->terminal;
    if (census != NULL)
        census_report(c->result, census, plan, ending->tally);
    else if (ending->tally->handshakes > 0)
        shares_report(c->result, plan, ending->tally);
    if (quiet)
        return;
    say_block(c, ending->hunt, plan->id_count);
    say_unmet(c, ending->tally);
    say_left_out(c, ending->tally);
    say_doubts(c, ending->tally);
    say_how_it_ended(c, ending);
    say_next(c, ending);
}
