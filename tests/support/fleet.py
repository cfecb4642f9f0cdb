"""What the tests of scripts/fleet share: a simulated network that is surveyed as a whole once, and shards of it
that are held against that survey."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import harness
import survey
from simnet import Network

FLEET = harness.REPOSITORY / "scripts" / "fleet"
NODES, SHARDS = 240, 4
MIX = "served=50,notfound=30,refused=10,obsolete=10"
SIGNS = ("SLURM_", "JOB_COMPLETION_", "PARALLEL", "SHELL", "TXSURVEY_SHARDS")
# As a service is started: without SHELL.
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(SIGNS)}
CLEAN["TXSURVEY"] = os.path.abspath(os.environ["TXSURVEY"])

# Runs here what would have run on another machine, in a home folder of its own. As ssh is called by GNU
# parallel and rsync: options, the host, the command.
SSH = """#!/bin/sh
while [ $# -gt 0 ]; do
    case "$1" in
    -l | -p | -o) shift 2 ;;
    -*) shift ;;
    *) break ;;
    esac
done
HOME={homes}/$1
shift
[ "$1" != -- ] || shift
echo "$HOME" >>{homes}/calls
mkdir -p "$HOME" && cd "$HOME" && exec sh -c "$*"
"""


def run(words, **environment):
    return subprocess.run([str(word) for word in words], env={**CLEAN, **environment},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600,
                          check=False)


def running(path):
    """The ids of the surveys whose output is that file."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            if (os.path.samefile(process / "exe", CLEAN["TXSURVEY"])
                    and (process / "cwd").resolve() / os.fsdecode(words[words.index(b"-o") + 1]) == path):
                found.append(int(process.name))
        except (OSError, ValueError):  # it has just ended, or has no such word
            pass
    return found


class Fleet(unittest.TestCase):
    """One network for all, surveyed as a whole once."""

    @classmethod
    def setUpClass(cls):
        cls.top = Path(tempfile.mkdtemp())
        cls.top.chmod(0o755)
        cls.addClassCleanup(shutil.rmtree, cls.top)
        cls.network = Network(cls.top, "--nodes", str(NODES), "--mix", MIX, "--patience-ms", "0")
        cls.addClassCleanup(cls.network.stop)
        seconds = str(10 * harness.SLOWNESS)
        cls.options = ["--chain", "regtest", "--patience", "0", "--handshake-timeout", seconds,
                       "--response-timeout", seconds, "--peers", cls.network.list,
                       *cls.network.ids]
        cls.whole = cls.top / "whole.jsonl"
        result = survey.run(["-q", "-o", cls.whole, *cls.options], env=CLEAN)
        assert result.code == 0, result.stderr

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(dir=self.top))

    def load_shards(self, paths):
        """The shards' runs, after a look at each of them."""
        shards = []
        for index, path in enumerate(paths, 1):
            shard = survey.load(path, 0)
            survey.check_invariants(shard)
            self.assertEqual(shard.survey["shard"], f"{index}/{len(paths)}")
            self.assertTrue(shard.summary["complete"])
            self.assertEqual(shard.summary["address_book"]["ignored"]["shard"],
                             NODES - len(shard.peers))
            shards.append(shard)
        return shards

    def check_shards(self, paths):
        """Disjoint, and together what the whole survey found."""
        peers = [peer for shard in self.load_shards(paths) for peer in shard.peers]
        whole = survey.load(self.whole).peers
        self.assertEqual(len(whole), NODES)
        self.assertEqual(sorted(map(survey.endpoint, peers)), sorted(map(survey.endpoint, whole)))
        self.assertEqual(sorted((survey.endpoint(peer), peer["outcome"]) for peer in peers),
                         sorted((survey.endpoint(peer), peer["outcome"]) for peer in whole))

    @staticmethod
    def expected(folder, first=1, count=SHARDS):
        return [folder / f"shard-{index}.jsonl" for index in range(first, first + count)]

    def paths(self, *args):
        paths, folder = self.expected(*args), args[0]
        self.assertEqual(sorted(paths), sorted(folder.iterdir()), "one file a shard, and no other")
        return paths

    def parallel(self, *words, **environment):
        if not shutil.which("parallel"):
            harness.skip_test("no GNU parallel")
        return run([FLEET / "parallel", *words], HOME=str(self.folder), **environment)

    def parallel_on(self, homes, *words, **environment):
        """The same on two machines, whose homes come to be in that folder."""
        if not shutil.which("rsync"):
            harness.skip_test("no rsync")
        ssh, machines = self.folder / "ssh", self.folder / "machines"
        ssh.write_text(SSH.replace("{homes}", str(homes)))
        ssh.chmod(0o755)
        machines.write_text("one.invalid\nuser@two.invalid\n")
        return self.parallel("-S", machines, *words, PARALLEL_SSH=str(ssh), **environment)

    @staticmethod
    def has_peers(path):
        return path.exists() and b'"type":"peer"' in path.read_bytes()
