#include "restored.h"

#include "parse.h"
#include "target.h"

#include <stdlib.h>
#include <string.h>

static const char *const outcome_names[] = {
#define X(id, name, text) name,
    TXS_OUTCOME_TABLE(X)
#undef X
};
static const char *const stage_names[] = {
#define X(id, name, text) name,
    TXS_STAGE_TABLE(X)
#undef X
};
static const char *const status_names[] = {
#define X(id, name, text) name,
    TXS_ID_STATUS_TABLE(X)
#undef X
};
static const char *const via_names[] = {
#define X(id, name, text) name,
    TXS_VIA_TABLE(X)
#undef X
};
static const char *const way_names[] = {
#define X(id, name, text) name,
    TXS_BLOCK_WAY_TABLE(X)
#undef X
};
static const char *const control_names[] = {
#define X(id, name, text) name,
    TXS_CONTROL_TABLE(X)
#undef X
};
static const char *const anchor_names[] = {
#define X(id, name, text) name,
    TXS_ANCHOR_TABLE(X)
#undef X
};
static const char *const strength_names[] = {
#define X(id, name, text) name,
    TXS_STRENGTH_TABLE(X)
#undef X
};
static const char *const hint_names[] = {
#define X(id, name, text) name,
    TXS_HINT_TABLE(X)
#undef X
};
#define COUNT_OF(names) (sizeof(names) / sizeof *(names))

#define BYTES_MAX ((int64_t)1 << 53) /* no integer of a record is beyond that */

bool restored_init(struct restored *r, const struct txs_plan *plan)
{
    memset(r, 0, sizeof *r);
    r->plan = plan;
    r->height = -1;
    r->answers = calloc(plan->id_count + 1, sizeof *r->answers);
    r->answered = calloc(plan->id_count + 1, sizeof *r->answered);
    r->positions = malloc((plan->id_count + 1) * sizeof *r->positions);
    for (size_t i = 0; i < plan->id_count && r->positions != NULL; i++)
        r->positions[i] = -1;
    return r->answers != NULL && r->answered != NULL && r->positions != NULL;
}

void restored_free(struct restored *r)
{
    free(r->answers);
    free(r->answered);
    free(r->positions);
}

/* Values. A member that is null, or not there, leaves what `out` holds. */

static bool take_integer(int64_t *out, const json_t *record, const char *name, int64_t least,
                         int64_t most)
{
    const json_t *value = json_object_get(record, name);
    if (value == NULL || json_is_null(value))
        return true;
    return parse_integer(out, value, least, most);
}

static bool take_word(unsigned *out, const json_t *record, const char *name,
                      const char *const *words, size_t count)
{
    const json_t *value = json_object_get(record, name);
    if (value == NULL || json_is_null(value))
        return true;
    const char *text = json_string_value(value);
    for (unsigned i = 0; i < count && text != NULL; i++) {
        *out = i;
        if (*text != '\0' && strcmp(words[i], text) == 0)
            return true;
    }
    return false;
}

static bool take_hash(bool *given, uint8_t out[32], const json_t *record, const char *name)
{
    const json_t *value = json_object_get(record, name);
    *given = value != NULL && !json_is_null(value);
    return !*given || parse_hash(out, record, name);
}

static bool take_services(bool *given, uint64_t *out, const json_t *record)
{
    const json_t *value = json_object_get(record, "services");
    *given = value != NULL && !json_is_null(value);
    const char *text = json_string_value(value);
    if (text == NULL)
        return !*given;
    *out = strtoull(text, NULL, 16);
    return strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16;
}

static bool take_handshake(struct txs_peer_result *out, const json_t *record)
{
    const json_t *value = json_object_get(record, "handshake_ms");
    out->handshake_ms = json_is_number(value) ? 0 : TXS_NEVER;
    return value == NULL || json_is_null(value) ||
           (json_is_number(value) && json_number_value(value) >= 0);
}

/* The answers */

static bool from_block(const struct txs_answer *a)
{
    return a->via == TXS_VIA_MERKLEBLOCK || a->via == TXS_VIA_BLOCK;
}

/* An id has one place in the block, and a place one id. */
static bool is_place_of(struct restored *r, size_t id, uint32_t position)
{
    uint16_t *taken_by = &r->taken_by[position];
    if (*taken_by == 0 && r->positions[id] < 0) {
        *taken_by = (uint16_t)(id + 1);
        r->positions[id] = (int32_t)position;
    }
    return *taken_by == id + 1 && r->positions[id] == (int32_t)position;
}

static bool answer_is_possible(struct restored *r, size_t id)
{
    const struct txs_answer *a = &r->answers[id];
    bool served = a->status == TXS_ID_SERVED;
    if (served != (a->via != TXS_VIA_NONE) || (from_block(a) && !r->plan->block_given))
        return false;
    if (a->has_wtxid && (!served || (r->plan->id_type == TXS_ID_TYPE_WTXID &&
                                     memcmp(a->wtxid, r->plan->ids[id], 32) != 0)))
        return false;
    return !a->has_position || (from_block(a) && is_place_of(r, id, a->position));
}

static const char *take_answer(struct restored *r, const json_t *entry)
{
    static const char none[] = "a peer's answer that is none of this run";
    uint8_t id[32];
    unsigned status = TXS_ID_STATUS_COUNT, via = TXS_VIA_NONE;
    unsigned strength = TXS_STRENGTH_NONE, hint = TXS_HINT_NONE;
    int64_t position = -1;
    int at = parse_hash(id, entry, "txid") ? target_find(r->plan, id) : -1;
    if (at < 0 || r->answered[at] ||
        !take_word(&status, entry, "status", status_names, COUNT_OF(status_names)) ||
        status == TXS_ID_STATUS_COUNT)
        return none;
    struct txs_answer *a = &r->answers[at];
    r->answered[at] = true;
    *a = (struct txs_answer){.status = (enum txs_id_status)status};
    if (!take_word(&via, entry, "via", via_names, COUNT_OF(via_names)) ||
        !take_word(&strength, entry, "strength", strength_names, COUNT_OF(strength_names)) ||
        !take_word(&hint, entry, "hint", hint_names, COUNT_OF(hint_names)) ||
        !take_hash(&a->has_wtxid, a->wtxid, entry, "wtxid") ||
        !take_integer(&position, entry, "position", 0, TXS_BLOCK_TX_MAX - 1))
        return none;
    a->via = (enum txs_via)via;
    a->strength = (enum txs_strength)strength;
    a->hint = (enum txs_hint)hint;
    a->has_position = position >= 0;
    a->position = a->has_position ? (uint32_t)position : 0;
    return answer_is_possible(r, (size_t)at) ? NULL : "a peer's answer that cannot be";
}

static const char *take_answers(struct restored *r, const json_t *list)
{
    size_t i;
    json_t *entry;
    const char *wrong = NULL;
    if (json_array_size(list) != r->plan->id_count)
        return "a peer without an answer for each id";
    memset(r->answered, 0, r->plan->id_count * sizeof *r->answered);
    json_array_foreach(list, i, entry)
    {
        if (wrong == NULL)
            wrong = take_answer(r, entry);
    }
    return wrong;
}

/* The peer */

#define AT(stage) (1u << TXS_STAGE_##stage)

/* The stages at which an outcome can be met. */
static unsigned stages_of(enum txs_outcome outcome)
{
    switch (outcome) {
    case TXS_OUTCOME_ANSWERED:
        return AT(DONE);
    case TXS_OUTCOME_SILENT:
        return AT(REQUEST);
    case TXS_OUTCOME_CONNECT_REFUSED:
    case TXS_OUTCOME_CONNECT_TIMEOUT:
    case TXS_OUTCOME_UNREACHABLE:
    case TXS_OUTCOME_CONNECT_FAILED:
    case TXS_OUTCOME_PROXY_FAILED:
        return AT(CONNECT);
    case TXS_OUTCOME_HANDSHAKE_TIMEOUT:
        return AT(HANDSHAKE);
    case TXS_OUTCOME_CLOSED:
    case TXS_OUTCOME_PROTOCOL_ERROR:
        return AT(HANDSHAKE) | AT(REQUEST);
    case TXS_OUTCOME_LOCAL_ERROR:
    case TXS_OUTCOME_INTERRUPTED:
        return AT(CONNECT) | AT(HANDSHAKE) | AT(REQUEST);
    case TXS_OUTCOME_COUNT:
        break;
    }
    return 0;
}

/* Before the handshake is complete nothing was asked in the end, though a transaction that came all
 * the same remains a fact. */
static bool may_have(const struct txs_peer_result *r, enum txs_id_status status)
{
    if (r->outcome == TXS_OUTCOME_ANSWERED)
        return status == TXS_ID_SERVED || status == TXS_ID_NOTFOUND;
    if (r->stage == TXS_STAGE_HANDSHAKE)
        return status == TXS_ID_SERVED || status == TXS_ID_UNASKED;
    return r->stage != TXS_STAGE_CONNECT || status == TXS_ID_UNASKED;
}

static bool stage_is_possible(const struct restored *r, const struct txs_peer_result *out)
{
    bool complete = out->stage == TXS_STAGE_REQUEST || out->stage == TXS_STAGE_DONE;
    bool possible = stages_of(out->outcome) >> out->stage & 1 &&
                    complete == (out->handshake_ms != TXS_NEVER) &&
                    (complete ? out->has_version : true) &&
                    (out->stage == TXS_STAGE_CONNECT ? !out->has_version : true);
    for (size_t i = 0; i < r->plan->id_count; i++)
        possible &= may_have(out, r->answers[i].status);
    return possible;
}

static bool has_via(const struct restored *r, enum txs_via via)
{
    for (size_t i = 0; i < r->plan->id_count; i++)
        if (r->answers[i].via == via)
            return true;
    return false;
}

/* All of it came where its height is known, and it has one height. */
static bool block_is_possible(struct restored *r, const struct txs_peer_result *out)
{
    bool filtered = out->block_asked == TXS_BLOCK_WAY_MERKLEBLOCK;
    bool asked = out->block_asked != TXS_BLOCK_WAY_NONE;
    if ((asked && (!r->plan->block_given || out->handshake_ms == TXS_NEVER)) ||
        (has_via(r, TXS_VIA_MERKLEBLOCK) && !filtered) ||
        (has_via(r, TXS_VIA_BLOCK) && (!asked || filtered)))
        return false;
    if (out->block_height < 0)
        return true;
    if (r->height < 0)
        r->height = out->block_height;
    return asked && !filtered && r->height == out->block_height;
}

static bool take_version(struct txs_peer_result *out, const json_t *record)
{
    int64_t none = (int64_t)INT32_MIN - 1, height = none;
    bool given;
    if (!take_services(&given, &out->services, record) ||
        !take_integer(&height, record, "startingheight", INT32_MIN, INT32_MAX))
        return false;
    out->has_version = given;
    out->has_start_height = height != none;
    out->start_height = out->has_start_height ? (int32_t)height : -1;
    return given || !out->has_start_height; /* a short version names none */
}

static bool take_block(struct txs_peer_result *out, const json_t *record)
{
    unsigned way = TXS_BLOCK_WAY_NONE;
    int64_t height = -1;
    if (!take_word(&way, record, "block_asked", way_names, COUNT_OF(way_names)) ||
        !take_integer(&height, record, "block_height", 0, INT32_MAX))
        return false;
    out->block_asked = (uint8_t)way;
    out->block_height = (int32_t)height;
    return true;
}

static bool take_bytes(struct txs_peer_result *out, const json_t *record)
{
    int64_t sent = 0, received = 0;
    if (!take_integer(&sent, record, "bytessent", 0, BYTES_MAX) ||
        !take_integer(&received, record, "bytesrecv", 0, BYTES_MAX))
        return false;
    out->bytes_sent = (uint64_t)sent;
    out->bytes_received = (uint64_t)received;
    return true;
}

static bool take_control(enum txs_control *out, const json_t *control, const char *name)
{
    unsigned word = TXS_CONTROL_UNASKED;
    bool known = take_word(&word, control, name, control_names, COUNT_OF(control_names));
    *out = word;
    return known;
}

static bool take_anchors(struct txs_peer_result *out, const struct txs_plan *plan,
                         const json_t *anchors)
{
    for (size_t i = 0; i < plan->anchor_count; i++) {
        unsigned verdict = TXS_ANCHOR_UNKNOWN;
        if (!take_word(&verdict, anchors, plan->anchor_labels[i], anchor_names,
                       COUNT_OF(anchor_names)))
            return false;
        out->anchors[i] = (uint8_t)verdict;
    }
    return true;
}

/* A code of a later version is none that we know. */
static void take_error(struct txs_peer_result *out, const json_t *record)
{
    const char *error = parse_text(record, "error");
    for (unsigned e = 0; e < TXS_ERROR_COUNT && error != NULL; e++)
        if (strcmp(error, txs_error_name(e)) == 0)
            out->error = e;
}

static bool take_end(struct txs_peer_result *out, const json_t *record)
{
    unsigned outcome = TXS_OUTCOME_COUNT, stage = TXS_STAGE_COUNT;
    if (!take_word(&outcome, record, "outcome", outcome_names, COUNT_OF(outcome_names)) ||
        !take_word(&stage, record, "stage", stage_names, COUNT_OF(stage_names)))
        return false;
    out->outcome = outcome;
    out->stage = stage;
    return outcome != TXS_OUTCOME_COUNT && stage != TXS_STAGE_COUNT;
}

const char *restored_result(struct restored *r, struct txs_peer_result *out, const json_t *record)
{
    const json_t *control = json_object_get(record, "control");
    *out = (struct txs_peer_result){.answers = r->answers, .answer_count = r->plan->id_count};
    if (!take_end(out, record))
        return "a peer without proper outcome and stage";
    if (!take_handshake(out, record) || !take_version(out, record))
        return "a peer without proper version, services and height";
    if (!take_bytes(out, record))
        return "a peer without proper counts of bytes";
    if (!take_control(&out->control_random, control, "random") ||
        !take_control(&out->control_announced, control, "announced"))
        return "a peer without a proper control";
    out->on_fork = r->plan->chain->has_split && out->services & TXS_SERVICE_BLAKE2B;
    if (!take_anchors(out, r->plan, json_object_get(record, "anchors")))
        return "a peer without proper anchors";
    take_error(out, record);
    if (!take_block(out, record))
        return "a peer without a proper word about the block";
    const char *wrong = take_answers(r, json_object_get(record, "transactions"));
    if (wrong != NULL)
        return wrong;
    if (!stage_is_possible(r, out))
        return "a peer whose outcome, stage and answers do not fit each other";
    return block_is_possible(r, out) ? NULL : "a peer whose word about the block cannot be";
}
