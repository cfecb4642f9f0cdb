#!/usr/bin/python3
"""--block, as users run it: how many are asked, how long it may take, what it may cost."""

import resource
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from blocks import Block, made_tx, txid  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import UNKNOWN, address_of, frame  # noqa: E402

TX = made_tx(1)
BLOCK = Block(700_000, [made_tx(2), TX, made_tx(3)])
RECENT = Block(800_000, [made_tx(2), TX, made_tx(3)])  # for fakepeer's height


class FromBlock(Case):
    def run_survey(self, network, peers, *args, block=BLOCK, tx=TX, code=0, **kw):
        result = survey.run(["--patience=0", f"--block={block.hash}", *network.connect(peers), *args,
                             txid(tx)], **kw)
        self.assertEqual(result.code, code, result.explain())
        survey.check_invariants(result)
        return result

    def block_of(self, result, **wanted):
        block = result.summary["block"]
        self.assertEqual({field: block[field] for field in wanted}, wanted)


class HowMany(FromBlock):
    def test_no_more_than_so_many(self):
        network = self.network(BLOCK.script())
        result = self.run_survey(network, 60, "--block-peers=7")
        asked = [peer["block_asked"] for peer in result.peers]
        self.assertEqual((asked.count("block"), asked.count(None)), (7, 53))
        self.assertEqual(result.totals(txid(TX))["served"], 7)
        self.assertEqual({peer["outcome"] for peer in result.peers}, {"answered"})
        self.block_of(result, height=700_000, can_serve=60, asked=7, served=7)

    def test_twenty_by_default(self):
        result = self.run_survey(self.network(BLOCK.script()), 30)
        self.block_of(result, can_serve=30, asked=20, served=20)
        self.assertIn("1 of 1 transaction is in the block of --block.\n", result.stderr)
        self.assertEqual(result.survey["options"]["block"], BLOCK.hash)
        self.assertEqual(result.survey["options"]["block_peers"], 20)

    def test_who_can_serve_it(self):
        """Pruned nodes are 100,000 blocks on, and some offer no blocks at all."""
        kinds = [BLOCK.script(), BLOCK.script(services=0x408), BLOCK.script(services=8)]
        scripts = {address_of(number): kinds[number % 3] for number in range(1, 31)}
        result = self.run_survey(self.network(scripts=scripts), 30)
        self.block_of(result, can_serve=10, asked=10, served=10)

    def test_nobody_gives_it_out(self):
        result = self.run_survey(self.network(transactions={}), 2, "--response-timeout=1")
        self.assertIn("Nobody gave out the block of --block.\n", result.stderr)

    def test_without_a_block(self):
        result = survey.run(["--patience=0", *self.network(BLOCK.script()).connect(3), txid(TX)])
        survey.check_invariants(result)
        self.assertIsNone(result.summary["block"])
        self.assertIsNone(result.survey["options"]["block"])
        self.assertEqual(result.totals(txid(TX))["notfound"], 3)

    def test_lies_are_told_apart(self):
        """Beside an honest peer, one that flips each of a few bytes."""
        def lie(at):
            payload = bytearray(BLOCK.payload)
            payload[at] ^= 1
            return BLOCK.script(send=lambda peer, _: peer.send(b"block", bytes(payload)))

        wanted = {1: None, 2: "wrong_block", 3: "bad_merkle_root", 4: "malformed_block"}
        scripts = {address_of(1): BLOCK.script(), address_of(2): lie(40), address_of(3): lie(150),
                   address_of(4): lie(80)}
        result = self.run_survey(self.network(scripts=scripts), 4)
        for number, error in wanted.items():
            peer = result.peer(address_of(number))
            self.assertEqual(peer["error"], error)
            self.assertEqual(peer["transactions"][0]["status"], "notfound" if error else "served")
        self.block_of(result, asked=4, served=1)


class InParts(FromBlock):
    """Where a place in the block is known, one transaction will do."""

    def slowly(self, peer, payload):
        time.sleep(0.7)
        peer.send(b"block", payload)

    def test_who_comes_while_the_block_is_read_waits(self):
        network = self.network(RECENT.script(self.slowly, parts=True))
        result = self.run_survey(network, 30, "--block-peers=2", block=RECENT)
        asked = [peer["block_asked"] for peer in result.peers]
        self.assertEqual((asked.count("block"), asked.count("blocktxn")), (2, 28))
        self.block_of(result, can_serve=30, asked=30, served=30)
        self.assertEqual([peer["block_height"] for peer in result.peers if peer["block_height"]],
                         [800_000, 800_000])

    def test_nobody_waits_for_what_never_comes(self):
        """Whoever sends nothing leaves its place to the next."""
        network = self.network(RECENT.script(lambda *_: None, parts=True))
        result = self.run_survey(network, 5, "--block-peers=1", block=RECENT)
        self.assertEqual([peer["outcome"] for peer in result.peers], 5 * ["answered"])
        self.block_of(result, height=None, asked=5, served=0)

    def test_another_reads_it_where_the_first_fails(self):
        """Whoever waits may become the one that is asked for all of it, as long as such are left."""
        lies = RECENT.script(lambda peer, _: peer.reset(), parts=True)
        network = self.network(RECENT.script(self.slowly, parts=True), {address_of(1): lies})
        result = self.run_survey(network, 8, "--block-peers=2", block=RECENT)
        self.assertGreaterEqual(result.totals(txid(TX))["served"], 6)


class Resumed(FromBlock):
    def part(self, network, peers, *args, block=BLOCK, code=0):
        result = survey.run(["--patience=0", f"--block={block.hash}", "-o", self.output, "--resume",
                             *network.connect(peers), *args, txid(TX)])
        self.assertEqual(result.code, code, result.explain())
        return survey.load(self.output, code)

    def test_the_whole_run_counts(self):
        network = self.network(BLOCK.script())
        first = self.part(network, 4, "--block-peers=6")
        self.block_of(first, can_serve=4, asked=4, served=4)
        whole = self.part(network, 12, "--block-peers=6")
        survey.check_invariants(whole)
        self.block_of(whole, height=700_000, can_serve=12, asked=6, served=6)

    def test_places_are_known_from_the_file(self):
        """After a kill as well, which leaves no summary."""
        network = self.network(RECENT.script(parts=True))
        for cut in (False, True):
            self.output.unlink(missing_ok=True)
            self.part(network, 2, "--block-peers=1", block=RECENT)
            if cut:
                lines = self.output.read_bytes().splitlines(keepends=True)
                self.output.write_bytes(b"".join(lines[:-1]))
            whole = self.part(network, 5, "--block-peers=1", block=RECENT)
            survey.check_invariants(whole)
            self.block_of(whole, height=800_000, can_serve=5, asked=5, served=5)
            again = self.part(network, 5, "--block-peers=1", block=RECENT)
            self.assertEqual(again.summary["block"], whole.summary["block"])

    def test_another_block(self):
        network = self.network(BLOCK.script())
        self.part(network, 1)
        before = self.output.read_bytes()
        self.part(network, 2, block=Block(700_001, [TX]), code=2)
        self.assertEqual(self.output.read_bytes(), before)


class HowLong(FromBlock):
    """With a second for an answer, 80 kB may take five."""

    def setUp(self):
        super().setUp()
        self.block = Block(700_000, [TX, made_tx(5, 80_000)])

    def test_slow_ones(self):
        def slowly(seconds):
            def send(peer, payload):
                message = frame(b"block", payload)
                for at in range(0, len(message), 8000):
                    peer.socket.sendall(message[at:at + 8000])
                    time.sleep(seconds / 10)
            return self.block.script(send=send)

        scripts = {address_of(1): slowly(2.5), address_of(2): slowly(20)}
        begin = time.monotonic()
        result = self.run_survey(self.network(scripts=scripts), 2,
                                 f"--response-timeout={harness.SLOWNESS}", block=self.block)
        self.assertLess(time.monotonic() - begin, 4 + 6 * harness.SLOWNESS)
        self.assertEqual(result.entry(txid(TX), address_of(1))["status"], "served")
        entry = result.entry(txid(TX), address_of(2))
        if harness.SLOWNESS == 1:
            self.assertEqual((entry["status"], entry["strength"]), ("notfound", "weak"))
            self.assertEqual(result.peer(address_of(2))["outcome"], "answered")


class HowMuch(FromBlock):
    def test_memory(self):
        """Blocks of 4 MB from forty peers at once, of which no peer may cost more than 1 MiB."""
        if harness.sanitized() or harness.counted() or harness.SLOWNESS > 1:
            harness.skip_test("what runs the program here has memory of its own")
        block = Block(700_000, [TX, *(made_tx(n, 390_000) for n in range(10, 20)), made_tx(9, 80_000)])
        self.assertLess(len(block.payload), 4_000_000)
        together = threading.Barrier(40, timeout=60)

        def send(peer, payload):
            message = frame(b"block", payload)
            peer.socket.sendall(message[:-200_000])
            together.wait()
            peer.socket.sendall(message[-200_000:])

        result = self.run_survey(self.network(block.script(send=send)), 40, "--block-peers=40",
                                 "--response-timeout=30", block=block)
        self.assertEqual(result.totals(txid(TX))["served"], 40)
        self.block_of(result, asked=40, served=40)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.assertLess(peak, (10 + 40) * 1024)

    def test_what_is_not_in_it_is_asked_for_once(self):
        result = survey.run(["--patience=0", f"--block={BLOCK.hash}", "--concurrency=1",
                             *self.network(BLOCK.script()).connect(5), UNKNOWN])
        self.assertEqual(result.totals(UNKNOWN)["notfound"], 5)
        self.block_of(result, asked=1, served=0, can_serve=5)


class Recorded(FromBlock):
    """Runs after HowMuch, whose peak is that of all before it, this process's own included."""

    def served_from(self, txs, peers, *args):
        """Each has its record, whoever served it."""
        block = Block(700_000, txs)
        result = survey.run(["--patience=0", f"--block={block.hash}", *args,
                             *self.network(block.script()).connect(peers), *map(txid, txs)])
        self.assertEqual(result.code, 0, result.explain())
        survey.check_invariants(result)
        self.assertEqual({tx["txid"] for tx in result.transactions}, set(map(txid, txs)))
        for tx in txs:
            totals = result.totals(txid(tx))
            self.assertEqual((totals["served"], totals["unrecorded"]), (peers, 0))

    def test_as_many_ids_as_there_may_be(self):
        """Of a block of 3.9 MB, from one peer, from many at once."""
        txs = [made_tx(number, 3_800) for number in range(1, 1001)]
        self.served_from(txs, 1)
        many = 30 if harness.SLOWNESS == 1 else 3
        self.served_from(txs, many, f"--block-peers={many}")

    def test_a_large_one(self):
        self.served_from([TX, made_tx(7, 600_000), made_tx(8)], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
