#include "verbose.h"

#include "words.h"

#include <stdio.h>
#include <string.h>

#define IDS_TOLD 5 /* of more than that, a peer's answers are counted */
#define AGENT_SHOWN 121

void verbose_seed(struct screen *s, const struct txs_seed_record *seed)
{
    screen_message(s, "txsurvey: seed %s: %s%s%s, %s address%s", seed->host,
                   txs_seed_outcome_name(seed->outcome), seed->error ? " " : "",
                   seed->error ? seed->error : "", words_count(seed->addresses).text,
                   words_of(seed->addresses, "", "es"));
}

static struct words status_of(const struct txs_answer *a)
{
    struct words out;
    const char *strength = a->status == TXS_ID_NOTFOUND ? txs_strength_name(a->strength) : "";
    const char *hint = txs_hint_name(a->hint);
    snprintf(out.text, sizeof out.text, "%s%s%s%s%s", txs_id_status_name(a->status),
             *strength ? ", " : "", strength, *hint ? ", " : "", hint);
    return out;
}

/* ": served", or ": 3 served, 997 notfound". */
static void answers_in_short(char *out, size_t room, const struct txs_peer_result *r)
{
    uint64_t counts[TXS_ID_STATUS_COUNT] = {0};
    size_t len = 0;
    if (r->answer_count == 1) {
        snprintf(out, room, ": %s", status_of(&r->answers[0]).text);
        return;
    }
    for (size_t i = 0; i < r->answer_count; i++)
        counts[r->answers[i].status]++;
    for (unsigned s = TXS_ID_STATUS_COUNT; s-- > 0;)
        if (counts[s] > 0)
            len += (size_t)snprintf(out + len, room - len, "%s%s %s", len > 0 ? ", " : ": ",
                                    words_count(counts[s]).text, txs_id_status_name(s));
}

static void tell_each_id(struct screen *s, const struct txs_plan *plan,
                         const struct txs_peer_result *r)
{
    for (size_t i = 0; i < r->answer_count; i++) {
        char hex[65];
        const char *label = plan->labels[i];
        txs_hash_to_hex(hex, plan->ids[i]);
        screen_message(s, "  %s%s%s: %s", hex, label != NULL ? " " : "", label != NULL ? label : "",
                       status_of(&r->answers[i]).text);
    }
}

void verbose_peer(struct screen *s, const struct txs_plan *plan, const struct txs_peer_record *peer)
{
    const struct txs_peer_result *r = peer->result;
    char address[TXS_ADDRESS_TEXT_MAX], agent[AGENT_SHOWN], answers[300] = "";
    const char *error = txs_error_name(r->error);
    bool met = r->handshake_ms != TXS_NEVER;
    txs_address_text(address, peer->address);
    words_plain(agent, sizeof agent, (const char *)r->subver.data, r->subver.len);
    if (met)
        answers_in_short(answers, sizeof answers, r);
    screen_message(s, "txsurvey: peer %s%s%s: %s%s%s%s%s", address, *agent ? " " : "", agent,
                   txs_outcome_name(r->outcome), *error ? ", " : "", error,
                   peer->suspect ? ", suspect" : "", answers);
    if (met && r->answer_count > 1 && r->answer_count <= IDS_TOLD)
        tell_each_id(s, plan, r);
}
