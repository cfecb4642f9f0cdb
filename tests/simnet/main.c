/* simnet: a simulated Bitcoin network, one process for all nodes. See README.md. */
#include "block.h"
#include "place.h"
#include "ports.h"
#include "session.h"
#include "truth.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define BACKLOG 16384 /* the kernel lowers it to net.core.somaxconn */
#define SPARE_DESCRIPTORS 64

static void raise_descriptor_limit(const struct sim_settings *settings)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < (rlim_t)settings->nodes / settings->parts + SPARE_DESCRIPTORS)
        fprintf(stderr, "simnet: at most %llu connections at once (descriptor limit)\n",
                (unsigned long long)limit.rlim_cur - SPARE_DESCRIPTORS);
}

static void on_connection(uv_stream_t *server, int status)
{
    if (status == 0)
        sim_session_accept(server->data, server);
}

static int listen_everywhere(struct sim_network *net, uv_tcp_t *server)
{
    struct sockaddr_in name;
    int error = uv_ip4_addr("0.0.0.0", sim_own_port(net->settings), &name);
    if (!error)
        error = uv_tcp_init(net->loop, server);
    server->data = net;
    if (!error)
        error = uv_tcp_bind(server, (const struct sockaddr *)&name, 0);
    if (!error)
        error = uv_listen((uv_stream_t *)server, BACKLOG, on_connection);
    if (error)
        fprintf(stderr, "simnet: port %d: %s\n", sim_own_port(net->settings), uv_strerror(error));
    return error;
}

static bool write_files(const struct sim_settings *settings)
{
    if (settings->truth_path && !sim_truth_write(settings, settings->truth_path)) {
        perror(settings->truth_path);
        return false;
    }
    if (settings->list_path && !sim_list_write(settings, settings->list_path)) {
        perror(settings->list_path);
        return false;
    }
    return true;
}

static bool say_ready(const struct sim_settings *settings)
{
    for (size_t k = 0; k < settings->tx_count; k++) {
        char txid[65], wtxid[65];
        txs_hash_to_hex(txid, settings->txs[k].ids.txid);
        txs_hash_to_hex(wtxid, settings->txs[k].ids.wtxid);
        printf("tx %s %s\n", txid, wtxid);
    }
    if (settings->block.given) {
        char hash[65];
        txs_hash_to_hex(hash, settings->block.hash);
        printf("block %s\n", hash);
    }
    puts("ready");
    fflush(stdout);
    if (!settings->ready_path)
        return true;
    FILE *file = fopen(settings->ready_path, "w");
    if (!file || fclose(file) != 0) {
        perror(settings->ready_path);
        return false;
    }
    return true;
}

static void on_signal(uv_signal_t *handle, int signum)
{
    (void)signum;
    uv_stop(handle->loop);
}

static void close_handle(uv_handle_t *handle, void *context)
{
    (void)context;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_all(struct sim_network *net)
{
    while (net->first)
        sim_session_close(net->first);
    uv_walk(net->loop, close_handle, NULL);
    uv_run(net->loop, UV_RUN_DEFAULT);
}

/* Until SIGTERM or SIGINT. False when it could not start. */
static bool serve(struct sim_network *net)
{
    uv_tcp_t server;
    uv_signal_t terminate, interrupt;
    bool ok = false;

    uv_signal_init(net->loop, &terminate);
    uv_signal_init(net->loop, &interrupt);
    if (listen_everywhere(net, &server) == 0 && sim_ports_prepare(sim_own_port(net->settings)) &&
        uv_signal_start(&terminate, on_signal, SIGTERM) == 0 &&
        uv_signal_start(&interrupt, on_signal, SIGINT) == 0 && write_files(net->settings) &&
        say_ready(net->settings)) {
        uv_run(net->loop, UV_RUN_DEFAULT);
        ok = true;
    }
    close_all(net);
    return ok;
}

static bool report(const struct sim_network *net)
{
    const char *path = net->settings->stats_path;
    if (!path) {
        sim_stats_print(&net->stats);
        return true;
    }
    bool ok = sim_stats_write(&net->stats, path);
    if (!ok)
        fprintf(stderr, "simnet: cannot write %s\n", path);
    return ok;
}

static int run(const struct sim_settings *settings)
{
    static uv_loop_t loop;
    struct sim_network net = {.settings = settings, .loop = &loop};
    uint8_t *out = malloc(SIM_OUT_BYTES);
    int exit_code = 3;

    if (settings->played_path && !(net.played = fopen(settings->played_path, "w"))) {
        perror(settings->played_path);
        return 2;
    }
    net.by_node = calloc(settings->nodes, sizeof(struct sim_session *));
    net.out = txs_writer_to(out, SIM_OUT_BYTES);
    if (out && net.by_node && sim_shared_init(&net.shared, settings) && uv_loop_init(&loop) == 0) {
        if (serve(&net) && report(&net))
            exit_code = settings->strict && net.stats.violations_total ? 1 : 0;
        if (uv_loop_close(&loop) != 0)
            abort();
    }
    if (net.played && fclose(net.played) != 0)
        exit_code = 3;
    sim_shared_free(&net.shared);
    free(net.by_node);
    free(out);
    return exit_code;
}

int main(int argc, char **argv)
{
    static struct sim_settings settings;
    int exit_code;

    signal(SIGPIPE, SIG_IGN); /* libuv writes to reset peers without a shield */
    if (sim_options_parse(&settings, argc, argv, &exit_code)) {
        raise_descriptor_limit(&settings);
        exit_code = run(&settings);
    }
    for (size_t k = 0; k < SIM_TX_MAX; k++)
        sim_tx_free(&settings.txs[k]);
    sim_block_free(&settings.block);
    return exit_code;
}
