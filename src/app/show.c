#include "show.h"

#include <stdio.h>
#include <string.h>

bool show_nothing(struct txs_option_value *value, char text[SHOW_TEXT_MAX], const void *member)
{
    (void)value;
    (void)text;
    (void)member;
    return false;
}

static bool show(struct txs_option_value *value, enum txs_option_kind kind, uint64_t number)
{
    value->kind = kind;
    value->number = number;
    return true;
}

static bool show_as_text(struct txs_option_value *value, const char *text)
{
    value->kind = TXS_OPTION_TEXT;
    value->text = text;
    return true;
}

bool show_bool(struct txs_option_value *value, char text[SHOW_TEXT_MAX], const void *member)
{
    (void)text;
    return show(value, TXS_OPTION_BOOL, *(const bool *)member);
}

bool show_count(struct txs_option_value *value, char text[SHOW_TEXT_MAX], const void *member)
{
    (void)text;
    return show(value, TXS_OPTION_COUNT, *(const uint32_t *)member);
}

bool show_number(struct txs_option_value *value, char text[SHOW_TEXT_MAX], const void *member)
{
    (void)text;
    return show(value, TXS_OPTION_NUMBER, *(const uint64_t *)member);
}

bool show_positive(struct txs_option_value *value, char text[SHOW_TEXT_MAX], const void *member)
{
    (void)text;
    uint64_t number = *(const uint64_t *)member;
    return show(value, TXS_OPTION_NUMBER, number > 0 ? number : UINT64_MAX);
}

bool show_seconds(struct txs_option_value *value, char text[SHOW_TEXT_MAX], const void *member)
{
    (void)text;
    return show(value, TXS_OPTION_SECONDS, *(const uint64_t *)member);
}

bool show_text(struct txs_option_value *value, char text[SHOW_TEXT_MAX], const void *member)
{
    (void)text;
    return show_as_text(value, *(const char *const *)member);
}

bool show_proxy(struct txs_option_value *value, char text[SHOW_TEXT_MAX], const void *member)
{
    const struct txs_proxy *proxy = member;
    bool brackets = strchr(proxy->host, ':') != NULL;
    snprintf(text, SHOW_TEXT_MAX, brackets ? "[%s]:%u" : "%s:%u", proxy->host,
             (unsigned)proxy->port);
    return show_as_text(value, proxy->given ? text : NULL);
}

bool show_block(struct txs_option_value *value, char text[SHOW_TEXT_MAX], const void *member)
{
    const struct txs_plan *plan = member;
    txs_hash_to_hex(text, plan->block_hash);
    return show_as_text(value, plan->block_given ? text : NULL);
}

bool show_anchors(struct txs_option_value *value, char text[SHOW_TEXT_MAX], const void *member)
{
    (void)text;
    value->kind = TXS_OPTION_ANCHORS;
    value->plan = member;
    return true;
}

bool show_fee_rate(struct txs_option_value *value, char text[SHOW_TEXT_MAX], const void *member)
{
    (void)text;
    const struct txs_plan *plan = member;
    return show(value, TXS_OPTION_SAT_VB,
                plan->has_fee_rate ? (uint64_t)plan->fee_rate_sat_kvb : UINT64_MAX);
}
