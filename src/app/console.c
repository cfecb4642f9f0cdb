#include "console.h"

#include "advice.h"

#include "txsurvey/escape.h"

#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void console_init(struct console *c, const struct options *options)
{
    const struct txs_plan *plan = &options->plan;
    bool terminal = isatty(STDERR_FILENO), proxies = txs_plan_has_proxies(plan);
    *c = (struct console){
        .verbosity = options->verbosity,
        .terminal = terminal,
        .progress = options->progress == PROGRESS_ALWAYS ||
                    (options->progress == PROGRESS_AUTO && terminal && options->verbosity >= 0 &&
                     (options->output != NULL || !isatty(STDOUT_FILENO))),
        .session_ms = (proxies ? plan->proxy_connect_timeout_ms : plan->connect_timeout_ms) +
                      (proxies ? plan->proxy_handshake_timeout_ms : plan->handshake_timeout_ms) +
                      plan->response_timeout_ms + plan->patience_ms,
    };
}

/* Standard error is written whole messages at a time, and never waited for: one that its reader has
 * no room for is lost. Where poll() says yes, a pipe takes PIPE_BUF bytes without blocking. */
static void show(struct console *c)
{
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) &&
        write(STDERR_FILENO, c->text, c->text_len) < 0)
        c->progress = false; /* nobody is there */
    c->text_len = 0;
}

static void say(struct console *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct console *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t room = sizeof c->text - c->text_len;
    int len = vsnprintf(c->text + c->text_len, room, format, args);
    va_end(args);
    if (len > 0)
        c->text_len += (size_t)len < room ? (size_t)len : room - 1;
}

/* Takes the progress line off the screen, so that something else can be printed there. */
static void clear_line(struct console *c)
{
    if (c->line_len > 0)
        say(c, "\r%*s\r", (int)c->line_len, "");
    c->line_len = 0;
}

/* A message may quote a file or an argument: it is one line, whatever those hold. */
static void print_line(struct console *c, const char *kind, const char *text)
{
    char safe[4 * sizeof(((struct txs_message *)0)->text) + 1];
    txs_escape_text(safe, (const uint8_t *)text,
                    strnlen(text, sizeof(((struct txs_message *)0)->text)));
    clear_line(c);
    say(c, "txsurvey: %s%s\n", kind, safe);
    show(c);
}

void console_error(struct console *c, const char *text)
{
    print_line(c, "", text);
}

void console_warn(struct console *c, const char *text)
{
    if (c->verbosity >= 0)
        print_line(c, "warning: ", text);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void console_resumed(struct console *c, size_t peers)
{
    if (c->verbosity < 0 || peers == 0)
        return;
    say(c, "txsurvey: going on: %zu peer%s a record already\n", peers,
        peers == 1 ? " has" : "s have");
    show(c);
}

void console_seed(struct console *c, const struct txs_seed_record *seed)
{
    c->seeds_resolved += seed->outcome == TXS_SEED_RESOLVED;
    if (c->verbosity <= 0)
        return;
    clear_line(c);
    say(c, "txsurvey: seed %s: %s%s%s, %" PRIu32 " address%s\n", seed->host,
        txs_seed_outcome_name(seed->outcome), seed->error ? " " : "",
        seed->error ? seed->error : "", seed->addresses, seed->addresses == 1 ? "" : "es");
    show(c);
}

void console_peer(struct console *c, const struct txs_peer_record *peer)
{
    if (c->verbosity <= 0)
        return;
    char address[TXS_ADDRESS_TEXT_MAX];
    txs_address_text(address, peer->address);
    const char *error = txs_error_name(peer->result->error);
    clear_line(c);
    say(c, "txsurvey: peer %s: %s%s%s\n", address, txs_outcome_name(peer->result->outcome),
        *error ? " " : "", error);
    show(c);
}

static uint64_t answered_peers(const struct txs_tally *tally)
{
    return tally->by_outcome[TXS_OUTCOME_ANSWERED];
}

/* Of the id that most peers served: with one id, that one. */
static uint64_t served_most(const struct txs_tally *tally)
{
    uint64_t most = 0;
    for (size_t i = 0; i < tally->id_count; i++)
        if (tally->ids[i].by_status[TXS_ID_SERVED] > most)
            most = tally->ids[i].by_status[TXS_ID_SERVED];
    return most;
}

/* While peers are still to be dialled, by the pace so far; then the longest that the last of them
 * may take. */
static void time_left(char out[24], const struct console *c, const struct txs_progress *p)
{
    uint64_t dialled = p->tally->peers + p->in_progress, seconds;
    bool dialling = p->planned > dialled;
    if (dialled == 0) {
        snprintf(out, 24, "?");
        return;
    }
    if (dialling) {
        seconds = (p->planned - dialled) * p->elapsed_ms / dialled / 1000;
    } else {
        uint64_t since = p->elapsed_ms - p->last_dial_ms;
        seconds = (c->session_ms > since ? c->session_ms - since : 0) / 1000;
    }
    snprintf(out, 24, "%s%" PRIu64 ":%02" PRIu64, dialling ? ">" : "<", seconds / 60, seconds % 60);
}

/* A line that does not fit would scroll the screen each time it is rewritten. */
static int terminal_columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static void rewrite_line(struct console *c, char *line, size_t len)
{
    size_t columns = (size_t)terminal_columns() - 1, before = c->line_len;
    if (len > columns) {
        len = columns;
        line[len] = '\0';
    }
    c->line_len = len;
    say(c, "\r%s%*s", line, before > len ? (int)(before - len) : 0, "");
}

void console_progress(struct console *c, const struct txs_progress *p)
{
    char line[200], left[24];
    uint64_t span_ms = p->elapsed_ms - c->last_ms;
    uint64_t rate = span_ms ? (p->tally->peers - c->last_peers) * 1000 / span_ms : 0;
    c->last_ms = p->elapsed_ms;
    c->last_peers = p->tally->peers;
    time_left(left, c, p);
    int len = snprintf(line, sizeof line,
                       "peers %" PRIu64 "/%" PRIu64 "  left %s  connected %" PRIu64
                       "  answered %" PRIu64 "  served %" PRIu64 "  %" PRIu64 "/s",
                       p->tally->peers, p->planned, left, p->connected, answered_peers(p->tally),
                       served_most(p->tally), rate);
    if (p->seeds_asked > 0)
        len += snprintf(line + len, sizeof line - (size_t)len, "  seeds %" PRIu64 "/%" PRIu64,
                        p->seeds_settled, p->seeds_asked);
    if (p->waits_for != NULL)
        len += snprintf(line + len, sizeof line - (size_t)len, "  waiting for %s", p->waits_for);
    if (c->terminal)
        rewrite_line(c, line, (size_t)len);
    else
        say(c, "txsurvey: %s\n", line);
    show(c);
}

static const char *how_it_ended(enum txs_reason reason)
{
    switch (reason) {
    case TXS_REASON_FINISHED:
        return "finished after";
    case TXS_REASON_DEADLINE:
        return "stopped at the deadline, after";
    case TXS_REASON_SIGNAL:
        return "stopped by a signal after";
    case TXS_REASON_OUTPUT:
        return "stopped, since the records cannot be written, after";
    }
    return "ended after";
}

static void print_outcomes(struct console *c, const struct txs_tally *tally)
{
    const char *separator = ": ";
    for (unsigned o = 0; o < TXS_OUTCOME_COUNT; o++) {
        if (tally->by_outcome[o] == 0)
            continue;
        say(c, "%s%" PRIu64 " %s", separator, tally->by_outcome[o], txs_outcome_name(o));
        const uint64_t *closed = tally->unmet[TXS_OUTCOME_CLOSED];
        uint64_t refused = closed[TXS_ERROR_REFUSED], no_tx_slot = closed[TXS_ERROR_NO_TX_SLOT];
        if (o == TXS_OUTCOME_CLOSED && refused + no_tx_slot > 0)
            say(c, " (%" PRIu64 " refused, %" PRIu64 " no_tx_slot)", refused, no_tx_slot);
        separator = ", ";
    }
    say(c, "\n");
}

static void print_share(struct console *c, const struct txs_id_tally *tally)
{
    double low, high;
    say(c, "served by %" PRIu64 " of %" PRIu64 " asked", tally->by_status[TXS_ID_SERVED],
        txs_id_tally_asked(tally));
    if (txs_id_tally_ci95(tally, &low, &high))
        say(c, " (%.1f %%, 95 %% interval %.1f to %.1f %%)", 100 * txs_id_tally_share(tally),
            100 * low, 100 * high);
}

static void print_id(struct console *c, const struct txs_plan *plan, size_t id,
                     const struct txs_tally *all)
{
    char hex[65];
    const char *label = plan->labels[id];
    const struct txs_id_tally *tally = &all->ids[id];
    txs_hash_to_hex(hex, plan->ids[id]);
    say(c, "  %s%s%s\n    ", hex, label != NULL ? " " : "", label != NULL ? label : "");
    print_share(c, tally);
    for (unsigned s = 0; s < TXS_ID_SERVED; s++)
        if (s != TXS_ID_UNASKED && tally->by_status[s] > 0)
            say(c, ", %" PRIu64 " %s", tally->by_status[s], txs_id_status_name(s));
    say(c, "\n");
    if (plan->anchor_count == 0)
        return;
    say(c, "    of those that have block '%s', ", plan->anchor_labels[0]);
    print_share(c, &all->anchored[id]);
    say(c, "\n");
}

static void print_census(struct console *c, const struct txs_plan *plan,
                         const struct txs_tally *tally, const struct census *census)
{
    char text[2048];
    census_text(text, sizeof text, census, plan, tally);
    say(c, "%s", text);
}

static uint64_t ignored_sum(const struct txs_tally *tally)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < TXS_IGNORED_COUNT; i++)
        sum += tally->ignored[i];
    return sum;
}

static void print_ignored(struct console *c, const struct txs_tally *tally)
{
    if (ignored_sum(tally) == 0)
        return;
    say(c, "  addresses left out:");
    for (unsigned i = 0; i < TXS_IGNORED_COUNT; i++)
        if (tally->ignored[i] > 0)
            say(c, " %" PRIu64 " %s", tally->ignored[i], txs_ignored_name(i));
    say(c, "\n");
}

static void print_advice(struct console *c, const struct txs_plan *plan,
                         const struct txs_tally *tally)
{
    struct advice advice;
    advice_for_unserved(&advice, plan, tally);
    for (size_t i = 0; i < advice.count; i++)
        say(c, "  %s\n", advice.text[i]);
    if (advice.count > 0)
        show(c);
}

/* A thousand ids would be a thousand lines: the records have them all. */
#define IDS_SHOWN 10

void console_summary(struct console *c, const struct txs_plan *plan,
                     const struct txs_ending *ending, const struct census *census)
{
    if (c->verbosity < 0)
        return;
    clear_line(c);
    say(c, "txsurvey: %s %.1f s, %" PRIu64 " peer%s", how_it_ended(ending->reason),
        (double)ending->duration_ms / 1000, ending->tally->peers, plural(ending->tally->peers));
    print_outcomes(c, ending->tally);
    for (size_t i = 0; ending->tally->peers > 0 && i < plan->id_count && i < IDS_SHOWN; i++)
        print_id(c, plan, i, ending->tally);
    if (plan->id_count > IDS_SHOWN)
        say(c, "  and %zu ids more, see the records\n", plan->id_count - IDS_SHOWN);
    if (census != NULL)
        print_census(c, plan, ending->tally, census);
    if (plan->control)
        say(c, "  control: %" PRIu64 " passed, %" PRIu64 " failed\n", ending->tally->control_passed,
            ending->tally->control_failed);
    print_ignored(c, ending->tally);
    if (ending->tally->vantage_suspect)
        say(c, "  suspect: this machine or its link failed for some time, see the warnings\n");
    if (ending->not_attempted > 0)
        say(c, "  %" PRIu64 " known peer%s not attempted\n", ending->not_attempted,
            ending->not_attempted == 1 ? " was" : "s were");
    show(c);
    print_advice(c, plan, ending->tally);
}

static const char *why_nobody(const struct console *c, const struct txs_plan *plan,
                              const struct txs_tally *tally)
{
    if (tally->ignored[TXS_IGNORED_NETWORK] > 0 &&
        tally->ignored[TXS_IGNORED_NETWORK] == ignored_sum(tally))
        return "no way leads to the networks of the addresses (see --onlynet, --onion, --proxy, "
               "--i2psam, --cjdnsreachable)";
    if (ignored_sum(tally) > 0)
        return "all addresses were left out";
    if (plan->seed_count > 0 && plan->proxy.given)
        return c->seeds_resolved > 0 ? "the nodes behind the DNS seeds named nobody"
                                     : "no DNS seed answered through the proxy (-v tells what "
                                       "came of each)";
    if (plan->seed_count > 0)
        return c->seeds_resolved > 0 ? "the DNS seeds named nobody"
                                     : "no DNS seed answered (is there a network? -v tells what "
                                       "each said)";
    return "none was named (see --connect, --peers)";
}

static void say_why_no_peer(struct console *c, const struct txs_plan *plan,
                            const struct txs_ending *ending)
{
    char text[400];
    bool early = ending->known > 0 || ending->reason != TXS_REASON_FINISHED;
    snprintf(text, sizeof text, "no peer to survey: %s",
             early ? "the deadline came first" : why_nobody(c, plan, ending->tally));
    console_error(c, text);
}

static void say_why_no_handshake(struct console *c, const struct txs_tally *tally)
{
    char text[400];
    unsigned most = 0;
    for (unsigned o = 0; o < TXS_OUTCOME_COUNT; o++)
        if (tally->by_outcome[o] > tally->by_outcome[most])
            most = o;
    snprintf(text, sizeof text,
             "nobody could be asked: of %" PRIu64 " peer%s none completed a handshake, %s %s (%s)",
             tally->peers, plural(tally->peers),
             tally->peers == 1                         ? "it was"
             : tally->by_outcome[most] == tally->peers ? "all were"
                                                       : "most were",
             txs_outcome_name((enum txs_outcome)most), txs_outcome_text((enum txs_outcome)most));
    console_error(c, text);
}

void console_verdict(struct console *c, const struct txs_plan *plan,
                     const struct txs_ending *ending, enum exit_code code)
{
    char text[400];
    if (code == EXIT_NOBODY_ASKED && ending->tally->peers > 0)
        say_why_no_handshake(c, ending->tally);
    else if (code == EXIT_NOBODY_ASKED)
        say_why_no_peer(c, plan, ending);
    for (size_t i = 0; i < plan->id_count && code == EXIT_TOO_FEW_SERVED; i++) {
        uint64_t served = ending->tally->ids[i].by_status[TXS_ID_SERVED];
        char hex[65];
        txs_hash_to_hex(hex, plan->ids[i]);
        snprintf(text, sizeof text, "served by %" PRIu64 ", required %" PRIu64 ": %s", served,
                 plan->require_served, hex);
        if (served < plan->require_served)
            console_error(c, text);
    }
}
