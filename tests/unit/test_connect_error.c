/* Whose fault an error of a socket is. */
#include "../../src/net/connect_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <uv.h>

struct expectation {
    int uv_error;
    bool at_once;
    enum txs_outcome outcome;
    enum txs_error code;
};

static void errors_have_an_owner(void **state)
{
    (void)state;
    static const struct expectation expectations[] = {
        {UV_ECONNREFUSED, false, TXS_OUTCOME_CONNECT_REFUSED, TXS_ERROR_REFUSED},
        {UV_ETIMEDOUT, false, TXS_OUTCOME_CONNECT_TIMEOUT, TXS_ERROR_TIMED_OUT},
        {UV_EHOSTUNREACH, false, TXS_OUTCOME_UNREACHABLE, TXS_ERROR_HOST_UNREACHABLE},
        {UV_ENETUNREACH, false, TXS_OUTCOME_UNREACHABLE, TXS_ERROR_NETWORK_UNREACHABLE},
        {UV_ENETUNREACH, true, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_ROUTE},
        /* "Administratively prohibited" is a router's word, a prohibited route is our own. */
        {UV_EACCES, false, TXS_OUTCOME_UNREACHABLE, TXS_ERROR_HOST_UNREACHABLE},
        {UV_EACCES, true, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_FORBIDDEN},
        {UV_EPROTO, false, TXS_OUTCOME_CONNECT_FAILED, TXS_ERROR_OTHER},
        {UV_EPROTO, true, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_SOCKET_FAILED},
        {UV_ENOBUFS, true, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_MEMORY},
        {UV_EIO, false, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_SOCKET_FAILED},
        {UV_ENOSPC, false, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_SOCKET_FAILED},
        {UV_EBADF, true, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_SOCKET_FAILED},
    };
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
        const struct expectation *x = &expectations[i];
        enum txs_error code;
        assert_int_equal(connect_error_judge(x->uv_error, x->at_once, &code), x->outcome);
        assert_int_equal(code, x->code);
    }
}

static void what_is_not_ours_is_the_proxys(void **state)
{
    (void)state;
    static const struct expectation expectations[] = {
        {UV_ECONNREFUSED, false, TXS_OUTCOME_PROXY_FAILED, TXS_ERROR_PROXY_REFUSED},
        {UV_ETIMEDOUT, false, TXS_OUTCOME_PROXY_FAILED, TXS_ERROR_PROXY_SILENT},
        {UV_EHOSTUNREACH, false, TXS_OUTCOME_PROXY_FAILED, TXS_ERROR_PROXY_UNREACHABLE},
        {UV_ECONNRESET, false, TXS_OUTCOME_PROXY_FAILED, TXS_ERROR_PROXY_CLOSED},
        {UV_EPIPE, false, TXS_OUTCOME_PROXY_FAILED, TXS_ERROR_PROXY_CLOSED},
        {UV_EOF, false, TXS_OUTCOME_PROXY_FAILED, TXS_ERROR_PROXY_CLOSED},
        {UV_EIO, false, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_SOCKET_FAILED},
        {UV_ENETUNREACH, true, TXS_OUTCOME_LOCAL_ERROR, TXS_ERROR_NO_ROUTE},
    };
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
        const struct expectation *x = &expectations[i];
        enum txs_error code;
        assert_int_equal(connect_error_judge_proxy(x->uv_error, x->at_once, &code), x->outcome);
        assert_int_equal(code, x->code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_have_an_owner),
        cmocka_unit_test(what_is_not_ours_is_the_proxys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
