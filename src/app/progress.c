#include "progress.h"

#include "words.h"

#include <stdio.h>
#include <string.h>

/* What people wait for comes first. Where a line has not room for all, the last parts of this list
 * are left out. */
enum part { PART_FOUND, PART_LEFT, PART_TIME, PART_MORE, PART_ANSWERED, PART_WAY, PART_COUNT };
static const enum part as_they_stand[PART_COUNT] = {PART_FOUND, PART_ANSWERED, PART_LEFT,
                                                    PART_TIME,  PART_MORE,     PART_WAY};
#define PART_TEXT_MAX 128
struct parts {
    char text[PART_COUNT][PART_TEXT_MAX];
};

static uint64_t min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void found(char out[PART_TEXT_MAX], const struct txs_plan *plan,
                  const struct txs_tally *tally)
{
    uint64_t ids = 0;
    for (size_t i = 0; i < tally->id_count; i++)
        ids += tally->ids[i].by_status[TXS_ID_SERVED] > 0;
    if (plan->census)
        snprintf(out, PART_TEXT_MAX, "%s met", words_count(tally->handshakes).text);
    else if (tally->id_count > 1)
        snprintf(out, PART_TEXT_MAX, "%s of %s found", words_count(ids).text,
                 words_count(tally->id_count).text);
    else
        snprintf(out, PART_TEXT_MAX, "%s ha%s it",
                 words_count(tally->ids[0].by_status[TXS_ID_SERVED]).text,
                 words_of(tally->ids[0].by_status[TXS_ID_SERVED], "s", "ve"));
}

/* The longest that a peer may take, but for bytes that it is still sending. */
static uint64_t session_ms(const struct txs_plan *plan)
{
    bool proxies = txs_plan_has_proxies(plan);
    return (proxies ? plan->proxy_connect_timeout_ms : plan->connect_timeout_ms) +
           (proxies ? plan->proxy_handshake_timeout_ms : plan->handshake_timeout_ms) +
           plan->response_timeout_ms + plan->patience_ms;
}

/* While peers are still to be dialled, at least what that takes by the pace so far. */
static void dialling(struct parts *parts, const struct txs_progress *p, uint64_t left)
{
    uint64_t dialled = p->planned - left - p->tally->restored;
    snprintf(parts->text[PART_LEFT], PART_TEXT_MAX, "%s node%s left", words_count(left).text,
             words_of(left, "", "s"));
    if (dialled > 0)
        snprintf(parts->text[PART_TIME], PART_TEXT_MAX, "at least %s",
                 words_time(left * p->elapsed_ms / dialled).text);
}

/* Then the longest that the last of them may take. */
static void waiting(struct parts *parts, const struct txs_plan *plan, const struct txs_progress *p)
{
    uint64_t end_ms = min(p->last_dial_ms + session_ms(plan), plan->deadline_ms);
    snprintf(parts->text[PART_LEFT], PART_TEXT_MAX, "waiting for %s node%s",
             words_count(p->in_progress).text, words_of(p->in_progress, "", "s"));
    if (end_ms > p->elapsed_ms)
        snprintf(parts->text[PART_TIME], PART_TEXT_MAX, "at most %s",
                 words_time(end_ms - p->elapsed_ms).text);
}

static void fill(struct parts *parts, const struct txs_plan *plan, const struct txs_progress *p)
{
    const struct txs_tally *tally = p->tally;
    uint64_t begun = tally->peers + p->in_progress;
    memset(parts, 0, sizeof *parts);
    found(parts->text[PART_FOUND], plan, tally);
    if (!plan->census && tally->handshakes > 0)
        snprintf(parts->text[PART_ANSWERED], PART_TEXT_MAX, "%s of %s answered",
                 words_count(tally->by_outcome[TXS_OUTCOME_ANSWERED]).text,
                 words_count(tally->handshakes).text);
    if (p->planned > begun)
        dialling(parts, p, p->planned - begun);
    else if (p->in_progress > 0)
        waiting(parts, plan, p);
    else if (p->seeds_settled < p->seeds_asked)
        snprintf(parts->text[PART_LEFT], PART_TEXT_MAX, "waiting for %s of %s DNS seeds",
                 words_count(p->seeds_asked - p->seeds_settled).text,
                 words_count(p->seeds_asked).text);
    if (p->waits_for != NULL)
        snprintf(parts->text[PART_WAY], PART_TEXT_MAX, "waiting for %s", p->waits_for);
    if (*parts->text[PART_TIME] != '\0')
        snprintf(parts->text[PART_MORE], PART_TEXT_MAX, "more");
}

static const char *between(enum part part, size_t len)
{
    return len == 0 ? "" : part == PART_MORE ? " " : ", ";
}

static size_t join(char *out, size_t room, const struct parts *parts, unsigned shown)
{
    size_t len = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < PART_COUNT; i++) {
        enum part part = as_they_stand[i];
        if (part < shown && *parts->text[part] != '\0')
            len += (size_t)snprintf(out + len, room - len, "%s%s", between(part, len),
                                    parts->text[part]);
    }
    return len;
}

void progress_show(struct screen *s, const struct txs_plan *plan, const struct txs_progress *p)
{
    char line[PART_COUNT * 82];
    struct parts parts;
    unsigned shown = PART_COUNT;
    fill(&parts, plan, p);
    while (join(line, sizeof line, &parts, shown) > screen_line_room(s) && s->terminal && shown > 1)
        shown--;
    if (s->terminal)
        screen_rewrite(s, line);
    else
        screen_message(s, "txsurvey: %s", line);
}
