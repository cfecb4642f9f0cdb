"""scripts/demo as people run it: two at once, into a pipe that is closed, ended by Ctrl-C, kept up to
play with. Whatever ends it leaves no process behind. scripts/setup where there is no dpkg."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from harness import REPOSITORY  # noqa: E402

DEMO, SETUP = REPOSITORY / "scripts" / "demo", REPOSITORY / "scripts" / "setup"
HANG_S = 300  # ends nothing but a hang
FEW = "12"  # nodes, all of which are quick


def session_of(process):
    """The ids of the processes whose session it leads."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[3] == str(process.pid) and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


class Demo(unittest.TestCase):
    def setUp(self):
        self.build = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.build)
        (self.build / "tests" / "simnet").mkdir(parents=True)
        (self.build / "txsurvey").symlink_to(os.environ["TXSURVEY"])
        (self.build / "tests" / "simnet" / "txsurvey-simnet").symlink_to(os.environ["TXSURVEY_SIMNET"])

    def start(self, words, **environment):
        """In a session of its own, as in a terminal of its own."""
        process = subprocess.Popen(
            words, env={**os.environ, "TXSURVEY_BUILD": str(self.build), **environment}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        for pid in session_of(process):
            os.kill(pid, signal.SIGKILL)
        process.stdout.close()
        process.stderr.close()
        process.wait()

    def check_ended(self, process, code):
        """All that it printed."""
        stdout, stderr = process.communicate(timeout=HANG_S)
        self.assertEqual(process.returncode, code, stderr)
        self.assertEqual(session_of(process), [], "it leaves something running")
        return stdout, stderr

    def records(self, number):
        path = self.build / "demo" / str(number) / "records.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]

    def read_until(self, process, start):
        for line in process.stdout:
            if line.strip().startswith(start):
                return line
        self.fail(f"no line that begins with {start}: {process.stderr.read()}")

    def test_two_at_once(self):
        both = [self.start([DEMO, FEW]) for _ in range(2)]
        for process in both:
            stdout, stderr = self.check_ended(process, 0)
            self.assertIn("--chain regtest", stdout)
            self.assertTrue(stderr, "the survey's own summary")
        ports = set()
        for number in (1, 2):
            records = self.records(number)
            peers = [record for record in records if record["type"] == "peer"]
            self.assertEqual(len(peers), int(FEW))
            self.assertIn("served", {peer["transactions"][0]["status"] for peer in peers})
            self.assertEqual(records[-1]["type"], "summary")
            ports.add(frozenset(peer["port"] for peer in peers))
        first, second = ports
        self.assertFalse(first & second, "two networks at one port")

    def test_a_pipe_that_is_closed(self):
        for reader in ("head -n 1", "true"):
            with self.subTest(reader):
                process = self.start(["sh", "-c", f"{DEMO} {FEW} | {reader}"])
                self.check_ended(process, 0)

    def test_ctrl_c_during_the_survey(self):
        process = self.start([DEMO, "500"])
        self.read_until(process, str(self.build))
        while not (self.build / "demo" / "1" / "records.jsonl").exists():
            self.assertIsNone(process.poll())
        os.killpg(process.pid, signal.SIGINT)
        self.check_ended(process, 130)

    def test_a_network_to_play_with(self):
        process = self.start([DEMO, "--keep", FEW])
        command = self.read_until(process, str(self.build))
        for _ in range(2):
            done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=HANG_S,
                                  check=False, cwd="/")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.records(1)[-1]["reason"], "finished")
            (self.build / "demo" / "1" / "records.jsonl").unlink()
        os.killpg(process.pid, signal.SIGINT)
        self.check_ended(process, 130)

    def test_a_page_in_the_end(self):
        """Of an installed report, which is stood in for: what the page is, tests/report looks at."""
        installed = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, installed)
        (installed / "python" / "bin").mkdir(parents=True)
        shutil.copy(REPOSITORY / "scripts" / "txsurvey-report" / "requirements.txt", installed / "ready")
        python = installed / "python" / "bin" / "python"
        python.write_text('#!/bin/sh\nshift 2\nwc -l "$1" >"$3"\n')
        python.chmod(0o755)
        process = self.start([DEMO, "--report", FEW], TXSURVEY_REPORT_HOME=str(installed))
        stdout, _ = self.check_ended(process, 0)
        page = self.build / "demo" / "1" / "report.html"
        self.assertIn(str(page), stdout)
        self.assertEqual(int(page.read_text().split()[0]), len(self.records(1)))

    def test_wrong_words(self):
        for word in ("many", "--fast", ""):
            stdout, stderr = self.check_ended(self.start([DEMO, word]), 2)
            self.assertIn("Usage: scripts/demo", stderr)
            self.assertEqual(stdout, "")


class Setup(unittest.TestCase):
    def setUp(self):
        """A folder with all programs of this system, to which PATH leads alone."""
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        for path in ("/usr/bin", "/bin"):
            for program in Path(path).iterdir():
                link = self.folder / program.name
                if not link.is_symlink():
                    link.symlink_to(program)

    def setup_without(self, *programs):
        for program in programs:
            (self.folder / program).unlink()
        return subprocess.run([SETUP, "demo"], env={**os.environ, "PATH": str(self.folder)}, text=True,
                              capture_output=True, check=False)

    def test_where_all_is_there_nothing_is_done(self):
        done = self.setup_without("dpkg-query", "apt-get")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_without_dpkg_it_names_what_is_missing(self):
        done = self.setup_without("dpkg-query", "cmake", "ninja")
        self.assertEqual(done.returncode, 1, done.stderr)
        missing, packages = done.stderr.split("All that building needs")
        self.assertEqual([line.split(",")[0].strip() for line in missing.splitlines()[1:]],
                         ["cmake", "ninja"])
        for system in ("Fedora", "Arch", "Alpine"):
            self.assertIn(system, packages)


if __name__ == "__main__":
    unittest.main(verbosity=2)
