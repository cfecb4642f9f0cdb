#!/usr/bin/python3
"""How long a crawl of a model of the whole network takes, and what it waits for.

crawl_time.py [--nodes N] [--seed SEED] PROGRAM... [-- OPTION...]

Each PROGRAM, a txsurvey, crawls the same network, one after the other, with these OPTIONs;
TXSURVEY_SIMNET names the simnet. README.md says what the model is. Prints who was found; for slices
of the time how many peers were in progress, by what they were waited for; and one line a program.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from crawl import began_s, ended_s, most_at_once, most_in_a_second  # noqa: E402
from simnet import Network  # noqa: E402

SLICES = 8
WAITS = ("silent addresses", "connections", "connections by proxy", "handshakes", "answers", "gossip")
COLUMNS = ("program", "wall time (s)", "last dialled (s)", "place-seconds", "most at once",
           "most dialled in a second", "records", "answered")
DEAD = ("black_hole", "refused")  # the dead are told of in a number of their own


def living():
    """The shares of `real`, as far as somebody is there."""
    lines = subprocess.run([os.environ["TXSURVEY_SIMNET"], "--behaviours"], capture_output=True,
                           text=True, check=True).stdout.split("\n\n")[0].splitlines()[1:]
    shares = {name: real for name, _, real in map(str.split, lines) if name not in DEAD}
    return ",".join(f"{name}={share}" for name, share in shares.items())


def model(nodes):
    """28,000 nodes of whom 100,000 dead addresses are known besides, or a part of that."""
    return ["--nodes", str(nodes), "--crawl", "--start", "20", "--topology", "random", "--dead", "78",
            "--mix", living(), "--rule", "real", "--enter", "real", "--onion", "50", "--i2p", "10",
            "--max-latency", "300", "--gossip", "honest=80,late=5,self_first=5,chatty=4,mute=6"]


class Overlays:
    """Tor and I2P, as slow as they are."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-B", HERE.parent / "support" / "overlays.py"],
                                        stdout=subprocess.PIPE, text=True)
        socks, sam = (self.process.stdout.readline().strip() for _ in range(2))
        self.options = ["--onion", socks, "--i2psam", sam]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def waits(record, first_s):
    """(what for, from, to), in seconds since the first."""
    began, ended = began_s(record) - first_s, ended_s(record) - first_s
    connections = "connections" if record["network"] == "ipv4" else "connections by proxy"
    if record["connect_ms"] is None:
        silent = record["outcome"] == "connect_timeout" and connections == "connections"
        return [("silent addresses" if silent else connections, began, ended)]
    connected = began + record["connect_ms"] / 1000
    spoken = ended if record["handshake_ms"] is None else connected + record["handshake_ms"] / 1000
    answer_ms = max((entry["response_ms"] or 0 for entry in record["transactions"]), default=0)
    answered = min(spoken + answer_ms / 1000, ended)
    return [(connections, began, connected), ("handshakes", connected, spoken),
            ("answers", spoken, answered), ("gossip", answered, ended)]


def slices(peers, wall_s):
    """For each slice of the time the mean number of peers in progress, by what for."""
    width, first_s = wall_s / SLICES, min(map(began_s, peers))
    rows = [Counter() for _ in range(SLICES)]
    for what, since, until in (wait for peer in peers for wait in waits(peer, first_s)):
        for i, row in enumerate(rows):
            row[what] += max(0, min(until, (i + 1) * width) - max(since, i * width)) / width
    return rows, width


def table(*rows):
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def crawl(program, network, overlays, records, options):
    """(peers, seconds)"""
    began = time.monotonic()
    subprocess.run([program, "--quiet", "--chain", "regtest", "--crawl", "--peers", network.list, "-o",
                    records, *overlays.options, *options, *network.ids], check=True)
    wall_s = time.monotonic() - began
    with open(records, encoding="ascii") as file:
        return [line for line in map(json.loads, file) if line["type"] == "peer"], wall_s


def measure(program, args):
    with tempfile.TemporaryDirectory() as folder, Overlays() as overlays:
        records, played = Path(folder, "records"), Path(folder, "played")
        network = Network(Path(folder), "--seed", args.seed, "--played", played, *model(args.nodes))
        try:
            peers, wall_s = crawl(program, network, overlays, records, args.options)
        finally:
            code, manners = network.stop()
        score = network.judge(records, "--played", played).stdout.splitlines()
        print(program, manners if code else "good manners", *score[-1:], sep="\n")
        print(*(line for line in score if line.startswith(("all", "mismatch"))), "", sep="\n")
    rows, width = slices(peers, wall_s)
    table(("until (s)", *WAITS), ["---"] * (1 + len(WAITS)),
          *((f"{(i + 1) * width:.0f}", *(f"{row[what]:.0f}" for what in WAITS)) for i, row in enumerate(rows)))
    times = [began_s(peer) for peer in peers]
    return (program, f"{wall_s:.0f}", f"{max(times) - min(times):.0f}",
            f"{sum(peer['duration_ms'] for peer in peers) / 1000:.0f}", f"{most_at_once(peers)}",
            f"{most_in_a_second(peers)}", f"{len(peers)}",
            f"{sum(peer['outcome'] == 'answered' for peer in peers)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=2800)
    parser.add_argument("--seed", default="1")
    parser.add_argument("programs", nargs="+", metavar="program")
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    args = parser.parse_args(words[:end])
    args.options = words[end + 1:]
    rows = [measure(program, args) for program in args.programs]
    table(COLUMNS, ["---"] * len(COLUMNS), *rows)


if __name__ == "__main__":
    main()
