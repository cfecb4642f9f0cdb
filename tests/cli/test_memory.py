"""Memory that is refused, and peers that ask for too much of it."""
import json
import os
import struct
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import double_sha256  # noqa: E402
from sam_server import Destination, SamServer  # noqa: E402
from socks_server import SocksServer, answer, onion_of  # noqa: E402

HERE = Path(__file__).parent
UNKNOWN = "11" * 32


def own_memory_only():
    if harness.sanitized() or harness.counted() or os.environ.get("TXSURVEY_WRAPPER"):
        harness.skip_test("what runs the program here has memory of its own")


class Refused(Case):
    def setUp(self):
        own_memory_only()
        harness.require_tools("cc")
        super().setUp()
        self.library = self.folder / "oom.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", self.library, HERE / "oom.c"], check=True)

    def run_without(self, first, last, peers=("--connect=127.0.0.1:1", "--connect=127.0.0.2:1")):
        env = {**os.environ, "LD_PRELOAD": str(self.library), "OOM_FROM": str(first),
               "OOM_TO": str(last)}
        words = survey.command(["--chain=regtest", *peers, UNKNOWN])
        return subprocess.run(words, capture_output=True, env=env, check=False, timeout=60)

    def check(self, done, what):
        """Whatever the status, each line is whole; and 0 is said of a whole survey alone."""
        self.assertTrue(not done.stdout or done.stdout.endswith(b"\n"), what)
        types = [json.loads(line)["type"] for line in done.stdout.splitlines()]
        if done.returncode == 0:
            self.assertEqual(types, ["survey", "peer", "peer", "summary"], what)
        elif done.returncode == -6:  # libuv gives up where its loop cannot even be made
            self.assertEqual(types, [], what)
        else:
            self.assertEqual(done.returncode, 4, what)

    def test_one_allocation_that_fails(self):
        statuses = set()
        for number in range(1, 900, 3):
            done = self.run_without(number, number + 1)
            self.check(done, f"allocation {number}: {done.stderr}")
            statuses.add(done.returncode)
        self.assertLessEqual({0, 4}, statuses)

    def test_all_allocations_fail_from_one_on(self):
        for number in range(1, 900, 9):
            done = self.run_without(number, 1 << 40)
            self.check(done, f"from allocation {number} on: {done.stderr}")

    def test_through_proxies(self):
        peer = Destination(1)
        with SocksServer(script=answer(1)) as proxy, SamServer({peer: ("127.0.0.1", 1)}) as bridge:
            peers = [f"--proxy={proxy.at}", f"--i2psam={bridge.at}", f"--connect={onion_of(1)}",
                     f"--connect={peer.name}"]
            for number in range(1, 500, 5):
                for last in (number + 1, 1 << 40):
                    done = self.run_without(number, last, peers)
                    self.check(done, f"allocations {number} to {last}: {done.stderr}")


    def test_resuming(self):
        """Where an allocation fails the file stays one that can be resumed, and nothing is lost."""
        words = ["-o", self.output, "--chain=regtest", "--connect=127.0.0.1:1"]
        self.assertEqual(survey.run([*words, UNKNOWN]).code, 0)
        survey_line, peer_line, _ = self.output.read_bytes().splitlines(keepends=True)
        peer = json.loads(peer_line)
        records = [peer, {**peer, "address": "127.0.0.9", "outcome": "interrupted"},
                   *({**peer, "address": f"127.0.1.{number}"} for number in range(5))]
        content = survey_line + b"".join(json.dumps(record).encode() + b"\n" for record in records)
        words += ["--connect=127.0.0.2:1", "--resume"]
        statuses = set()
        for number in range(1, 1500, 9):
            for last in (number + 1, 1 << 40):
                what = f"allocations {number} to {last}"
                self.output.write_bytes(content)
                done = self.run_without(number, last, words)
                self.assertIn(done.returncode, (0, 4, -6), f"{what}: {done.stderr}")
                statuses.add(done.returncode)
                self.assertEqual(survey.run([*words, UNKNOWN]).code, 0, what)
                result = survey.load(self.output, 0)
                survey.check_invariants(result)
                self.assertEqual(len(result.peers), 7, what)
        self.assertLessEqual({0, 4}, statuses)


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
