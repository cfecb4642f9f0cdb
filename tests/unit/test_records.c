/* The records as they stand in the file: whole JSON lines with the fields that the manual
 * describes. */
#include "txsurvey/jsonl.h"

#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static const struct txs_wall_clock wall = {1763632258123}; /* 2025-11-20T09:50:58.123Z */
/* Segwit, 203 bytes, from a node on regtest; its txid. */
#define TXID "aeeae4e9104deb3897ca76a1723148601cee9106880ce5ac70868f631bc47da4"

static char path[] = "/tmp/test-records-XXXXXX";

struct fixture {
    struct txs_plan plan;
    struct txs_output *output;
    struct txs_records *records;
    struct txs_address address;
    struct txs_answer answer;
    struct txs_peer_result result;
};

static void begin(struct fixture *f)
{
    struct txs_message message;
    memset(f, 0, sizeof *f);
    txs_plan_init(&f->plan);
    assert_int_equal(txs_plan_add_id(&f->plan, TXID, &message), TXS_OK);
    assert_int_equal(txs_plan_complete(&f->plan), TXS_OK);
    assert_true(txs_address_parse(&f->address, "[2a01::5]:18333", 8333));
    assert_int_equal(txs_output_open(&f->output, path, &message), TXS_OK);
    assert_int_equal(txs_output_empty(f->output, &message), TXS_OK);
    uint8_t random[TXS_RECORDS_RANDOM_BYTES];
    memset(random, 0xff, sizeof random);
    f->records = txs_records_new(f->output, &f->plan, random, &wall);
    assert_non_null(f->records);
    f->answer = (struct txs_answer){.first_request_ms = TXS_NEVER, .answered_ms = TXS_NEVER};
    f->result = (struct txs_peer_result){
        .handshake_ms = TXS_NEVER, .answer_count = 1, .answers = &f->answer};
}

/* Ends the run; returns its lines, parsed. */
static json_t *end(struct fixture *f)
{
    struct txs_message message;
    static char line[100000];
    json_t *lines = json_array();
    txs_records_free(f->records);
    assert_true(txs_output_close(f->output, &message));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        size_t len = strlen(line);
        assert_int_equal(line[len - 1], '\n');
        for (size_t i = 0; i < len - 1; i++)
            assert_true(line[i] >= ' ' && line[i] <= '~');
        json_t *record = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(record);
        assert_string_equal(json_string_value(json_object_get(record, "survey")),
                            "ffffffff-ffff-4fff-bfff-ffffffffffff");
        json_array_append_new(lines, record);
    }
    fclose(file);
    txs_plan_free(&f->plan);
    return lines;
}

/* The names of a description or of an object, each with a blank behind it. */
struct names {
    const char *type;
    char text[2000];
};

static void note_described(void *context, const struct txs_about *about)
{
    struct names *n = context;
    assert_string_not_equal(about->text, "");
    if (about->name != NULL && strcmp(about->path, n->type) == 0)
        strcat(strcat(n->text, about->name), " ");
}

/* The object has the fields that are described, in their order, behind `head`. */
static void check_fields(json_t *object, const char *type, const char *head)
{
    struct names described = {.type = type}, got = {.type = type};
    const char *key;
    json_t *value;
    strcpy(described.text, head);
    txs_records_describe(NULL, 0, note_described, &described);
    json_object_foreach(object, key, value) strcat(strcat(got.text, key), " ");
    assert_string_equal(got.text, described.text);
}

static json_t *only(json_t *lines, const char *type)
{
    assert_int_equal(json_array_size(lines), 1);
    json_t *record = json_array_get(lines, 0);
    assert_string_equal(json_string_value(json_object_get(record, "type")), type);
    return record;
}

static void check_text(const json_t *record, const char *field, const char *expected)
{
    const json_t *value = json_object_get(record, field);
    assert_non_null(value);
    if (expected == NULL)
        assert_true(json_is_null(value));
    else
        assert_string_equal(json_string_value(value), expected);
}

static void check_number(const json_t *record, const char *field, json_int_t expected)
{
    const json_t *value = json_object_get(record, field);
    assert_true(json_is_integer(value));
    assert_true(json_integer_value(value) == expected);
}

static void a_survey_line_tells_what_was_asked(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    const struct txs_option_value options[] = {
        {.name = "patience", .kind = TXS_OPTION_SECONDS, .number = 1500},
        {.name = "rate", .kind = TXS_OPTION_NUMBER, .number = 7},
        {.name = "deadline", .kind = TXS_OPTION_SECONDS, .number = UINT64_MAX},
        {.name = "raw", .kind = TXS_OPTION_BOOL, .number = 1},
        {.name = "seed", .kind = TXS_OPTION_TEXT, .text = "a\"b"},
        {.name = "none", .kind = TXS_OPTION_TEXT},
    };
    txs_records_survey(f.records, "txsurvey 0", 0, options, sizeof options / sizeof *options);
    json_t *lines = end(&f), *record = only(lines, "survey");
    check_fields(record, "survey", "type survey ");
    check_number(record, "schema", 1);
    check_text(record, "started", "2025-11-20T09:50:58.123Z");
    check_text(record, "id_type", "txid");
    check_text(record, "chain", "main");
    assert_string_equal(json_string_value(json_array_get(json_object_get(record, "txids"), 0)),
                        TXID);
    const json_t *o = json_object_get(record, "options");
    assert_float_equal(json_real_value(json_object_get(o, "patience")), 1.5, 1e-9);
    check_number(o, "rate", 7);
    check_text(o, "deadline", NULL);
    assert_true(json_is_true(json_object_get(o, "raw")));
    check_text(o, "seed", "a\"b");
    check_text(o, "none", NULL);
    json_decref(lines);
}

/* The field is a list of these texts, each with a blank behind it. */
static void check_texts(const json_t *record, const char *field, const char *expected)
{
    const json_t *list = json_object_get(record, field);
    char got[1000] = "";
    assert_true(json_is_array(list));
    for (size_t i = 0; i < json_array_size(list); i++)
        strcat(strcat(got, json_string_value(json_array_get(list, i))), " ");
    assert_string_equal(got, expected);
}

static void addresses_that_were_told_are_listed(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    const struct txs_address told[] = {{TXS_NETWORK_IPV4, 0, 8333, {1, 2, 3, 4}},
                                       {TXS_NETWORK_CJDNS, 0, 1, {0xfc}}};
    struct txs_peer_record peer = {.address = &f.address,
                                   .source = "gossip:1.2.3.4:8333",
                                   .connected_ms = TXS_NEVER,
                                   .told = told,
                                   .result = &f.result};
    f.result.asked_addresses = true;
    txs_records_peer(f.records, &peer);
    f.result.addresses = 1000;
    peer.told_count = 2;
    txs_records_peer(f.records, &peer);
    txs_records_seed(f.records,
                     &(struct txs_seed_record){
                         .host = "seed.example", .addresses = 5, .told = told, .told_count = 1});
    json_t *lines = end(&f);
    check_number(json_array_get(lines, 0), "addresses", 0);
    check_texts(json_array_get(lines, 0), "new_addresses", "");
    check_number(json_array_get(lines, 1), "addresses", 1000);
    check_texts(json_array_get(lines, 1), "new_addresses", "1.2.3.4:8333 [fc00::]:1 ");
    check_texts(json_array_get(lines, 2), "new_addresses", "1.2.3.4:8333 ");
    json_decref(lines);
}

static void a_seed_line_tells_what_came_of_a_name(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    txs_records_seed(f.records, &(struct txs_seed_record){.host = "seed.example",
                                                          .outcome = TXS_SEED_FAILED,
                                                          .error = "EAI_AGAIN",
                                                          .duration_ms = 12});
    json_t *lines = end(&f), *record = only(lines, "seed");
    check_fields(record, "seed", "type survey ");
    check_text(record, "host", "seed.example");
    check_text(record, "outcome", "failed");
    check_text(record, "error", "EAI_AGAIN");
    check_number(record, "addresses", 0);
    check_texts(record, "new_addresses", "");
    check_number(record, "duration_ms", 12);
    json_decref(lines);
}

static void write_peer(struct fixture *f)
{
    txs_records_peer(f->records, &(struct txs_peer_record){.address = &f->address,
                                                           .source = "dns:seed.example",
                                                           .started_ms = 1000,
                                                           .ended_ms = 3500,
                                                           .connected_ms = 2050,
                                                           .connecting_ms = 2000,
                                                           .attempts = 2,
                                                           .result = &f->result});
}

static void a_peer_of_which_nothing_is_known_has_nulls(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    f.result.outcome = TXS_OUTCOME_CONNECT_REFUSED;
    f.result.error = TXS_ERROR_REFUSED;
    txs_records_peer(f.records, &(struct txs_peer_record){.address = &f.address,
                                                          .source = "connect",
                                                          .connected_ms = TXS_NEVER,
                                                          .connecting_ms = 5,
                                                          .attempts = 1,
                                                          .result = &f.result});
    json_t *lines = end(&f), *record = only(lines, "peer");
    static const char *const unknown[] = {
        "connect_ms", "handshake_ms",      "version",        "subver",
        "services",   "servicesnames",     "startingheight", "relaytxes",
        "timeoffset", "feefilter_sat_kvb", "addresses",      "new_addresses"};
    check_fields(record, "peer", "type survey ");
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        check_text(record, unknown[i], NULL);
    check_text(record, "outcome", "connect_refused");
    check_text(record, "stage", "connect");
    check_text(record, "error", "refused");
    json_t *entry = json_array_get(json_object_get(record, "transactions"), 0);
    static const char *const unanswered[] = {"via",   "answered", "response_ms",
                                             "bytes", "wtxid",    "strength"};
    check_fields(entry, "peer.transactions", "");
    for (size_t i = 0; i < sizeof unanswered / sizeof *unanswered; i++)
        check_text(entry, unanswered[i], NULL);
    check_text(entry, "status", "unasked");
    json_decref(lines);
}

static void fill_result(struct fixture *f)
{
    struct txs_peer_result *r = &f->result;
    r->stage = TXS_STAGE_DONE;
    r->outcome = TXS_OUTCOME_ANSWERED;
    r->handshake_ms = 2150;
    r->features = 1u << TXS_FEATURE_WTXIDRELAY | 1u << TXS_FEATURE_SENDCMPCT;
    r->has_version = r->has_subver = r->has_start_height = r->relaytxes = r->has_feefilter = true;
    r->version = 70016;
    r->services = 1ull << 63 | 9;
    r->start_height = -1;
    r->timeoffset_s = INT64_MIN;
    r->subver = (struct txs_span){(const uint8_t *)"a\n\"\xff\xe2\x80", 6};
    r->feefilter_sat_kvb = 1000;
    r->bytes_received = 77;
    f->answer = (struct txs_answer){.status = TXS_ID_SERVED,
                                    .via = TXS_VIA_TX,
                                    .strength = TXS_STRENGTH_PROVEN,
                                    .has_wtxid = true,
                                    .wtxid = {1},
                                    .bytes = 203,
                                    .requests = 2,
                                    .first_request_ms = 2150,
                                    .answered_ms = 2400};
}

static void a_peer_line_tells_what_it_said(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    fill_result(&f);
    write_peer(&f);
    json_t *lines = end(&f), *record = only(lines, "peer");
    check_fields(record, "peer", "type survey ");
    check_text(record, "address", "2a01::5");
    check_number(record, "port", 18333);
    check_text(record, "network", "ipv6");
    check_text(record, "started", "2025-11-20T09:50:59.123Z");
    check_number(record, "duration_ms", 2500);
    check_number(record, "connect_ms", 50);
    check_number(record, "handshake_ms", 100);
    check_text(record, "error", NULL);
    check_text(record, "subver", "a\\x0a\"\\xff\\xe2\\x80");
    check_text(record, "services", "8000000000000009");
    check_number(record, "startingheight", -1);
    check_text(record, "timeoffset", NULL);
    check_number(record, "bytesrecv", 77);
    char *names = json_dumps(json_object_get(record, "servicesnames"), JSON_COMPACT);
    assert_string_equal(names, "[\"NETWORK\",\"WITNESS\",\"UNKNOWN[2^63]\"]");
    free(names);
    char *features = json_dumps(json_object_get(record, "features"), JSON_COMPACT);
    assert_string_equal(features, "[\"wtxidrelay\",\"sendcmpct\"]");
    free(features);
    json_decref(lines);
}

/* Fields that a short version leaves out are not known, and nor is what would follow from them. */
static void what_a_short_version_leaves_out_is_null(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    fill_result(&f);
    f.result.has_subver = f.result.has_start_height = false;
    f.result.subver.len = 0;
    write_peer(&f);
    json_t *lines = end(&f), *record = only(lines, "peer");
    check_text(record, "subver", NULL);
    check_text(record, "client", NULL);
    check_text(record, "client_version", NULL);
    check_text(record, "startingheight", NULL);
    check_number(record, "version", 70016);
    json_decref(lines);
}

static void numbers_that_a_double_cannot_hold_are_null(void **state)
{
    (void)state;
    static const int64_t exact[] = {0, 1ll << 53, -(1ll << 53)};
    static const int64_t beyond[] = {(1ll << 53) + 1, -(1ll << 53) - 1, INT64_MAX, INT64_MIN};
    struct fixture f;
    begin(&f);
    fill_result(&f);
    for (size_t i = 0; i < 3 + 4; i++) {
        f.result.timeoffset_s = i < 3 ? exact[i] : beyond[i - 3];
        f.result.feefilter_sat_kvb = f.result.timeoffset_s;
        f.result.bytes_received = (uint64_t)f.result.timeoffset_s;
        write_peer(&f);
    }
    json_t *lines = end(&f);
    for (size_t i = 0; i < 3 + 4; i++) {
        const json_t *record = json_array_get(lines, i);
        if (i < 3) {
            check_number(record, "timeoffset", exact[i]);
            check_number(record, "feefilter_sat_kvb", exact[i]);
        } else {
            check_text(record, "timeoffset", NULL);
            check_text(record, "feefilter_sat_kvb", NULL);
            check_text(record, "bytesrecv", NULL);
        }
    }
    json_decref(lines);
}

static void a_peer_line_tells_which_software_and_which_chain(void **state)
{
    (void)state;
    static const char agent[] = "/Satoshi:29.3.0/Knots:20260210+bip110-v0.4.1/UASF-BIP110:0.4/";
    struct fixture f;
    begin(&f);
    fill_result(&f);
    f.plan.anchor_count = 3;
    strcpy(f.plan.anchor_labels[0], "main");
    strcpy(f.plan.anchor_labels[1], "fork");
    strcpy(f.plan.anchor_labels[2], "third");
    f.result.anchors[0] = TXS_ANCHOR_LACKS;
    f.result.anchors[1] = TXS_ANCHOR_CLAIMS;
    f.result.services = TXS_SERVICE_BLAKE2B;
    f.result.subver = (struct txs_span){(const uint8_t *)agent, sizeof agent - 1};
    write_peer(&f);
    json_t *lines = end(&f), *record = only(lines, "peer");
    check_text(record, "client", "Knots");
    check_text(record, "client_version", "20260210+bip110-v0.4.1");
    check_text(record, "fork", "blake2b");
    char *anchors = json_dumps(json_object_get(record, "anchors"), JSON_COMPACT);
    assert_string_equal(anchors, "{\"main\":\"lacks\",\"fork\":\"claims\",\"third\":null}");
    free(anchors);
    json_decref(lines);
}

static void an_answer_tells_what_was_served(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    fill_result(&f);
    write_peer(&f);
    json_t *lines = end(&f);
    json_t *entry = json_array_get(json_object_get(only(lines, "peer"), "transactions"), 0);
    check_fields(entry, "peer.transactions", "");
    check_text(entry, "txid", TXID);
    check_text(entry, "status", "served");
    check_text(entry, "via", "tx");
    check_text(entry, "answered", "2025-11-20T09:51:00.523Z");
    check_number(entry, "response_ms", 250);
    check_number(entry, "bytes", 203);
    check_number(entry, "requests", 2);
    check_text(entry, "wtxid", "0000000000000000000000000000000000000000000000000000000000000001");
    check_text(entry, "strength", "proven");
    json_decref(lines);
}

/* A small transaction, with the byte of its witness, or without one. */
static size_t put_tx(uint8_t out[100], int witness)
{
    struct txs_writer w = txs_writer_to(out, 100);
    txs_put_u32le(&w, 2);
    if (witness >= 0)
        txs_put_u16le(&w, 0x0100);
    txs_put_u8(&w, 1);
    for (int i = 0; i < 32; i++)
        txs_put_u8(&w, 0x11);
    txs_put_u32le(&w, 3);
    txs_put_u8(&w, 0);
    txs_put_u32le(&w, 0xfffffffd);
    txs_put_u8(&w, 1);
    txs_put_u64le(&w, 123456789);
    txs_put_u8(&w, 0);
    if (witness >= 0)
        txs_put_bytes(&w, (uint8_t[]){1, 1, (uint8_t)witness}, 3);
    txs_put_u32le(&w, 500);
    return w.len;
}

static void write_tx(struct fixture *f, int witness, bool witness_known)
{
    uint8_t bytes[100];
    struct txs_tx tx;
    struct txs_span span = {bytes, put_tx(bytes, witness)};
    assert_true(txs_tx_parse(&tx, span));
    memcpy(f->plan.ids[0], tx.ids.txid, 32); /* it is the one that is asked for */
    txs_records_transaction(f->records,
                            &(struct txs_transaction_record){.ids = &tx.ids,
                                                             .bytes = span,
                                                             .witness_known = witness_known,
                                                             .first_peer = &f->address});
    txs_tx_free(&tx);
}

static void a_transaction_line_has_its_hex_only_when_asked_for(void **state)
{
    (void)state;
    for (int raw = 0; raw <= 1; raw++) {
        struct fixture f;
        begin(&f);
        f.plan.raw = raw;
        write_tx(&f, 7, true);
        json_t *lines = end(&f), *record = only(lines, "transaction");
        assert_int_equal(json_object_get(record, "hex") != NULL, raw);
        if (raw)
            check_fields(record, "transaction", "type survey ");
        json_decref(lines);
    }
}

static void a_transaction_line_tells_its_parts(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    write_tx(&f, 7, true);
    json_t *lines = end(&f), *record = only(lines, "transaction");
    check_number(record, "size", 65);
    check_number(record, "weight", 3 * 60 + 65);
    check_number(record, "vsize", 62);
    check_number(record, "version", 2);
    check_number(record, "locktime", 500);
    check_text(record, "first_peer", "[2a01::5]:18333");
    const json_t *out = json_array_get(json_object_get(record, "vout"), 0);
    assert_float_equal(json_number_value(json_object_get(out, "value")), 1.23456789, 1e-12);
    const json_t *in = json_array_get(json_object_get(record, "vin"), 0);
    check_number(in, "vout", 3);
    check_number(in, "sequence", 0xfffffffd);
    json_decref(lines);
}

static void without_its_witness_a_transaction_has_no_hash_nor_sizes(void **state)
{
    (void)state;
    struct fixture f;
    static const char *const unknown[] = {"hash", "size", "vsize", "weight"};
    begin(&f);
    write_tx(&f, -1, false);
    json_t *lines = end(&f), *record = only(lines, "transaction");
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        check_text(record, unknown[i], NULL);
    assert_int_equal(strlen(json_string_value(json_object_get(record, "txid"))), 64);
    json_decref(lines);
}

static void a_transaction_has_one_line(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    for (int i = 0; i < 3; i++)
        write_tx(&f, 7, true);
    write_tx(&f, -1, false); /* the same, without its witness */
    json_t *lines = end(&f);
    only(lines, "transaction");
    json_decref(lines);
}

static void another_witness_is_another_line(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    for (int witness = 0; witness < 20; witness++)
        write_tx(&f, witness, true);
    json_t *lines = end(&f);
    assert_int_equal(json_array_size(lines), 20);
    json_decref(lines);
}

/* Puts lines into the file, of which a pipe holds some alone, until there is no room. */
static void fill(struct fixture *f)
{
    write_tx(f, 0, true);
    while (txs_records_have_room(f->records) || txs_records_flush(f->records) != TXS_FULL)
        txs_records_peer(f->records, &(struct txs_peer_record){.address = &f->address,
                                                               .source = "connect",
                                                               .attempts = 1,
                                                               .connected_ms = TXS_NEVER,
                                                               .result = &f->result});
}

/* Reads all there is. Returns how many lines began with `head`. */
static size_t count_lines(struct fixture *f, int reader, const char *head)
{
    static char text[8 * 1024 * 1024];
    size_t len = 0, count = 0;
    ssize_t n;
    enum txs_flush flushed;
    do {
        flushed = txs_records_flush(f->records);
        while ((n = read(reader, text + len, sizeof text - 1 - len)) > 0)
            len += (size_t)n;
    } while (flushed != TXS_FLUSHED);
    text[len] = '\0';
    for (const char *at = text; (at = strstr(at, head)) != NULL; at++)
        count++;
    return count;
}

/* Their bytes wait; nothing is lost, and the output holds no more than its figure. */
static void without_room_transactions_wait(void **state)
{
    (void)state;
    struct fixture f;
    struct txs_message message;
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK), 0);
    begin(&f);
    assert_true(txs_output_close(f.output, &message));
    char name[40];
    sprintf(name, "/proc/self/fd/%d", pipe_ends[1]);
    assert_int_equal(txs_output_open(&f.output, name, &message), TXS_OK);
    close(pipe_ends[1]);
    txs_records_free(f.records);
    f.records =
        txs_records_new(f.output, &f.plan, (const uint8_t[TXS_RECORDS_RANDOM_BYTES]){1}, &wall);
    fill(&f);
    size_t queued = txs_output_queued_bytes(f.output);
    for (int witness = 1; witness < 20; witness++)
        write_tx(&f, witness, true);
    assert_false(txs_records_have_room(f.records));
    assert_int_equal(txs_records_flush(f.records), TXS_FULL);
    assert_int_equal(txs_output_queued_bytes(f.output), queued);
    assert_int_equal(count_lines(&f, pipe_ends[0], "{\"type\":\"transaction\""), 20);
    assert_true(txs_records_have_room(f.records));
    txs_records_free(f.records);
    assert_true(txs_output_close(f.output, &message));
    close(pipe_ends[0]);
    txs_plan_free(&f.plan);
}

static void a_summary_line_has_the_counts(void **state)
{
    (void)state;
    struct fixture f;
    struct txs_id_tally id = {{0}};
    id.by_status[TXS_ID_SERVED] = 81;
    id.by_status[TXS_ID_NOTFOUND] = 182;
    id.by_status[TXS_ID_UNASKED] = 4;
    struct txs_tally tally = {.peers = 267, .ids = &id, .id_count = 1};
    tally.by_outcome[TXS_OUTCOME_ANSWERED] = 263;
    tally.ignored[TXS_IGNORED_QUOTA] = 3;
    begin(&f);
    txs_records_summary(f.records, &(struct txs_ending){.reason = TXS_REASON_FINISHED,
                                                        .duration_ms = 5000,
                                                        .finished_ms = 5000,
                                                        .known = 270,
                                                        .not_attempted = 3,
                                                        .tally = &tally});
    json_t *lines = end(&f), *record = only(lines, "summary");
    check_fields(record, "summary", "type survey ");
    check_text(record, "finished", "2025-11-20T09:51:03.123Z");
    assert_true(json_is_true(json_object_get(record, "complete")));
    assert_int_equal(json_object_size(json_object_get(record, "peers")), TXS_OUTCOME_COUNT);
    check_number(json_object_get(record, "peers"), "answered", 263);
    const json_t *addresses = json_object_get(record, "address_book");
    check_number(addresses, "known", 270);
    check_number(json_object_get(addresses, "ignored"), "quota", 3);
    json_t *entry = json_array_get(json_object_get(record, "shares"), 0);
    check_fields(entry, "summary.shares", "");
    check_number(entry, "asked", 263);
    check_number(entry, "served", 81);
    assert_float_equal(json_real_value(json_object_get(entry, "share")), 0.307985, 1e-9);
    const json_t *ci95 = json_object_get(entry, "ci95");
    assert_float_equal(json_real_value(json_array_get(ci95, 0)), 0.2553, 0.00005001);
    assert_float_equal(json_real_value(json_array_get(ci95, 1)), 0.3662, 0.00005001);
    json_decref(lines);
}

static void a_summary_counts_anchors_and_shares_among_those_that_have_the_first(void **state)
{
    (void)state;
    struct fixture f;
    struct txs_id_tally all = {.by_status = {[TXS_ID_NOTFOUND] = 5, [TXS_ID_SERVED] = 5}};
    struct txs_id_tally anchored = {.by_status = {[TXS_ID_NOTFOUND] = 1, [TXS_ID_SERVED] = 4}};
    struct txs_tally tally = {.ids = &all,
                              .id_count = 1,
                              .anchored = &anchored,
                              .anchors = {{5, 3, 2}},
                              .unmet = {[TXS_OUTCOME_CLOSED] = {[TXS_ERROR_REFUSED] = 7}}};
    struct txs_ending ending = {.tally = &tally};
    begin(&f);
    txs_records_summary(f.records, &ending);
    f.plan.anchor_count = 1;
    strcpy(f.plan.anchor_labels[0], "x");
    txs_records_summary(f.records, &ending);
    json_t *lines = end(&f), *record = json_array_get(lines, 0);
    check_text(record, "anchors", NULL);
    check_text(json_array_get(json_object_get(record, "shares"), 0), "anchored", NULL);
    check_number(json_object_get(record, "full"), "refused", 7);
    check_number(json_object_get(record, "full"), "no_tx_slot", 0);
    record = json_array_get(lines, 1);
    char *anchors = json_dumps(json_object_get(record, "anchors"), JSON_COMPACT);
    assert_string_equal(anchors, "{\"x\":{\"has\":5,\"lacks\":3,\"unknown\":2}}");
    free(anchors);
    const json_t *part =
        json_object_get(json_array_get(json_object_get(record, "shares"), 0), "anchored");
    check_number(part, "asked", 5);
    check_number(part, "served", 4);
    assert_float_equal(json_real_value(json_object_get(part, "share")), 0.8, 1e-9);
    json_decref(lines);
}

static void a_summary_tells_of_the_block(void **state)
{
    (void)state;
    struct fixture f;
    struct txs_id_tally id = {{0}};
    struct txs_block_candidate candidates[] = {{800, true}, {900, true}, {1200, false}};
    struct txs_tally tally = {.ids = &id, .id_count = 1, .block = {2, 1, candidates, 3, false}};
    struct txs_block_hunt hunt = {.hash = {0xab}, .height = -1};
    struct txs_ending ending = {.tally = &tally};
    begin(&f);
    txs_records_summary(f.records, &ending);
    ending.hunt = &hunt;
    txs_records_summary(f.records, &ending);
    hunt.height = 900;
    txs_records_summary(f.records, &ending);
    tally.block.incomplete = true;
    txs_records_summary(f.records, &ending);
    json_t *lines = end(&f);
    assert_int_equal(json_array_size(lines), 4);
    check_text(json_array_get(lines, 0), "block", NULL);
    const json_t *block = json_object_get(json_array_get(lines, 1), "block");
    check_fields((json_t *)(uintptr_t)block, "summary.block", "");
    check_text(block, "hash", "00000000000000000000000000000000000000000000000000000000000000ab");
    check_text(block, "height", NULL);
    check_number(block, "can_serve", 2);
    check_number(block, "asked", 2);
    check_number(block, "served", 1);
    block = json_object_get(json_array_get(lines, 2), "block");
    check_number(block, "height", 900);
    check_number(block, "can_serve", 1);
    block = json_object_get(json_array_get(lines, 3), "block");
    check_text(block, "can_serve", NULL);
    json_decref(lines);
}

static void what_came_from_a_block_has_its_place(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    fill_result(&f);
    write_peer(&f);
    f.result.block_asked = TXS_BLOCK_WAY_BLOCKTXN;
    f.answer.via = TXS_VIA_BLOCK;
    f.answer.has_position = true;
    write_peer(&f);
    json_t *lines = end(&f);
    static const char *const asked[] = {NULL, "blocktxn"}, *const vias[] = {"tx", "block"};
    for (size_t i = 0; i < 2; i++) {
        const json_t *peer = json_array_get(lines, i);
        const json_t *entry = json_array_get(json_object_get(peer, "transactions"), 0);
        check_text(peer, "block_asked", asked[i]);
        check_text(entry, "via", vias[i]);
        if (i == 0)
            check_text(entry, "position", NULL);
        else
            check_number(entry, "position", 0);
    }
    json_decref(lines);
}

static void a_survey_that_was_ended_is_not_complete(void **state)
{
    (void)state;
    struct fixture f;
    struct txs_id_tally id = {{0}};
    struct txs_tally tally = {.ids = &id, .id_count = 1};
    begin(&f);
    txs_records_summary(f.records,
                        &(struct txs_ending){.reason = TXS_REASON_DEADLINE, .tally = &tally});
    json_t *lines = end(&f), *record = only(lines, "summary");
    assert_true(json_is_false(json_object_get(record, "complete")));
    check_text(record, "reason", "deadline");
    json_t *entry = json_array_get(json_object_get(record, "shares"), 0);
    check_text(entry, "share", NULL);
    check_text(entry, "ci95", NULL);
    json_decref(lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_survey_line_tells_what_was_asked),
        cmocka_unit_test(a_seed_line_tells_what_came_of_a_name),
        cmocka_unit_test(addresses_that_were_told_are_listed),
        cmocka_unit_test(a_peer_of_which_nothing_is_known_has_nulls),
        cmocka_unit_test(a_peer_line_tells_what_it_said),
        cmocka_unit_test(what_a_short_version_leaves_out_is_null),
        cmocka_unit_test(numbers_that_a_double_cannot_hold_are_null),
        cmocka_unit_test(a_peer_line_tells_which_software_and_which_chain),
        cmocka_unit_test(an_answer_tells_what_was_served),
        cmocka_unit_test(a_transaction_line_has_its_hex_only_when_asked_for),
        cmocka_unit_test(a_transaction_line_tells_its_parts),
        cmocka_unit_test(without_its_witness_a_transaction_has_no_hash_nor_sizes),
        cmocka_unit_test(a_transaction_has_one_line),
        cmocka_unit_test(another_witness_is_another_line),
        cmocka_unit_test(without_room_transactions_wait),
        cmocka_unit_test(a_summary_line_has_the_counts),
        cmocka_unit_test(a_summary_counts_anchors_and_shares_among_those_that_have_the_first),
        cmocka_unit_test(a_summary_tells_of_the_block),
        cmocka_unit_test(what_came_from_a_block_has_its_place),
        cmocka_unit_test(a_survey_that_was_ended_is_not_complete),
    };
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
