/* The peer machine with arbitrary bytes. The first byte chooses the session, the second the pieces
 * in which the rest comes; it must end the same as when it comes at once. */
#include "machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run(struct session_outcome *out, const uint8_t *data, size_t size,
                struct txs_random *pieces)
{
    struct session s;
    session_begin(&s, session_kind_of(data[0]), pieces);
    s.now_ms = 10;
    session_bytes(&s, (struct txs_span){data + 2, size - 2});
    session_end(&s, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return session_compare(run, data, size);
}
