#!/usr/bin/python3
"""Which chain btcd has, and what it says in a census.

What was seen, on btcd 0.26.2, that is not in every description of the protocol:

- It shows any block that it has heard of, also of a branch that was never active: `has` says less of
  btcd than of Core's family.
- What it does not know is answered, too: by headers without any. Core's family says so that it is
  still loading the chain; btcd that is behind says nothing.
"""

import unittest

import kinds
import suite
from btcd import Btcd
from kinds import ABSENT, HELD, UNKNOWN
from node import Node
from split import Split
from traced import ANCHORS, READY, REQUEST, VERSION, run_all

KINDS = {
    "one": {"a": "has", "b": "lacks"},
    "beside": {"a": "has", "b": "has"},
    "behind": {"a": None, "b": None},
}


def setUpModule():
    global nodes, story, runs
    with Node() as author:
        story = Split(author)
    nodes = {}
    for name in KINDS:
        nodes[name] = Btcd(story.chain.reward)
        unittest.addModuleCleanup(nodes[name].stop)
    for name, branches in (("one", "a"), ("beside", "ba")):
        story.tell(nodes[name])
        for label in branches:
            story.show(nodes[name], label)
        assert story.offer(nodes[name], "cheap")
    asked = [story.id("cheap"), UNKNOWN]
    runs = run_all({"by txid": (nodes, *story.anchors("a", "b"), *asked),
                    "census": (nodes, "--census", *story.anchors("a", "b")),
                    "bare census": (nodes, "--census")})


class OfBtcd(unittest.TestCase):
    maxDiff = None

    def test_state(self):
        """The nodes are what they are meant to be, by their RPC."""
        self.assertEqual({name: story.states(node) for name, node in nodes.items()}, {
            "one": {"a": "active"}, "beside": {"a": "valid-fork", "b": "active"}, "behind": {}})
        self.assertEqual(nodes["behind"].rpc("getblockcount"), 0)

    def test_anchors(self):
        for run in ("by txid", "census"):
            self.assertEqual(runs[run].of_each("anchors"), KINDS)
            self.assertEqual(runs[run].result.summary["anchors"], {
                "a": {"has": 2, "lacks": 0, "unknown": 1},
                "b": {"has": 1, "lacks": 1, "unknown": 1}})
        self.assertEqual(runs["bare census"].of_each("anchors"), dict.fromkeys(KINDS))

    def test_shares(self):
        totals = runs["by txid"].result.totals(story.id("cheap"))
        self.assertEqual((totals["asked"], totals["served"]), (3, 2))
        self.assertEqual((totals["anchored"]["asked"], totals["anchored"]["served"]), (2, 2))

    def test_answers(self):
        for name, node in nodes.items():
            kinds.assert_entries(self, runs["by txid"].result, node, story, "txid", {
                "cheap": ABSENT if name == "behind" else HELD,
                "unknown": {**ABSENT, "requests": 1, "hint": None}})

    def test_no_further_round_trip(self):
        self.assertEqual(runs["by txid"].sent(), dict.fromkeys(
            KINDS, [VERSION, READY + ANCHORS + REQUEST]))

    def test_order_of_answers(self):
        """Each comes before its fence's pong; the last pong ends the talk."""
        answers = ["headers", "pong", "headers", "tx", "notfound", "pong"]
        self.assertEqual(runs["by txid"].answers(), {
            "one": answers, "beside": answers, "behind": ["pong", "notfound", "pong"]})

    def test_census(self):
        expected = {"outcome": "answered", "stage": "done", "error": None, "transactions": [],
                    "client": "btcd", "client_version": nodes["one"].version(), "fork": None,
                    "feefilter_sat_kvb": None}
        for run in ("census", "bare census"):
            for peer in runs[run].peers().values():
                self.assertEqual({field: peer[field] for field in expected}, expected)

    def test_talk_of_the_census(self):
        for run, questions in (("census", ANCHORS), ("bare census", [])):
            self.assertEqual(runs[run].sent(), dict.fromkeys(
                KINDS, [VERSION, READY + questions + ["ping"]]))


if __name__ == "__main__":
    suite.main()
