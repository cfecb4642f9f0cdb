/* What user agents claim to be. */
#include "txsurvey/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static const struct {
    const char *agent, *name, *version, *serves_as;
    unsigned number;
} table[] = {
    {"/Satoshi:27.0.0/", "Core", "27.0.0", "Core", 2700},
    {"/Satoshi:0.21.1(a; comment)/", "Core", "0.21.1", "Core", 21},
    {"/Satoshi:31.99.0/", "Core", "31.99.0", "Core", 3199},
    {"/Satoshi:29.3.0/Knots:20260210/", "Knots", "20260210", "Core", 2903},
    {"/Satoshi:29.3.0/Knots:20260210+bip110-v0.4.1/UASF-BIP110:0.4/", "Knots",
     "20260210+bip110-v0.4.1", "Core", 2903},
    {"/Satoshi:29.3.0(x)/Knots:20260210(y)/(z)/", "Knots", "20260210", "Core", 2903},
    {"/btcwire:0.5.0/btcd:0.24.2/", "btcd", "0.24.2", "btcd", 5},
    {"/btcwire:0.5.0/utreexod:0.4.1/", "utreexod", "0.4.1", NULL, 5},
    {"/bcoin:2.2.0/", "bcoin", "2.2.0", "bcoin", 202},
    {"/libbitcoin:3.6.0/", "libbitcoin", "3.6.0", NULL, 306},
    {"/Satoshi:28.1.0;pruned-fork/", NULL, NULL, NULL, 0},
    {"/Satoshi:25.0evil/", NULL, NULL, NULL, 0},
    {"/Satoshi:27.0.0/Knots:/", NULL, NULL, NULL, 0},
    {"/Satoshi:27.0.0(x/", NULL, NULL, NULL, 0},
    {"/Satoshi:27.0.0/Other:1/", NULL, NULL, NULL, 0},
    {"/Satoshi:27.0.0/Knots:1/Other:1/", NULL, NULL, NULL, 0},
    {"/btcwire:0.5.0/", NULL, NULL, NULL, 0},
    {"/Satoshi:27.0.0", NULL, NULL, NULL, 0},
    {"Satoshi:27.0.0/", NULL, NULL, NULL, 0},
    {"", NULL, NULL, NULL, 0},
};

static void each_agent_is_known_for_what_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t len = strlen(table[i].agent);
        uint8_t *agent = malloc(len > 0 ? len : 1);
        assert_non_null(agent);
        memcpy(agent, table[i].agent, len);
        struct txs_client client = txs_client_of((struct txs_span){agent, len});
        assert_int_equal(client.name == NULL, table[i].name == NULL);
        assert_int_equal(client.serves_as == NULL, table[i].serves_as == NULL);
        if (client.name != NULL) {
            assert_string_equal(client.name, table[i].name);
            assert_int_equal(client.version.len, strlen(table[i].version));
            assert_memory_equal(client.version.data, table[i].version, client.version.len);
            assert_int_equal(client.number, table[i].number);
        }
        free(agent);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_agent_is_known_for_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
