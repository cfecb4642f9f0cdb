"""scripts/fleet: surveys in parts by GNU parallel, Slurm's variables and the Kubernetes manifest, against
the survey of the whole. What their README says of merging is tried on what they wrote."""
import os
import re
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from fleet import CLEAN, FLEET, SHARDS, Fleet, run  # noqa: E402


def commands_of(path, heading=""):
    """The commands of the `sh` blocks of a text, behind a heading if one is given."""
    text = path.read_text()
    text = text[text.index(heading):]
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    return [command for block in blocks for command in block.split("\n\n") if "jq" in command]


class Parallel(Fleet):
    def test_local_slots_then_merged(self):
        records = self.folder / "records"
        words = ["-j", 3, SHARDS, records, "-q", *self.options]
        result = self.parallel(*words)
        self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr)
        self.check_shards(self.paths(records))
        self.check_questions(records)
        before = [path.read_bytes() for path in self.paths(records)]
        result = self.parallel(*words)
        self.assertEqual(result.returncode, 0, result.stderr)
        for path, content in zip(self.paths(records), before):
            self.assertTrue(path.read_bytes().startswith(content[:content.rindex(b'{"type":"summary"')]))
        self.check_shards(self.paths(records))

    def check_questions(self, records):
        """Each question of the guide is put to the merged shards. Where the answer holds no times and
        is not of the run but of the peers, it is that of the whole survey."""
        if not shutil.which("jq"):
            harness.skip_test("no jq")
        merged = self.folder / "all.jsonl"
        subprocess.run(["bash", "-c", 'cat "$1"/shard-*.jsonl > "$2"', "-", records, merged],
                       check=True)
        questions = commands_of(harness.REPOSITORY / "scripts" / "guide.md", "## Questions")
        self.assertGreaterEqual(len(questions), 9)
        alike = 0
        for question in questions:
            with self.subTest(question=question):
                answer = self.ask(question, merged)
                if any(word in question for word in ("response_ms", "summary", "hint")):
                    continue
                self.assertTrue(answer)
                self.assertEqual(sorted(answer), sorted(self.ask(question, self.whole)))
                alike += 1
        self.assertGreaterEqual(alike, 6)
        self.check_fleet_questions(merged)

    def check_fleet_questions(self, merged):
        share, whole = [self.ask(question, merged) for question in commands_of(FLEET / "README.md")]
        self.assertEqual(len(share), len(self.network.ids))
        totals = survey.load(self.whole).summary["shares"]
        for line in map(survey._parse, (line.encode() for line in share)):
            expected = next(entry for entry in totals if entry["txid"] == line["txid"])
            self.assertEqual((line["served"], line["asked"]), (expected["served"], expected["asked"]))
            self.assertAlmostEqual(float(line["share"]), float(expected["share"]), 4)
        self.assertEqual(whole, [f"{index}/{SHARDS}\ttrue" for index in range(1, SHARDS + 1)])

    def ask(self, question, path):
        """The lines that a question of a README gets when it is put to `path`."""
        question, count = re.subn(r"\b(records|all)\.jsonl", str(path), question)
        self.assertEqual(count, 1)
        result = run(["bash", "-e", "-o", "pipefail", "-c", question])
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout.splitlines()

    def test_machines(self):
        homes, records = self.folder / "homes", self.folder / "records"
        homes.mkdir()
        for account in ({}, {"SHELL": "/usr/sbin/nologin"}):  # the second time nothing is left to do
            result = self.parallel_on(homes, SHARDS, records, "-q", *self.options, **account)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.check_shards(self.paths(records))
        hosts = {path.name for path in homes.iterdir()} - {"calls"}
        self.assertEqual(len(hosts), 2, "both machines took part")
        left = [path for host in hosts for path in (homes / host).rglob("*") if path.is_file()]
        self.assertEqual(left, [], "nothing is left there")

    def test_interrupted_and_resumed(self):
        if not shutil.which("parallel"):
            harness.skip_test("no GNU parallel")
        records = self.folder / "records"
        words = ["-j", SHARDS, SHARDS, records, "-q", *self.options]
        with subprocess.Popen([str(word) for word in [FLEET / "parallel", *words, "--rate", 10]],
                              env={**CLEAN, "HOME": str(self.folder)}, stdin=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            while not all(self.has_peers(path) for path in self.expected(records)):
                self.assertIsNone(process.poll(), "it ended too early")
                time.sleep(0.1)
            process.terminate()
        self.assertNotEqual(process.returncode, 0)
        for path in self.paths(records):
            interrupted = survey.load(path)
            self.assertEqual(interrupted.summary["reason"], "signal")
            self.assertGreater(interrupted.summary["not_attempted"], 0)
        result = self.parallel(*words)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.check_shards(self.paths(records))

    def test_words_are_not_templates(self):
        """What GNU parallel would replace, and what a shell would, reaches the survey as it is."""
        words = self.folder / "{} {1} {= $_ = 'x' =} {.} {} $(echo it's) ' :::\n::: {#}"
        words.mkdir()
        peers = words / "{}"
        peers.write_text("127.0.0.1:1\n")
        program = words / "{1}"
        program.symlink_to(CLEAN["TXSURVEY"])
        records = self.folder / "records {}"
        result = self.parallel(2, records, "-q", "--chain=regtest", "--peers", peers, "1" * 64,
                               TXSURVEY=str(program))
        asked = [len(survey.load(path).peers) for path in self.paths(records, 1, 2)]
        self.assertEqual(sorted(asked), [0, 1], result.stderr)

    def test_failures_are_told(self):
        records = self.folder / "records"
        result = self.parallel(2, records, "--rate", "0", *self.options)
        self.assertEqual(result.returncode, 2, "two shards failed")
        self.assertIn("--rate", result.stderr)
        self.assertRegex(result.stderr, r"(?m)^2\ttxsurvey: ")

    def test_wrong_use(self):
        for words in ([], ["4"], ["4", "x"], ["x", self.folder, "y"], ["0", self.folder, "y"],
                      ["-x", "4", self.folder, "y"]):
            result = self.parallel(*words)
            self.assertEqual((result.returncode, result.stdout), (2, ""), words)
            self.assertIn("Usage: ", result.stderr)


class Slurm(Fleet):
    SCRIPT = FLEET / "slurm.sbatch"

    def task(self, folder, task, shards=SHARDS, **more):
        """A task of `sbatch --array=1-SHARDS`, with the variables that Slurm 22.05 sets."""
        return run(["bash", self.SCRIPT, shards, folder, "-q", *self.options], **{
            "SLURM_ARRAY_JOB_ID": "70", "SLURM_ARRAY_TASK_COUNT": str(SHARDS),
            "SLURM_ARRAY_TASK_ID": str(task), "SLURM_ARRAY_TASK_MAX": str(SHARDS),
            "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_STEP": "1", "SLURM_NTASKS": "1",
            "SLURM_JOB_ID": str(70 + task), "SLURM_PROCID": "0", **more})

    def test_array(self):
        for task in range(1, SHARDS + 1):
            result = self.task(self.folder / "records", task)
            self.assertEqual(result.returncode, 0, result.stderr)
        self.check_shards(self.paths(self.folder / "records"))

    def test_part_of_an_array(self):
        """`sbatch --array=3` would be a survey of all, were it not told that there are four."""
        result = self.task(self.folder, 3, SLURM_ARRAY_TASK_COUNT="1", SLURM_ARRAY_TASK_MIN="3",
                           SLURM_ARRAY_TASK_MAX="3")
        self.assertEqual(result.returncode, 2)
        self.assertIn("TXSURVEY_SHARDS", result.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_wrong_use(self):
        for result in (run(["bash", self.SCRIPT, 4, self.folder, "x"]),
                       run(["bash", self.SCRIPT, 4], SLURM_ARRAY_TASK_ID="1")):
            self.assertEqual(result.returncode, 2)
            self.assertIn("sbatch --array=1-SHARDS", result.stderr)

    def test_directives_come_before_commands(self):
        """Slurm reads none behind the first command."""
        lines = self.SCRIPT.read_text().splitlines()
        self.assertEqual(lines[0], "#!/bin/bash")
        first = next(number for number, line in enumerate(lines) if line and not line.startswith("#"))
        directives = [number for number, line in enumerate(lines) if line.startswith("#SBATCH")]
        self.assertTrue(directives)
        self.assertLess(max(directives), first)


class Kubernetes(Fleet):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            import yaml
        except ImportError:
            harness.skip("no python3-yaml")
        documents = list(yaml.safe_load_all((FLEET / "kubernetes.yaml").read_text()))
        cls.claim, cls.job = documents
        cls.pod = cls.job["spec"]["template"]["spec"]
        cls.container, = cls.pod["containers"]

    def test_an_indexed_job(self):
        spec = self.job["spec"]
        self.assertEqual((self.job["apiVersion"], self.job["kind"]), ("batch/v1", "Job"))
        self.assertEqual(spec["completionMode"], "Indexed")
        environment = {entry["name"]: entry["value"] for entry in self.container["env"]}
        self.assertEqual(environment, {"TXSURVEY_SHARDS": str(spec["completions"])})
        self.assertEqual(spec["parallelism"], spec["completions"])
        self.assertGreaterEqual(spec["backoffLimitPerIndex"], 1)
        self.assertEqual(self.pod["restartPolicy"], "Never", "as backoffLimitPerIndex demands")
        names = {rule.get("onExitCodes", {}).get("containerName", self.container["name"])
                 for rule in spec["podFailurePolicy"]["rules"]}
        self.assertEqual(names, {self.container["name"]})
        selector = self.pod["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"]
        self.assertLessEqual(selector.items(), spec["template"]["metadata"]["labels"].items())

    def test_no_more_rights_than_needed(self):
        context = self.container["securityContext"]
        self.assertIs(context["readOnlyRootFilesystem"], True)
        self.assertIs(context["allowPrivilegeEscalation"], False)
        self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
        self.assertIs(self.pod["securityContext"]["runAsNonRoot"], True)
        self.assertGreater(self.pod["securityContext"]["runAsUser"], 0)
        self.assertEqual(self.pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertIs(self.pod["automountServiceAccountToken"], False)
        self.assertLessEqual({"cpu", "memory"}, set(self.container["resources"]["limits"]))
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            self.assertNotIn(key, self.pod)

    def test_the_volume_takes_the_records(self):
        volume, = self.pod["volumes"]
        mount, = self.container["volumeMounts"]
        self.assertEqual(mount["name"], volume["name"])
        self.assertEqual(volume["persistentVolumeClaim"]["claimName"], self.claim["metadata"]["name"])
        self.assertEqual(self.claim["spec"]["accessModes"], ["ReadWriteMany"])
        outputs = [word for word in self.container["args"] if word.startswith("--output=")]
        self.assertEqual(outputs, [f"--output={mount['mountPath']}/shard-$(JOB_COMPLETION_INDEX).jsonl"])

    def pod_run(self, index, volume, *more):
        """The container of one index: its arguments and environment, a root file system that cannot be
        written, no capability, the user of the manifest, and the volume."""
        mount = self.container["volumeMounts"][0]["mountPath"]
        user = str(self.pod["securityContext"]["runAsUser"])
        environment = {**{entry["name"]: entry["value"] for entry in self.container["env"]},
                       "JOB_COMPLETION_INDEX": str(index)}
        words = ["bwrap", "--unshare-user", "--uid", user, "--gid", user, "--cap-drop", "ALL",
                 "--clearenv", "--tmpfs", "/", "--ro-bind", "/usr", "/usr", "--proc", "/proc"]
        for name in ("bin", "lib", "lib64"):
            words += ["--symlink", f"usr/{name}", f"/{name}"]
        words += ["--ro-bind", CLEAN["TXSURVEY"], "/txsurvey", "--ro-bind", self.network.list, "/peers",
                  "--bind", volume, mount, "--remount-ro", "/", "--chdir", "/"]
        for name, value in environment.items():
            words += ["--setenv", name, value]
        args = [word.replace("$(JOB_COMPLETION_INDEX)", str(index)) for word in self.container["args"]]
        self.assertEqual(args.pop(), "TXID", "what is to be filled in comes last")
        options = ["/peers" if word == self.network.list else word for word in self.options]
        return run([*words, "/txsurvey", *args, "--rate=1000", *options, *more])

    def test_read_only_root(self):
        if not shutil.which("bwrap"):
            harness.skip_test("no bwrap (bubblewrap)")
        probe = run(["bwrap", "--unshare-user", "--ro-bind", "/", "/", "--proc", "/proc", "true"])
        if probe.returncode:
            harness.skip_test(f"bwrap cannot work here: {probe.stderr.strip()}")
        volume, completions = self.folder / "volume", self.job["spec"]["completions"]
        volume.mkdir()
        for index in range(completions):
            result = self.pod_run(index, volume)
            self.assertEqual(result.returncode, 0, result.stderr)
        self.check_shards(self.paths(volume, 0, completions))
        result = self.pod_run(0, volume, "--output=/elsewhere.jsonl")
        self.assertEqual(result.returncode, 4, result.stderr)
        self.assertIn("Read-only file system", result.stderr)

    def test_wrong_usage_fails_the_job(self):
        """The status that podFailurePolicy names is that of a TXID that was not filled in."""
        rule = next(rule for rule in self.job["spec"]["podFailurePolicy"]["rules"]
                    if rule["action"] == "FailJob")
        args = [word.replace("$(JOB_COMPLETION_INDEX)", "0") for word in self.container["args"]]
        result = survey.run(args, env={**CLEAN, "JOB_COMPLETION_INDEX": "0", "TXSURVEY_SHARDS": "8"})
        self.assertIn("TXID", result.stderr)
        self.assertEqual(rule["onExitCodes"]["values"], [result.code])


class Costs(unittest.TestCase):
    """What the README says of 100 machines is reckoned right."""
    NODES, DEAD, MACHINES = 28_000, 99_000, 100

    @staticmethod
    def row(name):
        """The numbers of a row."""
        line = re.search(rf"^\| {name} \|(.*)\|$", (FLEET / "README.md").read_text(), re.M)[1]
        return [float(number.replace(",", "")) for number in re.findall(r"[\d.,]*\d", line)]

    def about(self, stated, reckoned):
        self.assertLess(abs(stated - reckoned) / reckoned, 0.03, (stated, reckoned))

    def test_time(self):
        for rate, name in ((1000, r"1000 \(default\)"), (100, "100"), (10, "10"), (1, "1")):
            sum_, seconds = self.row(name)
            self.assertEqual(sum_, rate * self.MACHINES)
            self.about(seconds, (self.NODES + self.DEAD) / sum_)

    def test_sums(self):
        for one, all_ in (("a node receives", "28,000 nodes receive"), ("a node sends", "28,000 nodes send")):
            for each, together in zip(self.row(one), self.row(all_)):
                self.about(together * 1e6, each * self.NODES)
        nodes_a_second = self.row("10")[0] * self.NODES / (self.NODES + self.DEAD)
        for seconds, at_a_time in zip(self.row("a connection lasts, in the mean"),
                                      self.row("connections open at a time, third row")):
            self.about(at_a_time, nodes_a_second * seconds)


class Scripts(unittest.TestCase):
    def test_shellcheck(self):
        if not shutil.which("shellcheck"):
            harness.skip_test("no shellcheck")
        result = run(["shellcheck", FLEET / "parallel", FLEET / "slurm.sbatch"])
        self.assertEqual(result.returncode, 0, result.stdout)


if __name__ == "__main__":
    harness.main()
