"""scripts/cron: surveys in a series, by themselves, by Debian's and busybox' cron with the line that is shown, and
under the restrictions of the systemd unit."""
import fcntl
import gzip
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import sandbox  # noqa: E402
import survey  # noqa: E402
from simnet import Network  # noqa: E402

CRON = harness.REPOSITORY / "scripts" / "cron"
LOCAL = Path("/usr/local")
SCRIPT, PROGRAM = LOCAL / "bin" / "txsurvey-scheduled", LOCAL / "bin" / "txsurvey"
SERVICE, TIMER = LOCAL / "lib" / "systemd" / "system" / "txsurvey.service", CRON / "txsurvey.timer"
NODES = 30
HANG_S = 300 * harness.SLOWNESS
NAME = re.compile(r"\d{8}T\d{6}Z\.jsonl\.gz")
# cron(8): what a job finds, beside HOME and LOGNAME.
BARE = {"SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
REPORT = """#!/bin/sh
while [ "$1" != -o ]; do files="$files $1"; shift; done
echo $files >"$2"
"""
SENDMAIL = """#!/bin/sh
cat >>"{folder}/mail"
touch "{folder}/mailed"
"""


def install():
    """As the package does it. /usr/local is a file system of this test."""
    (LOCAL / "bin").mkdir()
    SERVICE.parent.mkdir(parents=True)
    shutil.copy(CRON / "txsurvey-scheduled", SCRIPT)
    shutil.copy(CRON / "txsurvey.service", SERVICE)
    shutil.copy(os.environ["TXSURVEY"], PROGRAM)


def setUpModule():
    harness.ip("link set lo up")
    subprocess.run(["mount", "-t", "tmpfs", "none", LOCAL], check=True)
    install()
    folder = Path(unittest.enterModuleContext(tempfile.TemporaryDirectory()))
    global network
    network = Network(folder, "--nodes", str(NODES), "--mix", "served=60,notfound=40", "--patience-ms", "0")
    unittest.addModuleCleanup(network.stop)


def dated(age_days):
    return (datetime.now(timezone.utc) - timedelta(days=age_days)).strftime("%Y%m%dT%H%M%SZ")


class Series(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.state, self.conf = self.folder / "state", self.folder / "scheduled.conf"
        self.configure()

    def configure(self, options="", peers=True, **settings):
        """The network is named in the first run only where `peers` is false."""
        options = f"--chain regtest --patience 0 {f'--peers {network.list}' if peers else ''} {options}"
        settings = {"STATE": self.state, "TXIDS": network.ids[0], "OPTIONS": options, **settings}
        self.conf.write_text("".join(f"{name}='{value}'\n" for name, value in settings.items()))

    def start(self, *args, **kw):
        kw = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **kw}
        return subprocess.Popen([SCRIPT, *(args or [self.conf])], env={**BARE, "HOME": str(self.folder)}, **kw)

    def run_once(self, status=0, said=""):
        """What it printed: the result, and what failed, at most a line each."""
        with self.start() as process:
            stdout, stderr = process.communicate(timeout=HANG_S)
        self.assertEqual(process.returncode, status, stderr)
        self.assertRegex(stderr, f"^txsurvey-scheduled: .*{said}.*\n$" if said else "^$")
        self.assertLessEqual(stdout.count("\n"), 1)
        return stdout

    def files(self):
        return sorted(self.state.glob("*.jsonl*"))

    def records(self, path):
        content = path.read_bytes()
        if path.suffix == ".zst":
            content = subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout
        result = survey.Result(None, gzip.decompress(content) if path.suffix == ".gz" else content)
        survey.check_invariants(result)
        return result

    def only_records(self):
        path, = self.files()
        return self.records(path)


class Runs(Series):
    def test_two_runs(self):
        """Dated, compressed, the result in a line; the second begins with the peers of the first."""
        line = self.run_once()
        first = self.files()
        self.assertRegex(first[0].name, NAME)
        shares = self.records(first[0]).summary["shares"][0]
        self.assertIn(f"{shares['served']} of {shares['asked']} nodes asked have {network.ids[0][:8]} (", line)
        self.assertTrue(line.endswith(f"; {first[0]}\n"), line)
        self.configure(peers=False)
        self.run_once()
        second, = set(self.files()) - set(first)
        self.assertEqual({peer["source"] for peer in self.records(second).peers}, {"file"})
        self.assertEqual(len(self.records(second).peers), NODES)
        self.assertEqual({path.name for path in self.state.iterdir() if path not in self.files()}, {"peers", "lock"})
        self.assertEqual(self.state.stat().st_mode & 0o777, 0o700, "what is asked for is nobody else's matter")

    def test_metrics(self):
        metrics = self.folder / "txsurvey.prom"
        self.configure(METRICS=metrics)
        self.run_once()
        self.assertIn("# TYPE ", metrics.read_text())

    def test_what_the_line_says(self):
        ids = self.folder / "ids"
        ids.write_text(f"{network.ids[0]} taproot\n" + "".join(f"{number:064x}\n" for number in range(20)))
        self.configure(f"--txid-file {ids}", TXIDS="")
        self.assertRegex(self.run_once(), r"^\d+ of \d+ nodes asked have taproot \(.*; 11 ids more; /")
        self.configure("--census", TXIDS="")
        self.assertRegex(self.run_once(), rf"^\d+ of {NODES} nodes answered; /")

    def test_statuses(self):
        """Those of the program; the records stand, where there are any."""
        self.configure("--require-served 1000")
        self.assertIn("nodes asked have", self.run_once(1, "1,000 required"))
        self.configure("--require-serve x")
        self.run_once(2, "--require-serve")
        self.configure("--no-dnsseed", peers=False)
        (self.state / "peers").unlink()
        self.run_once(3, "nobody could be asked")
        self.configure("--connect 127.0.0.1:1", peers=False)
        self.run_once(3, "nobody could be asked")
        self.assertEqual([self.records(path).code for path in self.files()], [None] * 3)
        self.configure(STATE=self.conf / "state")
        self.run_once(4, "Not a directory")

    def test_wrong_settings(self):
        for content, said in (("TXID=1", "'TXID=1'"), ("TXIDS", "'TXIDS'"), ("KEEP_DAYS=0", "KEEP_DAYS"),
                              ("KEEP_DAYS=500000", "KEEP_DAYS"),
                              ("REPORT_DAYS=x", "REPORT_DAYS"), ("TXIDS='", "quotation"), ("\xff", "utf-8"),
                              ("OPTIONS=\"'\"", "OPTIONS"), ("TXSURVEY=no-such-program", "no-such-program")):
            self.conf.write_text(f"STATE={self.state}\n{content}\n", "latin-1")
            self.run_once(2, said)
        self.conf.unlink()
        self.run_once(2, "No such file")
        self.assertEqual(self.files(), [])

    def test_the_example(self):
        """Every setting of the program is its, and the example's text is understood."""
        shutil.copy(CRON / "scheduled.conf", self.conf)
        text = self.conf.read_text()
        self.conf.write_text(text.replace('TXIDS=""', f'TXIDS="{network.ids[0]}"').replace(
            'OPTIONS="', f'OPTIONS="--chain regtest --patience 0 --peers {network.list} ') + f"STATE={self.state}\n")
        self.assertIn("nodes asked have", self.run_once())

    def test_signals(self):
        """What was known is recorded, and compressed."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self.configure("--rate 2")
            with self.start() as process:
                self.wait_for_a_peer(process)
                process.send_signal(number)
                stdout, stderr = process.communicate(timeout=HANG_S)
            self.assertEqual(process.returncode, 128 + number, stderr)
            self.assertIn("nodes asked have", stdout)
            self.assertEqual(stderr, f"txsurvey-scheduled: ended by signal {number}\n")
            result = self.only_records()
            self.assertEqual(result.summary["reason"], "signal")
            self.files()[0].unlink()

    def wait_for_a_peer(self, process):
        while not any(b'"type":"peer"' in path.read_bytes() for path in self.files()):
            self.assertIsNone(process.poll(), "it ended too early")
            time.sleep(0.05)

    def test_one_at_a_time(self):
        """Also where the script was killed: the survey that it left holds the folder, as long as it runs."""
        self.configure("--rate 2")
        with self.start(stderr=subprocess.DEVNULL) as process:
            self.wait_for_a_peer(process)
            self.run_once(5, "another run holds")
            process.kill()
        self.run_once(5, "another run holds")
        with open(self.state / "lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
        self.configure()
        self.run_once()
        self.assertEqual([path.suffix for path in self.files()], [".gz", ".gz"], "what was left is compressed as well")
        self.assertTrue(all(self.records(path).summary["complete"] for path in self.files()))


class Kept(Series):
    def test_retention(self):
        self.state.mkdir()
        kept = [f"{dated(4)}.jsonl.gz", f"{dated(3)}.jsonl.zst", "notes", "20010101T000000Z.txt", "20010101.jsonl.gz"]
        gone = [f"{dated(6)}.jsonl.gz", f"{dated(400)}.jsonl.zst", "20010101T000000Z.jsonl"]
        for name in kept + gone:
            (self.state / name).touch()
        self.configure(KEEP_DAYS=5)
        self.run_once()
        left = {path.name for path in self.state.iterdir()}
        self.assertEqual(left & {*kept, *gone}, set(kept))
        self.configure(KEEP_DAYS="")
        (self.state / gone[0]).touch()
        self.run_once()
        self.assertIn(gone[0], {path.name for path in self.state.iterdir()})

    def test_other_compressors(self):
        for command, suffix in (("zstd -q -f --rm", ".zst"), ("", ".jsonl")):
            self.configure(COMPRESS=command)
            self.run_once()
            path, = self.files()
            self.assertEqual((path.suffix, len(self.records(path).peers)), (suffix, NODES))
            path.unlink()

    def test_a_compressor_that_fails(self):
        """The records stay, and the next run makes up for it."""
        self.configure(COMPRESS="false")
        self.run_once(0, "COMPRESS: exit status 1")
        path, = self.files()
        (self.state / f"{path.name}.gz").write_bytes(b"half")
        self.configure()
        self.run_once()
        self.assertEqual([len(self.records(path).peers) for path in self.files()], [NODES, NODES])

    def test_report(self):
        """Made anew of all runs, and replaced as a whole; a command that fails leaves the old one."""
        program, page = LOCAL / "bin" / "txsurvey-report", self.state / "report.html"
        self.addCleanup(program.unlink)
        program.write_text(REPORT)
        program.chmod(0o755)
        self.state.mkdir()
        (self.state / f"{dated(40)}.jsonl.gz").touch()
        for runs in (1, 2):
            self.run_once()
            files = self.files()[1:]
            self.assertEqual((len(files), page.read_text().split()), (runs, list(map(str, files))))
        before = page.read_text()
        program.write_text(REPORT + "echo 'no room' >&2; exit 1\n")
        self.run_once(0, "REPORT: exit status 1: no room")
        self.assertEqual(page.read_text(), before)


class Cron(Series):
    """The line as it stands but for its hours, in root's name, whose home folder is that of this test."""

    def setUp(self):
        super().setUp()
        passwd = self.folder / "passwd"
        passwd.write_text(re.sub(r"(?m)^(root(:[^:]*){4}):[^:]*", rf"\1:{self.folder}", Path("/etc/passwd").read_text()))
        harness.mount_over(passwd, "/etc/passwd")
        self.addCleanup(harness.unmount, "/etc/passwd")
        home_conf = self.folder / ".config" / "txsurvey"
        home_conf.mkdir(parents=True)
        self.conf = home_conf / "scheduled.conf"
        self.state = self.folder / ".local" / "state" / "txsurvey"
        self.configure()

    def configure(self, options="", peers=True, **settings):
        super().configure(options, peers, **settings)
        self.conf.write_text(re.sub("^STATE=.*\n", "", self.conf.read_text()))

    @staticmethod
    def crontab(when):
        text = (CRON / "crontab").read_text()
        line = text.splitlines()[-1]
        command = line.split(maxsplit=5)[5]
        return text.replace(line, f"{when} {command}")

    def wait_for_the_run(self, process):
        """Its records are compressed, and its lock is free."""
        end = time.monotonic() + HANG_S
        while not any(NAME.fullmatch(path.name) for path in self.files()):
            self.assertIsNone(process.poll(), "cron has ended")
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)
        with open(self.state / "lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
        return self.only_records()

    def test_documented(self):
        """The lines of the README, from installing to the first run and the crontab."""
        if not shutil.which("crontab"):
            harness.skip_test("no crontab")
        spool = self.folder / "crontabs"
        spool.mkdir()
        harness.mount_over(spool, "/var/spool/cron/crontabs")
        self.addCleanup(harness.unmount, "/var/spool/cron/crontabs")
        page = (CRON / "README.md").read_text()
        lines = re.findall("(?m)^    (.*)$", page[page.index("## With cron"):page.index("## What is there")])
        settings = self.conf.read_text()
        self.assertEqual([line.split()[0] for line in lines],
                         ["install", "install", "editor", "txsurvey-scheduled", "(crontab"])
        self.conf.unlink()
        SCRIPT.unlink()
        for line in lines:
            if line.startswith("editor"):
                self.assertTrue(self.conf.exists())
                self.conf.write_text(settings)
                continue
            subprocess.run(["sh", "-c", line], check=True, capture_output=True, cwd=harness.REPOSITORY,
                           env={"HOME": str(self.folder), "PATH": f"{os.environ['PATH']}:{LOCAL}/bin"})
        self.assertEqual(len(self.only_records().peers), NODES)
        self.assertEqual((spool / "root").read_text().splitlines()[-1],
                         (CRON / "crontab").read_text().splitlines()[-1])

    def cron(self, words, **kw):
        log = open(self.folder / "cron.log", "ab")
        self.addCleanup(log.close)
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=BARE, **kw)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def debian(self):
        """Debian's, whose files are where no option names them; mail comes to the folder."""
        if not shutil.which("cron"):
            harness.skip_test("no cron")
        programs, spool, run = (self.folder / name for name in ("sbin", "crontabs", "run"))
        if not run.exists():
            for folder in (programs, spool, run, self.folder / "empty"):
                folder.mkdir()
            shutil.copy("/usr/sbin/cron", programs)
            (programs / "sendmail").write_text(SENDMAIL.format(folder=self.folder))
            (programs / "sendmail").chmod(0o755)
            (self.folder / "none").touch()
            for path, target in ((self.folder / "empty", "/etc/cron.d"), (self.folder / "none", "/etc/crontab"),
                                 (spool, "/var/spool/cron/crontabs"), (run, "/run"), (programs, "/usr/sbin")):
                harness.mount_over(path, target)
                self.addCleanup(harness.unmount, target)
        (spool / "root").write_text(self.crontab("@reboot"))
        (spool / "root").chmod(0o600)
        for name in ("crond.pid", "crond.reboot"):  # that it has run since the system was started
            (run / name).unlink(missing_ok=True)
        return self.cron(["/usr/sbin/cron", "-f"])

    def test_debian(self):
        """Silent when all is well; a mail of one line when not."""
        process = self.debian()
        self.assertEqual(len(self.wait_for_the_run(process).peers), NODES)
        process.kill()
        process.wait()
        self.files()[0].unlink()
        self.configure("--require-served 1000")
        process = self.debian()
        self.wait_for_the_run(process)
        end = time.monotonic() + HANG_S
        while not (self.folder / "mailed").exists():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)
        head, _, body = (self.folder / "mail").read_text().partition("\n\n")
        self.assertEqual(head.count("Subject: "), 1)
        self.assertRegex(body, r"\Atxsurvey-scheduled: \d+ have it, 1,000 required: [0-9a-f]{64}\n\Z")

    def test_busybox(self):
        """Its @reboot does not do: the next full minute is waited for."""
        if not shutil.which("busybox"):
            harness.skip_test("no busybox")
        if Path(os.environ["TXSURVEY_BUILD"]).name != "check":
            harness.skip_test("one of the runs does it")
        tabs = self.folder / "tabs"
        tabs.mkdir()
        (tabs / "root").write_text(self.crontab("* * * * *"))
        process = self.cron(["busybox", "crond", "-f", "-L", self.folder / "crond.log", "-c", tabs])
        self.assertEqual(len(self.wait_for_the_run(process).peers), NODES)


class Units(Series):
    def setUp(self):
        super().setUp()
        self.unit = sandbox.read_unit(SERVICE)

    def analyze(self, *words):
        if not shutil.which("systemd-analyze"):
            harness.skip_test("no systemd-analyze")
        return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)

    def test_verify(self):
        """Whether a manual is there, which it looks for, is another matter."""
        done = self.analyze("verify", SERVICE, TIMER)
        complaints = [line for line in (done.stdout + done.stderr).splitlines()
                      if "txsurvey" in line and "Command 'man " not in line]
        self.assertEqual(complaints, [])
        for value in sandbox.read_unit(TIMER)["OnCalendar"]:
            done = self.analyze("calendar", value)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_exposure(self):
        done = self.analyze("security", "--offline=yes", "--threshold=20", SERVICE)
        self.assertEqual(done.returncode, 0, done.stdout[-200:])

    def test_which_statuses_are_no_failure(self):
        """Those of the signals that systemd and people end it with."""
        expected = sorted(128 + number for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM))
        self.assertEqual([int(word) for word in self.unit["SuccessExitStatus"][0].split()], expected)

    def sandboxed(self, command=None):
        if reason := sandbox.why_not():
            harness.skip_test(reason)
        self.state.mkdir(exist_ok=True)
        options = {"ASAN_OPTIONS": harness.traced()["ASAN_OPTIONS"]} if harness.sanitized() else {}
        return sandbox.run(self.unit, self.conf, self.state, command, **options)

    def test_service(self):
        """Twice, as the timer does it; with the peers of the first run, since no other can be seen there."""
        done = subprocess.run([PROGRAM, "-q", "--chain", "regtest", "--patience", "0", "--peers", network.list,
                               "--save-peers", self.folder / "peers", "-o", self.folder / "records", network.ids[0]],
                              check=True)
        self.state.mkdir()
        shutil.copy(self.folder / "peers", self.state)
        self.configure(peers=False)
        for runs in (1, 2):
            done = self.sandboxed()
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            self.assertEqual(len(self.files()), runs)
            self.assertEqual(len(self.records(self.files()[-1]).peers), NODES)
            self.assertIn("nodes asked have", done.stdout)

    def test_the_restrictions_are_there(self):
        """What the service must not do fails, for the reason that its unit gives."""
        tries = {
            "open('/usr/local/x', 'w')": "Read-only file system",
            "open('/var/lib/x/y', 'w')": "No such file",
            "os.listdir('/root') or open('/root/x')": "No such file",
            "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)": "Operation not permitted",
            "os.chroot('/')": "Operation not permitted",
            "mmap.mmap(-1, 4096, prot=7)": "Operation not permitted",
        }
        for attempt, error in tries.items():
            done = self.sandboxed(["/usr/bin/python3", "-c", f"import mmap, os, socket; {attempt}"])
            self.assertEqual(done.returncode, 1, attempt)
            self.assertRegex(done.stderr.splitlines()[-1], error, attempt)
        self.assertEqual(self.sandboxed(["true"]).returncode, 0)


if __name__ == "__main__":
    harness.enter_namespaces()
    harness.main()
