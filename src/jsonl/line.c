#include "line.h"

#include "txsurvey/escape.h"
#include "txsurvey/time.h"

#include <assert.h>
#include <string.h>

#define EXACT_MAX (1ll << 53)

static void flush(struct line *l)
{
    l->whole = l->whole && (l->len == 0 || txs_output_piece(l->output, l->bytes, l->len));
    l->len = 0;
}

static void put(struct line *l, const char *bytes, size_t len)
{
    if (len > LINE_BYTES - l->len)
        flush(l);
    if (len > LINE_BYTES) {
        l->whole = l->whole && txs_output_piece(l->output, bytes, len);
    } else {
        memcpy(l->bytes + l->len, bytes, len);
        l->len += len;
    }
}

static void put_char(struct line *l, char c)
{
    put(l, &c, 1);
}

/* Room for so many bytes, which are few, and for a comma before them where one is due. */
static char *begin_few(struct line *l, size_t len)
{
    if (len + 1 > LINE_BYTES - l->len)
        flush(l);
    char *at = l->bytes + l->len;
    if (l->follows)
        *at++ = ',';
    l->follows = true;
    return at;
}

static void end_few(struct line *l, const char *at)
{
    l->len = (size_t)(at - l->bytes);
}

static void begin_value(struct line *l)
{
    end_few(l, begin_few(l, 0));
}

/* Few bytes: a number or a word of JSON's. */
static void put_value(struct line *l, const char *text, size_t len)
{
    char *at = begin_few(l, len);
    memcpy(at, text, len);
    end_few(l, at + len);
}

void line_begin(struct line *l, struct txs_output *output)
{
    l->output = output;
    l->whole = true;
    l->follows = false;
    l->len = 0;
    line_open(l, '{');
}

void line_end(struct line *l)
{
    line_close(l, '}');
    flush(l);
    txs_output_end_line(l->output, l->whole);
}

void line_fail(struct line *l)
{
    l->whole = false;
}

void line_open(struct line *l, char brace)
{
    put_value(l, &brace, 1);
    l->follows = false;
}

void line_close(struct line *l, char brace)
{
    put_char(l, brace);
    l->follows = true;
}

void line_name(struct line *l, const char *name)
{
    size_t len = strlen(name);
    assert(len <= LINE_NAME_MAX);
    char *at = begin_few(l, len + 3);
    *at++ = '"';
    memcpy(at, name, len);
    at += len;
    *at++ = '"';
    *at++ = ':';
    end_few(l, at);
    l->follows = false;
}

void line_null(struct line *l)
{
    put_value(l, "null", 4);
}

void line_bool(struct line *l, bool value)
{
    if (value)
        put_value(l, "true", 4);
    else
        put_value(l, "false", 5);
}

/* Writes the digits, at least `least` of them, before `end`; returns where they begin. */
static char *digits_before(char *end, uint64_t value, unsigned least)
{
    for (; value > 0 || least > 0; value /= 10, least -= least > 0)
        *--end = (char)('0' + value % 10);
    return end;
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

/* A number that ends at `end`, with its sign. There is room before it. */
static void put_digits(struct line *l, char *first, const char *end, bool negative)
{
    if (negative)
        *--first = '-';
    put_value(l, first, (size_t)(end - first));
}

void line_signed(struct line *l, int64_t value)
{
    char text[24], *end = text + sizeof text;
    if (value > EXACT_MAX || value < -EXACT_MAX)
        line_null(l);
    else
        put_digits(l, digits_before(end, magnitude(value), 1), end, value < 0);
}

void line_number(struct line *l, uint64_t value)
{
    if (value > EXACT_MAX)
        line_null(l);
    else
        line_signed(l, (int64_t)value);
}

void line_count(struct line *l, const char *name, uint64_t value)
{
    line_name(l, name);
    line_number(l, value);
}

void line_known(struct line *l, bool known, int64_t value)
{
    if (known)
        line_signed(l, value);
    else
        line_null(l);
}

void line_decimal(struct line *l, int64_t value, unsigned decimals, unsigned least)
{
    char text[48], *end = text + sizeof text;
    uint64_t unit = 1, rest = magnitude(value);
    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    uint64_t whole = rest / unit;
    for (rest %= unit; decimals > least && rest % 10 == 0; decimals--)
        rest /= 10;
    char *first = digits_before(end, rest, decimals);
    *--first = '.';
    put_digits(l, digits_before(first, whole, 1), end, value < 0);
}

static void put_unit(struct line *l, uint32_t unit)
{
    char text[6] = "\\u";
    for (int i = 0; i < 4; i++)
        text[2 + i] = "0123456789abcdef"[unit >> (12 - 4 * i) & 15];
    put(l, text, sizeof text);
}

static void put_escaped(struct line *l, uint32_t c)
{
    if (c == '"' || c == '\\') {
        put(l, (const char[]){'\\', (char)c}, 2);
    } else if (c < 0x10000) {
        put_unit(l, c);
    } else {
        put_unit(l, 0xd800 + ((c - 0x10000) >> 10));
        put_unit(l, 0xdc00 + ((c - 0x10000) & 0x3ff));
    }
}

static bool is_plain(char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

static size_t plain_of(const char *text)
{
    size_t plain = 0;
    while (is_plain(text[plain]))
        plain++;
    return plain;
}

/* Most are short words. */
static bool put_plain(struct line *l, const char *text)
{
    size_t len = plain_of(text);
    if (text[len] != '\0' || len > LINE_NAME_MAX)
        return false;
    char *at = begin_few(l, len + 2);
    *at++ = '"';
    memcpy(at, text, len);
    at += len;
    *at++ = '"';
    end_few(l, at);
    return true;
}

void line_string(struct line *l, const char *text)
{
    if (put_plain(l, text))
        return;
    begin_value(l);
    put_char(l, '"');
    for (;;) {
        size_t plain = plain_of(text);
        put(l, text, plain);
        text += plain;
        if (*text == '\0')
            break;
        uint32_t c;
        size_t len = txs_utf8_decode(&c, (const uint8_t *)text, strlen(text));
        put_escaped(l, len > 0 ? c : 0xfffd);
        text += len > 0 ? len : 1;
    }
    put_char(l, '"');
}

void line_text(struct line *l, const char *text)
{
    if (text == NULL || *text == '\0')
        line_null(l);
    else
        line_string(l, text);
}

void line_hex(struct line *l, struct txs_span bytes)
{
    char hex[2 * 1024 + 1];
    begin_value(l);
    put_char(l, '"');
    while (bytes.len > 0) {
        size_t len = bytes.len < 1024 ? bytes.len : 1024;
        txs_hex_encode(hex, bytes.data, len);
        put(l, hex, 2 * len);
        bytes.data += len;
        bytes.len -= len;
    }
    put_char(l, '"');
}

void line_hash(struct line *l, const uint8_t *hash_wire)
{
    char hex[65] = "";
    if (hash_wire != NULL)
        txs_hash_to_hex(hex, hash_wire);
    line_text(l, hex);
}

void line_time(struct line *l, int64_t unix_ms)
{
    char text[TXS_TIME_TEXT_MAX];
    txs_time_text(text, unix_ms);
    line_string(l, text);
}
