/* A line of JSON, value by value, and what another reader makes of it. */
#include "../../src/jsonl/line.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static char path[] = "/tmp/test-line-XXXXXX";

struct fixture {
    struct txs_output *output;
    struct line line;
};

static void begin(struct fixture *f)
{
    struct txs_message message;
    assert_int_equal(txs_output_open(&f->output, path, &message), TXS_OK);
    assert_int_equal(txs_output_empty(f->output, &message), TXS_OK);
    line_begin(&f->line, f->output);
}

/* The line is `expected`, and jansson says the same of it. */
static void end(struct fixture *f, const char *expected)
{
    static char text[100000];
    struct txs_message message;
    line_end(&f->line);
    assert_true(txs_output_close(f->output, &message));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_true(len > 0 && text[len - 1] == '\n');
    text[len - 1] = '\0';
    assert_string_equal(text, expected);
    json_t *read = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(read);
    json_decref(read);
}

static void values_stand_behind_each_other(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    line_name(&f.line, "a");
    line_open(&f.line, '[');
    line_null(&f.line);
    line_bool(&f.line, true);
    line_bool(&f.line, false);
    line_open(&f.line, '{');
    line_close(&f.line, '}');
    line_open(&f.line, '[');
    line_close(&f.line, ']');
    line_close(&f.line, ']');
    line_name(&f.line, "b");
    line_open(&f.line, '{');
    line_count(&f.line, "c", 0);
    line_name(&f.line, "d");
    line_text(&f.line, "");
    line_close(&f.line, '}');
    line_name(&f.line, "e");
    line_text(&f.line, NULL);
    end(&f, "{\"a\":[null,true,false,{},[]],\"b\":{\"c\":0,\"d\":null},\"e\":null}");
}

static void numbers_are_exact_or_null(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    line_name(&f.line, "n");
    line_open(&f.line, '[');
    line_number(&f.line, 0);
    line_number(&f.line, 1ull << 53);
    line_number(&f.line, (1ull << 53) + 1);
    line_number(&f.line, UINT64_MAX);
    line_signed(&f.line, -(1ll << 53));
    line_signed(&f.line, -(1ll << 53) - 1);
    line_signed(&f.line, INT64_MIN);
    line_known(&f.line, true, -7);
    line_known(&f.line, false, -7);
    line_close(&f.line, ']');
    end(&f, "{\"n\":[0,9007199254740992,null,null,-9007199254740992,null,null,-7,null]}");
}

static void decimals_are_exact(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    line_name(&f.line, "n");
    line_open(&f.line, '[');
    line_decimal(&f.line, 546, 8, 8);
    line_decimal(&f.line, 2100000000000000, 8, 8);
    line_decimal(&f.line, -1, 8, 8);
    line_decimal(&f.line, INT64_MIN, 8, 8);
    line_decimal(&f.line, 0, 6, 1);
    line_decimal(&f.line, 1000000, 6, 1);
    line_decimal(&f.line, 562500, 6, 1);
    line_decimal(&f.line, 1, 6, 1);
    line_decimal(&f.line, 1500, 3, 1);
    line_decimal(&f.line, 250, 3, 1);
    line_close(&f.line, ']');
    end(&f, "{\"n\":[0.00000546,21000000.00000000,-0.00000001,-92233720368.54775808,0.0,1.0,0.5625,"
            "0.000001,1.5,0.25]}");
}

static void text_is_ascii_whatever_it_holds(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    line_name(&f.line, "s");
    line_open(&f.line, '[');
    line_string(&f.line, "");
    line_string(&f.line, "a\"b\\c/d");
    line_string(&f.line, "\x01\n\x7f");
    line_string(&f.line, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    line_string(&f.line, "x\xff\xc3");
    line_close(&f.line, ']');
    end(&f,
        "{\"s\":[\"\",\"a\\\"b\\\\c/d\",\"\\u0001\\u000a\\u007f\",\"\\u00e4\\u20ac\\ud83d\\ude00\","
        "\"x\\ufffd\\ufffd\"]}");
}

static void bytes_of_any_length_are_hex(void **state)
{
    (void)state;
    static uint8_t bytes[5000];
    static char expected[10100];
    struct fixture f;
    begin(&f);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    line_name(&f.line, "h");
    line_hex(&f.line, (struct txs_span){bytes, sizeof bytes});
    line_name(&f.line, "e");
    line_hex(&f.line, (struct txs_span){NULL, 0});
    line_name(&f.line, "n");
    line_hash(&f.line, NULL);
    strcpy(expected, "{\"h\":\"");
    txs_hex_encode(expected + strlen(expected), bytes, sizeof bytes);
    strcat(expected, "\",\"e\":\"\",\"n\":null}");
    end(&f, expected);
}

static void a_line_that_is_not_whole_is_not_written(void **state)
{
    (void)state;
    struct txs_message message;
    struct fixture f;
    begin(&f);
    line_name(&f.line, "a");
    line_fail(&f.line);
    line_end(&f.line);
    assert_false(txs_output_close(f.output, &message));
    assert_int_equal(access(path, F_OK), 0);
    FILE *file = fopen(path, "r");
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
}

static int make_path(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_stand_behind_each_other),
        cmocka_unit_test(numbers_are_exact_or_null),
        cmocka_unit_test(decimals_are_exact),
        cmocka_unit_test(text_is_ascii_whatever_it_holds),
        cmocka_unit_test(bytes_of_any_length_are_hex),
        cmocka_unit_test(a_line_that_is_not_whole_is_not_written),
    };
    return cmocka_run_group_tests(tests, make_path, remove_path);
}
