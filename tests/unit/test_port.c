#include "txsurvey/address.h"

#include "txsurvey/chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
/* cmocka wants the three above first */
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Core's doc/p2p-bad-ports.md, as its 80 rows stand there. */
static const uint16_t bad_ports_of_core[] = {
    1,    7,    9,    11,   13,   15,   17,   19,   20,   21,   22,   23,   25,   37,
    42,   43,   53,   69,   77,   79,   87,   95,   101,  102,  103,  104,  109,  110,
    111,  113,  115,  117,  119,  123,  135,  137,  139,  143,  161,  179,  389,  427,
    465,  512,  513,  514,  515,  526,  530,  531,  532,  540,  548,  554,  556,  563,
    587,  601,  636,  989,  990,  993,  995,  1719, 1720, 1723, 2049, 3659, 4045, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 10080};

static void the_list_of_core(void **state)
{
    (void)state;
    assert_int_equal(COUNT(bad_ports_of_core), 80);
    for (size_t i = 0; i < COUNT(bad_ports_of_core); i++)
        assert_true(txs_port_is_foreign(bad_ports_of_core[i]));
}

static void the_web_and_administration(void **state)
{
    (void)state;
    static const uint16_t ports[] = {80, 443, 445, 1433, 3306, 3389, 5432, 5900, 6379, 27017};
    for (size_t i = 0; i < COUNT(ports); i++)
        assert_true(txs_port_is_foreign(ports[i]));
}

static void nothing_else(void **state)
{
    (void)state;
    size_t foreign = 0;
    for (uint32_t port = 0; port <= UINT16_MAX; port++)
        foreign += txs_port_is_foreign((uint16_t)port);
    assert_int_equal(foreign, 80 + 10);
}

static void nodes_may_listen(void **state)
{
    (void)state;
    static const char *const chains[] = {"main", "test", "testnet4", "signet", "regtest"};
    for (size_t i = 0; i < COUNT(chains); i++)
        assert_false(txs_port_is_foreign(txs_chain_by_name(chains[i])->port));
    static const uint16_t ports[] = {0 /* i2p */, 8332, 8334, 8080, 9050, 20008, 39388, 65535};
    for (size_t i = 0; i < COUNT(ports); i++)
        assert_false(txs_port_is_foreign(ports[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_of_core),
        cmocka_unit_test(the_web_and_administration),
        cmocka_unit_test(nothing_else),
        cmocka_unit_test(nodes_may_listen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
