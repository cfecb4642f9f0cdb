#include "bitcoind.h"

#include <stddef.h>
#include <string.h>

enum kind { VALUE, /* as ours takes it */ SWITCH /* bitcoind takes `=1` behind it */ };

static const struct {
    const char *word;
    enum kind kind;
    struct spelling ours;
} spellings[] = {
    {"chain", VALUE, {"chain", NULL}},
    {"regtest", SWITCH, {"chain", "regtest"}},
    {"signet", SWITCH, {"chain", "signet"}},
    {"testnet", SWITCH, {"chain", "test"}},
    {"testnet4", SWITCH, {"chain", "testnet4"}},
    {"connect", VALUE, {"connect", NULL}},
    {"dnsseed=0", SWITCH, {"no-dnsseed", NULL}}, /* its dnsseed is a switch, ours names one */
    {"nodnsseed", SWITCH, {"no-dnsseed", NULL}},
    {"forcednsseed", SWITCH, {"force-dnsseed", NULL}},
    {"onlynet", VALUE, {"onlynet", NULL}},
    {"proxy", VALUE, {"proxy", NULL}},
    {"onion", VALUE, {"onion", NULL}},
    {"i2psam", VALUE, {"i2psam", NULL}},
    {"cjdnsreachable", SWITCH, {"cjdnsreachable", NULL}},
    {"help", SWITCH, {"help", NULL}},
    {"version", SWITCH, {"version", NULL}},
};

bool bitcoind_spelling(struct spelling *out, const char *text)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        size_t len = strlen(spellings[i].word);
        const char *rest = text + len;
        if (strncmp(text, spellings[i].word, len) != 0)
            continue;
        bool attached = spellings[i].kind == VALUE && *rest == '=';
        bool on = spellings[i].kind == SWITCH && strcmp(rest, "=1") == 0;
        if (*rest != '\0' && !attached && !on)
            continue;
        *out = spellings[i].ours;
        if (attached)
            out->value = rest + 1;
        return true;
    }
    return false;
}
