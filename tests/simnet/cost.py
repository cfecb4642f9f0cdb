#!/usr/bin/python3
"""What a survey of the simulated network costs, by default options.

cost.py [--seed SEED] NETWORK PROGRAM...

Each PROGRAM, a txsurvey, surveys the same network, one after the other; TXSURVEY_SIMNET names the
simnet. Prints the table by rule, where nodes play rules, and one line for the whole: wall time,
seconds in which a peer holds a place, requests, bytes both ways, all but the first in the mean of all
peers. Mismatches are printed, too: an older program knows not all that the truth has.
"""
import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from simnet import TXS, Network  # noqa: E402

LATENCY = ["--max-latency", "200"]
NETWORKS = {
    "default": ["--nodes", "5000", *LATENCY],
    "rules": ["--nodes", "4000", "--mix", "rule=1", *TXS, *LATENCY],
    "real-rules": ["--nodes", "4000", "--mix", "rule=1", "--rule", "real", *TXS, *LATENCY],
    "real": ["--nodes", "5000", "--mix", "real", "--rule", "real", "--enter", "real", *LATENCY],
}
COLUMNS = ("program", "wall time (s)", "slot-seconds a peer", "requests a peer", "bytes out", "bytes in")


def peers_of(records):
    with open(records, encoding="ascii") as file:
        return [record for record in map(json.loads, file) if record["type"] == "peer"]


def survey(program, network, records):
    """How long it took, in seconds."""
    began = time.monotonic()
    subprocess.run([program, "--quiet", "--chain", "regtest", "--peers", network.list, "-o", records,
                    *network.ids], check=True, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


def row(program, seconds, peers, stats):
    def mean(field):
        return sum(peer[field] for peer in peers) / len(peers)

    return (program, f"{seconds:.0f}", f"{mean('duration_ms') / 1000:.1f}",
            f"{stats['messages']['getdata'] / len(peers):.1f}", f"{mean('bytessent'):.0f}",
            f"{mean('bytesrecv'):.0f}")


def measure(program, options, seed):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        played, records = folder / "played", folder / "records"
        network = Network(folder, "--seed", seed, "--played", played, *options)
        try:
            seconds = survey(program, network, records)
        finally:
            network.stop()
        ruled = played.stat().st_size > 0
        print(network.judge(records, *(["--played", played, "--table"] if ruled else [])).stdout)
        return row(program, seconds, peers_of(records), json.loads((folder / "stats").read_text()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", default="1")
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("programs", nargs="+", metavar="program")
    args = parser.parse_args()
    rows = [measure(program, NETWORKS[args.network], args.seed) for program in args.programs]
    for line in (COLUMNS, ["---"] * len(COLUMNS), *rows):
        print("| " + " | ".join(line) + " |")


if __name__ == "__main__":
    main()
