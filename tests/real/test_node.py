#!/usr/bin/python3
"""Surveys a real node on regtest and compares the records with what the node's RPC says."""

import tempfile
import time
import unittest
from decimal import Decimal
from pathlib import Path

import suite
import survey
from kinds import UNKNOWN, assert_beside_rpc, target
from node import Node
from transactions import Chain


def setUpModule():
    global node, chain, offered
    node = Node()
    unittest.addModuleCleanup(node.stop)
    chain = Chain(node)
    offered = chain.offer()


def without_desc(value):
    """A decoded transaction, less the descriptors."""
    if isinstance(value, dict):
        return {key: without_desc(part) for key, part in value.items() if key != "desc"}
    return [without_desc(part) for part in value] if isinstance(value, list) else value


class RealNode(unittest.TestCase):
    maxDiff = None

    def survey(self, *args, of=None, code=0):
        result = survey.run([*target(of or node), *args], timeout=120 * suite.SLOWNESS)
        survey.check_invariants(result)
        self.assertEqual(result.code, code, result.explain())
        return result

    def assert_decoded(self, record, decoded, unknown=()):
        """The record says what the node's decoder says, but for fields that are `unknown`."""
        for field, value in without_desc(decoded).items():
            wanted = None if field in unknown else value
            self.assertEqual(without_desc(record[field]), wanted, f"{field} of {decoded['txid']}")
        for output in record["vout"]:
            self.assertIsInstance(output["value"], (Decimal, int))


class Served(RealNode):
    """Every type of input and output, by both kinds of id, at the first request."""

    @classmethod
    def setUpClass(cls):
        cls.raw = {}
        pool = set(node.rpc("getrawmempool"))
        for txid in offered.values():
            where = [] if txid in pool else [chain.tip]
            cls.raw[txid] = node.rpc("getrawtransaction", txid, False, *where)
        cls.decoded = {txid: node.rpc("decoderawtransaction", raw) for txid, raw in cls.raw.items()}

    def test_types_are_all_there(self):
        types = {output["scriptPubKey"]["type"]
                 for tx in self.decoded.values() for output in tx["vout"]}
        self.assertEqual(types, {
            "pubkey", "pubkeyhash", "scripthash", "multisig", "nulldata", "nonstandard", "anchor",
            "witness_v0_keyhash", "witness_v0_scripthash", "witness_v1_taproot",
            "witness_unknown"})
        both = {"txinwitness" in entry for tx in self.decoded.values() for entry in tx["vin"]}
        self.assertEqual(both, {False, True}, "legacy and segwit inputs")

    def test_by_txid(self):
        result = self.survey("--raw", "--patience", "0", *self.raw)
        self.assertEqual(result.survey["id_type"], "txid")
        self.check_served(result, {txid: txid for txid in self.raw})

    def test_by_wtxid(self):
        by_wtxid = {tx["hash"]: txid for txid, tx in self.decoded.items()}
        result = self.survey("--raw", "--patience", "0", "--wtxid", *by_wtxid)
        self.assertEqual(result.survey["id_type"], "wtxid")
        self.check_served(result, by_wtxid)

    def check_served(self, result, ids):
        """`ids` are the ids asked for, with the txid of each."""
        self.assertEqual(result.survey["txids"], list(ids))
        self.assertEqual(len(result.transactions), len(ids))
        records = {record["txid"]: record for record in result.transactions}
        for asked, txid in ids.items():
            with self.subTest(txid=txid):
                entry = result.entry(asked)
                self.assertEqual((entry["status"], entry["via"], entry["requests"]),
                                 ("served", "tx", 1))
                self.assertEqual(entry["wtxid"], self.decoded[txid]["hash"])
                self.assertEqual(entry["bytes"], len(self.raw[txid]) // 2)
                self.assertEqual(records[txid]["hex"], self.raw[txid])
                self.assertEqual(records[txid]["first_peer"], f"127.0.0.1:{node.port}")
                self.assert_decoded(records[txid], self.decoded[txid])

    def test_without_raw_there_is_no_hex(self):
        result = self.survey("--patience", "0", offered["pay-p2tr"])
        self.assertNotIn("hex", result.transactions[0])

    def test_wtxid_where_the_txid_was_meant(self):
        tx = self.decoded[offered["spend-p2wpkh"]]
        self.assertNotEqual(tx["txid"], tx["hash"])
        result = self.survey("--patience", "0", "--wtxid", tx["txid"])
        self.assertEqual(result.entry(tx["txid"])["status"], "notfound")
        result = self.survey("--patience", "0", tx["hash"])
        self.assertEqual(result.entry(tx["hash"])["status"], "notfound")


class Peer(RealNode):
    """The peer record against the node's own description of itself."""

    def test_record(self):
        # Two requests at least, so that the node's messages after the handshake have come.
        result = self.survey("--patience", "2", "--keep-asking", UNKNOWN)
        assert_beside_rpc(self, result.peer("127.0.0.1", node.port), node)
        self.assertEqual(result.summary["peers"]["answered"], 1)
        self.assertEqual((result.summary["reason"], result.summary["complete"]),
                         ("finished", True))
        self.assertEqual(result.summary["address_book"]["known"], 1)

    def test_two_nodes(self):
        with Node() as other:
            txid = offered["pay-p2pkh"]
            result = self.survey("--connect", f"127.0.0.1:{other.port}", "--patience", "0", txid)
            self.assertEqual(result.entry(txid, port=node.port)["status"], "served")
            self.assertEqual(result.entry(txid, port=other.port)["status"], "notfound")
            totals = result.totals(txid)
            self.assertEqual((totals["asked"], totals["served"], float(totals["share"])),
                             (2, 1, 0.5))

    def test_a_node_that_is_gone(self):
        with Node() as gone:
            pass
        result = self.survey("--patience", "0", UNKNOWN, of=gone, code=3)
        self.assertEqual(result.peer("127.0.0.1")["outcome"], "connect_refused")

    def test_wrong_chain(self):
        result = self.survey("--chain", "signet", "--allow-local", "--patience", "0", UNKNOWN, code=3)
        peer = result.peer("127.0.0.1")
        self.assertIn(peer["outcome"], ("closed", "protocol_error"))
        self.assertEqual(peer["transactions"][0]["status"], "unasked")

    def test_require_served(self):
        args = ["--patience", "0", "--require-served"]
        self.survey(*args, "1", offered["pay-p2sh"])
        self.survey(*args, "2", offered["pay-p2sh"], code=1)
        self.survey(*args, "1", offered["pay-p2sh"], UNKNOWN, code=1)


class Patience(RealNode):
    def test_first_answer_only(self):
        late = chain.make(["p2wsh"], ["p2tr"])
        txid = chain.txid(late)
        begin = time.monotonic()
        ids = [txid, chain.funding, UNKNOWN, offered["spend-p2tr"]]
        result = self.survey("--patience", "0", *ids)
        self.assertLess(time.monotonic() - begin, 5 * suite.SLOWNESS)
        for absent in ids[:3]:
            entry = result.entry(absent)
            self.assertEqual((entry["status"], entry["requests"]), ("notfound", 1))
            self.assertIs(entry["announced"], False)
        self.assertEqual(result.entry(ids[3])["status"], "served")

    def survey_while_it_comes(self, late, decoded, others):
        """By txid and by wtxid at once; `late` is sent to the node after the first notfounds."""
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        runs = {}
        for kind, flags in (("txid", []), ("hash", ["--wtxid"])):
            ids = [decoded[kind], *(other[kind] for other in others), UNKNOWN]
            runs[kind] = survey.start([*target(node), "--keep-asking", "--trace", folder / kind,
                                         *flags, *ids])
            self.addCleanup(runs[kind].kill)
        for kind in runs:
            self.wait_for(folder / kind, "notfound")
        time.sleep(3)
        chain.send(late)
        return {kind: survey.finish(process, timeout=120 * suite.SLOWNESS)
                for kind, process in runs.items()}

    def test_transaction_that_comes_late(self):
        """With the default patience. The node's announcement tick comes at random, 5 s apart in the
        mean: in one run of some 200 none comes in time, and the notfound is right. Hence two tries."""
        early = node.rpc("getrawtransaction", offered["spend-p2tr"], True)
        deep = node.rpc("getrawtransaction", chain.funding, True, chain.funding_block)
        for _ in range(2):
            late = chain.make(["p2wpkh"], ["p2pkh", "p2tr"])
            decoded = node.rpc("decoderawtransaction", late)
            results = self.survey_while_it_comes(late, decoded, [early, deep])
            if all(result.entry(decoded[kind])["status"] == "served"
                   for kind, result in results.items()):
                break
        for kind, result in results.items():
            with self.subTest(kind=kind):
                survey.check_invariants(result)
                self.assertEqual(result.code, 0, result.explain())
                self.check_late(result, decoded, kind)
                self.check_absent(result, [deep[kind], UNKNOWN])
                entry = result.entry(early[kind])
                self.assertEqual((entry["status"], entry["requests"]), ("served", 1))

    def wait_for(self, path, command, limit=15):
        end = time.monotonic() + limit * suite.SLOWNESS
        while not any(message["command"] == command for message in suite.trace(path)):
            self.assertLess(time.monotonic(), end, f"the trace shows no {command}")
            time.sleep(0.1)

    def check_late(self, result, decoded, kind):
        entry = result.entry(decoded[kind])
        self.assertEqual((entry["status"], entry["wtxid"]), ("served", decoded["hash"]))
        self.assertGreater(entry["requests"], 1)
        self.assertGreater(entry["response_ms"], 3000)
        # The node announces by wtxid (BIP339), in the very step that makes it servable; that it was this
        # one shows when it is served.
        self.assertIs(entry["announced"], True)
        record = next(tx for tx in result.transactions if tx["txid"] == decoded["txid"])
        self.assert_decoded(record, decoded)

    def check_absent(self, result, ids):
        for absent in ids:
            entry = result.entry(absent)
            self.assertEqual((entry["status"], entry["announced"]), ("notfound", False))
            self.assertIn(entry["requests"], range(2, 9))
            self.assertGreaterEqual(entry["response_ms"], 25_000)
        self.assertLess(result.peer("127.0.0.1")["duration_ms"], 50_000 * suite.SLOWNESS)


if __name__ == "__main__":
    suite.main()
