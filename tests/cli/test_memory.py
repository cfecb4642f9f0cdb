"""Peers that ask for too much memory."""
import os
import struct
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import double_sha256  # noqa: E402


def own_memory_only():
    if harness.sanitized() or harness.counted() or os.environ.get("TXSURVEY_WRAPPER"):
        harness.skip_test("what runs the program here has memory of its own")


def with_items(count):
    """A transaction of one input and one output, its witness `count` empty items; and its txid."""
    body = (bytes([1]) + bytes(36) + bytes([0]) + b"\xff" * 4
            + bytes([1]) + struct.pack("<q", 1000) + bytes([1, 0x51]))
    stripped = b"\2\0\0\0" + body + bytes(4)
    witness = b"\xfe" + struct.pack("<I", count) + bytes(count)
    return (b"\2\0\0\0\0\1" + body + witness + bytes(4), double_sha256(stripped)[::-1].hex())


class Witness(Case):
    """A txid does not cover the witness: anybody can serve the right one with any number of items."""

    def survey_of(self, tx, txid, peers, **kw):
        def serve(peer):
            peer.handshake()
            peer.wait_for(b"getdata")
            peer.send(b"tx", tx)

        return survey.run(["--patience=0", *self.network(serve).connect(peers), txid], **kw)

    def test_millions_of_witness_items(self):
        own_memory_only()
        tx, txid = with_items(3_900_000)
        result = self.survey_of(tx, txid, 5, prefix=["prlimit", f"--as={200 << 20}"])
        self.assertEqual(result.code, 0, result.stderr)
        self.assertEqual(result.totals(txid)["served"], 5)
        transaction, = result.transactions
        self.assertEqual((transaction["vin"], transaction["vout"]), (None, None))
        self.assertEqual((transaction["txid"], transaction["size"]), (txid, len(tx)))
        self.assertLess(len(result.stdout), 100_000)

    def test_as_many_parts_as_are_relayed(self):
        transaction, = self.survey_of(*with_items(70_000), 1).transactions
        self.assertEqual(len(transaction["vin"][0]["txinwitness"]), 70_000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
