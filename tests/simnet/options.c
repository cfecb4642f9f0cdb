#include "block.h"
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

/* X(enum, name, argument ("": none), help) */
/* clang-format off */
#define OPTION_TABLE(X) \
    X(PORT, "port", "P", "listen on this port of every loopback address; P+1 refuses, P+2 swallows (18555); 0: any three") \
    X(NODES, "nodes", "N", "how many nodes (1000)") \
    X(SEED, "seed", "S", "another seed is another network (1)") \
    X(CHAIN, "chain", "NAME", "main, test, testnet4, signet, regtest (regtest)") \
    X(TX, "tx", "HEX", "a transaction that nodes hold; repeatable (two built-in ones)") \
    X(MIX, "mix", "NAME=WEIGHT,...", "only these behaviours (all; see --behaviours); `real`: as addresses of the real network") \
    X(RULE, "rule", "NAME=WEIGHT,...", "of nodes that play a rule, only these rules of versions (all); `real`: of 2026") \
    X(ENTER, "enter", "NAME=WEIGHT,...", "and transactions enter mempools only then (at all times); `real`: an old one, that most have") \
    X(PLAYED, "played", "FILE", "write what became of the rules in each session") \
    X(PART, "part", "I/N", "be the I-th of N processes that play the network together, at ports P+3(I-1)... (1/1)") \
    X(BLOCK, "block", "", "the transactions are in a block, which honest nodes have that are not pruned") \
    X(CRAWL, "crawl", "", "the surveyor is expected to ask for addresses") \
    X(EAGER, "eager", "", "the surveyor may ask before it has heard anything") \
    X(START, "start", "N", "list the first N nodes; the others are known from gossip (all)") \
    X(TOPOLOGY, "topology", "NAME", "who tells of whom: ring, chain, islands, random (ring)") \
    X(ISLANDS, "islands", "N", "how many islands (4)") \
    X(DEAD, "dead", "PERCENT", "of the addresses that are told nobody is at so many (0)") \
    X(ONION, "onion", "PERCENT", "so many nodes have names of onion services, which lead to them through overlays.py (0)") \
    X(I2P, "i2p", "PERCENT", "and so many of I2P (0)") \
    X(GOSSIP, "gossip", "NAME=WEIGHT,...", "how nodes tell: only these manners (all; see --behaviours)") \
    X(MIN_LATENCY, "min-latency", "MS", "each reply is late by at least this (0)") \
    X(MAX_LATENCY, "max-latency", "MS", "each reply is late by up to this (0)") \
    X(PATIENCE, "patience-ms", "MS", "the surveyor's patience that the truth assumes (30000)") \
    X(BY, "by", "txid|wtxid", "which ids the surveyor is given (txid)") \
    X(TRUTH, "truth", "FILE", "write what a survey must find") \
    X(LIST, "list", "FILE", "write the nodes, one ADDR:PORT a line") \
    X(READY, "ready-file", "FILE", "create this file once it listens") \
    X(STATS, "stats", "FILE", "write counts there at the end, not to standard error") \
    X(LOCALHOST, "localhost", "", "node 0 is at 127.0.0.1, so that the name localhost leads to it") \
    X(STRICT, "strict", "", "exit 1 when the surveyor broke a rule of the protocol") \
    X(BEHAVIOURS, "behaviours", "", "list the behaviours, rules and manners, with their weights by default and in `real`") \
    X(HELP, "help", "", "this text")
/* clang-format on */

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
    puts("Usage: simnet [OPTION]...\nA simulated Bitcoin network on the loopback addresses.\n");
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
        if (option == OPTION_HELP || option == OPTION_BEHAVIOURS) {
            option == OPTION_HELP ? print_help() : print_behaviours();
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
