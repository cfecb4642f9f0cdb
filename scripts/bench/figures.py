#!/usr/bin/python3
"""figures.py RECORDS TRUTH USAGE: the figures of a crawl of the simulated network. USAGE is a file with
the survey's peak memory in KiB and its processor time in ticks.

Two bounds: what the pacing options allow (each address takes its turn of --rate; each keeps a place of
--concurrency for half a second, and then one of four times as many, for up to --connect-timeout), and
the floor, which counts the places of those alone that never answer."""
import json
import os
import sys
from collections import Counter


def objects(path, kind):
    with open(path, "rb") as file:
        for line in file:
            record = json.loads(line)
            if record["type"] in kind:
                yield record


def percentile(values, percent):
    return values[min(len(values) - 1, len(values) * percent // 100)]


def coverage(peers, truth):
    sure = {(node["address"], node["port"]) for node in truth if node["reach"] == "sure"}
    surveyed = {(peer["address"], peer["port"]) for peer in peers}
    print(f"coverage        {len(sure & surveyed)} of {len(sure)} addresses that gossip leads to, "
          f"{len(surveyed - sure)} others")


def pace(peers, survey, summary):
    options = survey["options"]
    outcomes = Counter(peer["outcome"] for peer in peers)
    timeout_s, slots = float(options["connect_timeout"]), options["concurrency"]
    held_s = max(timeout_s / 5, min(timeout_s, 0.5))
    by_rate = len(peers) / float(options["rate"]) + timeout_s  # the last may be one that is silent
    allowed = max(by_rate, len(peers) * held_s / slots)
    floor = max(by_rate, outcomes["connect_timeout"] * held_s / slots)
    took = summary["duration_ms"] / 1000
    print(f"outcomes        {dict(outcomes.most_common())}")
    print(f"pacing          {options['rate']} a second, {slots} at once, {timeout_s} s to connect")
    print(f"time            {took:.1f} s: {took / allowed:.2f} times the {allowed:.1f} s that the pacing "
          f"allows, {took / floor:.2f} times the floor of {floor:.1f} s")


def lateness(peers):
    """How long what should take the connect timeout took, and how long peers that answer at once."""
    for outcome in ("connect_timeout", "answered"):
        durations = sorted(peer["duration_ms"] for peer in peers if peer["outcome"] == outcome)
        if durations:
            print(f"{outcome:16}median {percentile(durations, 50)} ms, 9 in 10 within "
                  f"{percentile(durations, 90)} ms, longest {durations[-1]} ms")


def main():
    records, truth, usage = sys.argv[1:]
    peers, survey, summary = [], None, None
    for record in objects(records, {"peer", "survey", "summary"}):
        if record["type"] == "peer":
            peers.append({key: record[key] for key in ("address", "port", "outcome", "duration_ms")})
        elif record["type"] == "survey":
            survey = record
        else:
            summary = record
    coverage(peers, objects(truth, {"node", "dead"}))
    pace(peers, survey, summary)
    lateness(peers)
    with open(usage, encoding="ascii") as file:
        peak_kib, ticks = map(int, file.read().split())
    print(f"peak memory     {peak_kib / 1024:.1f} MiB resident")
    print(f"processor time  {ticks / os.sysconf('SC_CLK_TCK'):.1f} s, "
          f"{ticks / os.sysconf('SC_CLK_TCK') / len(peers) * 1e6:.0f} us an address")


if __name__ == "__main__":
    main()
