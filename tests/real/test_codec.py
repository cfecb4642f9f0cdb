#!/usr/bin/python3
"""What txsurvey sends to a real node, read by another implementation (python3-bitcoinlib)."""

import io
import tempfile
import unittest
from hashlib import sha256
from pathlib import Path

import suite
import survey
from node import Node
from transactions import Chain, CTransaction, x

from bitcoin.messages import MsgSerializable, messagemap

REGTEST_MAGIC = bytes.fromhex("fabfb5da")
HEADER = 24
MSG_WTX, MSG_WITNESS_TX = 5, 0x40000001  # BIP339, BIP144
UNKNOWN = "6" * 64
AGENT = "/codec test:1.0(a; b)/"


def setUpModule():
    global chain, offered, by_txid, by_wtxid, ids
    node = Node()
    unittest.addModuleCleanup(node.stop)
    chain = Chain(node)
    offered = chain.offer()
    ids = [*offered.values(), UNKNOWN]
    hashes = [tx["hash"] for tx in (decode(node, txid) for txid in offered.values())]
    # Long enough for a second request and for the node's ping.
    by_txid = Run(node, ["--raw", "--patience", "3", "--keep-asking", "--user-agent", AGENT], ids)
    by_wtxid = Run(node, ["--wtxid", "--patience", "3", "--keep-asking"], [*hashes, UNKNOWN])


def decode(node, txid):
    pool = node.rpc("getrawmempool")
    return node.rpc("getrawtransaction", txid, True, *([] if txid in pool else [chain.tip]))


class Run:
    """A survey with its trace."""

    def __init__(self, node, options, asked):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "trace")
            self.result = survey.run(
                ["--chain", "regtest", "--connect", f"127.0.0.1:{node.port}", "--trace", path,
                 *options, *asked], timeout=120 * suite.SLOWNESS)
            survey.check_invariants(self.result)
            self.trace = suite.trace(path)
        assert self.result.code == 0, self.result.explain()
        assert all(line["port"] == node.port for line in self.trace)
        self.asked = asked

    def messages(self, direction, command=None):
        """(command, header and payload) in their order."""
        return [(line["command"], bytes.fromhex(line["hex"])) for line in self.trace
                if line["direction"] == direction and command in (None, line["command"])]

    def parsed(self, direction, command):
        return [parse(raw) for _, raw in self.messages(direction, command)]


def parse(raw):
    return MsgSerializable.stream_deserialize(io.BytesIO(raw))


def checksum(payload):
    return sha256(sha256(payload).digest()).digest()[:4]


class Codec(unittest.TestCase):
    def test_trace_lines(self):
        for run in (by_txid, by_wtxid):
            for line in run.trace:
                self.assertRegex(line["time"], survey.TIME)
                self.assertEqual(line["address"], "127.0.0.1")
                self.assertIn(line["direction"], ("sent", "received"))
                self.assertEqual(len(line["hex"]), 2 * (HEADER + line["length"]))

    def test_headers(self):
        for run in (by_txid, by_wtxid):
            for command, raw in run.messages("sent") + run.messages("received"):
                header, payload = raw[:HEADER], raw[HEADER:]
                self.assertEqual(header[:4], REGTEST_MAGIC)
                self.assertEqual(header[4:16], command.encode().ljust(12, b"\0"))
                self.assertEqual(int.from_bytes(header[16:20], "little"), len(payload))
                self.assertEqual(header[20:], checksum(payload))

    def test_bitcoinlib_reads_and_writes_the_same(self):
        seen = set()
        for run in (by_txid, by_wtxid):
            for command, raw in run.messages("sent"):
                if command.encode() in messagemap:
                    self.assertEqual(parse(raw).to_bytes(), raw, command)
                    seen.add(command)
        self.assertLessEqual({"version", "verack", "getdata"}, seen)

    def test_byte_counts(self):
        for run in (by_txid, by_wtxid):
            peer = run.result.peer("127.0.0.1")
            sent = sum(len(raw) for _, raw in run.messages("sent"))
            received = sum(len(raw) for _, raw in run.messages("received"))
            self.assertEqual(peer["bytessent"], sent)
            self.assertGreaterEqual(peer["bytesrecv"], received)

    def test_version(self):
        version, = by_txid.parsed("sent", "version")
        self.assertEqual(version.nVersion, 70016)
        self.assertEqual(version.nServices, 0, "we offer nothing")
        self.assertEqual(version.strSubVer, AGENT.encode())
        self.assertTrue(version.fRelay, "or recent nodes ignore the request")
        self.assertNotEqual(version.nNonce, 0)
        other, = by_wtxid.parsed("sent", "version")
        self.assertNotEqual(version.nNonce, other.nNonce, "a fresh nonce a connection")
        self.assertRegex(other.strSubVer.decode(), r"^/txsurvey:[^/]+/$")
        theirs, = by_txid.parsed("received", "version")
        self.assertLessEqual(abs(version.nTime - theirs.nTime), 2 * suite.SLOWNESS)

    def test_order(self):
        """BIP155, BIP339: features after the peer's version and before our verack."""
        for run, before_request in ((by_txid, ("sent", "verack")), (by_wtxid, ("received", "verack"))):
            commands = [(line["direction"], line["command"]) for line in run.trace]
            self.assertEqual(commands[0], ("sent", "version"))
            hello = commands.index(("received", "version"))
            verack = commands.index(("sent", "verack"))
            for feature in ("wtxidrelay", "sendaddrv2"):
                if ("sent", feature) in commands:
                    self.assertIn(commands.index(("sent", feature)), range(hello, verack))
            # By txid its announcements are to be by txid, too.
            self.assertEqual(("sent", "wtxidrelay") in commands, run is by_wtxid)
            # The request leaves with our verack; by wtxid only once it is known to be understood.
            self.assertGreater(commands.index(("sent", "getdata")), commands.index(before_request))
            for once in ("version", "verack", "wtxidrelay", "sendaddrv2"):
                self.assertLessEqual(commands.count(("sent", once)), 1)

    def check_requests(self, run, kind):
        requests = run.parsed("sent", "getdata")
        wanted = [(kind, bytes.fromhex(txid)[::-1]) for txid in run.asked]
        first = [(item.type, item.hash) for item in requests[0].inv]
        self.assertEqual(sorted(first), sorted(wanted), "all ids in one request")
        unanswered = [(kind, bytes.fromhex(UNKNOWN)[::-1])]
        self.assertGreater(len(requests), 1)
        for request in requests[1:]:
            self.assertEqual([(item.type, item.hash) for item in request.inv], unanswered)
        entry = run.result.entry(UNKNOWN)
        self.assertEqual((entry["status"], entry["requests"]), ("notfound", len(requests)))

    def test_requests_by_txid(self):
        self.check_requests(by_txid, MSG_WITNESS_TX)

    def test_requests_by_wtxid(self):
        self.check_requests(by_wtxid, MSG_WTX)

    def test_pings(self):
        """The node's ping is answered with its nonce; a ping of ours follows the request."""
        for run in (by_txid, by_wtxid):
            asked = [ping.nonce for ping in run.parsed("received", "ping")]
            answered = [pong.nonce for pong in run.parsed("sent", "pong")]
            self.assertTrue(answered)
            self.assertEqual(answered, asked[:len(answered)])
            commands = [command for command, _ in run.messages("sent")]
            self.assertIn("ping", commands[commands.index("getdata"):])

    def test_transactions(self):
        records = {record["txid"]: record for record in by_txid.result.transactions}
        self.assertEqual(set(records), set(offered.values()))
        for txid, record in records.items():
            tx = CTransaction.deserialize(x(record["hex"]))
            self.assertEqual(tx.GetTxid()[::-1].hex(), txid)
            self.assertEqual(tx.GetHash()[::-1].hex(), record["hash"])
            self.assertEqual(tx.serialize().hex(), record["hex"])
            self.assertEqual([out.nValue for out in tx.vout],
                             [out["value"] * 100_000_000 for out in record["vout"]])
            self.assertEqual([out.scriptPubKey.hex() for out in tx.vout],
                             [out["scriptPubKey"]["hex"] for out in record["vout"]])


if __name__ == "__main__":
    suite.main()
