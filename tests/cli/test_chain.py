#!/usr/bin/python3
"""Which chain a node has: --anchor, from the question to records, summary and shares."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness
import survey
from case import Case
from fakepeer import TXID, UNKNOWN, double_sha256, honest, mute, serve

HEADER = bytes(range(80))
HASH = double_sha256(HEADER)[::-1].hex()
OTHER = "6" * 64  # a block that nobody has
BLAKE2B = 1 << 28
ONE_OF_OURS, ONE_OF_164_BYTES = b"\1" + HEADER + b"\0", b"\1" + bytes(164) + b"\0"


def node(headers=None, services=0x409):
    """A script: answers a question for HASH with that payload of a headers message, and none for others."""
    def script(peer):
        def getheaders(payload):
            if headers and payload[-32:] == bytes.fromhex(HASH)[::-1]:
                peer.send(b"headers", headers)
        peer.handshake(services=services)
        serve(peer, getheaders=getheaders)
    return script


class Anchors(Case):
    def setUp(self):
        super().setUp()
        self.nodes = self.network(scripts={
            "127.0.0.1": node(ONE_OF_OURS), "127.0.0.2": node(ONE_OF_OURS), "127.0.0.3": node(),
            "127.0.0.4": node(ONE_OF_164_BYTES, services=0x409 | BLAKE2B), "127.0.0.5": mute})
        self.words = [*self.nodes.connect(5), "--handshake-timeout", "1", "--patience", "0"]

    def test_records_and_summary(self):
        result = self.survey([*self.words, "--anchor", HASH, "--anchor", f"other={OTHER}", UNKNOWN])
        self.assertEqual([result.peer(f"127.0.0.{i}")["anchors"] for i in range(1, 6)], [
            {"anchor": "has", "other": "lacks"}, {"anchor": "has", "other": "lacks"},
            {"anchor": "lacks", "other": "lacks"}, {"anchor": "claims", "other": "lacks"},
            {"anchor": None, "other": None}])
        self.assertEqual([result.peer(f"127.0.0.{i}")["fork"] for i in range(1, 6)],
                         [None, None, None, "blake2b", None])
        self.assertEqual([result.entry(UNKNOWN, f"127.0.0.{i}")["hint"] for i in range(1, 6)],
                         [None, None, "other_chain", "other_chain", None])
        self.assertEqual(result.summary["anchors"], {
            "anchor": {"has": 2, "lacks": 1, "unknown": 2},
            "other": {"has": 0, "lacks": 4, "unknown": 1}})
        self.assertEqual(result.totals(TXID)["served"], 4)
        anchored = result.totals(TXID)["anchored"]
        self.assertEqual((anchored["asked"], anchored["served"], anchored["share"]), (2, 2, 1))

    def test_without(self):
        result = self.survey(self.words)
        self.assertEqual({str(peer["anchors"]) for peer in result.peers}, {"None"})
        self.assertEqual((result.summary["anchors"], result.totals(TXID)["anchored"]), (None, None))

    def test_counts_go_on_after_a_resume(self):
        words = [*self.words, "--anchor", HASH, "-o", self.output]
        cut_short = survey.run([*words, "--concurrency", "1", "--deadline", "0.6", TXID])
        self.assertIn(cut_short.code, (0, 3), cut_short.explain())  # it may end before anybody has answered
        survey.run([*words, "--resume", TXID])
        result = survey.load(self.output, 0)
        survey.check_invariants(result)
        self.assertEqual(len(result.of("survey")), 2)
        self.assertEqual(result.summary["anchors"]["anchor"], {"has": 2, "lacks": 1, "unknown": 2})
        self.assertEqual(result.totals(TXID)["anchored"]["asked"], 2)


class ShortVersion(Case):
    def test_what_was_not_said_is_null(self):
        """A version of 46 bytes: neither user agent nor height; and so no hint `behind`."""
        def short(peer):
            peer.wait_for(b"version")
            peer.send(b"version", (70016).to_bytes(4, "little") + bytes(42))
            peer.send(b"verack")
            peer.wait_for(b"verack")
            serve(peer)
        scripts = {"127.0.0.1": short}
        network = self.network(honest, scripts)
        result = self.survey([*network.connect(12), "--concurrency", "1", "--patience", "0", UNKNOWN])
        peer = result.peer("127.0.0.1")
        self.assertEqual((peer["outcome"], peer["version"]), ("answered", 70016))
        self.assertEqual([peer[field] for field in ("subver", "client", "startingheight")], [None] * 3)
        self.assertNotEqual(result.entry(UNKNOWN, "127.0.0.1")["hint"], "behind")


if __name__ == "__main__":
    harness.main()
