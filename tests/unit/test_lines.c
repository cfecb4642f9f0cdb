#include "txsurvey/lines.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static char path[] = "/tmp/test-lines-XXXXXX";

struct taken {
    char text[10000]; /* the lines, each with a bar behind it */
    const char *refuse;
};

static enum txs_status take(void *context, const char *line, struct txs_message *message)
{
    struct taken *t = context;
    if (t->refuse != NULL && strcmp(line, t->refuse) == 0)
        return txs_fail(message, TXS_E_NOMEM, "not this one");
    strcat(strcat(t->text, line), "|");
    return TXS_OK;
}

static enum txs_status read_text(const char *text, size_t len, struct taken *taken,
                                 struct txs_message *message)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    taken->text[0] = '\0';
    return txs_lines_read(path, take, taken, message);
}

static void lines_come_without_white_space_and_comments(void **state)
{
    (void)state;
    struct taken t = {.refuse = NULL};
    struct txs_message message = {""};
    const char *text = "one\n  two \t\r\n\n#three\n   # four\nfive#six\nse ven";
    assert_int_equal(read_text(text, strlen(text), &t, &message), TXS_OK);
    assert_string_equal(t.text, "one|two|five|se ven|");
}

static void an_empty_file_has_no_lines(void **state)
{
    (void)state;
    struct taken t = {.refuse = NULL};
    struct txs_message message = {""};
    assert_int_equal(read_text("", 0, &t, &message), TXS_OK);
    assert_string_equal(t.text, "");
}

static void a_refusal_ends_the_reading_and_names_the_line(void **state)
{
    (void)state;
    struct taken t = {.refuse = "bad"};
    struct txs_message message = {""};
    assert_int_equal(read_text("a\n\n#x\nbad\nb\n", 12, &t, &message), TXS_E_NOMEM);
    assert_string_equal(t.text, "a|");
    assert_non_null(strstr(message.text, path));
    assert_non_null(strstr(message.text, "line 4: not this one"));
}

static void a_line_may_have_4095_bytes(void **state)
{
    (void)state;
    static char text[4097];
    struct taken t = {.refuse = NULL};
    struct txs_message message = {""};
    memset(text, 'x', 4096);
    text[4095] = '\n';
    assert_int_equal(read_text(text, 4096, &t, &message), TXS_OK);
    assert_int_equal(strlen(t.text), 4096);
    text[4095] = 'x';
    text[4096] = '\n';
    assert_int_equal(read_text(text, 4097, &t, &message), TXS_E_USAGE);
    assert_non_null(strstr(message.text, "line 1"));
}

#define MARK "\xef\xbb\xbf"

static void a_byte_order_mark_is_no_part_of_the_first_line(void **state)
{
    (void)state;
    static char text[5000];
    struct taken t = {.refuse = "bad"};
    struct txs_message message = {""};
    assert_int_equal(read_text(MARK " one\ntwo", 11, &t, &message), TXS_OK);
    assert_string_equal(t.text, "one|two|");
    assert_int_equal(read_text(MARK, 3, &t, &message), TXS_OK);
    assert_string_equal(t.text, "");
    assert_int_equal(read_text(MARK "bad", 6, &t, &message), TXS_E_NOMEM);
    assert_non_null(strstr(message.text, "line 1"));
    assert_int_equal(read_text("\xef\xbb\n" MARK "\n", 7, &t, &message), TXS_OK);
    assert_string_equal(t.text, "\xef\xbb|" MARK "|");
    assert_int_equal(read_text(MARK MARK " a", 8, &t, &message), TXS_OK);
    assert_string_equal(t.text, MARK " a|");
    memset(text, 'x', sizeof text);
    memcpy(text, MARK, 3);
    assert_int_equal(read_text(text, 3 + 4095, &t, &message), TXS_OK);
    assert_int_equal(strlen(t.text), 4096);
    assert_int_equal(read_text(text, 3 + 4096, &t, &message), TXS_E_USAGE);
}

static void a_nul_is_refused(void **state)
{
    (void)state;
    struct taken t = {.refuse = NULL};
    struct txs_message message = {""};
    assert_int_equal(read_text("a\nb\0c\n", 6, &t, &message), TXS_E_USAGE);
    assert_non_null(strstr(message.text, "line 2"));
    assert_string_equal(t.text, "a|");
}

enum cut_line { LEAVE, FINISH, TAKE_ALL, CUT_LINE_WAYS };

/* The rest of a line comes in pieces of the same size. */
static void check_pieces(struct txs_line_reader *reader, struct txs_line *line, const char *text,
                         size_t len, size_t max)
{
    size_t got = line->len;
    uint64_t number = line->number;
    while (txs_line_more(reader, line)) {
        assert_true(line->len <= max && got + line->len <= len);
        assert_memory_equal(line->text, text + got, line->len);
        assert_int_equal(line->cut, len - got > max);
        assert_int_equal(line->number, number);
        got += line->len;
    }
    assert_int_equal(got, len);
}

/* The lines of `text`, of which at most `max` bytes are kept, are those that a reader gives. */
static void check_reader(const char *text, size_t len, size_t max, enum cut_line way)
{
    struct txs_line_reader *reader;
    struct txs_line line;
    struct txs_message message = {""};
    size_t begin = 0, number = 0;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(txs_line_reader_open(&reader, path, max, &message), TXS_OK);
    while (txs_line_next(reader, &line)) {
        const char *newline = memchr(text + begin, '\n', len - begin);
        size_t line_len = newline ? (size_t)(newline - text) - begin : len - begin;
        size_t kept = line_len < max ? line_len : max;
        if (way == FINISH)
            txs_line_finish(reader, &line);
        assert_int_equal(line.number, ++number);
        assert_int_equal(line.offset, begin);
        assert_int_equal(line.len, kept);
        assert_memory_equal(line.text, text + begin, kept);
        assert_int_equal(line.cut, line_len > max);
        if (way == TAKE_ALL)
            check_pieces(reader, &line, text + begin, line_len, max);
        begin += line_len + (newline != NULL);
        if (way != TAKE_ALL && (!line.cut || way == FINISH)) {
            assert_int_equal(line.end, begin);
            assert_int_equal(line.ended, newline != NULL);
        }
    }
    assert_int_equal(begin, len);
    assert_int_equal(txs_line_reader_status(reader, &message), TXS_OK);
    txs_line_reader_free(reader);
}

static void lines_of_any_length_are_cut_as_asked(void **state)
{
    (void)state;
    enum { LEN = 700000 };
    static const size_t lengths[] = {0, 1, 3, 4, 5, 4096, 65535, 65536, 65537, 140000, 300000};
    char *text = malloc(LEN);
    assert_non_null(text);
    for (size_t i = 0; i < LEN; i++)
        text[i] = (char)('a' + i % 23);
    size_t end = 0;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        end += lengths[i];
        text[end++] = '\n';
    }
    static const size_t maxima[] = {1, 4, 4095, 65536, 131072, 1000000};
    for (size_t i = 0; i < CUT_LINE_WAYS * sizeof maxima / sizeof *maxima; i++) {
        size_t max = maxima[i / CUT_LINE_WAYS];
        enum cut_line way = i % CUT_LINE_WAYS;
        if (max == 1 && way == TAKE_ALL)
            continue; /* quadratic */
        check_reader(text, end, max, way);
        check_reader(text, end - 1, max, way);
        check_reader(text + 200000, end - 200000, max, way);
        check_reader(text, LEN, max, way);
        check_reader(text, 0, max, way);
    }
    free(text);
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    struct taken t = {.refuse = NULL};
    struct txs_message message = {""};
    assert_int_equal(txs_lines_read("/nonexistent/file", take, &t, &message), TXS_E_USAGE);
    assert_non_null(strstr(message.text, "/nonexistent/file"));
}

static void a_directory_is_no_file_of_lines(void **state)
{
    (void)state;
    struct taken t = {.refuse = NULL};
    struct txs_message message = {""};
    assert_int_not_equal(txs_lines_read("/tmp", take, &t, &message), TXS_OK);
    assert_non_null(strstr(message.text, "/tmp"));
}

static void a_dash_is_standard_input(void **state)
{
    (void)state;
    struct taken t = {.refuse = NULL};
    struct txs_message message = {""};
    assert_int_equal(read_text("first\nsecond\n", 13, &t, &message), TXS_OK);
    t.text[0] = '\0';
    assert_non_null(freopen(path, "r", stdin));
    assert_int_equal(txs_lines_read("-", take, &t, &message), TXS_OK);
    assert_string_equal(t.text, "first|second|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_without_white_space_and_comments),
        cmocka_unit_test(an_empty_file_has_no_lines),
        cmocka_unit_test(a_refusal_ends_the_reading_and_names_the_line),
        cmocka_unit_test(a_line_may_have_4095_bytes),
        cmocka_unit_test(a_byte_order_mark_is_no_part_of_the_first_line),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(lines_of_any_length_are_cut_as_asked),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(a_directory_is_no_file_of_lines),
        cmocka_unit_test(a_dash_is_standard_input),
    };
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
