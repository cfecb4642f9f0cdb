#include "bare.h"

#include "txsurvey/chain.h"
#include "txsurvey/message.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(2);
}

static void load_peers(struct bare_plan *plan, const char *path)
{
    char host[INET_ADDRSTRLEN];
    unsigned short port;
    size_t room = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        fail("no list of peers");
    while (fscanf(file, "%15[0-9.]:%hu ", host, &port) == 2) {
        if (plan->peer_count == room) {
            room = room ? 2 * room : 1024;
            plan->peers = realloc(plan->peers, room * sizeof(*plan->peers));
            if (!plan->peers)
                fail("no memory");
        }
        struct sockaddr_in *peer = &plan->peers[plan->peer_count++];
        *peer = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
        inet_pton(AF_INET, host, &peer->sin_addr);
    }
    fclose(file);
}

static struct txs_span frame_hello(const struct txs_chain *chain)
{
    static uint8_t bytes[TXS_FRAME_HEADER_BYTES + TXS_VERSION_MAX_BYTES];
    struct txs_writer w = txs_writer_to(bytes, sizeof(bytes));
    static const char agent[] = "/bare:0.1.0/";
    struct txs_version version = {
        .version = TXS_PROTOCOL_VERSION,
        .timestamp = time(NULL),
        .nonce = 1,
        .subver = {(const uint8_t *)agent, sizeof(agent) - 1},
        .relay = true,
        .has_relay = true,
    };
    size_t begun = txs_frame_begin(&w, chain->magic, "version");
    txs_version_encode(&w, &version);
    txs_frame_end(&w, begun);
    return (struct txs_span){bytes, w.len};
}

static struct txs_span frame_request(const struct txs_chain *chain, const char *txid)
{
    static uint8_t bytes[3 * TXS_FRAME_HEADER_BYTES + 37 + 8];
    struct txs_writer w = txs_writer_to(bytes, sizeof(bytes));
    struct txs_inv_item item = {.type = TXS_INV_TX};
    if (!txs_hash_from_hex(item.hash, txid, strlen(txid)))
        fail("no txid");
    txs_put_frame(&w, chain->magic, "verack", (struct txs_span){NULL, 0});
    size_t begun = txs_frame_begin(&w, chain->magic, "getdata");
    txs_inv_encode(&w, &item, 1);
    txs_frame_end(&w, begun);
    begun = txs_frame_begin(&w, chain->magic, "ping");
    txs_u64_encode(&w, 1);
    txs_frame_end(&w, begun);
    return (struct txs_span){bytes, w.len};
}

void bare_plan_init(struct bare_plan *plan, int argc, char **argv)
{
    const struct txs_chain *chain = txs_chain_by_name("regtest");
    struct rlimit limit;
    *plan = (struct bare_plan){0};
    if (argc != 4)
        fail("LIST TXID CONCURRENCY");
    load_peers(plan, argv[1]);
    plan->hello = frame_hello(chain);
    plan->request = frame_request(chain, argv[2]);
    plan->concurrency = strtoul(argv[3], NULL, 10);
    if (plan->concurrency > plan->peer_count)
        plan->concurrency = plan->peer_count;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

const struct sockaddr_in *bare_next_peer(struct bare_plan *plan)
{
    return plan->next < plan->peer_count ? &plan->peers[plan->next++] : NULL;
}

static bool is(const struct bare_talk *talk, const char *command)
{
    return !strncmp((const char *)talk->header + 4, command, TXS_COMMAND_BYTES);
}

static void note_header(struct bare_talk *talk, bool *version)
{
    const uint8_t *length = talk->header + 16;
    talk->skip = (uint32_t)length[0] | (uint32_t)length[1] << 8 | (uint32_t)length[2] << 16 |
                 (uint32_t)length[3] << 24;
    talk->header_len = 0;
    *version |= is(talk, "version");
    talk->served |= is(talk, "tx");
    talk->notfound |= is(talk, "notfound");
    talk->pong |= is(talk, "pong");
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

enum bare_next bare_scan(struct bare_talk *talk, struct txs_span in)
{
    bool version = false;
    while (in.len) {
        bool in_payload = talk->skip > 0;
        size_t n = least(in.len, in_payload ? talk->skip : sizeof(talk->header) - talk->header_len);
        if (in_payload) {
            talk->skip -= (uint32_t)n;
        } else {
            memcpy(talk->header + talk->header_len, in.data, n);
            talk->header_len = (uint8_t)(talk->header_len + n);
            if (talk->header_len == sizeof(talk->header))
                note_header(talk, &version);
        }
        in.data += n;
        in.len -= n;
    }
    if (version && !talk->requested) {
        talk->requested = true;
        return BARE_REQUEST;
    }
    return talk->pong ? BARE_OVER : BARE_READ;
}

void bare_count(struct bare_plan *plan, const struct bare_talk *talk)
{
    if (talk->served)
        plan->served++;
    else if (talk->notfound)
        plan->notfound++;
    else
        plan->failed++;
}

int bare_report(const struct bare_plan *plan)
{
    printf("{\"served\": %zu, \"notfound\": %zu, \"failed\": %zu}\n", plan->served, plan->notfound,
           plan->failed);
    return 0;
}
