"""What people see on standard error where it is no terminal: the result, more and less of it."""
import fcntl
import os
import socket
import struct
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import survey  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import TXID, UNKNOWN, address_of, honest, serve, version_payload  # noqa: E402

def slowly(peer):
    time.sleep(1.5)
    honest(peer, subver=b"/\x1b[31mred\x07/")


class Census(Case):
    def test_software_fee_filters_and_chains(self):
        def node(agent, fee=None, services=0x409):
            def script(peer):
                peer.handshake(subver=agent, services=services)
                if fee is not None:
                    peer.send(b"feefilter", struct.pack("<q", fee))
                serve(peer)
            return script
        core = b"/Satoshi:29.1.0/"
        scripts = {
            address_of(1): node(core, 100), address_of(2): node(core, 100), address_of(3): node(core, 1000),
            address_of(4): node(b"/Satoshi:29.3.0/Knots:20260508/", 1000, 0x409 | 1 << 28),
            address_of(5): node(b"/\x1b[31mred/"), address_of(6): node(b"/Satoshi:1.0\xc3\xa4\x1b" + b"x" * 99 + b"/")}
        network = self.network(scripts=scripts)
        result = survey.run(["--census", "--anchor", "5" * 64, *network.connect(6)])
        survey.check_invariants(result)
        self.assertEqual(result.code, 0, result.explain())
        for line in ("6 of 6 nodes told of themselves:", "      3  Core 29.1.0", "      1  Knots 20260508",
                     "      2  others", "      2  1 sat/vB", "      2  0.1 sat/vB", "      2  none named",
                     "Block 'anchor': 0 have it, 6 lack it",
                     "1 says by a service bit that it follows the chain of BLAKE2b"):
            self.assertIn(line + "\n", result.stderr)
        self.assertRegex(result.stderr, r"\A[ -~\n]+\Z")

    def test_more_kinds_than_are_shown(self):
        scripts = {address_of(number): lambda peer, number=number: honest(
            peer, subver=b"/Satoshi:%d.0.0/" % number) for number in range(1, 14)}
        network = self.network(scripts=scripts)
        result = survey.run(["--census", *network.connect(13)])
        self.assertEqual(result.stderr.count(" Core "), 10)
        self.assertIn("      3  others\n", result.stderr)


class Lines(Case):
    def test_the_share_among_those_that_have_the_anchor(self):
        network = self.network()
        result = self.survey(["--anchor", f"here={'5' * 64}", *network.connect(2), "--patience=0"])
        self.assertIn("None of them has shown block 'here': is that the right one?\n", result.stderr)

    def test_nodes_without_a_place_for_us(self):
        def full(peer):
            peer.wait_for(b"version")
            peer.send(b"version", version_payload(subver=b"/Satoshi:32.0.0/"))
            peer.send(b"wtxidrelay")
            peer.send(b"sendaddrv2")
            peer.socket.shutdown(socket.SHUT_WR)
            while peer.receive():
                pass
        network = self.network(scripts={address_of(1): full, address_of(2): lambda peer: peer.reset()})
        result = self.survey([*network.connect(3), "--patience=0"])
        self.assertIn("      1  had no place left for those who want transactions\n", result.stderr)
        self.assertIn("      1  hung up at once, as nodes do that are full\n", result.stderr)
        self.assertEqual(result.summary["full"], {"refused": 1, "no_tx_slot": 1})

    def test_progress_without_a_terminal_is_a_line_a_second(self):
        network = self.network(slowly)
        result = self.survey(["--progress=always", *network.connect(3)])
        lines = [line for line in result.stderr.splitlines() if "have it, waiting" in line]
        self.assertGreaterEqual(len(lines), 1, result.stderr)
        self.assertNotIn("\r", result.stderr)

    def test_quiet_and_verbose(self):
        network = self.network()
        self.assertEqual(self.survey(["-q", *network.connect(2)]).stderr, "")
        self.assertEqual(self.survey(["-v", *network.connect(2)]).stderr.count("txsurvey: peer "), 2)

    def test_a_seed_that_failed_is_mentioned_beside_others_that_are_known(self):
        network = self.network()
        result = self.survey(["--dnsseed=a.invalid", "--dnsseed=b.invalid", *network.connect(1)])
        self.assertRegex(" ".join(result.stderr.split()), r"2 of 2 DNS seeds gave no address: "
                         r"[ab]\.invalid \(\w+\), [ab]\.invalid \(\w+\)\. ")
        many = [f"--dnsseed={number}.{'x' * 60}.invalid" for number in range(9)]
        result = self.survey([*many, *network.connect(1)])
        self.assertRegex(" ".join(result.stderr.split()), r"9 of 9 DNS seeds .*\), \.\.\. \(-v tells of each\)\. ")

    def test_how_surely_goes_on_with_the_run(self):
        """What an earlier part of the run recorded counts as much."""
        network = self.network(lambda peer: honest(peer, subver=b"/Satoshi:29.0.0/"))
        args = ["-o", self.output, "--patience=0", *network.connect(3), UNKNOWN]
        first = survey.run(args)
        self.assertIn("3 said no, reliably\n", first.stderr)
        again = survey.run([*args, "--resume"])
        self.assertIn("txsurvey: going on: 3 nodes have a record already\n", again.stderr)
        self.assertIn("3 said no, reliably\n", again.stderr)

    def test_quiet_still_says_what_is_wrong(self):
        network = self.network()
        result = survey.run(["-q", "--patience=0", "--require-served=1", *network.connect(1), UNKNOWN])
        self.assertEqual((result.code, result.stderr.count("\n")), (1, 1))
        self.assertIn(UNKNOWN, result.stderr)
        result = survey.run(["-q", "--no-dnsseed", TXID])
        self.assertEqual((result.code, result.stderr.count("\n")), (3, 1))

    def test_standard_error_that_nobody_reads_stops_nothing(self):
        network = self.network(slowly)
        reading, writing = os.pipe()
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        os.write(writing, bytes(4096))
        process = survey.start(["--progress=always", "-v", "-o", self.output, *network.connect(3), TXID],
                               stderr=writing)
        self.assertEqual(survey.finish(process).code, 0)
        os.close(writing)
        os.close(reading)
        self.assertEqual(len(survey.load(self.output, 0).peers), 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
