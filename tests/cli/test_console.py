"""What people see on standard error: the progress line on a terminal, the summary, more and less of it."""
import fcntl
import os
import pty
import struct
import sys
import termios
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import survey  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import TXID, UNKNOWN, honest  # noqa: E402

COLUMNS = 70


def slowly(peer):
    time.sleep(1.5)
    honest(peer, subver=b"/\x1b[31mred\x07/")


class Terminal(Case):
    def on_terminal(self, args, columns=COLUMNS, **kw):
        """Runs a survey with a terminal as standard error; what was written to it."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = survey.start(args, stderr=theirs, **kw)
        os.close(theirs)
        seen = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other side is closed
                break
            seen += piece
        os.close(ours)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, seen)
        return seen.decode()

    def test_progress_line(self):
        network = self.network(slowly)
        seen = self.on_terminal(["-o", self.output, *network.connect(20), TXID])
        progress, summary = seen.split("txsurvey: ", 1)
        rewrites = [line for line in progress.split("\r") if line.strip()]
        self.assertGreater(len(rewrites), 2, "four times a second")
        for line in rewrites:
            self.assertNotIn("\n", line, "it scrolls")
            self.assertLess(len(line), COLUMNS, "it would wrap")
            self.assertRegex(line, r"^peers \d+/20  left [<>]?[\d:?]+  connected \d+  answered \d+")
        self.assertTrue(progress.endswith("\r"), "the line is cleared before the summary")
        self.assertRegex(summary, r"^finished after [\d.]+ s, 20 peers: 20 answered\r\n")

    def test_no_progress_line_between_records_on_the_same_terminal(self):
        network = self.network(slowly)
        ours, theirs = pty.openpty()
        seen = self.on_terminal([*network.connect(2), TXID], stdout=theirs)
        os.close(theirs)
        os.close(ours)
        self.assertNotIn("left", seen)

    def test_nothing_of_a_peer_reaches_the_terminal(self):
        network = self.network(slowly)
        seen = self.on_terminal(["-v", "-o", self.output, *network.connect(3), TXID])
        self.assertNotRegex(seen, r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
        self.assertEqual(seen.count("txsurvey: peer 127."), 3)


class Lines(Case):
    def test_progress_without_a_terminal_is_a_line_a_second(self):
        network = self.network(slowly)
        result = self.survey(["--progress=always", *network.connect(3)])
        lines = [line for line in result.stderr.splitlines() if " left " in line]
        self.assertGreaterEqual(len(lines), 1, result.stderr)
        self.assertNotIn("\r", result.stderr)

    def test_quiet_and_verbose(self):
        network = self.network()
        self.assertEqual(self.survey(["-q", *network.connect(2)]).stderr, "")
        self.assertEqual(self.survey(["-v", *network.connect(2)]).stderr.count("txsurvey: peer "), 2)

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
