#!/usr/bin/python3
"""Hold the records of a survey against what the simulated network says must be in them.

score.py [--partial] [--played PLAYED [--table]] --truth TRUTH --records RECORDS

Prints right and wrong by behaviour, the pairs of peer and transaction that are right, and the first
ten mismatches. Exits 1 on any. With --partial nobody need have a record, and a peer may have been
interrupted, or have had no time to tell addresses: for surveys that --deadline, --max-peers or a signal ended.

Of nodes that play the rules of versions, what they must be recorded to have said stands in the file of
`txsurvey-simnet --played`. No `notfound` may then be `strong` of a transaction that an honest node had when the
session began. --table prints, in Markdown, what each rule came to and what it cost.
"""

import argparse
import collections
import json
import re
import sys

SHOWN_MISMATCHES = 10
NEW_MAX = 1000  # addresses that are believed of one peer
SERVICE_WITNESS = 8
IDENTITY_FIELDS = ("version", "subver", "services", "startingheight", "relaytxes")
PRINTABLE_LINE = re.compile(rb"[\x20-\x7e]*\n")


def read_lines(path):
    """The objects of a file of JSON lines, and what is wrong with its form."""
    objects, problems = [], []
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if not PRINTABLE_LINE.fullmatch(line):
                problems.append(f"line {number} is not a whole line of printable ASCII")
            try:
                objects.append(json.loads(line))
            except ValueError as error:
                problems.append(f"line {number} is no JSON: {error}")
    return objects, problems


def unescaped(text):
    return re.sub(rb"\\x([0-9a-f]{2})", lambda hex: bytes.fromhex(hex[1].decode()), text.encode())


def subver_problem(node, subver):
    """Whatever its bytes, the record's escapes lead back to them."""
    agent = bytes.fromhex(node["subver_hex"])
    if not isinstance(subver, str):
        return f"subver is {subver!r}"
    return None if unescaped(subver) == agent else f"subver {subver!r}, not {agent!r}"


def known_identity_problems(node, peer):
    problem = subver_problem(node, peer.get("subver"))
    if problem:
        yield problem
    for field in IDENTITY_FIELDS:
        if field != "subver" and peer.get(field) != node[field]:
            yield f"{field} {peer.get(field)!r}, not {node[field]!r}"


def identity_problems(node, peer):
    if node["identity"] == "none":
        for field in IDENTITY_FIELDS:
            if peer.get(field) is not None:
                yield f"{field} {peer.get(field)!r}, though no good version came"
    elif node["identity"] == "known":
        yield from known_identity_problems(node, peer)


def late_problems(node, peer):
    """What an answering peer has said before its answer, so that it must be known."""
    if node["outcome"] != "answered":
        return
    # chatter sends another feefilter first; a spoilt one must not count
    if peer.get("feefilter_sat_kvb") != node["feefilter_sat_kvb"] and node["behaviour"] != "chatter":
        yield f"feefilter_sat_kvb {peer.get('feefilter_sat_kvb')}, not {node['feefilter_sat_kvb']}"
    for feature in ("wtxidrelay", "sendaddrv2"):
        if (feature in (peer.get("features") or [])) != node[feature]:
            yield f"features {peer.get('features')}: {feature} should be {node[feature]}"


def outcome_problems(node, peer):
    if peer.get("outcome") != node["outcome"]:
        yield f"outcome {peer.get('outcome')} ({peer.get('error')}), not {node['outcome']}"
    elif node["error"] and peer.get("error") not in node["error"].split("|"):
        yield f"error {peer.get('error')}, not {node['error']}"


def form_problems(settings, node, peer):
    """The wtxid of what was served. A node without WITNESS sends no witness, so that what it served
    may have one that nobody has seen: null; or the id itself, where there is none."""
    known = {t[settings["by"]]: t for t in settings["transactions"]}
    for entry in peer.get("transactions") or []:
        tx = known.get(entry.get("txid"))
        if not tx or entry.get("status") != "served":
            continue
        if entry.get("via") == "merkleblock":  # without its witness, always
            if entry.get("wtxid") is not None:
                yield f"wtxid {entry['wtxid']} by merkleblock"
            continue
        allowed = {tx["wtxid"]}
        if not int(node["services"], 16) & SERVICE_WITNESS:
            allowed = {None} | ({tx["txid"]} & allowed)
        if entry.get("wtxid") not in allowed:
            yield f"wtxid {entry.get('wtxid')}, not {' or '.join(map(str, allowed))}"


def status_problems(node, peer):
    """One string a wrong pair."""
    entries = collections.defaultdict(list)
    for entry in peer.get("transactions") or []:
        entries[entry.get("txid")].append(entry)
    for txid, expected in node["statuses"].items():
        statuses = [entry.get("status") for entry in entries.pop(txid, [])]
        if statuses != [expected]:
            yield f"{txid[:8]}.. {statuses}, not {expected}"
    for txid in entries:
        yield f"an entry for {txid}, which nobody asked for"


def told_problems(node, peer):
    """How many addresses it told, where it lived long enough to tell them."""
    told, outcome = node["told"], peer.get("outcome")
    if told is not None and outcome == node["outcome"] and (peer.get("addresses") or 0) != told:
        yield f"addresses {peer.get('addresses')}, not {told}"


RULE_COLUMNS = ("rule", "peers", "pairs", "served", "`strong`", "`weak`", "weak, yet had it",
                "strong, came since", "strong, a lie", "strong, false", "requests", "seconds", "bytes out",
                "bytes in")
LIARS = {"selfish"}  # it claims to be a version whose rule it breaks


class Rules:
    """What became of each rule, and what it cost."""

    def __init__(self, played):
        self.played = {(line["address"], line["port"]): line for line in played}
        self.tallies = collections.defaultdict(collections.Counter)
        self.false_strong = []

    def fill_in(self, nodes):
        for key, line in self.played.items():
            for tx in line["transactions"]:
                if nodes[key]["statuses"][tx["id"]] is None:
                    nodes[key]["statuses"][tx["id"]] = "served" if tx["served"] else "notfound"

    def judge_pair(self, rule, peer, tx, entry):
        tally, entered = self.tallies[rule], tx["entered_ms"]
        strong = entry["strength"] == "strong"
        had = entered is not None and entered <= 0
        tally["pairs"] += 1
        tally[entry["strength"] if entry["status"] == "notfound" else entry["status"]] += 1
        tally["weak had"] += had and entry["strength"] == "weak"
        tally["strong since"] += tx["withheld"] and not had and strong
        tally["lies" if rule in LIARS else "false"] += had and strong
        if had and strong and rule not in LIARS:
            self.false_strong.append(f"{endpoint(peer)} ({rule}): strong, but had {tx['id'][:8]}.. "
                                     f"for {-entered} ms")

    def judge(self, nodes, peers):
        for peer in peers:
            key = (peer.get("address"), peer.get("port"))
            rule = (nodes.get(key) or {}).get("rule")
            if not rule:
                continue
            line = self.played.get(key, {"requests": 0, "transactions": []})
            entries = {entry["txid"]: entry for entry in peer["transactions"]}
            tally = self.tallies[rule]
            tally.update({"peers": 1, "requests": line["requests"], "ms": peer["duration_ms"],
                          "out": peer["bytessent"], "in": peer["bytesrecv"]})
            for tx in line["transactions"]:
                self.judge_pair(rule, peer, tx, entries[tx["id"]])

    def rows(self):
        for rule, tally in [*sorted(self.tallies.items()),
                            ("all", sum(self.tallies.values(), collections.Counter()))]:
            peers = tally["peers"]
            yield (f"`{rule}`", peers, tally["pairs"], tally["served"], tally["strong"], tally["weak"],
                   tally["weak had"], tally["strong since"], tally["lies"], tally["false"],
                   f"{tally['requests'] / peers:.1f}", f"{tally['ms'] / peers / 1000:.1f}",
                   round(tally["out"] / peers), round(tally["in"] / peers))

    def table(self):
        lines = [RULE_COLUMNS, ["---"] * len(RULE_COLUMNS), *self.rows()]
        return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def endpoint(peer):
    return f"{peer.get('address')}:{peer.get('port')}"


class Score:
    def __init__(self, truth, records, partial):
        self.settings = truth[0]
        self.partial = partial
        self.id_key = self.settings["by"]
        self.known = {t["txid"]: t for t in self.settings["transactions"]}
        self.nodes = {(n["address"], n["port"]): n for n in truth[1:] if n["type"] == "node"}
        self.nobody = {(n["address"], n["port"]): n for n in truth[1:] if n["type"] != "node"}
        self.peers = [r for r in records if r.get("type") == "peer"]
        self.transactions = [r for r in records if r.get("type") == "transaction"]
        self.records = records
        self.mismatches = []
        self.right = collections.Counter()
        self.wrong = collections.Counter()
        self.rules = None
        self.pairs_right = 0
        self.pairs = 0

    def judge_node(self, node, peer):
        statuses = list(status_problems(node, peer))
        self.pairs += len(node["statuses"])
        self.pairs_right += max(0, len(node["statuses"]) - len(statuses))
        return [
            *outcome_problems(node, peer),
            *statuses,
            *identity_problems(node, peer),
            *late_problems(node, peer),
            *form_problems(self.settings, node, peer),
            *([] if self.partial else told_problems(node, peer)),
        ]

    def judge_found(self, node, found):
        """What is wrong with the records of a node or a dead address; None where there is nothing
        to judge."""
        if not found and (self.partial or node["reach"] != "sure"):
            return None
        if found and node["reach"] == "never":
            return ["a record, though nobody could tell of it"]
        if len(found) != 1:
            return [f"{len(found)} records"]
        if self.partial and found[0].get("outcome") == "interrupted":
            return None
        if node["type"] == "node":
            return self.judge_node(node, found[0])
        return list(outcome_problems(node, found[0]))

    def judge_nodes(self):
        by_key = collections.defaultdict(list)
        for peer in self.peers:
            by_key[(peer.get("address"), peer.get("port"))].append(peer)
        for key, node in [*self.nodes.items(), *self.nobody.items()]:
            problems = self.judge_found(node, by_key.pop(key, []))
            if problems is None:
                continue
            kind = node.get("behaviour", node["type"])
            (self.wrong if problems else self.right)[kind] += 1
            if problems:
                self.mismatches.append(
                    f"{key[0]}:{key[1]} ({kind}, {node.get('gossip')}): {'; '.join(problems)}")
        for key in by_key:
            self.mismatches.append(f"{key[0]}:{key[1]}: a record of a peer that is none")

    def judge_gossip(self):
        """Each address was first heard of from one peer, which the record of it names."""
        teller = {}
        for peer in self.peers:
            new = peer.get("new_addresses") or []
            if len(new) > min(peer.get("addresses") or 0, NEW_MAX):
                self.mismatches.append(f"{endpoint(peer)}: {len(new)} new addresses of "
                                       f"{peer.get('addresses')}")
            for address in new:
                if teller.setdefault(address, endpoint(peer)) != endpoint(peer):
                    self.mismatches.append(f"{address} is new from two peers")
        for peer in self.peers:
            source = peer.get("source") or ""
            expected = teller.get(endpoint(peer))
            if source.removeprefix("gossip:") != expected and (
                    expected or source.startswith("gossip:")):
                self.mismatches.append(f"{endpoint(peer)}: source {source}, new from {expected}")

    def served_forms(self):
        """The distinct (txid, wtxid) that peers are recorded to have served."""
        by_id = {t[self.id_key]: t["txid"] for t in self.settings["transactions"]}
        return {(by_id.get(e["txid"]), e.get("wtxid"))
                for p in self.peers for e in p.get("transactions") or []
                if e.get("status") == "served"}

    def judge_transaction(self, record):
        tx = self.known.get(record.get("txid"))
        if not tx or record.get("hash") not in (tx["wtxid"], None):
            self.mismatches.append(f"transaction {record.get('txid')}: not of this network")
            return
        for field in ("size", "vsize", "weight"):
            expected = tx[field] if record["hash"] else None
            if record.get(field) != expected:
                self.mismatches.append(
                    f"transaction {tx['txid']}: {field} {record.get(field)}, not {expected}")

    def judge_transactions(self):
        """One record a form that was served; the form without its witness needs none where the
        whole one is recorded too."""
        recorded = collections.Counter((t.get("txid"), t.get("hash")) for t in self.transactions)
        served = self.served_forms()
        for form in served | set(recorded):
            expected = {1 if form in served else 0}
            if form[1] is None and any(f[0] == form[0] and f[1] for f in served):
                expected.add(0)
            if recorded[form] not in expected:
                self.mismatches.append(f"transaction {form[0]}, hash {form[1]}: "
                                       f"{recorded[form]} records, not {max(expected)}")
        for record in self.transactions:
            self.judge_transaction(record)

    def summary_tallies(self, summary):
        """{id: counts} from the summary, which may hold a list or an object."""
        tallies = summary.get("shares") or {}
        if isinstance(tallies, list):
            return {t.get("txid"): t for t in tallies}
        return tallies

    def judge_tally(self, txid, tally):
        counts = collections.Counter(
            e.get("status") for p in self.peers for e in p.get("transactions") or []
            if e.get("txid") == txid)
        expected = dict(counts, asked=sum(counts.values()) - counts["unasked"])
        for name in ("asked", "served", "notfound", "ignored", "timeout", "unasked"):
            if tally.get(name, 0) != expected.get(name, 0):
                self.mismatches.append(
                    f"summary: {txid[:8]}.. {name} {tally.get(name)}, not {expected.get(name, 0)}")

    def judge_summary(self):
        if not self.records or self.records[-1].get("type") != "summary":
            self.mismatches.append("the last line is no summary")
            return
        summary = self.records[-1]
        outcomes = collections.Counter(p.get("outcome") for p in self.peers)
        stated = {k: v for k, v in (summary.get("peers") or {}).items() if v}
        stated.pop("total", None)
        if stated != dict(outcomes):
            self.mismatches.append(f"summary: peers {stated}, not {dict(outcomes)}")
        if summary.get("reason") == "finished" and summary.get("complete") is not True:
            self.mismatches.append("summary: finished and not complete")
        tallies = self.summary_tallies(summary)
        for tx in self.settings["transactions"]:
            if tx[self.id_key] in tallies:
                self.judge_tally(tx[self.id_key], tallies[tx[self.id_key]])
            else:
                self.mismatches.append(f"summary: nothing of {tx[self.id_key]}")

    def judge_form(self, problems):
        self.mismatches.extend(problems)
        if len({r.get("survey") for r in self.records}) != 1:
            self.mismatches.append("the lines are of several surveys, or of none")
        if not self.records or self.records[0].get("type") != "survey":
            self.mismatches.append("the first line is no survey line")

    def judge_rules(self, problems):
        """Before the nodes: it tells what their statuses should be."""
        self.rules.fill_in(self.nodes)
        self.rules.judge(self.nodes, self.peers)
        self.mismatches += [*problems, *self.rules.false_strong]

    def report(self):
        print(f"{'behaviour':22} {'nodes':>7} {'right':>7} {'wrong':>7}")
        for name in sorted(set(self.right) | set(self.wrong)):
            right, wrong = self.right[name], self.wrong[name]
            print(f"{name:22} {right + wrong:7} {right:7} {wrong:7}")
        right, wrong = sum(self.right.values()), sum(self.wrong.values())
        print(f"{'all':22} {right + wrong:7} {right:7} {wrong:7}")
        print(f"pairs right {self.pairs_right} of {self.pairs}")
        for mismatch in self.mismatches[:SHOWN_MISMATCHES]:
            print(f"mismatch: {ascii(mismatch)[1:-1]}")
        if len(self.mismatches) > SHOWN_MISMATCHES:
            print(f"... and {len(self.mismatches) - SHOWN_MISMATCHES} more mismatches")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--truth", required=True)
    parser.add_argument("--records", required=True)
    parser.add_argument("--partial", action="store_true")
    parser.add_argument("--played")
    parser.add_argument("--table", action="store_true")
    args = parser.parse_args()
    truth, truth_problems = read_lines(args.truth)
    if truth_problems or not truth or truth[0].get("type") != "settings":
        sys.exit(f"{args.truth} is no truth file")
    records, problems = read_lines(args.records)

    score = Score(truth, records, args.partial)
    if args.played:
        played, played_problems = read_lines(args.played)
        score.rules = Rules(played)
        score.judge_rules(played_problems)
    score.judge_form(problems)
    score.judge_nodes()
    if score.settings["crawl"]:
        score.judge_gossip()
    score.judge_transactions()
    score.judge_summary()
    score.report()
    if args.table:
        print(score.rules.table())
    return 1 if score.mismatches else 0


if __name__ == "__main__":
    sys.exit(main())
