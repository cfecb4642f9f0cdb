/* Streams that do not begin with our magic: another chain's node, some other server, a node that
 * takes us for a v2 peer. A message of a chain that we do not know has at least a command after its
 * magic. */
#include "strange.h"

#include "txsurvey/chain.h"

#include <string.h>

static bool looks_like_command(const uint8_t *command, size_t len)
{
    size_t i = 0;
    while (i < len && ((command[i] >= 'a' && command[i] <= 'z') ||
                       (i > 0 && command[i] >= '0' && command[i] <= '9')))
        i++;
    bool named = i > 0 || len == 0;
    while (i < len && command[i] == 0)
        i++;
    return named && i == len;
}

static enum txs_error so_far(const struct strange *s)
{
    if (s->len < 4)
        return TXS_ERROR_NONE;
    if (txs_chain_by_magic(s->bytes) != NULL)
        return TXS_ERROR_WRONG_NETWORK;
    if (!looks_like_command(s->bytes + 4, s->len - 4))
        return TXS_ERROR_NOT_BITCOIN;
    return s->len == sizeof s->bytes ? TXS_ERROR_BAD_MAGIC : TXS_ERROR_NONE;
}

void strange_begin(struct strange *s, const uint8_t *bytes, size_t len)
{
    s->active = true;
    s->len = (uint8_t)len;
    memcpy(s->bytes, bytes, len);
}

enum txs_error strange_add(struct strange *s, struct txs_span *in)
{
    while (in->len > 0 && so_far(s) == TXS_ERROR_NONE) {
        s->bytes[s->len++] = *in->data++;
        in->len--;
    }
    return so_far(s);
}

enum txs_error strange_verdict(const struct strange *s)
{
    enum txs_error error = so_far(s);
    return error != TXS_ERROR_NONE ? error : TXS_ERROR_NOT_BITCOIN;
}
