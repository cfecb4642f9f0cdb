/* The file of records: whole lines, whatever happens. */
#include "txsurvey/output.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static void put_line(struct txs_output *o, const char *line, size_t len)
{
    bool whole = line != NULL && txs_output_piece(o, line, len / 2) &&
                 txs_output_piece(o, line + len / 2, len - len / 2);
    txs_output_end_line(o, whole);
}

static char directory[] = "/tmp/test-output-XXXXXX";
static char path[100], fifo[100];

static struct txs_output *open_output(const char *name)
{
    struct txs_output *o;
    struct txs_message message = {""};
    if (txs_output_open(&o, name, &message) != TXS_OK)
        fail_msg("%s", message.text);
    if (txs_output_empty(o, &message) != TXS_OK)
        fail_msg("%s", message.text);
    return o;
}

static void add(struct txs_output *o, size_t len, char filler)
{
    char *line = malloc(len);
    assert_non_null(line);
    memset(line, filler, len);
    put_line(o, line, len);
    free(line);
}

/* The file's contents. */
static char *contents(size_t *len)
{
    static char text[100000];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    *len = fread(text, 1, sizeof text - 1, file);
    text[*len] = '\0';
    fclose(file);
    return text;
}

static void lines_reach_the_file_with_their_newlines(void **state)
{
    (void)state;
    struct txs_message message;
    size_t len;
    struct txs_output *o = open_output(path);
    put_line(o, "one", 3);
    put_line(o, "", 0);
    assert_string_equal(contents(&len), ""); /* not before the flush */
    assert_int_equal(txs_output_flush(o), TXS_FLUSHED);
    assert_string_equal(contents(&len), "one\n\n");
    put_line(o, "two", 3);
    assert_true(txs_output_close(o, &message));
    assert_string_equal(contents(&len), "one\n\ntwo\n");
}

static void opening_leaves_a_file_alone_and_emptying_empties_it(void **state)
{
    (void)state;
    struct txs_message message;
    size_t len;
    struct txs_output *o = open_output(path);
    put_line(o, "before", 6);
    assert_true(txs_output_close(o, &message));
    assert_int_equal(txs_output_open(&o, path, &message), TXS_OK);
    assert_string_equal(contents(&len), "before\n");
    assert_int_equal(txs_output_empty(o, &message), TXS_OK);
    assert_string_equal(contents(&len), "");
    assert_true(txs_output_close(o, &message));
}

static void a_second_run_does_not_get_the_file(void **state)
{
    (void)state;
    struct txs_message message = {""};
    struct txs_output *o = open_output(path), *second;
    size_t len;
    put_line(o, "mine", 4);
    txs_output_flush(o);
    assert_int_equal(txs_output_open(&second, path, &message), TXS_E_LOCKED);
    assert_non_null(strstr(message.text, path));
    assert_string_equal(contents(&len), "mine\n");
    assert_true(txs_output_close(o, &message));
    assert_true(txs_output_close(open_output(path), &message)); /* the lock is gone */
}

static void a_path_that_cannot_be_opened_is_named(void **state)
{
    (void)state;
    struct txs_message message = {""};
    struct txs_output *o;
    assert_int_equal(txs_output_open(&o, "/nonexistent/file", &message), TXS_E_IO);
    assert_non_null(strstr(message.text, "/nonexistent/file"));
}

/* The file's size is limited, so that writing ends in the middle of a line. */
static void a_full_disk_leaves_whole_lines(void **state)
{
    (void)state;
    struct rlimit old, limit;
    struct txs_message message = {""};
    size_t len;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = (struct rlimit){.rlim_cur = 1000, .rlim_max = old.rlim_max};
    struct txs_output *o = open_output(path);
    add(o, 399, 'a');
    assert_int_equal(txs_output_flush(o), TXS_FLUSHED);
    add(o, 399, 'b');
    add(o, 399, 'c');
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    enum txs_flush flushed = txs_output_flush(o);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(flushed, TXS_BROKEN);
    assert_string_not_equal(txs_output_error(o), "");
    const char *text = contents(&len);
    assert_int_equal(len, 800);
    assert_int_equal(text[399], '\n');
    assert_int_equal(text[798], 'b');
    assert_int_equal(text[799], '\n');
    add(o, 10, 'd');
    assert_int_equal(txs_output_flush(o), TXS_BROKEN);
    assert_false(txs_output_close(o, &message));
    assert_string_not_equal(message.text, "");
    contents(&len);
    assert_int_equal(len, 800);
}

static void a_line_that_cannot_be_made_breaks_the_output(void **state)
{
    (void)state;
    struct txs_message message;
    struct txs_output *o = open_output(path);
    put_line(o, NULL, 0);
    assert_int_equal(txs_output_flush(o), TXS_BROKEN);
    assert_string_not_equal(txs_output_error(o), "");
    assert_false(txs_output_close(o, &message));
}

/* A pipe with a reader who does not read: returns our end of it for reading. */
static int open_fifo(struct txs_output **o)
{
    int reader = open(fifo, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    *o = open_output(fifo);
    return reader;
}

static void a_slow_reader_is_not_waited_for(void **state)
{
    (void)state;
    struct txs_output *o;
    struct txs_message message;
    int reader = open_fifo(&o);
    for (int i = 0; i < 100; i++)
        add(o, 1999, 'a');
    assert_int_equal(txs_output_flush(o), TXS_WAITING);
    for (int i = 0; i < 1000; i++)
        add(o, 1999, 'b');
    assert_int_equal(txs_output_flush(o), TXS_FULL);
    assert_string_equal(txs_output_error(o), "");
    assert_false(txs_output_close(o, &message)); /* what was not taken is given up, and said so */
    close(reader);
}

/* Reads all there is; checks that it ends with a whole line. Returns the number of bytes. */
static size_t drain(int reader)
{
    char buffer[65536];
    size_t total = 0;
    ssize_t n;
    char last = '\n';
    while ((n = read(reader, buffer, sizeof buffer)) > 0) {
        total += (size_t)n;
        last = buffer[n - 1];
    }
    assert_int_equal(last, '\n');
    return total;
}

static void a_pipe_holds_whole_lines_at_any_moment(void **state)
{
    (void)state;
    struct txs_output *o;
    struct txs_message message;
    int reader = open_fifo(&o);
    size_t got = 0, put = 0;
    for (size_t len = 1; len < 1500; len += 7) {
        add(o, len, 'x');
        put += len + 1;
    }
    enum txs_flush flushed;
    do {
        flushed = txs_output_flush(o);
        got += drain(reader);
    } while (flushed == TXS_WAITING);
    assert_int_equal(flushed, TXS_FLUSHED);
    assert_int_equal(got, put);
    assert_true(txs_output_close(o, &message));
    close(reader);
}

static void a_line_longer_than_the_pipe_takes_arrives_in_the_end(void **state)
{
    (void)state;
    struct txs_output *o;
    struct txs_message message;
    char buffer[4096];
    int reader = open_fifo(&o);
    size_t got = 0;
    ssize_t n;
    add(o, 300000, 'x');
    assert_int_equal(txs_output_flush(o), TXS_WAITING);
    for (int i = 0; i < 1000 && got < 300001; i++) {
        while ((n = read(reader, buffer, sizeof buffer)) > 0)
            got += (size_t)n;
        txs_output_flush(o);
    }
    assert_int_equal(got, 300001);
    assert_true(txs_output_close(o, &message));
    close(reader);
}

static void a_reader_who_left_breaks_the_output(void **state)
{
    (void)state;
    struct txs_output *o;
    struct txs_message message;
    signal(SIGPIPE, SIG_IGN);
    close(open_fifo(&o));
    add(o, 10, 'x');
    assert_int_equal(txs_output_flush(o), TXS_BROKEN);
    assert_false(txs_output_close(o, &message));
}

static void the_file_is_known_by_any_name(void **state)
{
    (void)state;
    struct txs_message message;
    char other[120];
    struct txs_output *o = open_output(path);
    assert_true(txs_output_is_at(o, path));
    snprintf(other, sizeof other, "%s/./records", directory);
    assert_true(txs_output_is_at(o, other));
    snprintf(other, sizeof other, "%s/link", directory);
    assert_int_equal(link(path, other), 0);
    assert_true(txs_output_is_at(o, other));
    unlink(other);
    assert_false(txs_output_is_at(o, other));
    assert_false(txs_output_is_at(o, "/dev/null"));
    txs_output_close(o, &message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_reach_the_file_with_their_newlines),
        cmocka_unit_test(opening_leaves_a_file_alone_and_emptying_empties_it),
        cmocka_unit_test(a_second_run_does_not_get_the_file),
        cmocka_unit_test(a_path_that_cannot_be_opened_is_named),
        cmocka_unit_test(a_full_disk_leaves_whole_lines),
        cmocka_unit_test(a_line_that_cannot_be_made_breaks_the_output),
        cmocka_unit_test(a_slow_reader_is_not_waited_for),
        cmocka_unit_test(a_pipe_holds_whole_lines_at_any_moment),
        cmocka_unit_test(a_line_longer_than_the_pipe_takes_arrives_in_the_end),
        cmocka_unit_test(a_reader_who_left_breaks_the_output),
        cmocka_unit_test(the_file_is_known_by_any_name),
    };
    if (mkdtemp(directory) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/records", directory);
    snprintf(fifo, sizeof fifo, "%s/fifo", directory);
    if (mkfifo(fifo, 0600) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    unlink(fifo);
    rmdir(directory);
    return failed;
}
