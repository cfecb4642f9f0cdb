/* The options. A new one is one row here: with the function that takes its value or the member that
 * it sets, and with what the record of a survey shows of it. */
#include "anchor_option.h"
#include "options.h"
#include "shard_option.h"
#include "values.h"

#include "txsurvey/id_list.h"
#include "txsurvey/lines.h"
#include "txsurvey/peer_list.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#define MANY 1000000000u
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Standard input can be read once. */
static enum txs_status note_input(struct options *o, const char *option, const char *path,
                                  struct txs_message *message)
{
    if (strcmp(path, "-") == 0) {
        if (o->standard_input_for != NULL)
            return txs_fail(message, TXS_E_USAGE, "standard input is already read for --%s",
                            o->standard_input_for);
        o->standard_input_for = option;
    }
    o->inputs[o->input_count++] = (struct input){path, option};
    return TXS_OK;
}

static enum txs_status take_txid_file(struct options *o, const char *value,
                                      struct txs_message *message)
{
    enum txs_status status = note_input(o, "txid-file", value, message);
    return status == TXS_OK ? txs_id_list_read(&o->plan, value, message) : status;
}

static enum txs_status take_wtxid(struct options *o, const char *value, struct txs_message *message)
{
    (void)value;
    (void)message;
    o->plan.id_type = TXS_ID_TYPE_WTXID;
    return TXS_OK;
}

/* sat/vB with up to three digits behind the point is sat/kvB, as feefilter has it. */
static enum txs_status take_fee_rate(struct options *o, const char *value,
                                     struct txs_message *message)
{
    uint64_t sat_kvb = 0;
    enum txs_status status = value_thousandths(&sat_kvb, value, message);
    o->plan.has_fee_rate = true;
    o->plan.fee_rate_sat_kvb = (int64_t)sat_kvb;
    return status;
}

static enum txs_status take_block(struct options *o, const char *value, struct txs_message *message)
{
    o->plan.block_given = true;
    return value_block_hash(o->plan.block_hash, value, message);
}

static enum txs_status take_count(uint32_t *out, const char *value, uint64_t min, uint64_t max,
                                  struct txs_message *message)
{
    uint64_t number;
    enum txs_status status = value_number(&number, value, min, max, message);
    if (status == TXS_OK)
        *out = (uint32_t)number;
    return status;
}

static enum txs_status take_block_peers(struct options *o, const char *value,
                                        struct txs_message *message)
{
    o->block_peers_given = true;
    return take_count(&o->plan.block_peers, value, 1, 1000000, message);
}

static enum txs_status take_anchor(struct options *o, const char *value,
                                   struct txs_message *message)
{
    return add_anchor(&o->plan, value, message);
}

static const char *const chain_names[] = {"main", "test", "testnet4", "signet", "regtest"};
static const struct alias chain_aliases[] = {
    {"mainnet", "main"}, {"bitcoin", "main"},   {"btc", "main"},
    {"livenet", "main"}, {"testnet", "test"},   {"testnet3", "test"},
    {"test3", "test"},   {"test4", "testnet4"}, {NULL, NULL}};
static const struct vocabulary chain_words = {chain_names, COUNT(chain_names), chain_aliases};

static enum txs_status take_chain(struct options *o, const char *value, struct txs_message *message)
{
    size_t chosen;
    enum txs_status status =
        value_choice(&chosen, value, strlen(value), &chain_words, "chain", message);
    if (status == TXS_OK)
        o->plan.chain = txs_chain_by_name(chain_names[chosen]);
    return status;
}

static enum txs_status take_dnsseed(struct options *o, const char *value,
                                    struct txs_message *message)
{
    enum txs_status status = value_host(value, message);
    if (status != TXS_OK)
        return status;
    o->own_seeds = true;
    return txs_plan_add_seed(&o->plan, value, message);
}

static enum txs_status take_connect(struct options *o, const char *value,
                                    struct txs_message *message)
{
    return txs_plan_add_peer(&o->plan, value, TXS_NAMED_CONNECT, message);
}

/* The first time, the list that is renewed at the end is not yet there. */
static bool is_to_be_made(const struct options *o, const char *path)
{
    struct stat st;
    return o->save_peers != NULL && strcmp(o->save_peers, path) == 0 && stat(path, &st) != 0 &&
           errno == ENOENT;
}

static enum txs_status take_peers(struct options *o, const char *value, struct txs_message *message)
{
    if (is_to_be_made(o, value)) {
        o->missing_list = value;
        return TXS_OK;
    }
    o->peer_lists = true;
    enum txs_status status = note_input(o, INPUT_OF_PEERS, value, message);
    return status == TXS_OK ? txs_peer_list_read(&o->plan, value, &o->list_notes, message) : status;
}

static enum txs_status take_max_peers(struct options *o, const char *value,
                                      struct txs_message *message)
{
    return value_number(&o->plan.max_peers, value, 1, MANY, message);
}

static const char *const onlynet_names[] = {"ipv4", "ipv6", "onion", "i2p", "cjdns"};
static const struct alias onlynet_aliases[] = {
    {"tor", "onion"},    {"torv3", "onion"}, {"onions", "onion"}, {"clearnet", "ipv4,ipv6"},
    {"ip", "ipv4,ipv6"}, {"v4", "ipv4"},     {"v6", "ipv6"},      {NULL, NULL}};
static const struct vocabulary onlynet_words = {onlynet_names, COUNT(onlynet_names),
                                                onlynet_aliases};

static enum txs_status take_onlynet(struct options *o, const char *value,
                                    struct txs_message *message)
{
    if (!o->only_networks)
        o->plan.networks = 0;
    o->only_networks = true;
    for (const char *at = value;; at++) {
        size_t chosen, len = strcspn(at, ",");
        enum txs_network network;
        enum txs_status status = value_choice(&chosen, at, len, &onlynet_words, "network", message);
        if (status != TXS_OK)
            return status;
        if (txs_network_by_name(&network, onlynet_names[chosen]))
            o->plan.networks |= 1u << network;
        at += len;
        if (*at == '\0')
            return TXS_OK;
    }
}

static enum txs_status take_exclude_line(void *context, const char *line,
                                         struct txs_message *message)
{
    return txs_address_set_add(&((struct txs_plan *)context)->exclude, line, message);
}

static enum txs_status take_exclude(struct options *o, const char *value,
                                    struct txs_message *message)
{
    enum txs_status status = note_input(o, "exclude", value, message);
    return status == TXS_OK ? txs_lines_read(value, take_exclude_line, &o->plan, message) : status;
}

static enum txs_status take_proxy(struct options *o, const char *value, struct txs_message *message)
{
    return value_proxy(&o->plan.proxy, value, message);
}

static enum txs_status take_onion(struct options *o, const char *value, struct txs_message *message)
{
    return value_proxy(&o->plan.onion, value, message);
}

static enum txs_status take_i2psam(struct options *o, const char *value,
                                   struct txs_message *message)
{
    return value_proxy(&o->plan.i2psam, value, message);
}

static enum txs_status take_shard(struct options *o, const char *value, struct txs_message *message)
{
    return value_shard(&o->plan.shard_index, &o->plan.shard_count, value, message);
}

static enum txs_status take_concurrency(struct options *o, const char *value,
                                        struct txs_message *message)
{
    return take_count(&o->plan.concurrency, value, 1, 1000000, message);
}

static enum txs_status take_rate(struct options *o, const char *value, struct txs_message *message)
{
    return take_count(&o->plan.rate, value, 1, 1000000, message);
}

static enum txs_status take_connect_timeout(struct options *o, const char *value,
                                            struct txs_message *message)
{
    enum txs_status status = value_time(&o->plan.connect_timeout_ms, value, 1, message);
    o->plan.proxy_connect_timeout_ms = o->plan.connect_timeout_ms;
    return status;
}

static enum txs_status take_handshake_timeout(struct options *o, const char *value,
                                              struct txs_message *message)
{
    enum txs_status status = value_time(&o->plan.handshake_timeout_ms, value, 1, message);
    o->plan.proxy_handshake_timeout_ms = o->plan.handshake_timeout_ms;
    return status;
}

static enum txs_status take_response_timeout(struct options *o, const char *value,
                                             struct txs_message *message)
{
    return value_time(&o->plan.response_timeout_ms, value, 1, message);
}

static enum txs_status take_deadline(struct options *o, const char *value,
                                     struct txs_message *message)
{
    return value_time(&o->plan.deadline_ms, value, 1, message);
}

static enum txs_status take_retries(struct options *o, const char *value,
                                    struct txs_message *message)
{
    return take_count(&o->plan.retries, value, 0, 100, message);
}

static enum txs_status take_patience(struct options *o, const char *value,
                                     struct txs_message *message)
{
    return value_time(&o->plan.patience_ms, value, 0, message);
}

static enum txs_status take_output(struct options *o, const char *value,
                                   struct txs_message *message)
{
    o->output_given = true;
    o->output = strcmp(value, "-") == 0 ? NULL : value;
    return value_file(value, message);
}

static enum txs_status take_save_peers(struct options *o, const char *value,
                                       struct txs_message *message)
{
    o->save_peers = value;
    return value_real_file(value, message);
}

static enum txs_status take_require_served(struct options *o, const char *value,
                                           struct txs_message *message)
{
    return value_number(&o->plan.require_served, value, 1, MANY, message);
}

static enum txs_status take_trace(struct options *o, const char *value, struct txs_message *message)
{
    struct stat st;
    if (stat(value, &st) == 0 && !S_ISREG(st.st_mode))
        return txs_fail(message, TXS_E_USAGE, "%.200s is no regular file", value);
    o->trace = value;
    return value_real_file(value, message);
}

static enum txs_status take_metrics(struct options *o, const char *value,
                                    struct txs_message *message)
{
    o->metrics = value;
    return value_real_file(value, message);
}

static const char *const progress_names[] = {
    [PROGRESS_AUTO] = "auto", [PROGRESS_ALWAYS] = "always", [PROGRESS_NEVER] = "never"};
static const struct vocabulary progress_words = {progress_names, COUNT(progress_names), NULL};

static enum txs_status take_progress(struct options *o, const char *value,
                                     struct txs_message *message)
{
    size_t chosen = PROGRESS_AUTO;
    enum txs_status status =
        value_choice(&chosen, value, strlen(value), &progress_words, "WHEN", message);
    o->progress = (enum progress_when)chosen;
    return status;
}

static enum txs_status take_quiet(struct options *o, const char *value, struct txs_message *message)
{
    (void)value;
    (void)message;
    o->verbosity--;
    return TXS_OK;
}

static enum txs_status take_verbose(struct options *o, const char *value,
                                    struct txs_message *message)
{
    (void)value;
    (void)message;
    o->verbosity++;
    return TXS_OK;
}

static enum txs_status take_user_agent(struct options *o, const char *value,
                                       struct txs_message *message)
{
    o->plan.user_agent = value;
    return value_user_agent(value, message);
}

static enum txs_status take_usage(struct options *o, const char *value, struct txs_message *message)
{
    (void)value;
    (void)message;
    o->action = ACTION_USAGE;
    return TXS_OK;
}

static enum txs_status take_help(struct options *o, const char *value, struct txs_message *message)
{
    (void)value;
    (void)message;
    o->action = ACTION_HELP;
    return TXS_OK;
}

static enum txs_status take_version(struct options *o, const char *value,
                                    struct txs_message *message)
{
    (void)value;
    (void)message;
    o->action = ACTION_VERSION;
    return TXS_OK;
}

static enum txs_status take_schema(struct options *o, const char *value,
                                   struct txs_message *message)
{
    (void)value;
    (void)message;
    o->action = ACTION_SCHEMA;
    return TXS_OK;
}

#define TAKES(name) take_##name, 0, NULL, false
#define CHOOSES(name) take_##name, 0, &name##_words, false
#define LISTS(name) take_##name, 0, &name##_words, true
#define SETS(member) NULL, offsetof(struct options, member), NULL, false
#define SHOWN(how, member) show_##how, offsetof(struct options, member)
#define NOT_SHOWN show_nothing, 0

const struct option_spec option_specs[] = {
    {0, "txid-file", "FILE", GROUP_TARGET, PASS_REST,
     "read more ids from FILE, TXID or TXID LABEL a line, # starts a comment, or what "
     "getrawmempool prints; - is standard input; at most 1000 ids in all",
     TAKES(txid_file), NOT_SHOWN},
    {0, "wtxid", NULL, GROUP_TARGET, PASS_REST, "the ids are wtxids (BIP339), not txids",
     TAKES(wtxid), NOT_SHOWN},
    {0, "fee-rate", "SAT", GROUP_TARGET, PASS_REST,
     "the transactions' fee rate in sat/vB, one for all: peers whose fee filter is higher get the "
     "hint below_feefilter",
     TAKES(fee_rate), SHOWN(fee_rate, plan)},
    {0, "control", NULL, GROUP_TARGET, PASS_REST,
     "also ask for what nobody can have, and for what the peer itself announced: see the "
     "field control",
     SETS(plan.control), SHOWN(bool, plan.control)},
    {0, "block", "HASH", GROUP_TARGET, PASS_REST,
     "the block that confirmed them: peers that said notfound and have it are asked for it, and "
     "what is found in it counts as served",
     TAKES(block), SHOWN(block, plan)},
    {0, "block-peers", "N", GROUP_TARGET, PASS_REST,
     "ask at most N peers for the whole block, megabytes each [20]", TAKES(block_peers),
     SHOWN(count, plan.block_peers)},
    {0, "anchor", "[LABEL=]HASH", GROUP_TARGET, PASS_REST,
     "a block of the chain that counts: each peer is asked whether it has it, and shares are given "
     "for those that have the first one; repeatable, with a label (a-z, 0-9, _) each [LABEL: "
     "anchor]",
     TAKES(anchor), SHOWN(anchors, plan)},
    {0, "census", NULL, GROUP_TARGET, PASS_REST,
     "ask for no transaction, only for what nodes say of themselves, their fee filter, their chain "
     "(--anchor) and their addresses (--crawl)",
     SETS(plan.census), SHOWN(bool, plan.census)},

    {0, "chain", "NAME", GROUP_CHAIN, PASS_CHAIN,
     "the chain: main, test, testnet4, signet or regtest [main]", CHOOSES(chain), NOT_SHOWN},

    {0, "dnsseed", "HOST", GROUP_PEERS, PASS_REST,
     "ask this DNS seed in place of the built-in ones; repeatable", TAKES(dnsseed), NOT_SHOWN},
    {0, "no-dnsseed", NULL, GROUP_PEERS, PASS_REST, "ask no DNS seed", SETS(no_seeds), NOT_SHOWN},
    {0, "force-dnsseed", NULL, GROUP_PEERS, PASS_REST,
     "ask the built-in DNS seeds although peers are named", SETS(force_seeds), NOT_SHOWN},
    {0, "connect", "ADDR[:PORT]", GROUP_PEERS, PASS_REST,
     "survey this peer, and no built-in seeds; repeatable; IPv6 as [::1]:8333", TAKES(connect),
     NOT_SHOWN},
    {0, "peers", "FILE", GROUP_PEERS, PASS_REST,
     "survey the peers of FILE, one ADDR[:PORT] a line, the records of an earlier run or a list of "
     "another tool (getnodeaddresses, getpeerinfo, dnsseed.dump, nodes_main.txt, Bitnodes), and no "
     "built-in seeds; repeatable; - is standard input",
     TAKES(peers), NOT_SHOWN},
    {0, "skip-bad-lines", NULL, GROUP_PEERS, PASS_CHAIN,
     "leave out what in the lists of --peers is no address, and say how much",
     SETS(list_notes.skip_bad), NOT_SHOWN},
    {0, "save-peers", "FILE", GROUP_PEERS, PASS_CHAIN,
     "at the end, write to FILE, for --peers of the next run, the peers that completed a "
     "handshake, "
     "and of those that were named the ones that --max-peers, the deadline, a signal or a failure "
     "of "
     "this machine left unasked; how many, its first line says",
     TAKES(save_peers), NOT_SHOWN},
    {0, "crawl", NULL, GROUP_PEERS, PASS_REST,
     "also ask every peer for addresses, and survey those, until none is new", SETS(plan.crawl),
     SHOWN(bool, plan.crawl)},
    {0, "max-peers", "N", GROUP_PEERS, PASS_REST,
     "attempt at most N peers, the likeliest first [no limit]", TAKES(max_peers),
     SHOWN(number, plan.max_peers)},
    {0, "exclude", "FILE", GROUP_PEERS, PASS_REST,
     "never contact the addresses and ranges (ADDR/BITS, FIRST-LAST) of FILE, one a line, whoever "
     "names them; "
     "repeatable",
     TAKES(exclude), NOT_SHOWN},
    {0, "shard", "I/N", GROUP_PEERS, PASS_REST,
     "survey only the peers of shard I of N; auto takes both from Slurm, Kubernetes or GNU "
     "parallel; with --crawl begin all shards with the same full list, since each learns "
     "addresses from its own peers alone [1/1]",
     TAKES(shard), NOT_SHOWN},
    {0, "onlynet", "NET", GROUP_PEERS, PASS_REST,
     "survey only peers of NET: ipv4, ipv6, onion, i2p or cjdns, or several with commas between "
     "them; repeatable [all reachable]",
     LISTS(onlynet), NOT_SHOWN},
    {0, "allow-local", NULL, GROUP_PEERS, PASS_REST,
     "also survey addresses that are not publicly routable when a seed or gossip names them [off; "
     "on for regtest]",
     SETS(plan.allow_local), SHOWN(bool, plan.allow_local)},
    {0, "any-port", NULL, GROUP_PEERS, PASS_REST,
     "also survey well-known ports of other services (22, 25, 80, ...) when gossip names them",
     SETS(plan.any_port), SHOWN(bool, plan.any_port)},
    {0, "proxy", "HOST:PORT", GROUP_PEERS, PASS_REST,
     "connect through this SOCKS5 proxy, for all networks but I2P; DNS seeds are then not looked "
     "up: "
     "the proxy connects to the node behind each name, which is asked for addresses",
     TAKES(proxy), SHOWN(proxy, plan.proxy)},
    {0, "onion", "HOST:PORT", GROUP_PEERS, PASS_REST,
     "connect to .onion peers through this SOCKS5 proxy (Tor)", TAKES(onion),
     SHOWN(proxy, plan.onion)},
    {0, "i2psam", "HOST:PORT", GROUP_PEERS, PASS_REST,
     "connect to I2P peers through this SAM 3.1 bridge", TAKES(i2psam), SHOWN(proxy, plan.i2psam)},
    {0, "cjdnsreachable", NULL, GROUP_PEERS, PASS_REST,
     "this machine is on CJDNS: connect to its peers (fc00::/8)", SETS(plan.cjdns_reachable),
     SHOWN(bool, plan.cjdns_reachable)},

    {0, "concurrency", "N", GROUP_PACE, PASS_REST,
     "peers in progress at once; those whose connection has been in the making for half a second, "
     "up to four times as many, do not count [1000]",
     TAKES(concurrency), SHOWN(count, plan.concurrency)},
    {0, "rate", "N", GROUP_PACE, PASS_REST, "new connections a second [1000]", TAKES(rate),
     SHOWN(count, plan.rate)},
    {0, "connect-timeout", "TIME", GROUP_PACE, PASS_REST,
     "a connection must be made in this time: seconds, or with a unit, as 500ms, 30s, 5m, 2h [5; "
     "30 through a proxy]",
     TAKES(connect_timeout), SHOWN(seconds, plan.connect_timeout_ms)},
    {0, "handshake-timeout", "TIME", GROUP_PACE, PASS_REST,
     "the handshake must be complete in this time from then [10; 30 through a proxy]",
     TAKES(handshake_timeout), SHOWN(seconds, plan.handshake_timeout_ms)},
    {0, "response-timeout", "TIME", GROUP_PACE, PASS_REST,
     "a request must be answered in this time [15]", TAKES(response_timeout),
     SHOWN(seconds, plan.response_timeout_ms)},
    {0, "deadline", "TIME", GROUP_PACE, PASS_REST, "end the whole survey after this time [none]",
     TAKES(deadline), SHOWN(seconds, plan.deadline_ms)},
    {0, "retries", "N", GROUP_PACE, PASS_REST, "further connection attempts after a timeout [0]",
     TAKES(retries), SHOWN(count, plan.retries)},
    {0, "patience", "TIME", GROUP_PACE, PASS_REST,
     "go on asking a peer whose notfound is weak for this time; 0 takes its first answer [30]",
     TAKES(patience), SHOWN(seconds, plan.patience_ms)},
    {0, "keep-asking", NULL, GROUP_PACE, PASS_REST,
     "ask until patience ends also where a notfound is strong, to see a transaction arrive",
     SETS(plan.keep_asking), SHOWN(bool, plan.keep_asking)},
    {0, "eager", NULL, GROUP_PACE, PASS_REST,
     "ask with the first write, before the peer has said its version: a round trip less a peer; by "
     "txid and without --crawl; what does not handle messages in order may miss it",
     SETS(plan.eager), SHOWN(bool, plan.eager)},

    {'o', "output", "FILE", GROUP_OUTPUT, PASS_REST,
     "write the records to FILE, in place of records that it holds; what holds anything else stays "
     "as it is; - is standard output [standard output; where that is a terminal, the result is "
     "shown "
     "in place of them]",
     TAKES(output), NOT_SHOWN},
    {0, "resume", NULL, GROUP_OUTPUT, PASS_REST,
     "go on with the run that --output's file holds: peers that have a record are not asked again",
     SETS(resume), NOT_SHOWN},
    {0, "require-served", "N", GROUP_OUTPUT, PASS_REST,
     "exit with 1 where fewer than N peers served an id", TAKES(require_served),
     SHOWN(positive, plan.require_served)},
    {0, "raw", NULL, GROUP_OUTPUT, PASS_REST,
     "put the transaction's bytes, as hex, into its record", SETS(plan.raw), SHOWN(bool, plan.raw)},
    {0, "trace", "FILE", GROUP_OUTPUT, PASS_REST,
     "write every message of both directions to FILE, a regular file, as JSON lines, in place of a "
     "trace that it holds",
     TAKES(trace), NOT_SHOWN},
    {0, "metrics", "FILE", GROUP_OUTPUT, PASS_REST,
     "write figures of the run to FILE for Prometheus, for the textfile collector of "
     "node_exporter, "
     "which reads *.prom; every 15 s and at the end, in place of metrics that it holds",
     TAKES(metrics), NOT_SHOWN},
    {0, "progress", "WHEN", GROUP_OUTPUT, PASS_REST,
     "show a progress line: auto (on a terminal), always or never [auto]", CHOOSES(progress),
     NOT_SHOWN},
    {'q', "quiet", NULL, GROUP_OUTPUT, PASS_REST, "say less on standard error", TAKES(quiet),
     NOT_SHOWN},
    {'v', "verbose", NULL, GROUP_OUTPUT, PASS_REST, "say more on standard error", TAKES(verbose),
     NOT_SHOWN},

    {0, "user-agent", "TEXT", GROUP_IDENTITY, PASS_REST,
     "the user agent to give (BIP14) [/txsurvey:" TXSURVEY_VERSION "/]", TAKES(user_agent),
     SHOWN(text, plan.user_agent)},
    {'h', "usage", NULL, GROUP_IDENTITY, PASS_HELP, "show examples and the usual options, and exit",
     TAKES(usage), NOT_SHOWN},
    {0, "help", NULL, GROUP_IDENTITY, PASS_HELP, "show all options, and exit", TAKES(help),
     NOT_SHOWN},
    {0, "schema", NULL, GROUP_IDENTITY, PASS_HELP,
     "show the records' form as JSON Schema, and exit; for people: man txsurvey-records",
     TAKES(schema), NOT_SHOWN},
    {'V', "version", NULL, GROUP_IDENTITY, PASS_HELP, "show the version and exit", TAKES(version),
     NOT_SHOWN},
};
const size_t option_spec_count = COUNT(option_specs);
_Static_assert(COUNT(option_specs) <= OPTIONS_MAX, "OPTIONS_MAX");

const char *option_group_name(enum option_group group)
{
    static const char *const names[GROUP_COUNT] = {"Target", "Chain",  "Peers",
                                                   "Pace",   "Output", "Identity and help"};
    return names[group];
}
