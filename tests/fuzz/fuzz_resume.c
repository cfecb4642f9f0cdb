/* The file of an earlier run, of one id, or of two with a block to look into. Any bytes are
 * refused, the file as it was, or continued: then it has whole lines of printable ASCII, and is
 * continued again, handing out the same. The same bytes are tried as a list of peers. */
#define _GNU_SOURCE /* memfd_create */
#include "txsurvey/bytes.h"
#include "txsurvey/jsonl.h"
#include "txsurvey/peer_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BLOCK "00000000000000000000000000000000000000000000000000000000000000bb"
#define SECOND "0437cd7f8525ceed2324359c2d0ba26006d92d856a9c20fa0241106ee5a597c9"
#define ID "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* What is handed out. */
struct restored {
    uint64_t digest, peers, seeds, ignored;
};

static void mix(struct restored *r, const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        r->digest = (r->digest ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
}

static void mix_told(struct restored *r, const struct txs_address *told, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mix(r, &told[i], sizeof told[i]);
}

static enum txs_status on_peer(void *context, const struct txs_restored_peer *peer)
{
    struct restored *r = context;
    require(peer->result->outcome != TXS_OUTCOME_INTERRUPTED);
    mix(r, &peer->address, sizeof peer->address);
    for (size_t i = 0; i < peer->result->answer_count; i++)
        mix(r, &(enum txs_id_status){peer->result->answers[i].status}, sizeof(enum txs_id_status));
    mix_told(r, peer->told, peer->told_count);
    r->peers++;
    return TXS_OK;
}

static enum txs_status on_seed(void *context, const struct txs_restored_seed *seed)
{
    struct restored *r = context;
    mix(r, seed->host, strlen(seed->host));
    mix_told(r, seed->told, seed->told_count);
    r->seeds++;
    return TXS_OK;
}

static void on_summary(void *context, const struct txs_restored_summary *summary)
{
    for (unsigned i = 0; i < TXS_IGNORED_COUNT; i++)
        ((struct restored *)context)->ignored += summary->ignored[i];
}

static void begin_plan(struct txs_plan *plan, bool with_block)
{
    struct txs_message message;
    txs_plan_init(plan);
    plan->shard_index = plan->shard_count = 1;
    require(txs_plan_add_id(plan, ID, &message) == TXS_OK);
    if (with_block) {
        require(txs_plan_add_id(plan, SECOND, &message) == TXS_OK);
        plan->block_given = true;
        require(txs_hash_from_hex(plan->block_hash, BLOCK, strlen(BLOCK)));
    }
    require(txs_plan_complete(plan) == TXS_OK);
}

static enum txs_status resume(const char *path, const struct txs_plan *plan,
                              struct restored *restored)
{
    struct txs_output *output;
    struct txs_message message = {""};
    const struct txs_resume_events events = {restored, on_peer, on_seed, on_summary};
    const struct txs_option_value block = {.name = "block", .kind = TXS_OPTION_TEXT, .text = BLOCK};
    const uint8_t random[TXS_RECORDS_RANDOM_BYTES] = {0};
    *restored = (struct restored){.digest = 0};
    require(txs_output_open(&output, path, &message) == TXS_OK);
    struct txs_records *records =
        txs_records_new(output, plan, random, &(struct txs_wall_clock){0});
    require(records != NULL);
    enum txs_status status = txs_records_resume(records, path, &events, &message);
    require((status == TXS_OK) == (message.text[0] == '\0'));
    if (status == TXS_OK)
        txs_records_survey(records, "txsurvey", 0, &block, plan->block_given);
    txs_records_free(records);
    require(txs_output_close(output, &message));
    return status;
}

static void check_lines(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    char *text = malloc((size_t)size);
    require(text != NULL && size > 0 && pread(fd, text, (size_t)size, 0) == size);
    for (off_t i = 0; i < size; i++)
        require((text[i] >= ' ' && text[i] <= '~') || (text[i] == '\n' && i > 0));
    require(text[0] == '{' && text[size - 1] == '\n');
    free(text);
}

static void check_unchanged(int fd, const uint8_t *data, size_t size)
{
    uint8_t *now = malloc(size + 1);
    require(now != NULL && pread(fd, now, size + 1, 0) == (ssize_t)size);
    require(memcmp(now, data, size) == 0);
    free(now);
}

static void try_to_resume(const char *path, int fd, const uint8_t *data, size_t size,
                          bool with_block)
{
    struct txs_plan plan;
    struct restored first, second;
    begin_plan(&plan, with_block);
    if (resume(path, &plan, &first) == TXS_OK) {
        check_lines(fd);
        require(resume(path, &plan, &second) == TXS_OK);
        check_lines(fd);
        require(first.digest == second.digest && first.peers == second.peers &&
                first.seeds == second.seeds && second.ignored == 0);
    } else {
        check_unchanged(fd, data, size);
    }
    txs_plan_free(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct txs_plan listed;
    struct txs_list_notes notes = {.skip_bad = size % 2};
    struct txs_message message;
    char path[64];
    for (int with_block = 0; with_block < 2; with_block++) {
        int fd = memfd_create("run", 0);
        require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        txs_plan_init(&listed);
        txs_peer_list_read(&listed, path, &notes, &message);
        txs_plan_free(&listed);
        try_to_resume(path, fd, data, size, with_block);
        close(fd);
    }
    return 0;
}
