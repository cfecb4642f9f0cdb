#include "block.h"
#include "option_table.h"
#include "settings.h"

#include "node.h"
#include "place.h"
#include "ports.h"
#include "real.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTS_MAX 64

enum option_id {
    OPTION_NONE = 256,
#define X(id, name, argument, help) OPTION_##id,
    OPTION_TABLE(X)
#undef X
};

static const struct option long_options[] = {
#define X(id, name, argument, help) \
    {name, sizeof(argument) > 1 ? required_argument : no_argument, NULL, OPTION_##id},
    OPTION_TABLE(X)
#undef X
        {NULL, 0, NULL, 0},
};

static void print_help(void)
{
    puts("Usage: txsurvey-simnet [OPTION]...\nA simulated Bitcoin network on the loopback "
         "addresses.\n");
#define X(id, name, argument, help) printf("  --%-12s %-16s %s\n", name, argument, help);
    OPTION_TABLE(X)
#undef X
}

/* The default weights, and those of `real` where the option knows the word. */
static void print_mix(const char *option, const char *const *names, const char *real,
                      const struct sim_mix *mix)
{
    struct sim_mix alike = {.total = 0};
    if (real)
        sim_mix_parse(&alike, names, NULL, option, real);
    printf("%-22s %7s%s\n", option, "default", real ? "    real" : "");
    for (size_t i = 0; names[i]; i++) {
        printf("%-22s %7u", names[i], mix->weights[i]);
        real ? printf(" %7u\n", alike.weights[i]) : puts("");
    }
}

static void print_behaviours(void)
{
    struct sim_mix mix;
    sim_behaviour_mix_default(&mix);
    print_mix("--mix", sim_behaviour_names, SIM_REAL_MIX, &mix);
    sim_rule_mix_default(&mix);
    print_mix("\n--rule", sim_rule_names, SIM_REAL_RULE, &mix);
    sim_enter_mix_default(&mix);
    print_mix("\n--enter", sim_enter_names, SIM_REAL_ENTER, &mix);
    sim_gossip_mix_default(&mix);
    print_mix("\n--gossip", sim_gossip_names, NULL, &mix);
}

static bool print(int option)
{
    switch (option) {
    case OPTION_HELP:
        print_help();
        return true;
    case OPTION_MANUAL:
        sim_manual_print();
        return true;
    case OPTION_BEHAVIOURS:
        print_behaviours();
        return true;
    default:
        return false;
    }
}

static bool parse_number(uint64_t *out, uint64_t least, uint64_t most, const char *text)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno || end == text || *end || text[0] == '-' || value < least || value > most) {
        fprintf(stderr, "simnet: `%s` is no number from %llu to %llu\n", text,
                (unsigned long long)least, (unsigned long long)most);
        return false;
    }
    *out = value;
    return true;
}

static bool parse_u32(uint32_t *out, uint32_t least, uint32_t most, const char *text)
{
    uint64_t value;
    if (!parse_number(&value, least, most, text))
        return false;
    *out = (uint32_t)value;
    return true;
}

static bool parse_port(uint16_t *out, const char *text)
{
    uint64_t value;
    if (!parse_number(&value, 0, 65533, text))
        return false;
    *out = (uint16_t)value;
    return true;
}

static bool parse_by(bool *by_wtxid, const char *text)
{
    *by_wtxid = !strcmp(text, "wtxid");
    if (!*by_wtxid && strcmp(text, "txid"))
        fprintf(stderr, "simnet: --by is txid or wtxid\n");
    return *by_wtxid || !strcmp(text, "txid");
}

static bool parse_part(struct sim_settings *settings, const char *text)
{
    unsigned part, parts;
    char rest;
    if (sscanf(text, "%3u/%3u%c", &part, &parts, &rest) != 2 || part < 1 || part > parts ||
        parts > PARTS_MAX) {
        fprintf(stderr, "simnet: --part is I/N, with I from 1 to N and N up to %d\n", PARTS_MAX);
        return false;
    }
    settings->part = part - 1;
    settings->parts = parts;
    return true;
}

static bool parse_topology(enum sim_topology *topology, const char *text)
{
    for (unsigned i = 0; i < SIM_TOPOLOGY_COUNT; i++) {
        if (!strcmp(sim_topology_names[i], text)) {
            *topology = (enum sim_topology)i;
            return true;
        }
    }
    fprintf(stderr, "simnet: no topology `%s`\n", text);
    return false;
}

/* The hex texts wait here: their frames need the chain, which may come later. */
struct raw_txs {
    const char *hex[SIM_TX_MAX];
    size_t count;
};

static bool add_tx(struct raw_txs *raw, const char *hex)
{
    if (raw->count == SIM_TX_MAX) {
        fprintf(stderr, "simnet: at most %d transactions\n", SIM_TX_MAX);
        return false;
    }
    raw->hex[raw->count++] = hex;
    return true;
}

static bool load_txs(struct sim_settings *settings, const struct raw_txs *raw)
{
    for (size_t k = 0; k < raw->count; k++) {
        if (!sim_tx_load(&settings->txs[k], settings->chain, raw->hex[k])) {
            fprintf(stderr, "simnet: no transaction: %.40s...\n", raw->hex[k]);
            return false;
        }
        settings->tx_count++;
    }
    return true;
}

static bool apply(struct sim_settings *settings, struct raw_txs *raw, int option)
{
    switch (option) {
    case OPTION_PORT:
        return parse_port(&settings->port, optarg);
    case OPTION_NODES:
        return parse_u32(&settings->nodes, 1, SIM_NODES_MAX, optarg);
    case OPTION_SEED:
        return parse_number(&settings->seed, 0, UINT64_MAX, optarg);
    case OPTION_CHAIN:
        settings->chain = txs_chain_by_name(optarg);
        if (!settings->chain)
            fprintf(stderr, "simnet: no chain `%s`\n", optarg);
        return settings->chain;
    case OPTION_TX:
        return add_tx(raw, optarg);
    case OPTION_MIX:
        return sim_mix_parse(&settings->mix, sim_behaviour_names, SIM_REAL_MIX, "--mix", optarg);
    case OPTION_RULE:
        return sim_mix_parse(&settings->rules, sim_rule_names, SIM_REAL_RULE, "--rule", optarg);
    case OPTION_ENTER:
        return sim_mix_parse(&settings->enter, sim_enter_names, SIM_REAL_ENTER, "--enter", optarg);
    case OPTION_PLAYED:
        settings->played_path = optarg;
        return true;
    case OPTION_PART:
        return parse_part(settings, optarg);
    case OPTION_BLOCK:
        settings->block.given = true;
        return true;
    case OPTION_CRAWL:
        settings->crawl = true;
        return true;
    case OPTION_EAGER:
        settings->eager = true;
        return true;
    case OPTION_START:
        return parse_u32(&settings->start, 1, SIM_NODES_MAX, optarg);
    case OPTION_TOPOLOGY:
        return parse_topology(&settings->topology, optarg);
    case OPTION_ISLANDS:
        return parse_u32(&settings->islands, 1, SIM_NODES_MAX, optarg);
    case OPTION_DEAD:
        return parse_u32(&settings->dead_percent, 0, 95, optarg);
    case OPTION_ONION:
        return parse_u32(&settings->onion_percent, 0, 50, optarg);
    case OPTION_I2P:
        return parse_u32(&settings->i2p_percent, 0, 50, optarg);
    case OPTION_GOSSIP:
        return sim_mix_parse(&settings->gossip, sim_gossip_names, NULL, "--gossip", optarg);
    case OPTION_MIN_LATENCY:
        return parse_u32(&settings->min_latency_ms, 0, 600000, optarg);
    case OPTION_MAX_LATENCY:
        return parse_u32(&settings->max_latency_ms, 0, 600000, optarg);
    case OPTION_PATIENCE:
        return parse_u32(&settings->patience_ms, 0, 3600000, optarg);
    case OPTION_BY:
        return parse_by(&settings->by_wtxid, optarg);
    case OPTION_TRUTH:
        settings->truth_path = optarg;
        return true;
    case OPTION_LIST:
        settings->list_path = optarg;
        return true;
    case OPTION_READY:
        settings->ready_path = optarg;
        return true;
    case OPTION_STATS:
        settings->stats_path = optarg;
        return true;
    case OPTION_LOCALHOST:
        settings->localhost = true;
        return true;
    case OPTION_STRICT:
        settings->strict = true;
        return true;
    default:
        return false; /* getopt has said why */
    }
}

bool sim_options_parse(struct sim_settings *settings, int argc, char **argv, int *exit_code)
{
    struct raw_txs raw = {.count = 0};
    int option;

    *settings = (struct sim_settings){.port = 18555,
                                      .nodes = 1000,
                                      .seed = 1,
                                      .patience_ms = 30000,
                                      .parts = 1,
                                      .start = UINT32_MAX,
                                      .islands = 4,
                                      .chain = txs_chain_by_name("regtest")};
    sim_behaviour_mix_default(&settings->mix);
    sim_gossip_mix_default(&settings->gossip);
    sim_rule_mix_default(&settings->rules);
    sim_enter_mix_default(&settings->enter);
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (print(option)) {
            *exit_code = 0;
            return false;
        }
        *exit_code = 2;
        if (!apply(settings, &raw, option))
            return false;
    }
    *exit_code = 2;
    if (optind < argc) {
        fprintf(stderr, "simnet: unexpected `%s`\n", argv[optind]);
        return false;
    }
    if (settings->start > settings->nodes)
        settings->start = settings->nodes;
    if (sim_gossip_dead(settings) > SIM_DEAD_MAX) {
        fprintf(stderr, "simnet: at most %u dead addresses\n", SIM_DEAD_MAX);
        return false;
    }
    if (!settings->port && settings->parts > 1) {
        fprintf(stderr, "simnet: the parts of a network need one --port\n");
        return false;
    }
    if (!settings->port && !(settings->port = sim_ports_choose()))
        return false;
    if (!raw.count)
        raw = (struct raw_txs){{sim_default_txs[0], sim_default_txs[1]}, 2};
    return load_txs(settings, &raw) && (!settings->block.given || sim_block_build(settings));
}
