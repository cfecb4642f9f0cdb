"""What a run costs: time, processor time and memory of one run; instructions, system calls and memory a peer as
the difference between two."""
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from network import ROOT, Network
from programs import PROGRAMS

sys.path.insert(0, str(ROOT / "tests/support"))
from cost import NODES, instructions_a_peer, system_calls_a_peer  # noqa: E402

NOBODY_ASKED = 3  # the survey's exit status where all refuse


def run(program, network, peers, at_once, begin=0):
    """One run over `peers` of the network's addresses. time(1) stands between, since a process counts as its
    peak of memory also that of whoever started it."""
    output, peak = network.folder / "output", network.folder / "peak"
    command = program.command(network.listed(peers, begin), network.txid, at_once, output)
    network_s, begun = network.cpu_s(), time.monotonic()
    process = subprocess.Popen(["/usr/bin/time", "-q", "-f", "%M", "-o", peak, *command], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    stdout = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, NOBODY_ASKED):
        sys.exit(f"{program.name} failed: exit {process.returncode}")
    return {"wall_s": wall_s, "user_s": usage.ru_utime, "system_s": usage.ru_stime,
            "network_s": network.cpu_s() - network_s, "peak_bytes": 1024 * int(peak.read_text()),
            "counts": program.counts(stdout, output)}


def cell(folder, peers, at_once, delay_ms, rounds):
    """All programs in turn, some rounds; by program the list of its runs. All must have found the same."""
    runs = {program.name: [] for program in PROGRAMS if program.can(peers, at_once)}
    with Network(folder, peers, "--mix", "served=1", "--min-latency", str(delay_ms)) as network:
        for _ in range(rounds):
            for program in PROGRAMS:
                if program.name in runs:
                    runs[program.name].append(run(program, network, peers, at_once))
                    found = runs[program.name][-1]["counts"]
                    if found != (peers, 0):
                        sys.exit(f"{program.name} found {found} of {peers} peers: no fair comparison")
    return runs


def capacity(folder):
    """Peers a second and the network's share of a processor: with one bare client, and with two at once, each
    with half of the peers."""
    bare, peers, found = PROGRAMS[1], 20000, {}
    with Network(folder, peers, "--mix", "served=1") as network:
        for clients in (1, 2):
            network_s, begun = network.cpu_s(), time.monotonic()
            share = peers // clients
            processes = [subprocess.Popen(bare.command(network.listed(share, i * share), network.txid, 1000,
                                                       folder / "output"), stdout=subprocess.DEVNULL)
                         for i in range(clients)]
            for process in processes:
                process.wait()
            wall_s = time.monotonic() - begun
            found[clients] = {"peers_s": peers / wall_s, "network_busy": (network.cpu_s() - network_s) / wall_s}
    return found


def counted(folder, kind, measure, programs, few=200, many=1200):
    """By program what `measure` finds a peer, of nodes of this kind."""
    with Network(folder, many, *NODES[kind]) as network:
        return {program.name: measure(lambda count: program.command(
            network.listed(count), network.txid, 100, folder / "output"), few, many) for program in programs}


def instructions(folder, kind):
    return counted(folder, kind, instructions_a_peer, [p for p in PROGRAMS if p.compiled])


def system_calls(folder):
    return counted(folder, "served", system_calls_a_peer, PROGRAMS)


def bytes_a_connection(folder):
    """Peers that answer so late that all are in progress at the same time."""
    found = {}
    for program in PROGRAMS:
        few, many = (1000, 10000) if program.compiled else (100, 1000)
        with Network(folder, many, *NODES["served"], "--min-latency", "2000") as network:
            peaks = [run(program, network, count, count)["peak_bytes"] for count in (few, many)]
        found[program.name] = (peaks[1] - peaks[0]) / (many - few)
    return found


def bytes_an_address(folder, few=10000, many=110000):
    """Peers that refuse: nothing is left of one but what is known of it."""
    with Network(folder, many, *NODES["refused"]) as network:
        peaks = {program.name: [run(program, network, count, 1000)["peak_bytes"] for count in (few, many)]
                 for program in PROGRAMS}
    return {name: (more - less) / (many - few) for name, (less, more) in peaks.items()}
