#include "connect_error.h"

#include <uv.h>

struct verdict {
    int uv_error;
    enum txs_outcome outcome;
    enum txs_error code;
};

static const struct verdict verdicts[] = {
    {UV_ECONNREFUSED, TXS_OUTCOME_CONNECT_REFUSED, TXS_ERROR_REFUSED},
    {UV_ETIMEDOUT, TXS_OUTCOME_CONNECT_TIMEOUT, TXS_ERROR_TIMED_OUT},
    {UV_EHOSTUNREACH, TXS_OUTCOME_UNREACHABLE, TXS_ERROR_HOST_UNREACHABLE},
    {UV_ENETUNREACH, TXS_OUTCOME_UNREACHABLE, TXS_ERROR_NETWORK_UNREACHABLE},
    {UV_EINVAL, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_ROUTE}, /* a blackhole route */
    {UV_EAFNOSUPPORT, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_ROUTE},
    {UV_EACCES, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_FORBIDDEN},
    {UV_EPERM, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_FORBIDDEN},
    {UV_EADDRNOTAVAIL, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_PORTS},
    {UV_EADDRINUSE, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_PORTS},
    {UV_EAGAIN, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_PORTS},
    {UV_EMFILE, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_DESCRIPTORS},
    {UV_ENFILE, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_DESCRIPTORS},
    {UV_ENOMEM, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_MEMORY},
    {UV_ENOBUFS, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_MEMORY},
};

enum txs_outcome connect_error_judge(int uv_error, bool at_once, enum txs_error *code)
{
    struct verdict verdict = {uv_error, TXS_OUTCOME_CONNECT_FAILED, TXS_ERROR_OTHER};
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        if (verdicts[i].uv_error == uv_error)
            verdict = verdicts[i];
    if (uv_error == UV_ENETUNREACH && at_once)
        verdict = (struct verdict){uv_error, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_ROUTE};
    *code = verdict.code;
    return verdict.outcome;
}

static enum txs_error proxy_code(int uv_error)
{
    switch (uv_error) {
    case UV_ECONNREFUSED:
        return TXS_ERROR_PROXY_REFUSED;
    case UV_ETIMEDOUT:
        return TXS_ERROR_PROXY_SILENT;
    case UV_ECONNRESET:
        return TXS_ERROR_PROXY_CLOSED;
    default:
        return TXS_ERROR_PROXY_UNREACHABLE;
    }
}

enum txs_outcome connect_error_judge_proxy(int uv_error, bool at_once, enum txs_error *code)
{
    if (connect_error_judge(uv_error, at_once, code) == TXS_OUTCOME_LOCAL_ERROR)
        return TXS_OUTCOME_LOCAL_ERROR;
    *code = proxy_code(uv_error);
    return TXS_OUTCOME_PROXY_FAILED;
}
