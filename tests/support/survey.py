"""Runs txsurvey and reads its records: shared by the Python tests.

The program is named by the environment: TXSURVEY (its path) and, if wanted, TXSURVEY_WRAPPER
(words put before it, such as "valgrind -q --error-exitcode=99").
"""

import json
import math
import os
import re
import shlex
import subprocess
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import schema

OUTCOMES = {
    "answered", "silent", "connect_refused", "connect_timeout", "unreachable", "connect_failed",
    "proxy_failed", "handshake_timeout", "closed", "protocol_error", "local_error", "interrupted",
}
NO_CONNECTION = {
    "connect_refused", "connect_timeout", "unreachable", "connect_failed", "proxy_failed",
}
STATUSES = {"served", "notfound", "ignored", "timeout", "unasked"}
STAGES = ("connect", "handshake", "request", "done")
CHAINS = {"main", "test", "testnet4", "signet", "regtest"}
NETWORKS = {"ipv4", "ipv6", "onion", "i2p", "cjdns"}
REASONS = {"finished", "deadline", "signal", "output"}

FIELDS = {
    "survey": "schema tool chain txids id_type started shard resumed options",
    "seed": "host outcome addresses new_addresses error duration_ms",
    "peer": "address port network source started duration_ms attempts outcome stage error suspect "
            "connect_ms handshake_ms version subver client client_version services servicesnames fork anchors startingheight "
            "relaytxes timeoffset features feefilter_sat_kvb bytessent bytesrecv addresses "
            "new_addresses block_asked block_height transactions",
    "transaction": "txid hash version size vsize weight locktime vin vout first_peer",
    "summary": "finished duration_ms complete reason vantage_suspect peers not_attempted "
               "full address_book controls anchors shares block",
}
HINTS = {None, "other_chain", "confirmed", "blocksonly", "ibd", "behind", "below_feefilter", "relay_rule"}
ENTRY_FIELDS = ("txid label announced_at hint status via answered response_ms bytes requests announced wtxid "
                "position strength").split()

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ID = re.compile(r"[0-9a-f]{64}")
CODE = re.compile(r"[a-z][a-z0-9_]*")


class Result:
    """What a run left: `code` (None while unknown), `stdout` (bytes of records), `stderr`. Every record is as the
    schema says."""

    def __init__(self, code, stdout, stderr=""):
        self.code = code
        self.stdout = stdout
        self.stderr = stderr
        self.records = [_record(line) for line in stdout.split(b"\n") if line]
        self.survey = self._first("survey")
        self.summary = self._first("summary")
        self.seeds = self.of("seed")
        self.peers = self.of("peer")
        self.transactions = self.of("transaction")

    def of(self, kind):
        return [record for record in self.records if record["type"] == kind]

    def _first(self, kind):
        return next(iter(self.of(kind)), None)

    def peer(self, address, port=None):
        """The one peer record of this address."""
        found = [peer for peer in self.peers
                 if peer["address"] == address and port in (None, peer["port"])]
        assert len(found) == 1, f"{len(found)} records of {address}:{port}\n{self.explain()}"
        return found[0]

    def entry(self, txid, address="127.0.0.1", port=None):
        """A peer's answer about one id."""
        entries = self.peer(address, port)["transactions"]
        return next(entry for entry in entries if entry["txid"] == txid)

    def totals(self, txid):
        """The summary's counts of one id."""
        return next(entry for entry in self.summary["shares"] if entry["txid"] == txid)

    def explain(self):
        text = self.stdout.decode("ascii", "backslashreplace")
        if len(text) > 4000:
            text = f"{text[:2000]}\n...\n{text[-2000:]}"
        return f"exit {self.code}\nstdout:\n{text}\nstderr:\n{self.stderr}"


def _record(line):
    schema.check(json.loads(line))
    return _parse(line)


def _parse(line):
    # Decimal keeps amounts exactly as they were written.
    return json.loads(line.decode("ascii"), parse_float=Decimal, parse_constant=_no_constant,
                      object_pairs_hook=_unique)


def _no_constant(text):
    raise AssertionError(f"{text} is no JSON")


def _unique(pairs):
    record = dict(pairs)
    assert len(record) == len(pairs), f"a field twice: {pairs}"
    return record


def usual_code(result):
    """The exit status of a survey that came to its end: whether anybody could be asked."""
    asked = any(peer["handshake_ms"] is not None for peer in result.peers)
    return 0 if asked or not result.peers else 3


def command(args):
    """The words that run the program with `args`."""
    path = os.environ.get("TXSURVEY")
    if not path:
        raise RuntimeError("the environment variable TXSURVEY must name the program under test")
    wrapper = shlex.split(os.environ.get("TXSURVEY_WRAPPER", ""))
    return wrapper + [os.path.abspath(path)] + [str(arg) for arg in args]


def start(args, prefix=(), **kw):
    """The program as a Popen with its three streams piped; `prefix` words come first of all."""
    for stream in ("stdin", "stdout", "stderr"):
        kw.setdefault(stream, subprocess.PIPE)
    return subprocess.Popen(list(prefix) + command(args), **kw)


def finish(process, stdin=b"", timeout=120):
    """Waits for a started program; kills it, and fails, after `timeout` seconds."""
    try:
        stdout, stderr = process.communicate(stdin, timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        stdout, stderr = process.communicate()
        raise AssertionError(f"no end within {timeout} s\n{stdout!r}\n{stderr!r}") from None
    except BaseException:
        process.kill()
        raise
    return Result(process.returncode, stdout or b"",
                  (stderr or b"").decode("utf-8", "backslashreplace"))


def run(args, stdin=b"", timeout=120, prefix=(), **kw):
    """Runs the program to its end."""
    return finish(start(args, prefix, **kw), stdin, timeout)


def load(path, code=None):
    """The records of a file that --output wrote."""
    with open(path, "rb") as file:
        return Result(code, file.read())


def load_trace(path):
    """The messages that --trace has written so far, each as the schema says; a line may still be on its way."""
    lines = Path(path).read_bytes().splitlines(keepends=True)
    return [_record(line) for line in lines if line.endswith(b"\n")]


def check_invariants(result):
    """Asserts what every run promises, whatever its peers did."""
    try:
        _check(result)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{result.explain()}") from error


def _check(result):
    code = result.code
    assert code is None or code in range(6) or code > 128, f"exit status {code}"
    if code in (2, 5):
        assert not result.stdout and result.stderr, "a refused run writes to standard error alone"
        return
    if code == 4 and not result.stdout:
        return
    _check_lines(result)
    check_types(result.records)
    surveys, summaries = result.of("survey"), result.of("summary")
    assert surveys and result.records[0] is surveys[0], "the survey line is the first"
    assert not surveys[0]["resumed"], "the first survey line is no resumed one"
    assert all(line["resumed"] for line in surveys[1:]), "two survey lines without a resume"
    assert len({record["survey"] for record in result.records}) == 1, "one UUID a run"
    assert len(summaries) <= 1, "at most one summary"
    for line in surveys:
        _check_survey(line)
        for field in ("chain", "txids", "id_type", "shard"):
            assert sorted(line[field]) == sorted(surveys[0][field]), f"resumed with other {field}"
    for seed in result.seeds:
        _check_seed(seed)
    _check_peers(result)
    _check_told(result)
    _check_transactions(result)
    if summaries:
        assert result.records[-1] is summaries[0], "the summary is the last line"
        _check_summary(result)
    else:
        assert code in (None, 4), "a run that was not killed ends with a summary"


def _check_lines(result):
    assert result.stdout.endswith(b"\n"), "the last line is whole"
    for line in result.stdout[:-1].split(b"\n"):
        assert re.fullmatch(rb"[\x20-\x7e]+", line), f"not printable ASCII: {line!r}"
        assert _spelled(_parse(line)) == line.decode("ascii"), f"spelled otherwise: {line!r}"
    for record in result.records:
        assert record["type"] in FIELDS, f"type {record['type']}"
        assert UUID.fullmatch(record["survey"]), record["survey"]
        missing = set(FIELDS[record["type"]].split()) - set(record)
        assert not missing, f"{record['type']} without {missing}"


def _spelled(record):
    """As Python's own writer of JSON spells it, numbers with a fraction by their digits."""
    text = json.dumps(record, separators=(",", ":"), default=lambda number: f"\0{number:f}")
    return re.sub(r'"\\u0000([^"]*)"', r"\1", text)


TYPES = {bool: "bool", int: "number", Decimal: "number", str: "text", list: "list", dict: "object"}


def check_types(records):
    """A name has one type wherever it stands in whatever record, or is null. Other programs keep numbers
    as doubles: no integer is beyond 2^53."""
    types = {}
    for record in records:
        for name, value in record.items():
            _note_types(types, name, value)


def _note_types(types, path, value):
    if value is None:
        return
    kind = TYPES[type(value)]
    assert types.setdefault(path, kind) == kind, f"{path} is {types[path]} here, {kind} there"
    assert type(value) is not int or abs(value) <= 2 ** 53, f"{path} is {value}"
    if kind == "list":
        for item in value:
            _note_types(types, path + "[]", item)
    elif kind == "object" and path != "anchors":  # whose names are the user's
        for name, member in value.items():
            _note_types(types, f"{path}.{name}", member)


def _check_time(text):
    assert TIME.fullmatch(text), f"not RFC 3339 in UTC with milliseconds: {text}"
    datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")


def _check_count(value, least=0):
    assert type(value) is int and value >= least, f"not a count from {least}: {value!r}"


def _check_ms(value):
    assert value is None or (type(value) in (int, Decimal) and value >= 0), f"_ms is {value!r}"


def _check_survey(survey):
    assert survey["schema"] == 1, survey["schema"]
    assert "txsurvey" in json.dumps(survey["tool"]), survey["tool"]
    assert survey["chain"] in CHAINS, survey["chain"]
    assert survey["id_type"] in ("txid", "wtxid"), survey["id_type"]
    assert all(ID.fullmatch(txid) for txid in survey["txids"]), "txids"
    assert bool(survey["txids"]) != survey["options"]["census"], "a census asks for none"
    assert len(set(survey["txids"])) == len(survey["txids"]), "an id twice"
    assert re.fullmatch(r"[1-9]\d*/[1-9]\d*", survey["shard"]), survey["shard"]
    _check_time(survey["started"])


def _check_seed(seed):
    assert seed["outcome"] in ("resolved", "failed", "timeout"), seed["outcome"]
    _check_count(seed["addresses"], 1 if seed["outcome"] == "resolved" else 0)
    if seed["outcome"] != "resolved":
        assert seed["addresses"] == 0, "addresses of a seed that did not resolve"
    _check_ms(seed["duration_ms"])


def _check_peers(result):
    seen = Counter((peer["address"], peer["port"]) for peer in result.peers)
    assert all(count == 1 for count in seen.values()), f"a peer twice: {seen.most_common(1)}"
    for peer in result.peers:
        where = f"{peer['address']}:{peer['port']}: "
        try:
            _check_peer(peer, result.survey["txids"])
        except AssertionError as error:
            raise AssertionError(where + str(error)) from error


def _check_peer(peer, txids):
    assert peer["network"] in NETWORKS, peer["network"]
    assert re.fullmatch(r"connect|file|dns:.+|gossip:.+:\d+", peer["source"]), peer["source"]
    assert peer["outcome"] in OUTCOMES, peer["outcome"]
    assert peer["stage"] in STAGES, peer["stage"]
    assert peer["suspect"] in (False, peer["outcome"] not in ("answered", "interrupted")), "suspect"
    assert peer["error"] is None or CODE.fullmatch(peer["error"]), f"error {peer['error']!r}"
    least = 0 if peer["network"] == "i2p" else 1
    assert least <= peer["port"] <= 65535, peer["port"]
    _check_time(peer["started"])
    _check_count(peer["attempts"], 1)
    for field in ("bytessent", "bytesrecv"):
        _check_count(peer[field])
    for field in ("duration_ms", "connect_ms", "handshake_ms"):
        _check_ms(peer[field])
    _check_version(peer)
    entries = peer["transactions"]
    assert sorted(entry["txid"] for entry in entries) == sorted(txids), "one entry for each id"
    for entry in entries:
        _check_entry(entry)
    _check_block_asked(peer)
    _check_chain(peer)
    _check_outcome(peer, {entry["status"] for entry in entries})


def _check_told(result):
    """Who was heard of from whom first."""
    told = {}
    for record in result.seeds + result.peers:
        new = record["new_addresses"]
        if new is None:
            assert record["type"] == "peer" and record["addresses"] is None, "told, but what?"
            continue
        source = (f"dns:{record['host']}" if record["type"] == "seed"
                  else f"gossip:{endpoint(record)}")
        assert len(new) <= record["addresses"], f"{source}: {len(new)} of {record['addresses']}"
        for address in new:
            assert address not in told, f"{address}: from {told[address]}, and from {source}"
            told[address] = source
    if not result.summary or len(result.of("survey")) > 1:
        return  # who told of a peer may not have come to its record before the run was cut short
    for peer in result.peers:
        if peer["source"] not in ("connect", "file"):
            assert told.get(endpoint(peer)) == peer["source"], f"{endpoint(peer)}: {peer['source']}"


def _check_block_asked(peer):
    asked = peer["block_asked"]
    vias = {entry["via"] for entry in peer["transactions"]} & {"merkleblock", "block"}
    assert asked in (None, "merkleblock", "blocktxn", "block"), asked
    assert vias <= ({"merkleblock"} if asked == "merkleblock" else {"block"} if asked else set()), \
        (asked, vias)


def _check_chain(peer):
    assert peer["fork"] == ("blake2b" if "BLAKE2B" in (peer["servicesnames"] or []) else None)
    said = set((peer["anchors"] or {}).values())
    assert said <= {"has", "claims", "lacks", None}, said
    assert peer["handshake_ms"] is not None or said <= {None}, "an anchor, without a handshake"


def _check_version(peer):
    assert (peer["client"] is None) == (peer["client_version"] is None), "a client has a version"
    assert peer["client"] is None or peer["subver"], "a client, but no subver"
    if peer["services"] is not None:
        assert re.fullmatch(r"[0-9a-f]{16}", peer["services"]), peer["services"]
        assert isinstance(peer["servicesnames"], list), "servicesnames"
    if peer["stage"] == "connect":
        for field in ("handshake_ms", "version", "subver", "services", "startingheight",
                      "relaytxes", "timeoffset", "feefilter_sat_kvb"):
            assert peer[field] is None, f"{field} {peer[field]!r} without a connection"


def _check_outcome(peer, statuses):
    outcome, stage = peer["outcome"], peer["stage"]
    if outcome == "answered":
        assert stage == "done" and peer["error"] is None, (stage, peer["error"])
        assert statuses <= {"served", "notfound"}, statuses
        assert None not in (peer["version"], peer["connect_ms"], peer["handshake_ms"]), "unknowns"
    elif outcome == "silent":
        assert statuses & {"ignored", "timeout"} or peer["error"] == "wtxid_unsupported", statuses
    elif outcome in NO_CONNECTION:
        assert stage == "connect" and statuses == {"unasked"}, (stage, statuses)
        assert peer["bytesrecv"] == 0 and peer["bytessent"] == 0, "bytes without a connection"
        assert peer["connect_ms"] is None, peer["connect_ms"]
        assert peer["error"], f"a {outcome} says why"
    elif outcome == "handshake_timeout":
        assert stage == "handshake" and statuses == {"unasked"}, (stage, statuses)
    elif outcome == "protocol_error":
        assert peer["error"], "a protocol_error says how"
    elif outcome == "local_error":
        assert peer["error"], "a local_error says what"
    if stage in ("connect", "handshake"):
        assert statuses == {"unasked"}, (stage, statuses)


def _check_entry(entry):
    missing = set(ENTRY_FIELDS) - set(entry)
    assert not missing, f"an entry without {missing}"
    status = entry["status"]
    assert status in STATUSES, status
    _check_count(entry["requests"], 0 if status == "unasked" else 1)
    assert status != "unasked" or entry["requests"] == 0, "unasked, with requests"
    assert isinstance(entry["announced"], bool) or status == "unasked", entry["announced"]
    _check_ms(entry["response_ms"])
    if status in ("served", "notfound"):
        _check_time(entry["answered"])
        assert entry["response_ms"] is not None, "an answer takes time"
    if status == "served":
        assert entry["via"] in ("tx", "merkleblock", "block"), entry["via"]
        assert entry["strength"] == "proven", entry["strength"]
        assert (entry["via"] == "tx") == (entry["position"] is None), entry["position"]
        assert entry["via"] != "merkleblock" or entry["wtxid"] is None, entry["wtxid"]
        assert entry["bytes"] > 0, entry["bytes"]
        # Null where a witness may have been left out: by merkleblock, or by a peer without WITNESS.
        assert entry["wtxid"] is None or ID.fullmatch(entry["wtxid"]), entry["wtxid"]
        return
    assert entry["via"] is None and entry["wtxid"] is None, "not served, yet via or wtxid"
    expected = ("strong", "weak") if status == "notfound" else (None,)
    assert entry["strength"] in expected, (status, entry["strength"])


def endpoint(peer):
    """ADDR:PORT, IPv6 in brackets."""
    address = peer["address"]
    return f"[{address}]:{peer['port']}" if ":" in address else f"{address}:{peer['port']}"


def _check_transactions(result):
    keys = [(tx["txid"], tx["hash"]) for tx in result.transactions]
    assert len(set(keys)) == len(keys), "a transaction twice"
    by_wtxid = result.survey["id_type"] == "wtxid"
    for tx in result.transactions:
        assert ID.fullmatch(tx["txid"]), tx["txid"]
        assert (tx["hash"] if by_wtxid else tx["txid"]) in result.survey["txids"], "not asked for"
        assert tx["vin"] and tx["vout"], "a transaction has inputs and outputs"
        if result.code is not None and result.code < 128:
            assert tx["first_peer"] in map(endpoint, result.peers), tx["first_peer"]
    unrecorded = Counter()
    for peer in result.peers:
        for entry in peer["transactions"]:
            if entry["status"] == "served":
                unrecorded[entry["txid"]] += not any(
                    (entry["txid"] == (wtxid if by_wtxid else txid))
                    and entry["wtxid"] in (None, wtxid) for txid, wtxid in keys)
    for txid, count in unrecorded.items():
        told = result.totals(txid)["unrecorded"] if result.summary else 0
        assert count <= told, f"served {count} times, but no transaction record: {txid}"


def wilson(served, asked, z=1.959963984540054):
    """The 95 % Wilson score interval of a share."""
    share, square = served / asked, z * z / asked
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / asked + square / asked / 4) / (1 + square)
    return middle - half, middle + half


def _check_summary(result):
    summary = result.summary
    _check_time(summary["finished"])
    _check_ms(summary["duration_ms"])
    if not summary["vantage_suspect"]:  # else its clock may have been set
        assert summary["finished"] >= result.survey["started"], "finished before it started"
    assert summary["reason"] in REASONS, summary["reason"]
    outcomes = Counter(peer["outcome"] for peer in result.peers)
    for outcome in OUTCOMES:
        assert summary["peers"].get(outcome, 0) == outcomes[outcome], \
            f"summary counts {summary['peers'].get(outcome)} {outcome}, not {outcomes[outcome]}"
    _check_count(summary["not_attempted"])
    _check_count(summary["address_book"]["known"])
    for count in summary["address_book"]["ignored"].values():
        _check_count(count)
    if summary["complete"]:
        limit = result.survey["options"]["max_peers"]
        assert not outcomes["interrupted"], "complete, yet interrupted"
        assert summary["not_attempted"] == 0 or len(result.peers) == limit, "not complete"
    if summary["reason"] == "finished":
        assert summary["complete"], "finished, but not complete"
    _check_nobody_asked(result)
    for error, count in summary["full"].items():
        assert count == sum(peer["outcome"] == "closed" and peer["error"] == error
                            for peer in result.peers), f"{error} miscounted"
    _check_anchors(result)
    for txid in result.survey["txids"]:
        _check_totals(result, txid)


def _check_nobody_asked(result):
    asked = any(peer["handshake_ms"] is not None for peer in result.peers)
    assert result.code != 3 or not asked, "exit 3 with a handshake"
    nothing_left = len(result.of("survey")) > 1
    assert asked or nothing_left or result.code not in (0, 1), "nobody was asked, but no exit 3"


def _check_anchors(result):
    given = result.survey["options"]["anchor"]
    assert list(result.summary["anchors"] or {}) == list(given or {}), "anchors"
    for label, counts in (result.summary["anchors"] or {}).items():
        said = Counter(peer["anchors"][label] for peer in result.peers)
        expected = {"has": said["has"], "lacks": said["lacks"],
                    "unknown": said[None] + said["claims"]}
        assert counts == expected, f"{label}: {counts}, not {expected}"


def _check_anchored(result, totals):
    given = result.survey["options"]["anchor"]
    if not given:
        assert totals["anchored"] is None, totals["anchored"]
        return
    first = next(iter(given))
    statuses = Counter(entry["status"] for peer in result.peers if peer["anchors"][first] == "has"
                       for entry in peer["transactions"] if entry["txid"] == totals["txid"])
    asked = sum(statuses.values()) - statuses["unasked"]
    assert (totals["anchored"]["asked"], totals["anchored"]["served"]) == (asked, statuses["served"])
    assert (totals["anchored"]["share"] is None) == (asked == 0), totals["anchored"]


def _check_totals(result, txid):
    totals = result.totals(txid)
    statuses = Counter(entry["status"] for peer in result.peers
                       for entry in peer["transactions"] if entry["txid"] == txid)
    for status in STATUSES:
        assert totals.get(status, 0) == statuses[status], f"{txid}: {status} miscounted"
    _check_count(totals["unrecorded"])
    assert totals["unrecorded"] <= totals["served"], "more than were served"
    asked = sum(statuses.values()) - statuses["unasked"]
    assert totals["asked"] == asked, f"asked {totals['asked']}, not {asked}"
    _check_anchored(result, totals)
    if not asked:
        assert totals["share"] is None and totals["ci95"] is None, "a share of nothing"
        return
    assert abs(float(totals["share"]) - statuses["served"] / asked) < 1e-3, totals["share"]
    expected = wilson(statuses["served"], asked)
    for bound, wanted in zip(totals["ci95"], expected, strict=True):
        assert abs(float(bound) - max(0.0, min(1.0, wanted))) < 1e-3, (totals["ci95"], expected)
