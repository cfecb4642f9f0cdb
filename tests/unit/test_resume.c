/* The file of an earlier run, read in again and made ready to go on. */
#include "txsurvey/jsonl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define ID "aeeae4e9104deb3897ca76a1723148601cee9106880ce5ac70868f631bc47da4"
#define SECOND "0000000000000000000000000000000000000000000000000000000000000002"
#define WTXID "00000000000000000000000000000000000000000000000000000000000000ff"
#define UUID "01234567-89ab-4def-8123-456789abcdef"
#define HEAD(type) "{\"type\":\"" type "\",\"survey\":\"" UUID "\","

#define SURVEY_OF(schema, chain, ids, id_type, shard, resumed)                       \
    HEAD("survey")                                                                   \
    "\"schema\":" schema ",\"chain\":\"" chain "\",\"txids\":[" ids "],\"id_type\":" \
    "\"" id_type "\",\"shard\":\"" shard "\",\"resumed\":" resumed "}\n"
#define IDS "\"" ID "\",\"" SECOND "\""
#define SURVEY SURVEY_OF("1", "main", IDS, "txid", "1/1", "false")
#define RESUMED SURVEY_OF("1", "main", IDS, "txid", "1/1", "true")
#define ANSWER_OF(id, status, rest) "{\"txid\":\"" id "\",\"status\":\"" status "\"" rest "}"
#define ANSWER(id, status, wtxid) ANSWER_OF(id, status, ",\"via\":null,\"wtxid\":" wtxid)
#define SERVED(id, rest) ANSWER_OF(id, "served", rest)
#define VERSION "\"services\":\"0000000000000409\",\"startingheight\":800000,"
#define SHAKEN "\"handshake_ms\":1," VERSION
#define ANSWERS \
    "\"transactions\":[" ANSWER(SECOND, "unasked", "null") "," ANSWER(ID, "timeout", "null") "]"
#define PEER_OF(address, outcome, rest)                                                     \
    HEAD("peer")                                                                            \
    "\"address\":\"" address "\",\"port\":8333,\"network\":\"ipv4\",\"outcome\":\"" outcome \
    "\"," rest "}\n"
#define PEER(address) PEER_OF(address, "silent", "\"stage\":\"request\"," SHAKEN ANSWERS)
#define UNASKED \
    "\"transactions\":[" ANSWER(SECOND, "unasked", "null") "," ANSWER(ID, "unasked", "null") "]"
#define INTERRUPTED(address) \
    PEER_OF(address, "interrupted", "\"stage\":\"connect\",\"handshake_ms\":null," UNASKED)
#define SUSPECT(address) \
    PEER_OF(address, "silent", "\"suspect\":true,\"stage\":\"request\"," SHAKEN ANSWERS)
#define SEED_OF(host, rest) HEAD("seed") "\"host\":\"" host "\"," rest "}\n"
#define SEED(host) SEED_OF(host, "\"outcome\":\"resolved\",\"error\":null,\"new_addresses\":[]")
#define TX_OF(txid, hash, rest) \
    HEAD("transaction") "\"txid\":\"" txid "\",\"hash\":" hash ",\"version\":2" rest "}\n"
#define TX TX_OF(ID, "\"" WTXID "\"", "")
#define SUMMARY                                                    \
    HEAD("summary")                                                \
    "\"complete\":true,\"vantage_suspect\":true,\"address_book\":" \
    "{\"ignored\":{\"quota\":3,\"port\":1}}}\n"

static char path[] = "/tmp/test-resume-XXXXXX";

struct resumed {
    enum txs_status status;
    char log[20000]; /* what was restored */
    struct txs_message message;
    char *text; /* of the file afterwards */
    size_t len;
};

static void note_address(char *log, const struct txs_address *address)
{
    char text[TXS_ADDRESS_TEXT_MAX];
    txs_address_text(text, address);
    sprintf(log + strlen(log), "%s %s", txs_network_name(address->network), text);
}

static void note_told(char *log, const struct txs_address *told, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        strcat(log, " + ");
        note_address(log, &told[i]);
    }
    strcat(log, "\n");
}

static enum txs_status on_peer(void *context, const struct txs_restored_peer *peer)
{
    char *log = context;
    const struct txs_peer_result *r = peer->result;
    strcat(log, "peer ");
    note_address(log, &peer->address);
    sprintf(log + strlen(log), " %s %s%s", txs_outcome_name(r->outcome), txs_stage_name(r->stage),
            r->handshake_ms == TXS_NEVER ? "" : " shaken");
    for (size_t i = 0; i < r->answer_count; i++)
        sprintf(log + strlen(log), " %s%s%.0x", txs_id_status_name(r->answers[i].status),
                r->answers[i].has_wtxid ? "/" : "",
                r->answers[i].has_wtxid ? r->answers[i].wtxid[0] : 0u);
    note_told(log, peer->told, peer->told_count);
    return TXS_OK;
}

static enum txs_status on_seed(void *context, const struct txs_restored_seed *seed)
{
    char *log = context;
    sprintf(log + strlen(log), "seed %s", seed->host);
    note_told(log, seed->told, seed->told_count);
    return TXS_OK;
}

static void on_summary(void *context, const struct txs_restored_summary *summary)
{
    char *log = context;
    for (unsigned i = 0; i < TXS_IGNORED_COUNT; i++)
        if (summary->ignored[i] > 0)
            sprintf(log + strlen(log), "ignored %s %u\n", txs_ignored_name(i),
                    (unsigned)summary->ignored[i]);
    if (summary->vantage_suspect)
        strcat(log, "suspect\n");
}

static void put_file(const char *bytes, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void get_file(struct resumed *r)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    r->text = calloc(1, 8000000);
    assert_non_null(r->text);
    r->len = fread(r->text, 1, 7999999, file);
    fclose(file);
}

static bool with_block;
#define BLOCK "00000000000000000000000000000000000000000000000000000000000000bb"

/* Where it can go on, the line of the new part and `end` are written behind. */
static struct resumed resume(const char *bytes, size_t len)
{
    struct txs_plan plan;
    struct txs_output *output;
    struct txs_message message;
    struct resumed r = {.log = ""};
    const struct txs_resume_events events = {r.log, on_peer, on_seed, on_summary};
    uint8_t random[TXS_RECORDS_RANDOM_BYTES] = {0};
    put_file(bytes, len);
    txs_plan_init(&plan);
    plan.shard_index = plan.shard_count = 1;
    assert_int_equal(txs_plan_add_id(&plan, ID, &message), TXS_OK);
    assert_int_equal(txs_plan_add_id(&plan, SECOND, &message), TXS_OK);
    assert_int_equal(txs_plan_complete(&plan), TXS_OK);
    plan.block_given = with_block;
    plan.block_hash[0] = 0xbb;
    assert_int_equal(txs_output_open(&output, path, &message), TXS_OK);
    struct txs_records *records =
        txs_records_new(output, &plan, random, &(struct txs_wall_clock){0});
    assert_non_null(records);
    r.status = txs_records_resume(records, path, &events, &r.message);
    if (r.status == TXS_OK)
        txs_records_survey(records, "txsurvey", 0, NULL, 0);
    assert_true(txs_output_close(output, &message));
    txs_records_free(records);
    txs_plan_free(&plan);
    get_file(&r);
    return r;
}

static struct resumed resume_text(const char *text)
{
    return resume(text, strlen(text));
}

/* It went on behind `kept`. */
static void check_kept(struct resumed *r, const char *kept, const char *log)
{
    static const char resumed[] = "\"resumed\":true,\"options\":{}}\n";
    static const char head[] = HEAD("survey");
    if (r->status != TXS_OK)
        fail_msg("%s", r->message.text);
    size_t len = strlen(kept);
    assert_true(r->len > len);
    assert_memory_equal(r->text, kept, len);
    assert_memory_equal(r->text + len, head, sizeof head - 1);
    assert_string_equal(r->text + r->len - (sizeof resumed - 1), resumed);
    assert_ptr_equal(strchr(r->text + len, '\n'), r->text + r->len - 1);
    if (log != NULL)
        assert_string_equal(r->log, log);
    free(r->text);
}

#define LOG(address) "peer ipv4 " address ":8333 silent request shaken timeout unasked\n"

static void what_was_recorded_is_handed_out_in_order(void **state)
{
    (void)state;
    static const char text[] = SURVEY SEED("a.example") TX PEER("1.2.3.4")
        RESUMED SEED_OF("b.example", "\"outcome\":\"resolved\",\"new_addresses\":[\"1.2.3.9:1\"]")
            PEER_OF("1.2.3.5", "answered",
                    "\"stage\":\"done\",\"handshake_ms\":0.5," VERSION
                    "\"new_addresses\":[\"[2a01::1]:2\","
                    "\"[fc00::1]:3\"],\"transactions\":[" SERVED(
                        ID, ",\"via\":\"tx\",\"wtxid\":\"" WTXID
                            "\"") "," ANSWER(SECOND, "notfound", "null") "]");
    struct resumed r = resume_text(text);
    check_kept(&r, text,
               "seed a.example\n" LOG(
                   "1.2.3.4") "seed b.example + ipv4 1.2.3.9:1\n"
                              "peer ipv4 1.2.3.5:8333 answered done shaken served/ff notfound"
                              " + ipv6 [2a01::1]:2 + cjdns [fc00::1]:3\n");
}

static void what_the_end_left_over_is_cut_off(void **state)
{
    (void)state;
    static const char good[] = SURVEY PEER("1.2.3.4");
    static const char *const left[] = {
        SUMMARY,
        INTERRUPTED("1.2.3.5"),
        INTERRUPTED("1.2.3.5") INTERRUPTED("1.2.3.6") SUMMARY,
        SUSPECT("1.2.3.5"),
        SEED_OF("a", "\"outcome\":\"failed\",\"error\":\"interrupted\"") INTERRUPTED("1.2.3.6"),
        SEED_OF("a", "\"outcome\":\"failed\",\"error\":\"EAI_AGAIN\""),
        SEED_OF("a", "\"outcome\":\"timeout\",\"error\":\"ETIMEDOUT\""),
        "{\"type\":\"pe",
        "x",
        SUMMARY "{\"type\":",
    };
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        char text[5000];
        sprintf(text, "%s%s", good, left[i]);
        struct resumed r = resume_text(text);
        check_kept(&r, good,
                   strncmp(left[i], SUMMARY, 20) == 0 || i == 2
                       ? LOG("1.2.3.4") "ignored port 1\nignored quota 3\nsuspect\n"
                       : LOG("1.2.3.4"));
    }
}

static void a_tail_of_zeros_is_a_torn_line(void **state)
{
    (void)state;
    static char text[3000000] = SURVEY PEER("1.2.3.4");
    static const char good[] = SURVEY PEER("1.2.3.4");
    for (size_t len = sizeof good; len < sizeof text; len = len * 3 + 1) {
        struct resumed r = resume(text, len);
        check_kept(&r, good, LOG("1.2.3.4"));
    }
}

static void good_lines_among_what_is_left_over_stay(void **state)
{
    (void)state;
    struct resumed r = resume_text(SURVEY PEER("1.2.3.4") INTERRUPTED("1.2.3.5") TX PEER("1.2.3.6")
                                       INTERRUPTED("1.2.3.7") PEER("1.2.3.8") SUMMARY);
    check_kept(&r, SURVEY PEER("1.2.3.4") TX PEER("1.2.3.6") PEER("1.2.3.8"),
               LOG("1.2.3.4") LOG("1.2.3.6")
                   LOG("1.2.3.8") "ignored port 1\nignored quota 3\nsuspect\n");
}

static void a_file_without_a_whole_line_begins_a_run(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "{\"type\":\"survey\",\"sur", "{\"ty"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct resumed r = resume_text(texts[i]);
        assert_int_equal(r.status, TXS_OK);
        assert_non_null(strstr(r.text, "\"survey\":\"00000000-0000-4000-8000-000000000000\""));
        assert_non_null(strstr(r.text, "\"resumed\":false,\"options\":{}}\n"));
        assert_int_equal(strspn(r.text, "{"), 1);
        assert_string_equal(r.log, "");
        free(r.text);
    }
}

/* Somebody's file without a newline is not taken for a torn line of ours. */
static void a_first_line_that_is_not_ours_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"?", "hello", "{\"type\":\"peer\"", " {"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct resumed r = resume_text(texts[i]);
        assert_int_equal(r.status, TXS_E_USAGE);
        assert_string_equal(r.text, texts[i]);
        free(r.text);
    }
}

/* Wherever the end of the file is lost, what is whole stays. */
static void a_file_may_end_anywhere(void **state)
{
    (void)state;
    static const char text[] = SURVEY SEED("a") TX PEER("1.2.3.4") PEER("1.2.3.5");
    for (size_t len = strlen(SURVEY); len < sizeof text; len++) {
        char whole[sizeof text] = "";
        memcpy(whole, text, len);
        *(strrchr(whole, '\n') + 1) = '\0';
        struct resumed r = resume(text, len);
        check_kept(&r, whole, NULL);
    }
}

static void a_transaction_may_be_of_any_length(void **state)
{
    (void)state;
    static char text[3000100];
    static const char head[] = SURVEY PEER("1.2.3.4") INTERRUPTED("1.2.3.5");
    static const char begin[] = HEAD("transaction") "\"txid\":\"" ID "\",\"hash\":null,\"hex\":\"";
    static const char tail[] = PEER("1.2.3.6");
    memset(text, 'a', sizeof text);
    memcpy(text, head, sizeof head - 1);
    memcpy(text + sizeof head - 1, begin, sizeof begin - 1);
    memcpy(text + 2500000, "\"}\n", 3);
    memcpy(text + 2500003, tail, sizeof tail);
    struct resumed r = resume_text(text);
    const char *good = text + strlen(SURVEY PEER("1.2.3.4") INTERRUPTED("1.2.3.5"));
    char *kept = malloc(sizeof text);
    assert_non_null(kept);
    sprintf(kept, "%s%s", SURVEY PEER("1.2.3.4"), good);
    check_kept(&r, kept, LOG("1.2.3.4") LOG("1.2.3.6"));
    free(kept);
}

static void check_refused(const char *text, size_t len, const char *line)
{
    struct resumed r = resume(text, len);
    if (r.status != TXS_E_USAGE || strstr(r.message.text, path) == NULL ||
        strstr(r.message.text, line) == NULL)
        fail_msg("status %d, '%s', of: %.2000s", r.status, r.message.text, text);
    assert_int_equal(r.len, len);
    assert_memory_equal(r.text, text, len);
    free(r.text);
}

static void another_run_is_refused(void **state)
{
    (void)state;
    static const char *const firsts[] = {
        SURVEY_OF("2", "main", IDS, "txid", "1/1", "false"),
        SURVEY_OF("1", "test", IDS, "txid", "1/1", "false"),
        SURVEY_OF("1", "main", "\"" ID "\"", "txid", "1/1", "false"),
        SURVEY_OF("1", "main", "\"" ID "\",\"" ID "\"", "txid", "1/1", "false"),
        SURVEY_OF("1", "main", "\"" ID "\",\"" WTXID "\"", "txid", "1/1", "false"),
        SURVEY_OF("1", "main", IDS ",\"" WTXID "\"", "txid", "1/1", "false"),
        SURVEY_OF("1", "main", "", "txid", "1/1", "false"),
        SURVEY_OF("1", "main", "1,2", "txid", "1/1", "false"),
        SURVEY_OF("1", "main", IDS, "wtxid", "1/1", "false"),
        SURVEY_OF("1", "main", IDS, "txid", "1/2", "false"),
        RESUMED,
        PEER("1.2.3.4"),
        "{}\n",
        "[]\n",
        "\n",
        "1.2.3.4:8333\n",
        "{\"type\":\"survey\",\"survey\":\"no uuid\",\"schema\":1}\n",
    };
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
        char text[5000];
        int len = sprintf(text, "%s%s", firsts[i], PEER("1.2.3.4"));
        check_refused(text, (size_t)len, "line 1");
        check_refused(firsts[i], strlen(firsts[i]), "line 1");
    }
}

#define OTHER(line) "{\"type\":\"" line "\",\"survey\":\"11111111-89ab-4def-8123-456789abcdef\"}\n"

static void damage_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "\n",
        "garbage\n",
        "{}\n",
        "{\"type\":\"peer\"}\n",
        OTHER("peer"),
        OTHER("survey"),
        SURVEY,
        SURVEY_OF("1", "test", IDS, "txid", "1/1", "true"),
        HEAD("pear") "\"x\":1}\n",
        SEED_OF("a", "\"new_addresses\":1"),
        SEED_OF("a", "\"new_addresses\":[\"1.2.3.4\"]"),
        SEED_OF("a", "\"new_addresses\":[8333]"),
        HEAD("seed") "\"host\":null}\n",
        PEER("1.2.3.4.5"),
        PEER("2a01::1"),
        PEER_OF("1.2.3.9", "happy", "\"stage\":\"done\"," ANSWERS),
        PEER_OF("1.2.3.9", "silent", "\"stage\":null," ANSWERS),
        PEER_OF("1.2.3.9", "silent", "\"stage\":\"done\",\"transactions\":[]"),
        PEER_OF("1.2.3.9", "silent",
                "\"stage\":\"done\",\"transactions\":[" ANSWER(ID, "served", "null") "]"),
        PEER_OF("1.2.3.9", "silent",
                "\"stage\":\"done\",\"transactions\":[" ANSWER(ID, "served", "null") "," ANSWER(
                    ID, "served", "null") "]"),
        PEER_OF("1.2.3.9", "silent",
                "\"stage\":\"done\",\"transactions\":[" ANSWER(ID, "served", "null") "," ANSWER(
                    SECOND, "lost", "null") "]"),
        PEER_OF("1.2.3.9", "silent", "\"stage\":\"done\",\"outcome\":\"silent\"," ANSWERS),
        PEER("1.2.3.4"),
        INTERRUPTED("1.2.3.4"),
        TX,
        TX_OF(SECOND "0", "null", ""),
        TX_OF(WTXID, "null", ""),
        SUMMARY SUMMARY,
        SUMMARY PEER("1.2.3.9"),
        "\xef\xbb\xbf" PEER("1.2.3.9"),
        HEAD("peer") "\"subver\":\"\x7f\"}\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[8000];
        int len = sprintf(text, "%s%s%s%s", SURVEY, TX, PEER("1.2.3.4"), lines[i]);
        check_refused(text, (size_t)len, strncmp(lines[i], SUMMARY, 20) ? "line 4" : "line 5");
        len += sprintf(text + len, "%s", PEER("1.2.3.10"));
        check_refused(text, (size_t)len, strncmp(lines[i], SUMMARY, 20) ? "line 4" : "line 5");
    }
}

/* Each value is proper by itself. */
static void what_cannot_be_of_one_peer_is_refused(void **state)
{
    (void)state;
#define ONE(rest) "\"transactions\":[" rest "," ANSWER(SECOND, "notfound", "null") "]"
#define DONE "\"stage\":\"done\"," SHAKEN
#define OUT(outcome, rest) PEER_OF("1.2.3.9", outcome, rest)
    static const char *const lines[] = {
        OUT("answered", "\"stage\":\"request\"," SHAKEN ONE(ANSWER(ID, "notfound", "null"))),
        OUT("silent", DONE ONE(ANSWER(ID, "notfound", "null"))),
        OUT("connect_refused", "\"stage\":\"handshake\"," UNASKED),
        OUT("connect_refused", "\"stage\":\"connect\"," ANSWERS),
        OUT("connect_refused", "\"stage\":\"connect\"," VERSION UNASKED),
        OUT("handshake_timeout", "\"stage\":\"handshake\"," ANSWERS),
        OUT("handshake_timeout", "\"stage\":\"handshake\"," SHAKEN UNASKED),
        OUT("silent", "\"stage\":\"request\"," VERSION ANSWERS),
        OUT("silent", "\"stage\":\"request\",\"handshake_ms\":1," ANSWERS),
        OUT("silent", "\"stage\":\"request\",\"handshake_ms\":-1," VERSION ANSWERS),
        OUT("silent", "\"stage\":\"request\",\"handshake_ms\":\"1\"," VERSION ANSWERS),
        OUT("silent", "\"stage\":\"request\",\"handshake_ms\":1,\"services\":\"409\","
                      "\"startingheight\":1," ANSWERS),
        OUT("silent", "\"stage\":\"request\",\"handshake_ms\":1,\"services\":"
                      "\"0000000000000409\",\"startingheight\":2147483648," ANSWERS),
        OUT("silent", "\"stage\":\"request\",\"addresses\":-1," SHAKEN ANSWERS),
        OUT("silent", "\"stage\":\"request\",\"bytessent\":-1," SHAKEN ANSWERS),
        OUT("silent", "\"stage\":\"request\",\"bytesrecv\":\"1\"," SHAKEN ANSWERS),
        OUT("silent", "\"stage\":\"request\",\"block_height\":1," SHAKEN ANSWERS),
        OUT("silent", "\"stage\":\"request\",\"block_asked\":\"block\"," SHAKEN ANSWERS),
        OUT("silent", "\"stage\":\"request\",\"control\":{\"random\":\"well\"}," SHAKEN ANSWERS),
        OUT("answered", DONE ONE(ANSWER(ID, "timeout", "null"))),
        OUT("answered", DONE ONE(ANSWER(ID, "served", "null"))),
        OUT("answered", DONE ONE(SERVED(ID, ",\"via\":\"mail\""))),
        OUT("answered", DONE ONE(SERVED(ID, ",\"via\":1"))),
        OUT("answered", DONE ONE(SERVED(ID, ",\"via\":\"tx\",\"wtxid\":\"ff\""))),
        OUT("answered", DONE ONE(SERVED(ID, ",\"via\":\"tx\",\"position\":1"))),
        OUT("answered", DONE ONE(SERVED(ID, ",\"via\":\"block\""))),
        OUT("answered", DONE ONE(ANSWER_OF(ID, "notfound", ",\"via\":\"tx\""))),
        OUT("answered", DONE ONE(ANSWER(ID, "notfound", "\"" WTXID "\""))),
        OUT("answered", DONE ONE(ANSWER_OF(ID, "notfound", ",\"position\":1"))),
        HEAD("summary") "\"vantage_suspect\":1,\"address_book\":{\"ignored\":{}}}\n",
        HEAD("summary") "\"vantage_suspect\":false,\"address_book\":{\"ignored\":{\"port\":-1}}}\n",
        HEAD(
            "summary") "\"vantage_suspect\":false,\"address_book\":{\"ignored\":{\"port\":1.5}}}\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[8000];
        int len = sprintf(text, "%s%s%s", SURVEY, PEER("1.2.3.4"), lines[i]);
        check_refused(text, (size_t)len, "line 3");
    }
}

#define BLOCK_SURVEY                                                                      \
    HEAD("survey")                                                                        \
    "\"schema\":1,\"chain\":\"main\",\"txids\":[" IDS "],\"id_type\":\"txid\",\"shard\":" \
    "\"1/1\",\"resumed\":false,\"options\":{\"block\":\"" BLOCK "\"}}\n"
#define PLACED(via, place) ",\"via\":\"" via "\",\"position\":" place
/* A peer that was asked in this `way`, for two ids. */
#define FOUND(address, way, rest, one, two)          \
    PEER_OF(address, "answered",                     \
            "\"block_asked\":\"" way "\"," rest DONE \
            "\"transactions\":[" SERVED(ID, one) "," SERVED(SECOND, two) "]")
#define IN_BLOCK(address, one, two) \
    FOUND(address, "block", "\"block_height\":7,", PLACED("block", one), PLACED("block", two))

static void a_block_has_one_place_for_each(void **state)
{
    (void)state;
    static const char good[] = BLOCK_SURVEY IN_BLOCK("1.2.3.4", "5", "16665")
        FOUND("1.2.3.5", "merkleblock", "", PLACED("merkleblock", "5"), ",\"via\":\"tx\"")
            FOUND("1.2.3.6", "blocktxn", "", ",\"via\":\"tx\"", PLACED("block", "16665"));
    static const char *const lines[] = {
        IN_BLOCK("1.2.3.9", "6", "16665"), /* another place than before */
        IN_BLOCK("1.2.3.9", "5", "5"),
        IN_BLOCK("1.2.3.9", "16665", "5"),
        IN_BLOCK("1.2.3.9", "5", "16666"),
        IN_BLOCK("1.2.3.9", "-1", "16665"),
        IN_BLOCK("1.2.3.9", "5.5", "16665"),
        FOUND("1.2.3.9", "block", "\"block_height\":8,", PLACED("block", "5"), ",\"via\":\"tx\""),
        FOUND("1.2.3.9", "block", "\"block_height\":-7,", PLACED("block", "5"), ",\"via\":\"tx\""),
        FOUND("1.2.3.9", "merkleblock", "\"block_height\":7,", PLACED("merkleblock", "5"),
              ",\"via\":\"tx\""),
        FOUND("1.2.3.9", "merkleblock", "", PLACED("block", "5"), ",\"via\":\"tx\""),
        FOUND("1.2.3.9", "block", "", PLACED("merkleblock", "5"), ",\"via\":\"tx\""),
        FOUND("1.2.3.9", "letter", "", PLACED("block", "5"), ",\"via\":\"tx\""),
        PEER_OF("1.2.3.9", "connect_refused",
                "\"stage\":\"connect\",\"block_asked\":\"block\"," UNASKED),
    };
    with_block = true;
    struct resumed r = resume_text(good);
    if (r.status != TXS_OK)
        fail_msg("%s", r.message.text);
    free(r.text);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[8000];
        int len = sprintf(text, "%s%s", good, lines[i]);
        check_refused(text, (size_t)len, "line 5");
    }
    static const char twice[] = BLOCK_SURVEY IN_BLOCK("1.2.3.4", "5", "5");
    check_refused(twice, sizeof twice - 1, "line 2");
    with_block = false;
}

static void other_ends_of_lines_and_zeros_are_refused(void **state)
{
    (void)state;
    char text[5000];
    size_t len = (size_t)sprintf(text, "%s%s", SURVEY, PEER("1.2.3.4"));
    text[len - 1] = '\r';
    text[len++] = '\n';
    check_refused(text, len, "line 2");
    len = (size_t)sprintf(text, "%s%s%s", SURVEY, PEER("1.2.3.4"), PEER("1.2.3.5"));
    memset(text + strlen(SURVEY), 0, 100);
    check_refused(text, len, "line 2");
}

static void a_long_line_of_another_type_is_refused(void **state)
{
    (void)state;
    static char text[3000100] = SURVEY;
    static const char *const begins[] = {HEAD("peer") "\"txid\":1,\"hash\":null,\"hex\":\"",
                                         "garbage", HEAD("transaction") "\"hex\":\""};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        memset(text + strlen(SURVEY), 'a', sizeof text - strlen(SURVEY) - 1);
        memcpy(text + strlen(SURVEY), begins[i], strlen(begins[i]));
        text[2500000] = '\n';
        check_refused(text, 2500001, "line 2");
    }
}

static void what_is_no_file_cannot_be_continued(void **state)
{
    (void)state;
    struct txs_plan plan;
    struct txs_output *output;
    struct txs_message message;
    char log[100] = "";
    const struct txs_resume_events events = {log, on_peer, on_seed, on_summary};
    uint8_t random[TXS_RECORDS_RANDOM_BYTES] = {0};
    txs_plan_init(&plan);
    assert_int_equal(txs_output_open(&output, "/dev/null", &message), TXS_OK);
    struct txs_records *records =
        txs_records_new(output, &plan, random, &(struct txs_wall_clock){0});
    assert_non_null(records);
    assert_int_equal(txs_records_resume(records, "/dev/null", &events, &message), TXS_E_USAGE);
    txs_output_close(output, &message);
    txs_records_free(records);
    txs_plan_free(&plan);
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_recorded_is_handed_out_in_order),
        cmocka_unit_test(what_the_end_left_over_is_cut_off),
        cmocka_unit_test(a_first_line_that_is_not_ours_is_refused),
        cmocka_unit_test(a_tail_of_zeros_is_a_torn_line),
        cmocka_unit_test(good_lines_among_what_is_left_over_stay),
        cmocka_unit_test(a_file_without_a_whole_line_begins_a_run),
        cmocka_unit_test(a_file_may_end_anywhere),
        cmocka_unit_test(a_transaction_may_be_of_any_length),
        cmocka_unit_test(another_run_is_refused),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(what_cannot_be_of_one_peer_is_refused),
        cmocka_unit_test(a_block_has_one_place_for_each),
        cmocka_unit_test(other_ends_of_lines_and_zeros_are_refused),
        cmocka_unit_test(a_long_line_of_another_type_is_refused),
        cmocka_unit_test(what_is_no_file_cannot_be_continued),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
