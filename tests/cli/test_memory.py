"""Peers that ask for too much memory."""
import os
import struct
import sys
import threading
import time
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


class SlowReader(Case):
    PEERS, IDS = 300, 1000

    def test_a_reader_that_stops(self):
        """Of 300 peers that answer a thousand ids each, the records alone would have 100 MB. Nobody reads
        them before all have answered; then all are there."""
        own_memory_only()

        together = threading.Barrier(self.PEERS)  # while nobody reads, nobody is dialled

        def has_none(peer):
            peer.handshake()
            together.wait(60)
            while message := peer.receive():
                if message[0] in (b"getdata", b"ping"):
                    peer.send({b"getdata": b"notfound", b"ping": b"pong"}[message[0]], message[1])

        network = self.network(has_none)
        ids, peers = self.folder / "ids", self.folder / "peers"
        ids.write_text("".join(f"{number:064x}\n" for number in range(1, self.IDS + 1)))
        peers.write_text("".join(f"{network.at(number)}\n" for number in range(1, self.PEERS + 1)))
        process = survey.start(["--no-dnsseed", "--patience=0", "--response-timeout=60",
                                "-q", f"--peers={peers}",
                                f"--txid-file={ids}"], ["prlimit", f"--as={160 << 20}"])
        end = time.monotonic() + 100
        while len(network.closed) < self.PEERS:
            self.assertLess(time.monotonic(), end, "they were not all asked")
            time.sleep(0.1)
        result = survey.finish(process)
        self.assertEqual(result.code, 0, result.stderr)
        outcomes = [peer["outcome"] for peer in result.peers]
        self.assertEqual(outcomes, ["answered"] * self.PEERS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
