/* What the `survey` record shows of the options. */
#include "../../src/app/survey_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define ID "aeeae4e9104deb3897ca76a1723148601cee9106880ce5ac70868f631bc47da4"
#define BLOCK "00000000c937983704a73af28acdec37b049d214adbda81d7e2a3dd146f6ed09"

/* A new option either is a parameter of the survey or says that it is none. */
static void every_row_says_whether_it_is_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_spec_count; i++) {
        if (option_specs[i].show == NULL)
            fail_msg("--%s says neither SHOWN nor NOT_SHOWN", option_specs[i].name);
        assert_in_range(strlen(option_specs[i].name), 1, OPTION_NAME_MAX);
    }
}

static void put(char *out, size_t room, const struct txs_option_value *v)
{
    size_t len = strlen(out);
    if (v->kind == TXS_OPTION_ANCHORS)
        snprintf(out + len, room - len, "%s=%s\n", v->name,
                 v->plan->anchor_count > 0 ? v->plan->anchor_labels[0] : "null");
    else if (v->kind == TXS_OPTION_TEXT)
        snprintf(out + len, room - len, "%s=%s\n", v->name, v->text != NULL ? v->text : "null");
    else if (v->number == UINT64_MAX)
        snprintf(out + len, room - len, "%s=null\n", v->name);
    else
        snprintf(out + len, room - len, "%s=%llu\n", v->name, (unsigned long long)v->number);
}

static void assert_shown(const char *const *words, int count, const char *wanted)
{
    struct options options;
    struct txs_message message;
    struct survey_line line;
    char shown[2000] = "";
    assert_int_equal(options_parse(&options, count, (char **)(uintptr_t)words, &message), TXS_OK);
    survey_line_fill(&line, &options);
    for (size_t i = 0; i < line.count; i++)
        put(shown, sizeof shown, &line.values[i]);
    assert_string_equal(shown, wanted);
    options_free(&options);
}

static void all_as_they_were_given(void **state)
{
    (void)state;
    static const char *const words[] = {"txsurvey",
                                        "--fee-rate=1.25",
                                        "--control",
                                        "--block",
                                        BLOCK,
                                        "--block-peers=7",
                                        ("--anchor=main=" BLOCK),
                                        "--connect=127.0.0.1",
                                        "--crawl",
                                        "--max-peers=4000000",
                                        "--allow-local",
                                        "--any-port",
                                        "--proxy=localhost:9050",
                                        "--onion=[::1]:9051",
                                        "--i2psam=127.0.0.1:7656",
                                        "--cjdnsreachable",
                                        "--concurrency=11",
                                        "--rate=12",
                                        "--connect-timeout=1.5",
                                        "--handshake-timeout=2",
                                        "--response-timeout=3",
                                        "--deadline=4",
                                        "--retries=5",
                                        "--patience=6",
                                        "--keep-asking",
                                        "--require-served=13",
                                        "--raw",
                                        "--user-agent=/x:1/",
                                        ID};
    assert_shown(words, sizeof words / sizeof *words,
                 "fee_rate=1250\ncontrol=1\nblock=" BLOCK "\nblock_peers=7\nanchor=main\n"
                 "census=0\ncrawl=1\n"
                 "max_peers=4000000\nallow_local=1\nany_port=1\nproxy=localhost:9050\n"
                 "onion=[::1]:9051\ni2psam=127.0.0.1:7656\ncjdnsreachable=1\nconcurrency=11\n"
                 "rate=12\nconnect_timeout=1500\nhandshake_timeout=2000\nresponse_timeout=3000\n"
                 "deadline=4000\nretries=5\npatience=6000\nkeep_asking=1\neager=0\n"
                 "require_served=13\nraw=1\nuser_agent=/x:1/\n"
                 "proxy_connect_timeout=1500\nproxy_handshake_timeout=2000\n");
}

static void all_as_they_are_by_default(void **state)
{
    (void)state;
    static const char *const words[] = {"txsurvey", ID};
    assert_shown(words, sizeof words / sizeof *words,
                 "fee_rate=null\ncontrol=0\nblock=null\nblock_peers=20\nanchor=null\n"
                 "census=0\ncrawl=0\nmax_peers=null\n"
                 "allow_local=0\nany_port=0\nproxy=null\nonion=null\ni2psam=null\n"
                 "cjdnsreachable=0\nconcurrency=1000\nrate=1000\nconnect_timeout=5000\n"
                 "handshake_timeout=10000\nresponse_timeout=15000\ndeadline=null\nretries=0\n"
                 "patience=30000\nkeep_asking=0\neager=0\nrequire_served=null\nraw=0\n"
                 "user_agent=/txsurvey:" TXSURVEY_VERSION "/\n"
                 "proxy_connect_timeout=null\nproxy_handshake_timeout=null\n");
}

/* Onion peers have longer, the others have not: both are shown. */
static void the_limits_behind_a_proxy(void **state)
{
    (void)state;
    static const char *const words[] = {"txsurvey", "--onion=127.0.0.1:9050", ID};
    struct options options;
    struct txs_message message;
    struct survey_line line;
    char shown[2000] = "";
    assert_int_equal(options_parse(&options, 3, (char **)(uintptr_t)words, &message), TXS_OK);
    survey_line_fill(&line, &options);
    for (size_t i = 0; i < line.count; i++)
        put(shown, sizeof shown, &line.values[i]);
    assert_non_null(strstr(shown, "\nconnect_timeout=5000\nhandshake_timeout=10000\n"));
    assert_non_null(
        strstr(shown, "\nproxy_connect_timeout=30000\nproxy_handshake_timeout=30000\n"));
    options_free(&options);
}

static void the_options_of_a_census(void **state)
{
    (void)state;
    static const char *const words[] = {"txsurvey", "--census"};
    struct options options;
    struct txs_message message;
    assert_int_equal(options_parse(&options, 2, (char **)(uintptr_t)words, &message), TXS_OK);
    assert_true(options.plan.census);
    assert_int_equal(options.plan.id_count, 0);
    options_free(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_says_whether_it_is_shown),
        cmocka_unit_test(all_as_they_were_given),
        cmocka_unit_test(all_as_they_are_by_default),
        cmocka_unit_test(the_limits_behind_a_proxy),
        cmocka_unit_test(the_options_of_a_census),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
