#!/usr/bin/python3
"""A node that shares no code with Bitcoin Core: what is recorded of btcd, beside what its RPC says.

What was seen, on btcd 0.26.2, that is not in every description of the protocol:

- It says version 70016, sends sendaddrv2 and never wtxidrelay, and does not know MSG_WTX: it has to
  be asked by txid.
- It serves its mempool at the first request, without a tick; and neither the transactions of the
  newest block nor any others that are confirmed.
- It announces what has come since (by txid, in batches 10 s apart), but after it would serve it.
- It never sends a feefilter.
- It offers BLOOM unless it is told otherwise.
"""

import tempfile
import time
import unittest
from pathlib import Path

import kinds
import suite
import survey
from btcd import Btcd
from kinds import ABSENT, HELD
from node import Node

ENTRIES = {"cheap": HELD, "dear": HELD, "tip": ABSENT, "deep": ABSENT, "unknown": ABSENT}
UNASKED = {"status": "unasked", "strength": None, "requests": 0}


def setUpModule():
    """Blocks of the story, and a last one that btcd mines itself."""
    global story, btcd, late
    with Node() as author:
        story = kinds.Story(author)
        late = story.chain.make(["p2wpkh"], ["p2tr"])
        btcd = Btcd(story.chain.reward)
        unittest.addModuleCleanup(btcd.stop)
        story.tell(btcd)
    assert story.offer(btcd, "tip")
    btcd.rpc("generate", 1)
    assert story.offer(btcd, "cheap", "dear") == {"cheap", "dear"}


class OfBtcd(unittest.TestCase):
    maxDiff = None

    def finish(self, run):
        result = survey.finish(run, timeout=120 * suite.SLOWNESS)
        survey.check_invariants(result)
        self.assertEqual(result.code, 0, result.explain())
        return result

    def survey(self, kind, *args):
        return self.finish(kinds.start(kind, story, btcd, args=args))

    def test_state(self):
        """The node is what it is meant to be, by its RPC."""
        pool = btcd.rpc("getrawmempool")
        self.assertEqual({name for name in story.decoded if story.id(name) in pool},
                         {"cheap", "dear"})
        newest = btcd.rpc("getblock", btcd.rpc("getbestblockhash"))
        self.assertEqual(newest["height"], len(story.blocks) + 1)
        self.assertEqual(newest["tx"][1:], [story.id("tip")])

    def test_record(self):
        for words in ([], ["--eager"]):
            with self.subTest(words):
                self.check_record(self.survey("txid", "--patience", "3", *words))

    def check_record(self, result):
        kinds.assert_entries(self, result, btcd, story, "txid", ENTRIES)
        peer = result.peer("127.0.0.1")
        expected = {
            "outcome": "answered", "stage": "done", "error": None, "version": 70016,
            "subver": f"/btcwire:0.5.0/btcd:{btcd.version()}/",
            "services": "000000000000044d",
            "servicesnames": ["NETWORK", "BLOOM", "WITNESS", "COMPACT_FILTERS", "NETWORK_LIMITED"],
            "startingheight": btcd.rpc("getblockcount"), "relaytxes": True,
            "features": ["sendaddrv2"], "feefilter_sat_kvb": None,
        }
        self.assertEqual({field: peer[field] for field in expected}, expected)
        self.assertLessEqual(abs(peer["timeoffset"]), 2)

    def test_wtxid(self):
        """It cannot be asked so: no notfound comes of that."""
        result = self.survey("hash", "--patience", "0")
        peer = result.peer("127.0.0.1")
        self.assertEqual((peer["outcome"], peer["stage"], peer["error"]),
                         ("silent", "request", "wtxid_unsupported"))
        kinds.assert_entries(self, result, btcd, story, "hash", dict.fromkeys(ENTRIES, UNASKED))

    def test_transaction_that_comes_late(self):
        txid = story.chain.txid(late)
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        run = survey.start([*kinds.target(btcd), "--keep-asking", "--trace",
                             folder / "trace", txid])
        self.addCleanup(run.kill)
        self.wait_for_notfound(folder / "trace")
        self.assertTrue(kinds.takes(btcd, late))
        entry = self.finish(run).entry(txid)
        self.assertEqual((entry["status"], entry["requests"]), ("served", 2))

    def wait_for_notfound(self, path, limit=15):
        end = time.monotonic() + limit * suite.SLOWNESS
        while not any(message["command"] == "notfound" for message in suite.trace(path)):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)


if __name__ == "__main__":
    suite.main()
