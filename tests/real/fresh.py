"""Transactions that have just come to a node, asked for by the program while others are coming.

What a node had when a session began, it serves on the first request; that is what makes its first
notfound strong. Whether that request comes with our verack, or all with our version (--eager), is the
same to it.
"""

import hashlib
import threading
import time
from datetime import datetime

import kinds
import suite
import survey
from traced import EAGER, READY, REQUEST, VERSION, run_all
from transactions import (CMutableTransaction, CScript, CScriptWitness, CTxIn, CTxInWitness, CTxOut,
                          CTxWitness, OP_TRUE)

OPEN = CScript([OP_TRUE])
OPEN_SCRIPT = CScript([0, hashlib.sha256(OPEN).digest()])  # P2WSH that anybody may spend
BATCHES, BATCH = 26, 12
WAYS = [], ["--eager"]
AT_LEAST = (BATCHES - 1) * BATCH  # there before the last survey begins


def make(chain):
    """Signed transactions with a witness, by txid."""
    witness = CTxWitness([CTxInWitness(CScriptWitness([OPEN]))])
    made = [CMutableTransaction([CTxIn(coin)], [CTxOut(10_000, chain.scripts["p2tr"])],
                                witness=witness)
            for coin in chain.fan_out(BATCHES * BATCH, 20_000, OPEN_SCRIPT)]
    return {chain.txid(raw): raw for raw in (tx.serialize().hex() for tx in made)}


class Arrivals:
    """A node's transactions, which come to it in batches; when it had each, by the wall clock."""

    def __init__(self, node, raw):
        self.node, self.raw, self.had = node, raw, {}
        txids = list(raw)
        self.batches = [txids[at:at + BATCH] for at in range(0, len(txids), BATCH)]

    def send(self, batch):
        for txid in batch:
            assert kinds.takes(self.node, self.raw[txid])
            self.had[txid] = time.time()

    def ask_all(self):
        """A survey of each way for each two batches, the latest and the one that is just coming."""
        asked = [self._ask(*pair) for pair in zip([[], *self.batches], self.batches)]
        return zip(*asked)

    def _ask(self, last, coming):
        sender = threading.Thread(target=self.send, args=[coming])
        runs = [survey.start([*kinds.target(self.node), *words, *last, *coming, kinds.UNKNOWN])
                for words in WAYS]
        sender.start()
        results = [survey.finish(run, timeout=120 * suite.SLOWNESS) for run in runs]
        sender.join()
        for result in results:
            survey.check_invariants(result)
        return results

    def at_hand(self, result):
        """The entries of those that the node had when the session began."""
        peer = result.peer("127.0.0.1")
        began = datetime.fromisoformat(peer["started"]).timestamp()
        return [entry for entry in peer["transactions"]
                if self.had.get(entry["txid"], began + 1) < began]


def check_served_at_once(test, node, raw):
    arrivals = Arrivals(node, raw)
    for words, results in zip(WAYS, arrivals.ask_all(), strict=True):
        with test.subTest(words):
            check_all_served(test, arrivals, results)


def check_all_served(test, arrivals, results):
    entries = [entry for result in results for entry in arrivals.at_hand(result)]
    test.assertGreaterEqual(len(entries), AT_LEAST)
    test.assertEqual([entry for entry in entries
                      if (entry["status"], entry["requests"]) != ("served", 1)], [])
    for result in results:
        entry = result.entry(kinds.UNKNOWN)
        test.assertEqual(entry, {**entry, **kinds.ABSENT, "requests": 1})


def check_absent_in_one_round_trip(test, node):
    """One request, whose answer is the end: not even the pong behind it is waited for."""
    turns = {"usual": [VERSION, READY + REQUEST], "eager": [EAGER]}
    runs = run_all({name: ({"node": node}, *words, kinds.UNKNOWN)
                    for name, words in zip(turns, WAYS, strict=True)})
    for name, run in runs.items():
        entry = run.result.entry(kinds.UNKNOWN)
        test.assertEqual(entry, {**entry, **kinds.ABSENT, "requests": 1})
        test.assertEqual(run.sent()["node"], turns[name])
        test.assertIn(run.answers()["node"], (["notfound"], ["notfound", "pong"]))
