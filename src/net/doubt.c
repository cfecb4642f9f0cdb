#include "doubt.h"

/* A proxy that has no circuits, or a router that has no tunnels, says these of everybody. Where it
 * says nothing, --retries is the remedy, and where it refuses to be used at all, none is. */
static const enum txs_error of_its_own[] = {
    TXS_ERROR_SOCKS5_GENERAL_FAILURE,
    TXS_ERROR_SOCKS5_NETWORK_UNREACHABLE,
    TXS_ERROR_SOCKS5_HOST_UNREACHABLE,
    TXS_ERROR_SOCKS5_TTL_EXPIRED,
    TXS_ERROR_SAM_CANT_REACH_PEER,
    TXS_ERROR_SAM_PEER_NOT_FOUND,
    TXS_ERROR_SAM_KEY_NOT_FOUND,
    TXS_ERROR_SAM_LEASESET_NOT_FOUND,
    TXS_ERROR_SAM_TIMEOUT,
    TXS_ERROR_SAM_I2P_ERROR,
};

/* None says these that has not found its way to the peer, or to those who would know of it. */
static const enum txs_error of_one_that_works[] = {
    TXS_ERROR_SOCKS5_CONNECTION_REFUSED, TXS_ERROR_TOR_DESCRIPTOR_NOT_FOUND,
    TXS_ERROR_TOR_DESCRIPTOR_INVALID,    TXS_ERROR_TOR_INTRODUCTION_FAILED,
    TXS_ERROR_TOR_RENDEZVOUS_FAILED,     TXS_ERROR_TOR_AUTHORIZATION_MISSING,
    TXS_ERROR_TOR_AUTHORIZATION_WRONG,   TXS_ERROR_TOR_INTRODUCTION_TIMEOUT,
};

static bool is_among(const enum txs_error *errors, size_t count, enum txs_error error)
{
    for (size_t i = 0; i < count; i++)
        if (errors[i] == error)
            return true;
    return false;
}
#define IS_AMONG(errors, error) is_among(errors, sizeof(errors) / sizeof *(errors), error)

bool doubt_pauses(const struct doubt *d, uint64_t now_ms)
{
    return !d->over && now_ms < d->until_ms;
}

static void begin_pause(struct doubt *d, uint64_t now_ms)
{
    uint64_t end_ms = d->since_ms + DOUBT_MS;
    d->until_ms = now_ms + ((uint64_t)DOUBT_FIRST_PAUSE_MS << d->pauses++);
    if (d->until_ms > end_ms)
        d->until_ms = end_ms;
}

bool doubt_failed(struct doubt *d, enum txs_error error, uint64_t now_ms)
{
    d->over |= IS_AMONG(of_one_that_works, error);
    if (d->over || !IS_AMONG(of_its_own, error))
        return false;
    if (d->pauses == 0)
        d->since_ms = now_ms;
    d->over = now_ms - d->since_ms >= DOUBT_MS;
    if (!d->over && now_ms >= d->until_ms)
        begin_pause(d, now_ms);
    return !d->over;
}

void doubt_end(struct doubt *d)
{
    d->over = true;
}
