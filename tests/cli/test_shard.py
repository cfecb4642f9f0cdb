"""--shard: parts that are disjoint and together whole, and where `auto` takes them from."""
import os
import sys
import unittest
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import TXID  # noqa: E402
from simnet import Network  # noqa: E402

SIGNS = ("SLURM_", "JOB_COMPLETION_", "PARALLEL", "TXSURVEY_SHARDS")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(SIGNS)}

# What Slurm sets in the second task of `sbatch --array=2-6:2`, with and without srun, and so on.
ARRAY = {"SLURM_ARRAY_JOB_ID": "1", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_ID": "4",
         "SLURM_ARRAY_TASK_MAX": "6", "SLURM_ARRAY_TASK_MIN": "2", "SLURM_ARRAY_TASK_STEP": "2",
         "SLURM_JOB_ID": "3", "SLURM_PROCID": "0"}
ARRAY_STEP = {**ARRAY, "SLURM_NTASKS": "1", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "1"}
STEP = {"SLURM_JOB_ID": "10", "SLURM_NTASKS": "3", "SLURM_PROCID": "2", "SLURM_STEP_ID": "0",
        "SLURM_STEP_NUM_TASKS": "3"}
KUBERNETES = {"JOB_COMPLETION_INDEX": "0", "TXSURVEY_SHARDS": "8"}
PARALLEL = {"PARALLEL_SEQ": "8", "PARALLEL_PID": "1", "PARALLEL_JOBSLOT": "2", "TXSURVEY_SHARDS": "8"}


def without(environment, *names):
    return {name: value for name, value in environment.items() if name not in names}


RIGHT = [
    ("2/3", ARRAY),
    ("2/3", ARRAY_STEP),
    ("2/3", {**ARRAY, "TXSURVEY_SHARDS": "3"}),
    ("1/3", {**ARRAY, "SLURM_ARRAY_TASK_ID": "2"}),
    ("3/3", {**ARRAY, "SLURM_ARRAY_TASK_ID": "6"}),
    ("1/65536", {**ARRAY, "SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_TASK_MIN": "0",
                 "SLURM_ARRAY_TASK_MAX": "65535", "SLURM_ARRAY_TASK_STEP": "1",
                 "SLURM_ARRAY_TASK_COUNT": "65536"}),
    ("3/3", STEP),
    ("1/3", {**STEP, "SLURM_PROCID": "0"}),
    ("3/3", {"SLURM_PROCID": "2", "SLURM_NTASKS": "3"}),
    ("1/8", KUBERNETES),
    ("8/8", {**KUBERNETES, "JOB_COMPLETION_INDEX": "7"}),
    ("8/8", PARALLEL),
    ("1/8", {**PARALLEL, "PARALLEL_SEQ": "1"}),
]
# The words that the message must have, then the environment.
WRONG = [
    (["PARALLEL_SEQ", "SLURM_ARRAY_TASK_ID", "SLURM_PROCID", "JOB_COMPLETION_INDEX"], {}),
    (["JOB_COMPLETION_INDEX"], {"TXSURVEY_SHARDS": "8"}),
    *[([name, "not set"], without(ARRAY, name)) for name in (
        "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX",
        "SLURM_ARRAY_TASK_STEP")],
    *[([name, "'x1'"], {**ARRAY, name: "x1"}) for name in ARRAY if "TASK" in name],
    *[([name, "''"], {**ARRAY, name: ""}) for name in ARRAY if "TASK" in name],
    (["SLURM_ARRAY_TASK_STEP"], {**ARRAY, "SLURM_ARRAY_TASK_STEP": "0"}),
    (["SLURM_ARRAY_TASK_COUNT"], {**ARRAY, "SLURM_ARRAY_TASK_COUNT": "0"}),
    (["SLURM_ARRAY_TASK_COUNT"], {**ARRAY, "SLURM_ARRAY_TASK_COUNT": "65537"}),
    (["SLURM_ARRAY_TASK_ID"], {**ARRAY, "SLURM_ARRAY_TASK_ID": "3"}),
    (["SLURM_ARRAY_TASK_ID"], {**ARRAY, "SLURM_ARRAY_TASK_ID": "0"}),
    (["SLURM_ARRAY_TASK_ID"], {**ARRAY, "SLURM_ARRAY_TASK_ID": "8"}),
    # sbatch --array=1,2,7
    (["gaps", "SLURM_ARRAY_TASK_COUNT"],
     {**ARRAY, "SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "7",
      "SLURM_ARRAY_TASK_STEP": "1"}),
    (["gaps"], {**ARRAY, "SLURM_ARRAY_TASK_MIN": "6", "SLURM_ARRAY_TASK_MAX": "2"}),
    # one task of an array of eight, submitted again
    (["SLURM_ARRAY_TASK_COUNT is 1", "TXSURVEY_SHARDS is 8"],
     {**ARRAY, "SLURM_ARRAY_TASK_MIN": "4", "SLURM_ARRAY_TASK_MAX": "4",
      "SLURM_ARRAY_TASK_COUNT": "1", "TXSURVEY_SHARDS": "8"}),
    (["TXSURVEY_SHARDS", "'many'"], {**ARRAY, "TXSURVEY_SHARDS": "many"}),
    # srun -n 3 in an array
    (["SLURM_ARRAY_TASK_ID", "SLURM_STEP_NUM_TASKS"], {**ARRAY_STEP, "SLURM_STEP_NUM_TASKS": "3"}),
    (["SLURM_NTASKS", "not set"], without(STEP, "SLURM_NTASKS")),
    (["SLURM_PROCID"], {**STEP, "SLURM_PROCID": "3"}),
    (["SLURM_PROCID"], {**STEP, "SLURM_PROCID": "-1"}),
    (["SLURM_NTASKS is 3", "TXSURVEY_SHARDS is 4"], {**STEP, "TXSURVEY_SHARDS": "4"}),
    # in a batch script, but not by srun
    (["SLURM_STEP_ID", "srun"], without(STEP, "SLURM_STEP_ID", "SLURM_STEP_NUM_TASKS")),
    (["TXSURVEY_SHARDS", "not set"], without(KUBERNETES, "TXSURVEY_SHARDS")),
    (["JOB_COMPLETION_INDEX"], {**KUBERNETES, "JOB_COMPLETION_INDEX": "8"}),
    (["JOB_COMPLETION_INDEX"], {**KUBERNETES, "JOB_COMPLETION_INDEX": "-1"}),
    (["TXSURVEY_SHARDS"], {**KUBERNETES, "TXSURVEY_SHARDS": "0"}),
    (["TXSURVEY_SHARDS"], {**KUBERNETES, "TXSURVEY_SHARDS": "8 "}),
    (["TXSURVEY_SHARDS", "not set"], without(PARALLEL, "TXSURVEY_SHARDS")),
    (["PARALLEL_SEQ"], {**PARALLEL, "PARALLEL_SEQ": "9"}),
    (["PARALLEL_SEQ"], {**PARALLEL, "PARALLEL_SEQ": "0"}),
    (["JOB_COMPLETION_INDEX", "PARALLEL_SEQ", "both"], {**KUBERNETES, **PARALLEL}),
    (["SLURM_ARRAY_TASK_ID", "PARALLEL_SEQ", "both"], {**ARRAY, **PARALLEL}),
    (["SLURM_PROCID", "PARALLEL_SEQ", "both"], {**STEP, **PARALLEL}),
    (["SLURM_PROCID", "JOB_COMPLETION_INDEX", "both"], {**STEP, **KUBERNETES}),
]


def shard_of(peer, count):
    """The definition in src/survey/shard.c, for IPv4."""
    data = (b"txsurvey/shard/1" + bytes([1]) + ip_address(peer["address"]).packed
            + peer["port"].to_bytes(2, "big"))
    return int.from_bytes(sha256(data).digest()[:8], "big") % count + 1


class Values(Case):
    def shard(self, value, environment=None):
        """The survey that --shard VALUE makes of no peers."""
        return survey.run(["--no-dnsseed", f"--shard={value}", TXID],
                          env={**CLEAN, **(environment or {})})

    def test_by_hand(self):
        for value in ("1/1", "1/2", "2/2", "64/64", "65536/65536"):
            result = self.shard(value)
            self.assertEqual((result.code, result.survey["shard"]), (3, value), result.explain())

    def test_wrong_by_hand(self):
        for value in ("", "/", "1", "1/", "/1", "0/1", "2/1", "1/0", "1/65537", "1/2/3", "1/2 ", " 1/2",
                      "-1/2", "1/-2", "a/b", "1,2", "0x1/2", "AUTO", "auto ", "auto/2", "1/auto",
                      "99999999999999999999/2", "1/99999999999999999999"):
            with self.subTest(value=value):
                result = self.shard(value)
                self.assertEqual((result.code, result.stdout), (2, b""), result.explain())
                self.assertIn(f"--shard: '{value}' is no shard", result.stderr)

    def test_none_is_all(self):
        result = survey.run(["--no-dnsseed", TXID], env=CLEAN | PARALLEL)
        self.assertEqual((result.code, result.survey["shard"]), (3, "1/1"))

    def test_environments(self):
        for shard, environment in RIGHT:
            with self.subTest(environment=environment):
                result = self.shard("auto", environment)
                self.assertEqual(result.code, 3, result.explain())
                self.assertEqual(result.survey["shard"], shard)

    def test_wrong_environments(self):
        for words, environment in WRONG:
            with self.subTest(environment=environment):
                result = self.shard("auto", environment)
                self.assertEqual((result.code, result.stdout), (2, b""), result.explain())
                self.assertIn("--shard: auto", result.stderr)
                for word in words:
                    self.assertIn(word, result.stderr)


class Parts(Case):
    NODES, SHARDS = 300, 3

    def test_disjoint_and_together_whole(self):
        network = Network(self.folder, "--nodes", str(self.NODES), "--mix", "served=60,notfound=40",
                          "--patience-ms", "0")
        seconds = str(10 * harness.SLOWNESS)
        parts = []
        try:
            for index in range(1, self.SHARDS + 1):
                parts.append(survey.run(
                    ["--chain", "regtest", "--peers", network.list, "--patience", "0",
                     "--response-timeout", seconds, "--handshake-timeout", seconds,
                     "--shard", f"{index}/{self.SHARDS}", network.ids[0]], env=CLEAN))
        finally:
            self.assertEqual(network.stop(), (0, ""))
        listed = network.list.read_text().split()
        self.assertEqual(len(listed), self.NODES)
        surveyed = []
        for index, part in enumerate(parts, 1):
            self.assertEqual(part.code, 0, part.explain())
            survey.check_invariants(part)
            self.assertEqual(part.survey["shard"], f"{index}/{self.SHARDS}")
            self.assertTrue(part.summary["complete"])
            self.assertEqual(part.summary["not_attempted"], 0)
            self.assertEqual(part.summary["address_book"]["ignored"]["shard"],
                             self.NODES - len(part.peers))
            self.assertTrue(part.peers)
            for peer in part.peers:
                self.assertEqual(shard_of(peer, self.SHARDS), index, peer["address"])
                self.assertEqual(peer["outcome"], "answered")
            surveyed += map(survey.endpoint, part.peers)
        self.assertEqual(sorted(surveyed), sorted(listed))


if __name__ == "__main__":
    harness.main()
