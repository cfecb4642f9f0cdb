#!/usr/bin/python3
"""scripts/fleet/slurm.sbatch under a Slurm of one node: what its words do, and what whoever submitted them sees of a
shard that fails."""
import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import slurm  # noqa: E402
import survey  # noqa: E402
from fleet import CLEAN, FLEET, SHARDS, Fleet, running  # noqa: E402


def setUpModule():
    harness.ip("link set lo up")
    harness.ip("address add 192.0.2.1/32 dev lo")  # with addresses of the loopback alone Slurm looks no name up


class Array(Fleet):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.top / "slurm"
        folder.mkdir()
        cls.slurm = cls.enterClassContext(slurm.cluster(folder, CLEAN))

    def setUp(self):
        super().setUp()
        self.records = self.folder / "records"
        self.words = [f"--array=1-{SHARDS}", FLEET / "slurm.sbatch", SHARDS, self.records, "-q", *self.options]

    def log(self, job, task):
        return (self.folder / f"txsurvey-{job}_{task}.log").read_text()

    def submit_slowly(self, rate, *paths):
        """A job whose shards take 60 peers by `rate`, of which these have begun."""
        job = self.slurm.submit(*self.words, "--rate", rate, cwd=self.folder)
        while not all(map(self.has_peers, paths)):
            time.sleep(0.1)
        return job

    def submit_again(self):
        """The same words, waited for: whole."""
        done = self.slurm.run("sbatch", "--wait", *self.words, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_shards(self.paths(self.records))

    def test_whole(self):
        job = self.slurm.submit("--wait", *self.words, cwd=self.folder)
        for task in range(1, SHARDS + 1):
            self.assertEqual(self.slurm.told(job, task), ("COMPLETED", "0:0"))
            self.assertEqual(self.log(job, task), "", "-q, and nothing is wrong")
        self.check_shards(self.paths(self.records))
        self.submit_again()

    def test_one_is_killed_and_requeued(self):
        third = self.records / "shard-3.jsonl"
        job = self.submit_slowly(5, third)
        killed, = running(third)
        os.kill(killed, signal.SIGKILL)
        told = {task: self.slurm.wait(job, task) for task in range(1, SHARDS + 1)}
        self.assertEqual(told.pop(3), ("FAILED", "0:9"))
        self.assertEqual(set(told.values()), {("COMPLETED", "0:0")})
        self.assertIsNone(survey.load(third).summary)
        done = self.slurm.run("scontrol", "requeue", f"{job}_3")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.slurm.wait(job, 3), ("COMPLETED", "0:0"))
        self.check_shards(self.paths(self.records))

    def test_no_time_is_left(self):
        """The script asks for TERM before that, which is sent here at once."""
        job = self.submit_slowly(1, *self.expected(self.records))
        self.slurm.run("scancel", "--batch", "--signal=TERM", job)
        for task in range(1, SHARDS + 1):
            self.assertEqual(self.slurm.wait(job, task)[0], "FAILED")
            shard = survey.load(self.records / f"shard-{task}.jsonl")
            self.assertEqual(shard.summary["reason"], "signal")
        self.submit_again()

    def test_one_has_a_full_disk(self):
        self.records.mkdir()
        with harness.mounted("size=8k") as small:
            (self.records / "shard-2.jsonl").symlink_to(small / "records")
            done = self.slurm.run("sbatch", "--wait", "--parsable", *self.words, cwd=self.folder)
            job = done.stdout.strip()
            self.assertEqual(done.returncode, 4, "that of the shard that failed")
            told = {task: self.slurm.told(job, task) for task in range(1, SHARDS + 1)}
            self.assertEqual(told.pop(2), ("FAILED", "4:0"))
            self.assertEqual(set(told.values()), {("COMPLETED", "0:0")})
            self.assertIn("No space left", self.log(job, 2))
            subprocess.run(["mount", "-o", "remount,size=8m", small], check=True)
            self.submit_again()


if __name__ == "__main__":
    slurm.provide()
    harness.enter_namespaces()
    harness.main()
