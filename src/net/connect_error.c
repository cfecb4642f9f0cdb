#include "connect_error.h"

#include <uv.h>

struct verdict {
    int uv_error;
    enum txs_outcome outcome;
    enum txs_error code;
    enum txs_error at_once; /* LOCAL_ERROR with this code where the call itself said so */
};

/* Those that the kernel makes of a peer's segments, of ICMP, and of silence. What stands here as
 * LOCAL_ERROR, and whatever does not stand here, this machine says of itself. */
static const struct verdict verdicts[] = {
    {UV_ECONNREFUSED, TXS_OUTCOME_CONNECT_REFUSED, TXS_ERROR_REFUSED, 0},
    {UV_ETIMEDOUT, TXS_OUTCOME_CONNECT_TIMEOUT, TXS_ERROR_TIMED_OUT, 0},
    {UV_EHOSTUNREACH, TXS_OUTCOME_UNREACHABLE, TXS_ERROR_HOST_UNREACHABLE, 0},
    {UV_EHOSTDOWN, TXS_OUTCOME_UNREACHABLE, TXS_ERROR_HOST_UNREACHABLE, 0},
    {UV_ENONET, TXS_OUTCOME_UNREACHABLE, TXS_ERROR_HOST_UNREACHABLE, 0},
    {UV_ENETUNREACH, TXS_OUTCOME_UNREACHABLE, TXS_ERROR_NETWORK_UNREACHABLE, TXS_ERROR_NO_ROUTE},
    /* ICMPv6: administratively prohibited */
    {UV_EACCES, TXS_OUTCOME_UNREACHABLE, TXS_ERROR_HOST_UNREACHABLE, TXS_ERROR_FORBIDDEN},
    /* ICMP: protocol unreachable, parameter problem, source route failed */
    {UV_ENOPROTOOPT, TXS_OUTCOME_CONNECT_FAILED, TXS_ERROR_OTHER, TXS_ERROR_SOCKET_FAILED},
    {UV_EPROTO, TXS_OUTCOME_CONNECT_FAILED, TXS_ERROR_OTHER, TXS_ERROR_SOCKET_FAILED},
    {UV_ENOTSUP, TXS_OUTCOME_CONNECT_FAILED, TXS_ERROR_OTHER, TXS_ERROR_SOCKET_FAILED},
    {UV_ECONNRESET, TXS_OUTCOME_CONNECT_FAILED, TXS_ERROR_RESET, 0},
    {UV_ECONNABORTED, TXS_OUTCOME_CONNECT_FAILED, TXS_ERROR_RESET, 0},
    {UV_EPIPE, TXS_OUTCOME_CONNECT_FAILED, TXS_ERROR_RESET, 0},
    {UV_EOF, TXS_OUTCOME_CONNECT_FAILED, TXS_ERROR_EOF, 0},
    {UV_EINVAL, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_ROUTE, 0}, /* a blackhole route */
    {UV_EAFNOSUPPORT, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_ROUTE, 0},
    {UV_EPERM, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_FORBIDDEN, 0},
    {UV_EADDRNOTAVAIL, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_PORTS, 0},
    {UV_EADDRINUSE, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_PORTS, 0},
    {UV_EAGAIN, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_PORTS, 0},
    {UV_EMFILE, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_DESCRIPTORS, 0},
    {UV_ENFILE, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_DESCRIPTORS, 0},
    {UV_ENOMEM, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_MEMORY, 0},
    {UV_ENOBUFS, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_MEMORY, 0},
};

enum txs_outcome connect_error_judge(int uv_error, bool at_once, enum txs_error *code)
{
    struct verdict v = {uv_error, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_SOCKET_FAILED, 0};
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        if (verdicts[i].uv_error == uv_error)
            v = verdicts[i];
    bool is_ours = at_once && v.at_once != TXS_ERROR_NONE;
    *code = is_ours ? v.at_once : v.code;
    return is_ours ? TXS_OUTCOME_LOCAL_ERROR : v.outcome;
}

static enum txs_error proxy_code(int uv_error)
{
    switch (uv_error) {
    case UV_ECONNREFUSED:
        return TXS_ERROR_PROXY_REFUSED;
    case UV_ETIMEDOUT:
        return TXS_ERROR_PROXY_SILENT;
    case UV_ECONNRESET:
    case UV_ECONNABORTED:
    case UV_EPIPE:
    case UV_EOF:
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
