#include "tunnelling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static void note(struct tunnelling *out, const struct txs_tunnel_actions *actions)
{
    assert_true(out->sent_len + actions->send.len <= TUNNELLING_SENT_MAX);
    if (actions->send.len > 0)
        memcpy(out->sent + out->sent_len, actions->send.data, actions->send.len);
    out->sent_len += actions->send.len;
    assert_false(out->asked && !actions->asked);
    out->state = actions->state;
    out->error = actions->error;
    out->asked = actions->asked;
    assert_int_equal(out->state == TXS_TUNNEL_FAILED, out->error != TXS_ERROR_NONE);
}

static void feed(struct tunnelling *out, struct txs_tunnel *t, struct txs_span piece)
{
    uint8_t *copy = malloc(piece.len > 0 ? piece.len : 1);
    assert_non_null(copy);
    if (piece.len > 0)
        memcpy(copy, piece.data, piece.len);
    struct txs_span in = {copy, piece.len};
    while (out->state == TXS_TUNNEL_BUSY && in.len > 0) {
        struct txs_tunnel_actions actions = txs_tunnel_step(t, in);
        assert_true(actions.rest.len < in.len);
        assert_ptr_equal(actions.rest.data, in.data + (in.len - actions.rest.len));
        note(out, &actions);
        in = actions.rest;
    }
    out->left += in.len;
    free(copy);
}

void tunnelling_run(struct tunnelling *out, struct txs_tunnel *t, struct txs_span stream,
                    const size_t *cuts, size_t cut_count)
{
    memset(out, 0, sizeof *out);
    assert_non_null(t);
    struct txs_tunnel_actions actions = txs_tunnel_step(t, (struct txs_span){NULL, 0});
    note(out, &actions);
    size_t from = 0;
    for (size_t i = 0; i <= cut_count; i++) {
        size_t to = i < cut_count ? cuts[i] : stream.len;
        feed(out, t, (struct txs_span){stream.data + from, to - from});
        from = to;
    }
    txs_tunnel_free(t);
}

static void require_same(const struct tunnelling *a, const struct tunnelling *b)
{
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->error, b->error);
    assert_int_equal(a->asked, b->asked);
    assert_int_equal(a->left, b->left);
    assert_int_equal(a->sent_len, b->sent_len);
    assert_memory_equal(a->sent, b->sent, a->sent_len);
}

void tunnelling_every_way(struct tunnelling *out, struct txs_tunnel *(*make)(void),
                          struct txs_span stream)
{
    struct tunnelling again;
    tunnelling_run(out, make(), stream, NULL, 0);
    for (size_t cut = 0; cut <= stream.len; cut++) {
        tunnelling_run(&again, make(), stream, &cut, 1);
        require_same(out, &again);
    }
    size_t *cuts = calloc(stream.len + 1, sizeof *cuts);
    assert_non_null(cuts);
    for (size_t i = 0; i < stream.len; i++)
        cuts[i] = i;
    tunnelling_run(&again, make(), stream, cuts, stream.len);
    require_same(out, &again);
    free(cuts);
}
