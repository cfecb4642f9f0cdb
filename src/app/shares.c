#include "shares.h"

#include "causes.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

/* A thousand ids would be thousands of lines: the records have them all. */
#define IDS_SHOWN 10
#define IDS_WITH_CAUSES 3

/* The part of the nodes that this line speaks of, such as those that have an anchor's block. */
static void say_share(struct screen *s, const char *lead, const struct txs_id_tally *tally)
{
    double low, high;
    uint64_t asked = txs_id_tally_asked(tally), served = tally->by_status[TXS_ID_SERVED];
    unsigned hang = (unsigned)strspn(lead, " ") + 2;
    bool first = lead[hang - 2] == '\0';
    if (!txs_id_tally_ci95(tally, &low, &high)) {
        screen_say(s, hang, "%s%sobody was asked", lead, first ? "N" : "n");
        return;
    }
    screen_say(
        s, hang, "%s%s of %s node%s asked ha%s it: %s (%s to %s is likely for all nodes like %s)",
        lead,
        served > 0 ? words_count(served).text
        : first    ? "None"
                   : "none",
        words_count(asked).text, words_of(asked, "", "s"),
        words_of(served + (served == 0), "s", "ve"), words_share(txs_id_tally_share(tally)).text,
        words_share(low).text, words_share(high).text, words_of(asked, "it", "these"));
}

static void say_notfound(struct screen *s, const char *lead, uint64_t notfound, uint64_t strong)
{
    uint64_t weak = notfound - strong;
    unsigned hang = (unsigned)strspn(lead, " ") + 2;
    if (notfound == 0)
        return;
    if (weak == 0)
        screen_say(s, hang, "%s%s said no, reliably", lead, words_count(notfound).text);
    else if (strong == 0)
        screen_say(s, hang, "%s%s said no, but may have it and not tell yet", lead,
                   words_count(notfound).text);
    else
        screen_say(s, hang, "%s%s said no: %s reliably, %s may have it and not tell yet", lead,
                   words_count(notfound).text, words_count(strong).text, words_count(weak).text);
}

static void say_why(struct screen *s, const struct txs_notfound_tally *tally)
{
    for (unsigned h = 0; h < TXS_HINT_COUNT; h++) {
        const char *text = cause_of_notfound((enum txs_hint)h, tally->by_hint[h]);
        if (tally->by_hint[h] > 0 && text != NULL)
            screen_item(s, words_count(tally->by_hint[h]).text, text);
    }
}

/* Nodes that completed a handshake, and cannot be asked for a wtxid. Of the others one may have
 * sent it before that was complete. */
static uint64_t cannot_be_asked(const struct txs_id_tally *tally, const struct txs_tally *all)
{
    uint64_t unmet = all->peers - all->handshakes, unasked = tally->by_status[TXS_ID_UNASKED];
    return unasked > unmet ? unasked - unmet : 0;
}

static void say_id(struct screen *s, const char *lead, const struct txs_plan *plan, size_t id,
                   const struct txs_tally *all)
{
    const struct txs_id_tally *tally = &all->ids[id];
    uint64_t no_answer = tally->by_status[TXS_ID_IGNORED] + tally->by_status[TXS_ID_TIMEOUT];
    uint64_t without = cannot_be_asked(tally, all);
    char of_anchor[TXS_ANCHOR_LABEL_MAX + 80];
    say_share(s, lead, tally);
    if (plan->anchor_count > 0 && txs_id_tally_asked(tally) > 0 &&
        txs_id_tally_asked(&all->anchored[id]) == 0) {
        screen_say(s, 4, "%sNone of them has shown block '%s': is that the right one?", lead,
                   plan->anchor_labels[0]);
    } else if (plan->anchor_count > 0) {
        snprintf(of_anchor, sizeof of_anchor, "%sOf those that have block '%s': ", lead,
                 plan->anchor_labels[0]);
        say_share(s, of_anchor, &all->anchored[id]);
    }
    say_notfound(s, lead, tally->by_status[TXS_ID_NOTFOUND], all->notfounds[id].strong);
    if (plan->id_count <= IDS_WITH_CAUSES)
        say_why(s, &all->notfounds[id]);
    if (no_answer > 0)
        screen_say(s, 4, "%s%s gave no answer", lead, words_count(no_answer).text);
    if (without > 0)
        screen_say(s, 4, "%s%s cannot be asked for a wtxid", lead, words_count(without).text);
}

static void say_title(struct screen *s, const struct txs_plan *plan, size_t id)
{
    char hex[65];
    const char *label = plan->labels[id];
    txs_hash_to_hex(hex, plan->ids[id]);
    screen_say(s, 2, "%s%s%s", hex, label != NULL ? " " : "", label != NULL ? label : "");
}

static void say_how_many(struct screen *s, const struct txs_tally *tally)
{
    uint64_t found = 0;
    for (size_t i = 0; i < tally->id_count; i++)
        found += tally->ids[i].by_status[TXS_ID_SERVED] > 0;
    screen_say(s, 2, "%s of %s transactions %s found:", words_count(found).text,
               words_count(tally->id_count).text, words_of(found, "was", "were"));
}

/* First those that somebody has. Returns how many there are. */
static size_t choose_ids(size_t chosen[IDS_SHOWN], const struct txs_tally *tally)
{
    size_t count = 0;
    for (int found = 1; found >= 0; found--)
        for (size_t i = 0; i < tally->id_count && count < IDS_SHOWN; i++)
            if ((tally->ids[i].by_status[TXS_ID_SERVED] > 0) == found)
                chosen[count++] = i;
    return count;
}

void shares_report(struct screen *s, const struct txs_plan *plan, const struct txs_tally *tally)
{
    if (plan->id_count == 1) {
        say_id(s, "", plan, 0, tally);
        return;
    }
    size_t shown[IDS_SHOWN], count = choose_ids(shown, tally);
    say_how_many(s, tally);
    for (size_t i = 0; i < count; i++) {
        say_title(s, plan, shown[i]);
        say_id(s, "  ", plan, shown[i], tally);
    }
    if (plan->id_count > count)
        screen_say(s, 2, "and %s more: the records (-o FILE) have them all",
                   words_count(plan->id_count - count).text);
}
