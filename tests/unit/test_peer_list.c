/* Lists of peers: text and records in, text out. */
#include "txsurvey/peer_list.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define ONION "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"
#define I2P "udhdrtrcetjm5sxzskjyr5ztpeszydbh4dpl3pl4utgqqw2v4jna.b32.i2p"

static char folder[] = "/tmp/test-peers-XXXXXX";
static char path[100];
static struct txs_list_notes notes;

static void put_file(const char *bytes, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static enum txs_status read_bytes(struct txs_plan *plan, const char *bytes, size_t len,
                                  struct txs_message *message)
{
    txs_plan_init(plan);
    put_file(bytes, len);
    message->text[0] = '\0';
    return txs_peer_list_read(plan, path, &notes, message);
}

/* The text is a list of these peers: ADDR:PORT and a digit, enum txs_expect, of each. */
static void check_peers(const char *text, const char *expected)
{
    struct txs_plan plan;
    struct txs_message message;
    char got[1000] = "", one[TXS_ADDRESS_TEXT_MAX];
    if (read_bytes(&plan, text, strlen(text), &message) != TXS_OK)
        fail_msg("%s", message.text);
    for (size_t i = 0; i < plan.peer_count; i++) {
        struct txs_named_peer peer = txs_plan_peer(&plan, i);
        assert_int_equal(peer.named_by, TXS_NAMED_FILE);
        txs_address_text(one, &peer.address);
        sprintf(got + strlen(got), "%s%s %s %d", i > 0 ? "|" : "",
                txs_network_name(peer.address.network), one, peer.expect);
    }
    assert_string_equal(got, expected);
    txs_plan_free(&plan);
}

static void check_refused(const char *text, size_t len, const char *line)
{
    struct txs_plan plan;
    struct txs_message message;
    assert_int_equal(read_bytes(&plan, text, len, &message), TXS_E_USAGE);
    if (strstr(message.text, path) == NULL || strstr(message.text, line) == NULL)
        fail_msg("'%s' names neither %s nor %s", message.text, path, line);
    txs_plan_free(&plan);
}

#define PEER(host, port, more) \
    "{\"type\":\"peer\",\"address\":\"" host "\",\"port\":" port more "}\n"

static void text_and_records_stand_side_by_side(void **state)
{
    (void)state;
    check_peers("1.2.3.4\n\n# none\n" PEER("1.2.3.5", "8334", "") "{\"type\":\"summary\"}\n"
                                                                  "[2a01::1]:5 # mine",
                "ipv4 1.2.3.4:8333 0|ipv4 1.2.3.5:8334 2|ipv6 [2a01::1]:5 0");
}

static void a_record_tells_what_to_expect(void **state)
{
    (void)state;
    check_peers(
        PEER("1.2.3.4", "1", ",\"outcome\":\"answered\",\"connect_ms\":1,\"handshake_ms\":2"),
        "ipv4 1.2.3.4:1 0");
    check_peers(PEER("1.2.3.4", "1", ",\"outcome\":\"silent\",\"handshake_ms\":2"),
                "ipv4 1.2.3.4:1 1");
    check_peers(
        PEER("1.2.3.4", "1", ",\"outcome\":\"closed\",\"connect_ms\":0,\"handshake_ms\":null"),
        "ipv4 1.2.3.4:1 1");
    check_peers(PEER("1.2.3.4", "1",
                     ",\"outcome\":\"connect_refused\",\"connect_ms\":null"
                     ",\"handshake_ms\":null"),
                "ipv4 1.2.3.4:1 2");
}

static void every_network_is_read(void **state)
{
    (void)state;
    check_peers(PEER("2a01::1", "1", ",\"network\":\"ipv6\""), "ipv6 [2a01::1]:1 2");
    check_peers(PEER("fc00::1", "1", ",\"network\":\"cjdns\""), "cjdns [fc00::1]:1 2");
    check_peers(PEER("fc00::1", "1", ",\"network\":\"ipv6\""), "cjdns [fc00::1]:1 2");
    check_peers(PEER(ONION, "8333", ",\"network\":\"onion\""), "onion " ONION ":8333 2");
    check_peers(PEER(I2P, "0", ",\"network\":\"i2p\""), "i2p " I2P ":0 2");
    check_peers(PEER(I2P, "8333", ",\"network\":\"i2p\""), "i2p " I2P ":8333 2");
}

static void a_peer_without_a_proper_address_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"type\":\"peer\"}\n",
        "{\"type\":\"peer\",\"address\":\"1.2.3.4\"}\n",
        PEER("1.2.3.4", "0", ""),
        PEER("1.2.3.4", "65536", ""),
        PEER("1.2.3.4", "-1", ""),
        PEER("1.2.3.4", "99999999999999999999999", ""),
        PEER("1.2.3.4", "1.5", ""),
        PEER("1.2.3.4", "\"1\"", ""),
        PEER("1.2.3.4:1", "1", ""),
        PEER("[2a01::1]", "1", ""),
        PEER("localhost", "1", ""),
        PEER("", "1", ""),
        PEER(ONION, "0", ""),
        PEER("1.2.3.4", "1", ",\"network\":\"ipv6\""),
        PEER("2a01::1", "1", ",\"network\":\"cjdns\""),
        PEER("1.2.3.4", "1", ",\"port\":2"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_refused(bad[i], strlen(bad[i]), "line 1");
}

static void what_is_no_record_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"{}\n", "{\"type\":1}\n", "{\"type\":\"peer\"\n",
                                      "{\"type\"}\n", "{\"a\":\"\xff\"}\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_refused(bad[i], strlen(bad[i]), "line 1");
    check_refused("1.2.3.4\n{\"type\":\"see\0d\"}\n", 26, "line 2");
    check_refused("1.2.3.4\n1.2.\0003.4\n", 17, "line 2");
}

static void a_deep_nest_is_refused(void **state)
{
    (void)state;
    enum { DEPTH = 900000 };
    char *text = malloc(DEPTH + 1);
    assert_non_null(text);
    memset(text, '[', DEPTH);
    memcpy(text, "{\"type\":", 8);
    text[DEPTH] = '\n';
    check_refused(text, DEPTH + 1, "line 1");
    free(text);
}

static void ends_of_lines_and_a_byte_order_mark_do_not_matter(void **state)
{
    (void)state;
    check_peers("\xef\xbb\xbf" PEER("1.2.3.4", "1", ""), "ipv4 1.2.3.4:1 2");
    check_peers("\xef\xbb\xbf"
                "1.2.3.4\r\n  {\"type\":\"seed\"}\r\n",
                "ipv4 1.2.3.4:8333 0");
    check_refused("1.2.3.4\n\xef\xbb\xbf"
                  "1.2.3.5\n",
                  19, "line 2");
}

static void a_record_that_was_not_finished_is_passed_over(void **state)
{
    (void)state;
    check_peers("1.2.3.4\n{\"type\":\"peer\",\"addr", "ipv4 1.2.3.4:8333 0");
    check_peers("1.2.3.4\n{", "ipv4 1.2.3.4:8333 0");
    check_peers("{\"type\":\"peer\",\"address\":\"1.2.3.4\",\"port\":7}", "ipv4 1.2.3.4:7 2");
    check_refused("1.2.3.4\n1.2.3", 13, "line 2");
}

/* A line of so many bytes, an address behind it. */
static size_t put_long(char *text, const char *head, size_t len)
{
    memset(text, 'x', len);
    memcpy(text, head, strlen(head));
    memcpy(text + len - 3, "\"}\n", 3);
    memcpy(text + len, "1.2.3.4\n", 9);
    return len + 8;
}

static void of_long_records_those_of_peers_are_refused(void **state)
{
    (void)state;
    const size_t len = 3000000;
    char *text = malloc(len + 10);
    assert_non_null(text);
    put_long(text, "{\"type\":\"transaction\",\"hex\":\"", len);
    check_peers(text, "ipv4 1.2.3.4:8333 0");
    put_long(text, "\xef\xbb\xbf{\"type\":\"transaction\",\"hex\":\"", len);
    check_peers(text, "ipv4 1.2.3.4:8333 0");
    put_long(text, "{\"type\":\"transaction\",\"hex\":\"", 600000);
    check_peers(text, "ipv4 1.2.3.4:8333 0");
    check_refused(text, put_long(text, "{\"type\":\"peer\",\"subver\":\"", len), "line 1");
    check_refused(text, put_long(text, "{\"hex\":\"", len), "line 1");
    check_refused(text, put_long(text, "1.2.3.4 # ", len), "line 1");
    put_long(text, "{\"type\":\"peer\",\"subver\":\"", len);
    memset(text + len - 3, 'x', 3); /* unfinished: it is the last line */
    text[len + 7] = '\0';
    check_peers(text, "");
    free(text);
}

/* Lists of other tools; each is also read when it stands in other lines. */

static void check_formats(const char *text, const char *expected)
{
    check_peers(text, expected);
    char *spread = malloc(2 * strlen(text) + 1), *at = spread;
    assert_non_null(spread);
    bool in_string = false;
    for (const char *from = text; *from != '\0'; from++) {
        in_string ^= *from == '"' && (from == text || from[-1] != '\\');
        *at++ = *from;
        if (!in_string && strchr(",[{", *from) != NULL) {
            *at++ = '\n';
            *at++ = ' ';
        }
    }
    *at = '\0';
    check_peers(spread, expected);
    free(spread);
}

static void what_rpc_prints(void **state)
{
    (void)state;
    check_formats("[{\"time\":1,\"services\":9,\"address\":\"1.2.3.4\",\"port\":8333,"
                  "\"network\":\"ipv4\"},{\"address\":\"" ONION "\",\"port\":1,"
                  "\"network\":\"onion\"}]\n",
                  "ipv4 1.2.3.4:8333 0|onion " ONION ":1 0");
    check_formats("[{\"id\":0,\"addr\":\"[2a01::1]:8333\",\"inbound\":false,\"x\":{\"addr\":[1]}},"
                  "{\"addr\":\"1.2.3.4:50000\",\"inbound\":true},"
                  "{\"addr\":\"" I2P ":0\",\"network\":\"i2p\"}]",
                  "ipv6 [2a01::1]:8333 0|i2p " I2P ":0 0");
    assert_int_equal(notes.inbound, 2); /* in both layouts */
    check_formats("[]", "");
    check_peers("[\n]\n1.2.3.4:1", "ipv4 1.2.3.4:1 0");
}

static void what_bitnodes_gives(void **state)
{
    (void)state;
    check_formats("{\"timestamp\":1,\"total_nodes\":2,\"nodes\":{\"1.2.3.4:8333\":[70016,"
                  "\"/a{\\\"nodes\\\":{/\",{\"nodes\":{}}],\"[2a01::1]:1\":[]},\"latest\":\"}\"}\n",
                  "ipv4 1.2.3.4:8333 0|ipv6 [2a01::1]:1 0");
    check_formats("[[\"1.2.3.4\",8333,70016,\"/,[/\",null],[\"2a01::1\",1,[[]]]]",
                  "ipv4 1.2.3.4:8333 0|ipv6 [2a01::1]:1 0");
    check_formats("{\"nodes\":{}}", "");
}

static void what_seeders_and_core_keep(void **state)
{
    (void)state;
    check_peers("# address                   good  lastSuccess    %(2h)   %(8h) svcs version\n"
                "1.2.3.4:8333                1  1700000000  100.00%  99.00%   98.00%   97.00% "
                "96.00%  800000  0000000d  70016 \"/Satoshi:27.0.0/\"\n"
                "[2a01::1]:8333              0           0    0.00%   0.00%    0.00%    0.00% "
                " 0.00%       0  00000000      0 \"\"\n",
                "ipv4 1.2.3.4:8333 1|ipv6 [2a01::1]:8333 2");
    check_peers("1.2.3.4:8333 # AS15169\n[2a01::1]:8333 # AS1\n" ONION ":8333\n" I2P ":0\n",
                "ipv4 1.2.3.4:8333 0|ipv6 [2a01::1]:8333 0|onion " ONION ":8333 0|i2p " I2P ":0 0");
}

static void lists_of_another_chain_are_refused(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "# txsurvey 0.1.0, 2026-01-01T00:00:00.000Z, chain test: 1 peers\n1.2.3.4\n",
        "{\"type\":\"survey\",\"chain\":\"test\"}\n" PEER("1.2.3.4", "1", ""),
    };
    notes.skip_bad = true;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        check_refused(lists[i], strlen(lists[i]), "chain test, and the survey is of chain main");
    notes.skip_bad = false;
    check_peers("# txsurvey 0.1.0, 2026-01-01T00:00:00.000Z, chain main: 1 peers\n1.2.3.4\n"
                "{\"type\":\"survey\",\"chain\":\"main\"}\n",
                "ipv4 1.2.3.4:8333 0");
}

static void bad_ones_are_left_out_where_that_is_asked(void **state)
{
    (void)state;
    notes = (struct txs_list_notes){.skip_bad = true};
    check_peers("# good\nexample.org\n1.2.3.4\n" PEER("1.2.3", "1", "") "{\"type\":\n" PEER(
                    "1.2.3.5", "1", "") "[[\"x\",1],[\"1.2.3.6\",1]]\nmore [ { words\n1.2.3.7\n",
                "ipv4 1.2.3.4:8333 0|ipv4 1.2.3.5:1 2|ipv4 1.2.3.6:1 0|ipv4 1.2.3.7:8333 0");
    assert_int_equal(notes.skipped, 5);
    assert_non_null(strstr(notes.first_skipped.text, "line 2: 'example.org' is a host name"));
    notes.skip_bad = false;
}

static void what_is_open_at_the_end_or_closed_wrongly_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"[{\"addr\":\"1.2.3.4\"}",
                                      "[",
                                      "[[\"1.2.3.4\",1]}",
                                      "{\"nodes\":{",
                                      "{\"nodes\":{\"1.2.3.4\":[]]}",
                                      "[1,2]]",
                                      "[\"1.2.3.4\"]",
                                      "{} 1.2.3.4",
                                      "[[\"1.2.3.4\"]]",
                                      "{\"nodes\":{\"1.2.3.4\"}}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_refused(bad[i], strlen(bad[i]), "line 1");
    static const char torn[] = "{\"type\":\n{\"type\":\"seed\"}\n";
    check_refused(torn, strlen(torn), "line 1");
    static const char third[] = "[{\"type\":\"seed\"},\n\n{\"port\":1}\n]";
    check_refused(third, strlen(third), "line 3");
}

/* Anything quadratic, or a list that is held as a whole, would be noticed by who waits. */
static void a_list_of_a_hundred_thousand(void **state)
{
    (void)state;
    enum { PEERS = 100000 };
    char *text = malloc(PEERS * 80), *at = text;
    struct txs_plan plan;
    struct txs_message message;
    assert_non_null(text);
    *at++ = '[';
    for (int i = 0; i < PEERS; i++)
        at += sprintf(at, "%s{\"address\":\"1.%d.%d.%d\",\"port\":8333,\"network\":\"ipv4\"}",
                      i > 0 ? "," : "", i >> 16, i >> 8 & 255, i & 255);
    *at++ = ']';
    assert_int_equal(read_bytes(&plan, text, (size_t)(at - text), &message), TXS_OK);
    assert_int_equal(plan.peer_count, PEERS);
    txs_plan_free(&plan);
    free(text);
}

/* Saving */

static struct txs_peer_list *new_list(const char *name)
{
    struct txs_peer_list *list;
    struct txs_message message;
    struct txs_address address;
    if (txs_peer_list_new(&list, name, &message) != TXS_OK)
        fail_msg("%s", message.text);
    for (int i = 1; i <= 200; i++) {
        char text[30];
        sprintf(text, "1.2.3.%d:%d", i, i);
        assert_true(txs_address_parse(&address, text, 1));
        txs_peer_list_add(list, &address);
    }
    assert_true(txs_address_parse(&address, "[2a01::1]:8333", 1));
    txs_peer_list_add(list, &address);
    return list;
}

static void write_list(const char *name)
{
    struct txs_message message;
    struct txs_peer_list *list = new_list(name);
    if (txs_peer_list_write(list, "a title", &message) != TXS_OK)
        fail_msg("%s", message.text);
    txs_peer_list_free(list);
}

/* The list is what write_list() wrote. */
static void check_list(void)
{
    struct txs_plan plan;
    struct txs_message message;
    char line[100] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "# a title\n");
    fclose(file);
    txs_plan_init(&plan);
    assert_int_equal(txs_peer_list_read(&plan, path, &notes, &message), TXS_OK);
    assert_int_equal(plan.peer_count, 201);
    assert_int_equal(txs_plan_peer(&plan, 199).address.port, 200);
    assert_int_equal(txs_plan_peer(&plan, 200).address.network, TXS_NETWORK_IPV6);
    txs_plan_free(&plan);
}

static mode_t mode_of(const char *name)
{
    struct stat st;
    assert_int_equal(lstat(name, &st), 0);
    return st.st_mode & 07777;
}

/* Nothing but the files that a test has made. */
static void check_files(int expected)
{
    char command[200];
    sprintf(command, "ls -A %s | wc -l", folder);
    FILE *pipe = popen(command, "r");
    int count = -1;
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    assert_int_equal(count, expected);
}

static void a_list_is_written_and_read(void **state)
{
    (void)state;
    unlink(path);
    mode_t mask = umask(027);
    write_list(path);
    umask(mask);
    check_list();
    assert_int_equal(mode_of(path), 0640);
    check_files(1);
}

static void an_old_list_is_replaced_and_its_mode_stays(void **state)
{
    (void)state;
    put_file("1.2.3.4\n", 8);
    assert_int_equal(chmod(path, 0604), 0);
    write_list(path);
    check_list();
    assert_int_equal(mode_of(path), 0604);
    check_files(1);
}

static void nothing_is_changed_before_it_is_written(void **state)
{
    (void)state;
    unlink(path);
    txs_peer_list_free(new_list(path));
    check_files(0);
}

static void a_link_is_followed(void **state)
{
    (void)state;
    char link[110], second[110];
    struct stat st;
    sprintf(link, "%s/link", folder);
    sprintf(second, "%s/second", folder);
    unlink(path);
    assert_int_equal(symlink("peers", link), 0);
    assert_int_equal(symlink(link, second), 0);
    for (int i = 0; i < 2; i++) { /* to nothing, to a file */
        write_list(second);
        check_list();
        assert_int_equal(lstat(second, &st), 0);
        assert_true(S_ISLNK(st.st_mode));
    }
    check_files(3);
    unlink(link);
    unlink(second);
}

static void what_cannot_be_written_is_known_at_once(void **state)
{
    (void)state;
    char loop[110], none[110], fifo[110];
    sprintf(loop, "%s/loop", folder);
    sprintf(none, "%s/none/peers", folder);
    sprintf(fifo, "%s/fifo", folder);
    assert_int_equal(symlink("loop", loop), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    const char *const bad[] = {folder, loop, none, fifo, "/dev/null", "/proc/peers"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct txs_peer_list *list;
        struct txs_message message = {""};
        assert_int_equal(txs_peer_list_new(&list, bad[i], &message), TXS_E_IO);
        assert_non_null(strstr(message.text, bad[i]));
    }
    unlink(loop);
    unlink(fifo);
}

static void a_failure_at_the_end_leaves_nothing_behind(void **state)
{
    (void)state;
    struct txs_message message = {""};
    unlink(path);
    struct txs_peer_list *list = new_list(path);
    assert_int_equal(mkdir(path, 0700), 0); /* what no rename replaces */
    assert_int_equal(txs_peer_list_write(list, "a title", &message), TXS_E_IO);
    assert_non_null(strstr(message.text, path));
    check_files(1);
    assert_int_equal(rmdir(path), 0);
    txs_peer_list_free(list);
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    sprintf(path, "%s/peers", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_records_stand_side_by_side),
        cmocka_unit_test(a_record_tells_what_to_expect),
        cmocka_unit_test(every_network_is_read),
        cmocka_unit_test(a_peer_without_a_proper_address_is_refused),
        cmocka_unit_test(what_is_no_record_is_refused),
        cmocka_unit_test(a_deep_nest_is_refused),
        cmocka_unit_test(ends_of_lines_and_a_byte_order_mark_do_not_matter),
        cmocka_unit_test(a_record_that_was_not_finished_is_passed_over),
        cmocka_unit_test(of_long_records_those_of_peers_are_refused),
        cmocka_unit_test(what_rpc_prints),
        cmocka_unit_test(what_bitnodes_gives),
        cmocka_unit_test(what_seeders_and_core_keep),
        cmocka_unit_test(lists_of_another_chain_are_refused),
        cmocka_unit_test(bad_ones_are_left_out_where_that_is_asked),
        cmocka_unit_test(what_is_open_at_the_end_or_closed_wrongly_is_refused),
        cmocka_unit_test(a_list_of_a_hundred_thousand),
        cmocka_unit_test(a_list_is_written_and_read),
        cmocka_unit_test(an_old_list_is_replaced_and_its_mode_stays),
        cmocka_unit_test(nothing_is_changed_before_it_is_written),
        cmocka_unit_test(a_link_is_followed),
        cmocka_unit_test(what_cannot_be_written_is_known_at_once),
        cmocka_unit_test(a_failure_at_the_end_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
