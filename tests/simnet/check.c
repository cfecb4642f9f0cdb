#include "check.h"

#include "txsurvey/message.h"

#define GETDATAS_MAX 9 /* in half a minute, and in each that follows */

static void blame_if(struct sim_session *s, bool wrong, enum sim_violation violation)
{
    if (wrong)
        sim_session_violation(s, violation);
}

static void check_version(struct sim_session *s, struct txs_span payload)
{
    struct txs_version v;
    blame_if(s, s->got_version, SIM_VIOLATION_VERSION_TWICE);
    if (!txs_version_decode(&v, payload)) {
        sim_session_violation(s, SIM_VIOLATION_VERSION_MALFORMED);
        return;
    }
    blame_if(s, v.version != TXS_PROTOCOL_VERSION || v.services != 0 || !v.has_relay || !v.relay,
             SIM_VIOLATION_VERSION_FIELDS);
}

static void check_feature(struct sim_session *s, bool again, struct txs_span payload)
{
    blame_if(s, payload.len != 0, SIM_VIOLATION_PAYLOAD);
    blame_if(s, !s->version_sent, SIM_VIOLATION_BEFORE_OUR_VERSION);
    blame_if(s, s->node.version < TXS_WTXIDRELAY_VERSION, SIM_VIOLATION_FEATURE_TO_OLD);
    blame_if(s, s->got_verack, SIM_VIOLATION_FEATURE_AFTER_VERACK);
    blame_if(s, again, SIM_VIOLATION_FEATURE_TWICE);
}

static void check_verack(struct sim_session *s, struct txs_span payload)
{
    blame_if(s, payload.len != 0, SIM_VIOLATION_PAYLOAD);
    blame_if(s, !s->version_sent && !s->net->settings->eager, SIM_VIOLATION_BEFORE_OUR_VERSION);
    blame_if(s, s->got_verack, SIM_VIOLATION_VERACK_TWICE);
}

/* The first question of an eager surveyor leaves before it knows whom it asks. */
static bool is_guess(const struct sim_session *s)
{
    return s->net->settings->eager && s->getdatas == 1;
}

static void check_item(struct sim_session *s, uint32_t type)
{
    bool witness = type == TXS_INV_WITNESS_TX || type == TXS_INV_WITNESS_BLOCK;
    bool known = witness || type == TXS_INV_TX || type == TXS_INV_BLOCK || type == TXS_INV_WTX ||
                 type == TXS_INV_FILTERED_BLOCK || type == TXS_INV_CMPCT_BLOCK;
    blame_if(s, !known, SIM_VIOLATION_GETDATA_TYPE);
    blame_if(s, type == TXS_INV_WTX && !s->node.wtxidrelay, SIM_VIOLATION_GETDATA_WTX);
    blame_if(s, witness && !(s->node.services & TXS_SERVICE_WITNESS) && !is_guess(s),
             SIM_VIOLATION_GETDATA_WITNESS);
}

static void check_getdata(struct sim_session *s, struct txs_span payload)
{
    struct txs_inv_reader reader;
    struct txs_inv_item item;

    blame_if(s, !s->got_verack, SIM_VIOLATION_BEFORE_VERACK);
    uint64_t halves = 1 + (uv_now(s->net->loop) - s->accepted_ms) / 30000;
    blame_if(s, ++s->getdatas > GETDATAS_MAX * halves, SIM_VIOLATION_GETDATA_OFTEN);
    txs_inv_reader_init(&reader);
    while (txs_inv_next(&reader, &item, &payload))
        check_item(s, item.type);
    blame_if(s, !txs_inv_complete(&reader) || payload.len, SIM_VIOLATION_GETDATA_MALFORMED);
    blame_if(s, txs_inv_complete(&reader) && reader.count == 0, SIM_VIOLATION_GETDATA_EMPTY);
}

static void check_pong(struct sim_session *s, struct txs_span payload)
{
    uint64_t nonce;
    if (payload.len != 8 || !txs_u64_decode(&nonce, payload) || !s->pings_out ||
        nonce != sim_random(s->net->settings, s->node.index, SIM_SALT_NONCE, 1)) {
        sim_session_violation(s, SIM_VIOLATION_PONG_UNASKED);
        return;
    }
    s->pings_out--;
}

static void check_command(struct sim_session *s, enum sim_command command, struct txs_span payload)
{
    switch (command) {
    case SIM_COMMAND_VERSION:
        check_version(s, payload);
        break;
    case SIM_COMMAND_VERACK:
        check_verack(s, payload);
        break;
    case SIM_COMMAND_WTXIDRELAY:
        check_feature(s, s->got_wtxidrelay, payload);
        break;
    case SIM_COMMAND_SENDADDRV2:
        check_feature(s, s->got_sendaddrv2, payload);
        break;
    case SIM_COMMAND_GETDATA:
        check_getdata(s, payload);
        break;
    case SIM_COMMAND_PING:
        blame_if(s, payload.len != 8, SIM_VIOLATION_PAYLOAD);
        blame_if(s, !s->got_verack, SIM_VIOLATION_BEFORE_VERACK);
        break;
    case SIM_COMMAND_PONG:
        check_pong(s, payload);
        break;
    case SIM_COMMAND_GETADDR:
        blame_if(s, payload.len != 0, SIM_VIOLATION_PAYLOAD);
        blame_if(s, !s->got_verack, SIM_VIOLATION_BEFORE_VERACK);
        blame_if(s, s->got_getaddr, SIM_VIOLATION_GETADDR_TWICE);
        blame_if(s, !s->net->settings->crawl, SIM_VIOLATION_GETADDR_UNWANTED);
        break;
    case SIM_COMMAND_SENDCMPCT:
        blame_if(s, payload.len != 9, SIM_VIOLATION_PAYLOAD);
        break;
    case SIM_COMMAND_FEEFILTER:
        blame_if(s, payload.len != 8, SIM_VIOLATION_PAYLOAD);
        break;
    case SIM_COMMAND_FILTERLOAD:
        blame_if(s, !(s->node.services & TXS_SERVICE_BLOOM), SIM_VIOLATION_FILTERLOAD_UNASKED);
        break;
    case SIM_COMMAND_GETBLOCKTXN:
        blame_if(s, !s->got_verack, SIM_VIOLATION_BEFORE_VERACK);
        break;
    case SIM_COMMAND_OTHER:
    case SIM_COMMAND_COUNT:
        sim_session_violation(s, SIM_VIOLATION_BAD_COMMAND);
        break;
    }
}

/* Who echoes hears nothing. */
void sim_check_message(struct sim_session *s, enum sim_command command, struct txs_span payload)
{
    if (s->echo)
        return;
    if (!s->splitter.checksum_ok) {
        sim_session_violation(s, SIM_VIOLATION_BAD_CHECKSUM);
        return;
    }
    blame_if(s, !s->got_version && command != SIM_COMMAND_VERSION, SIM_VIOLATION_FIRST_NOT_VERSION);
    check_command(s, command, payload);
}
