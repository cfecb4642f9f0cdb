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

static void a_nul_is_refused(void **state)
{
    (void)state;
    struct taken t = {.refuse = NULL};
    struct txs_message message = {""};
    assert_int_equal(read_text("a\nb\0c\n", 6, &t, &message), TXS_E_USAGE);
    assert_non_null(strstr(message.text, "line 2"));
    assert_string_equal(t.text, "a|");
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
        cmocka_unit_test(a_nul_is_refused),
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
