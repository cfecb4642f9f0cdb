/* The trace of messages, where memory is refused. */
#include "txsurvey/chain.h"
#include "txsurvey/frame.h"
#include "txsurvey/jsonl.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static long made, refused, living;

static void *count_malloc(size_t size)
{
    if (++made == refused)
        return NULL;
    living++;
    return malloc(size);
}

static void count_free(void *memory)
{
    living -= memory != NULL;
    free(memory);
}

/* A verack, and then what is no message; the trace is whole where no memory was refused. */
static bool trace_two_lines(void)
{
    struct txs_output *output;
    struct txs_message message;
    uint8_t bytes[100];
    void *slot = NULL;
    struct txs_address peer;
    const struct txs_tapped tapped = {NULL, &peer};
    const struct txs_chain *chain = txs_chain_by_name("main");
    assert_true(txs_address_parse(&peer, "127.0.0.1", 1));
    assert_int_equal(txs_output_open(&output, "/dev/null", &message), TXS_OK);
    struct txs_trace *trace = txs_trace_new(output, chain, &(struct txs_wall_clock){0});
    assert_non_null(trace);
    struct txs_writer w = txs_writer_to(bytes, sizeof bytes);
    txs_put_frame(&w, chain->magic, "verack", (struct txs_span){NULL, 0});
    txs_trace_tap(trace, &slot, &tapped, TXS_TAP_SENT, 0, (struct txs_span){bytes, w.len});
    memset(bytes, 0xff, 24);
    txs_trace_tap(trace, &slot, &tapped, TXS_TAP_RECEIVED, 0, (struct txs_span){bytes, 24});
    txs_trace_tap(trace, &slot, &tapped, TXS_TAP_END, 0, (struct txs_span){NULL, 0});
    txs_trace_free(trace);
    return txs_output_close(output, &message);
}

static void nothing_stays_of_a_line_that_cannot_be_made(void **state)
{
    (void)state;
    json_set_alloc_funcs(count_malloc, count_free);
    made = refused = living = 0;
    assert_true(trace_two_lines());
    long needed = made;
    assert_true(needed > 20);
    for (refused = 1; refused <= needed; refused++) {
        made = living = 0;
        assert_false(trace_two_lines());
        if (living != 0)
            fail_msg("allocation %ld of %ld: %ld are left", refused, needed, living);
    }
    json_set_alloc_funcs(malloc, free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_stays_of_a_line_that_cannot_be_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
