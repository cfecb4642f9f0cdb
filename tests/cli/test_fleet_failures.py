#!/usr/bin/python3
"""One shard of a survey by scripts/fleet/parallel fails: whoever started it is told which, the others are whole, and
the same words finish it."""
import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from fleet import CLEAN, FLEET, SHARDS, Fleet, running  # noqa: E402

TRIES = 3  # as often as scripts/fleet/parallel has a shard tried


def setUpModule():
    harness.ip("link set lo up")


class Failures(Fleet):
    def setUp(self):
        super().setUp()
        self.records = self.folder / "records"
        self.words = [SHARDS, self.records, "-q", *self.options]
        self.third = self.records / "shard-3.jsonl"

    def check_all_but_the_third(self):
        for path in self.paths(self.records):
            complete = path != self.third
            self.assertEqual(bool((survey.load(path).summary or {}).get("complete")), complete, path)

    def finish(self):
        result = self.parallel("-j", SHARDS, *self.words)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.check_shards(self.paths(self.records))

    def kill_the_third(self, times):
        """Where it has recorded something; and so its successors. Returns the exit status and what was said."""
        words = [FLEET / "parallel", "-j", SHARDS, *self.words, "--rate", 5]
        with subprocess.Popen([str(word) for word in words], env={**CLEAN, "HOME": str(self.folder)},
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            killed = set()
            while len(killed) < times:
                self.assertIsNone(process.poll(), "it ended too early")
                for survey_ in set(running(self.third)) - killed if self.has_peers(self.third) else ():
                    os.kill(survey_, signal.SIGKILL)
                    killed.add(survey_)
                time.sleep(0.1)
            return process.communicate()[1], process.returncode

    def test_killed_whenever_it_is_tried(self):
        said, status = self.kill_the_third(TRIES)
        self.assertEqual(status, 1, "one shard failed")
        self.assertIn("3\tscripts/fleet/parallel: shard 3 ended with status 137\n", said)
        self.assertNotRegex(said, "(?m)^[^3]\t")
        self.check_all_but_the_third()
        self.finish()

    def test_killed_once(self):
        """Its successor goes on with the same file."""
        said, status = self.kill_the_third(1)
        self.assertEqual(status, 0, said)
        self.check_shards(self.paths(self.records))

    def test_full_disk(self):
        self.records.mkdir()
        with harness.mounted("size=8k") as small:
            self.third.symlink_to(small / "records")
            result = self.parallel("-j", SHARDS, *self.words)
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertRegex(result.stderr, r"(?m)^3\ttxsurvey: .*No space left on device")
            self.assertIn("3\tscripts/fleet/parallel: shard 3 ended with status 4\n", result.stderr)
            self.assertNotRegex(result.stderr, "(?m)^[^3]\t")
            self.check_all_but_the_third()
            subprocess.run(["mount", "-o", "remount,size=8m", small], check=True)
            self.finish()

    def test_full_disk_of_a_machine(self):
        """The other one takes its shards over, with what they have already."""
        homes = self.folder / "homes"
        homes.mkdir()
        with harness.mounted("size=16k") as small:
            (homes / "one.invalid").symlink_to(small)
            result = self.parallel_on(homes, *self.words)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("No space left on device", result.stderr)
        self.check_shards(self.paths(self.records))


if __name__ == "__main__":
    harness.enter_namespaces("parallel")
    harness.main()
