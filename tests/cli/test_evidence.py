#!/usr/bin/python3
"""What stands beside an answer: labels of ids, hints, announcements, controls."""

import shutil
import struct
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness
import survey
from fakepeer import TX, TXID, UNKNOWN, FakeNetwork, double_sha256, honest, serve

OTHER = TX[:-4] + b"\1\0\0\0"  # another locktime, and so another transaction
OTHER_ID = double_sha256(OTHER)


def inv(*hashes, kind=1):
    return bytes([len(hashes)]) + b"".join(struct.pack("<I", kind) + one for one in hashes)


def announcing(serves):
    """A script: honest, and once it is asked it announces a transaction, which it has or not."""
    def script(peer):
        def getdata(payload):
            if payload[5:37] != OTHER_ID:
                peer.getdata(payload)
                peer.send(b"inv", inv(OTHER_ID))
            elif serves:
                peer.getdata(payload)
            else:
                peer.send(b"notfound", payload)
        peer.handshake()
        serve(peer, getdata=getdata)
    return script


def lying(peer):
    """Announces whatever it is asked for."""
    def getdata(payload):
        peer.send(b"notfound", payload)
        peer.send(b"inv", inv(*(payload[at + 4:at + 36] for at in range(1, len(payload), 36))))
    peer.handshake()
    serve(peer, getdata=getdata)


class Evidence(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def survey(self, *args, code=0, **kw):
        result = survey.run([*args], **kw)
        survey.check_invariants(result)
        self.assertEqual(result.code, code, result.explain())
        return result

    def test_labels(self):
        path = self.folder / "ids"
        path.write_bytes(f"{TXID} first payment\n{UNKNOWN}\t \xe4\x1b # odd\n{'3' * 64}\n"
                         .encode("latin-1"))
        with FakeNetwork(honest) as network:
            result = self.survey("--connect", network.at(1), "--patience", "0", "--txid-file", path)
        labels = ["first payment", "\\xe4\\x1b", None]
        self.assertEqual([entry["label"] for entry in result.peers[0]["transactions"]], labels)
        self.assertEqual([entry["label"] for entry in result.summary["shares"]], labels)

    def test_labels_of_one_id_agree(self):
        path = self.folder / "ids"
        for lines, word in ((f"{TXID} a\n{TXID} b\n", "line 2"), (f"{TXID} {'x' * 101}\n", "100")):
            path.write_text(lines)
            result = survey.run(["--txid-file", path, "--no-dnsseed"])
            self.assertEqual(result.code, 2, result.explain())
            self.assertIn(word, result.stderr)
        path.write_text(f"{TXID} a\n{TXID}\n{TXID} a\n")
        self.survey("--txid-file", path, "--no-dnsseed", code=3)

    def test_fee_rate(self):
        def filtering(peer):
            peer.handshake()
            peer.send(b"feefilter", struct.pack("<q", 2500))
            serve(peer)
        with FakeNetwork(filtering) as network:
            for rate, hint in (("2.4", "below_feefilter"), ("2.5", None)):
                result = self.survey("--connect", network.at(1), "--patience", "1", UNKNOWN,
                                     "--fee-rate", rate)
                entry = result.peers[0]["transactions"][0]
                self.assertEqual((entry["status"], entry["hint"]), ("notfound", hint))

    def test_control(self):
        scripts = {"127.0.0.2": announcing(True), "127.0.0.3": announcing(False),
                   "127.0.0.4": lying}
        transactions = {double_sha256(TX): TX, OTHER_ID: OTHER}
        with FakeNetwork(honest, scripts, transactions) as network:
            result = self.survey(*network.connect(4), "--control", "--patience", "1", UNKNOWN)
        controls = {peer["address"]: tuple(peer["control"].values()) for peer in result.peers}
        self.assertEqual(controls, {"127.0.0.1": ("notfound", None, True),
                                    "127.0.0.2": ("notfound", "served", True),
                                    "127.0.0.3": ("notfound", "notfound", False),
                                    "127.0.0.4": ("announced", None, False)})
        self.assertEqual(result.summary["controls"], {"passed": 2, "failed": 2})
        totals = result.totals(UNKNOWN)
        self.assertEqual(totals["asked"], 4)
        self.assertEqual((totals["controlled"]["asked"], totals["controlled"]["served"]), (2, 0))
        liar = result.entry(UNKNOWN, "127.0.0.4")
        self.assertTrue(liar["announced"])
        self.assertIsNotNone(liar["announced_at"])
        self.assertEqual(liar["strength"], "weak")

    def test_the_random_id_is_another_for_each_peer_and_run(self):
        asked = []

        def noting(peer):
            def getdata(payload):
                asked.append(payload)
                peer.getdata(payload)
            peer.handshake()
            serve(peer, getdata=getdata)
        with FakeNetwork(noting) as network:
            for _ in range(2):
                self.survey(*network.connect(4), "--control", "--patience", "0", UNKNOWN)
        target = bytes.fromhex(UNKNOWN)[::-1]
        items = [{payload[5:37], payload[41:73]} for payload in asked]
        self.assertEqual(len(items), 8)
        self.assertTrue(all(target in both for both in items))
        self.assertEqual(len(set().union(*items)), 1 + 8)

    def test_a_thousand_ids_and_no_more(self):
        """One request of all, answered in another order; the random id, which finds no room in it,
        behind it in one of its own."""
        requests = []

        def backwards(peer):
            def getdata(payload):
                requests.append(payload)
                count, items = payload[:len(payload) % 36], payload[len(payload) % 36:]
                items = [items[at:at + 36] for at in range(0, len(items), 36)]
                peer.send(b"notfound", count + b"".join(reversed(items)))
            peer.handshake()
            serve(peer, getdata=getdata)
        path = self.folder / "ids"
        path.write_text("".join(f"{number:064x} number {number}\n" for number in range(1000)))
        with FakeNetwork(backwards) as network:
            result = self.survey("--connect", network.at(1), "--patience", "0", "--control",
                                 "--txid-file", path)
        self.assertEqual([len(payload) for payload in requests], [3 + 36 * 1000, 1 + 36])
        entries = result.peers[0]["transactions"]
        self.assertEqual({entry["status"] for entry in entries}, {"notfound"})
        self.assertEqual(entries[999]["label"], "number 999")
        self.assertEqual(result.peers[0]["control"]["random"], "notfound")

    def test_without_control(self):
        with FakeNetwork(announcing(True)) as network:
            result = self.survey("--connect", network.at(1), "--patience", "1", UNKNOWN)
        self.assertIsNone(result.peers[0]["control"])
        self.assertIsNone(result.summary["controls"])
        self.assertIsNone(result.totals(UNKNOWN)["controlled"])


if __name__ == "__main__":
    harness.main()
